"""Paths, limits and device: the only module that reads the environment."""

import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import gettempdir

from explorer.errors import InvalidData

MAX_IMAGES_PER_PROMPT = 1000


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that differ between machines.

    With `zero_gpu`, the device is a GPU that a Space provides for one batch at a time. `country`
    and `region` say where the electricity comes from, for the footprint; nobody guesses them.
    """

    cache: Path
    device: str
    batch: int
    zero_gpu: bool = False
    country: str | None = None
    region: str | None = None

    @property
    def own_device(self) -> str:
        """The device that is always available."""
        return "cpu" if self.zero_gpu else self.device


def repository() -> Path:
    """Return the folder that holds app.py, professions.json and adjectives.json."""
    return Path(__file__).resolve().parents[1]


def load(cache: Path | None = None) -> Settings:
    """Read the environment: the variables of the README's table, and those that a Space sets.

    Args:
        cache: the folder for images and index; overrides EXPLORER_CACHE.

    Raises:
        InvalidData: EXPLORER_BATCH or EXPLORER_DEVICE is invalid.
    """
    zero_gpu = os.environ.get("SPACES_ZERO_GPU", "").lower() in {"1", "t", "true"}
    device = os.environ.get("EXPLORER_DEVICE") or ("cuda" if zero_gpu else _device())
    if device not in {"cpu", "cuda", "mps"}:
        raise InvalidData(f"EXPLORER_DEVICE is {device!r}. Set it to 'cpu', 'cuda' or 'mps'.")
    batch = os.environ.get("EXPLORER_BATCH", "32")
    if not batch.isdecimal() or int(batch) < 1:
        raise InvalidData(f"EXPLORER_BATCH is {batch!r}. Set it to a whole number above 0.")
    app = repository() / "cache"
    default = space_cache(Path("/data"), app) if "SPACE_ID" in os.environ else app
    root = cache or Path(os.environ.get("EXPLORER_CACHE") or default)
    country = os.environ.get("EXPLORER_COUNTRY") or None
    region = os.environ.get("EXPLORER_REGION") or None
    return Settings(root, device, int(batch), zero_gpu, country, region)


def space_cache(storage: Path, app: Path) -> Path:
    """Return the folder for images and index in a Space, where some folders are read-only.

    Args:
        storage: the mount point of persistent storage, which not every Space has.
        app: the cache folder beside the code.
    """
    # A cache in storage that can no longer be written is still read.
    if os.access(storage, os.W_OK) or (storage / "bias-explorer").is_dir():
        return storage / "bias-explorer"
    return app if os.access(app, os.W_OK) else Path(gettempdir()) / "bias-explorer"


def own_cache() -> Path:
    """Return the folder for facts about this machine's files, which take long to find again."""
    try:
        home = Path.home()
    except RuntimeError:
        home = Path(gettempdir())
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "bias-explorer"


def _device() -> str:
    # Asking torch would take seconds on every start; the driver's device file and the version of
    # the installed build give the same answer.
    cpu_build = version("torch").endswith("+cpu")
    return "cuda" if Path("/dev/nvidia0").exists() and not cpu_build else "cpu"
