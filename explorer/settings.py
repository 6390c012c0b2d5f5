"""Paths, limits and device: the only module that reads the environment."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import gettempdir

from explorer.errors import InvalidData

MAX_IMAGES_PER_PROMPT = 1000


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that differ between machines.

    With `zero_gpu`, the device is a GPU that a Space provides for one batch at a time.
    """

    cache: Path
    device: str
    batch: int
    zero_gpu: bool = False

    @property
    def own_device(self) -> str:
        """The device that is always available."""
        return "cpu" if self.zero_gpu else self.device


def repository() -> Path:
    """Return the folder that holds app.py, professions.json and adjectives.json."""
    return Path(__file__).resolve().parents[1]


def load(cache: Path | None = None) -> Settings:
    """Read EXPLORER_CACHE, EXPLORER_DEVICE, EXPLORER_BATCH and the variables that a Space sets.

    Args:
        cache: the folder for images and index; overrides EXPLORER_CACHE.

    Raises:
        InvalidData: EXPLORER_BATCH or EXPLORER_DEVICE is invalid, or no folder can have the name.
    """
    zero_gpu = os.environ.get("SPACES_ZERO_GPU", "").lower() in {"1", "t", "true"}
    device = os.environ.get("EXPLORER_DEVICE") or ("cuda" if zero_gpu else _device())
    if device not in {"cpu", "cuda", "mps"}:
        raise InvalidData(f"EXPLORER_DEVICE is {device!r}. Set it to 'cpu', 'cuda' or 'mps'.")
    batch = os.environ.get("EXPLORER_BATCH", "32")
    if not re.fullmatch("[1-9][0-9]{0,8}", batch):
        raise InvalidData(f"EXPLORER_BATCH is {batch!r:.80}. Set it to a whole number above 0.")
    app = repository() / "cache"
    default = space_cache(Path("/data"), app) if "SPACE_ID" in os.environ else app
    root = cache or Path(os.environ.get("EXPLORER_CACHE") or default)
    return Settings(_possible(root), device, int(batch), zero_gpu)


def space_cache(storage: Path, app: Path) -> Path:
    """Return the folder for images and index in a Space, where some folders are read-only.

    Args:
        storage: the mount point of persistent storage, which not every Space has.
        app: the cache folder beside the code.
    """
    if os.access(storage, os.W_OK):
        return storage / "bias-explorer"
    return app if os.access(app, os.W_OK) else Path(gettempdir()) / "bias-explorer"


def _possible(folder: Path) -> Path:
    """Return the folder, its "~" replaced, whether it exists or not."""
    try:
        found = folder.expanduser()
        with suppress(OSError):
            found.stat()
    except (RuntimeError, ValueError) as error:
        raise InvalidData(
            f"No folder can be called {str(folder)!r:.200} ({error}). Choose another one with "
            "--cache or EXPLORER_CACHE."
        ) from error
    return found


def _device() -> str:
    # Asking torch would take seconds on every start; the driver's device file and the version of
    # the installed build give the same answer.
    cpu_build = version("torch").endswith("+cpu")
    return "cuda" if Path("/dev/nvidia0").exists() and not cpu_build else "cpu"
