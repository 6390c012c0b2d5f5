"""Paths, limits and device: the only module that reads the environment."""

import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import gettempdir

from explorer.errors import InvalidData

MAX_IMAGES_PER_PROMPT = 1000
OPENAI_ADDRESS = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that differ between machines.

    With `zero_gpu`, the device is a GPU that a Space provides for one batch at a time.

    Three concern services that generate images: `max_cost_usd` is the most that may be spent, None
    for nothing; `price_usd` is the price of an image, None for the listed one; `at_once` is the
    number of requests that are sent at the same time.
    """

    cache: Path
    device: str
    batch: int
    zero_gpu: bool = False
    max_cost_usd: float | None = None
    price_usd: float | None = None
    at_once: int = 4

    @property
    def own_device(self) -> str:
        """The device that is always available."""
        return "cpu" if self.zero_gpu else self.device


def repository() -> Path:
    """Return the folder that holds app.py, professions.json and adjectives.json."""
    return Path(__file__).resolve().parents[1]


def load(cache: Path | None = None) -> Settings:
    """Read the variables whose names begin with EXPLORER_, and those that a Space sets.

    Args:
        cache: the folder for images and index; overrides EXPLORER_CACHE.

    Raises:
        InvalidData: a variable has a value that it cannot have.
    """
    zero_gpu = os.environ.get("SPACES_ZERO_GPU", "").lower() in {"1", "t", "true"}
    device = os.environ.get("EXPLORER_DEVICE") or ("cuda" if zero_gpu else _device())
    if device not in {"cpu", "cuda", "mps"}:
        raise InvalidData(f"EXPLORER_DEVICE is {device!r}. Set it to 'cpu', 'cuda' or 'mps'.")
    app = repository() / "cache"
    default = space_cache(Path("/data"), app) if "SPACE_ID" in os.environ else app
    root = cache or Path(os.environ.get("EXPLORER_CACHE") or default)
    return Settings(
        cache=root,
        device=device,
        batch=_whole("EXPLORER_BATCH", 32),
        zero_gpu=zero_gpu,
        max_cost_usd=_dollars("EXPLORER_MAX_COST"),
        price_usd=_dollars("EXPLORER_PRICE"),
        at_once=_whole("EXPLORER_AT_ONCE", 4),
    )


def secret(name: str) -> str | None:
    """Return the key of a service from the environment, None without one; it is never kept."""
    return os.environ.get(name, "").strip() or None


def openai_address() -> str:
    """Return the address that speaks OpenAI's protocol."""
    return os.environ.get("OPENAI_BASE_URL", "").strip() or OPENAI_ADDRESS


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


def checked_dollars(name: str, amount: float) -> float:
    """Return an amount of money that is not negative.

    Raises:
        InvalidData: it is negative, infinite or no number.
    """
    if not 0 <= amount < float("inf"):
        raise InvalidData(f"{name} is {amount!r}. Give US dollars, 5 or 0.04 for instance.")
    return amount


def _whole(name: str, usual: int) -> int:
    given = os.environ.get(name, str(usual))
    if not given.isdecimal() or int(given) < 1:
        raise InvalidData(f"{name} is {given!r}. Set it to a whole number above 0.")
    return int(given)


def _dollars(name: str) -> float | None:
    given = os.environ.get(name, "").strip()
    if not given:
        return None
    try:
        return checked_dollars(name, float(given))
    except ValueError:
        raise InvalidData(
            f"{name} is {given!r}. Set it to US dollars, 5 or 0.04 for instance."
        ) from None


def _device() -> str:
    # Asking torch would take seconds on every start; the driver's device file and the version of
    # the installed build give the same answer.
    cpu_build = version("torch").endswith("+cpu")
    return "cuda" if Path("/dev/nvidia0").exists() and not cpu_build else "cpu"
