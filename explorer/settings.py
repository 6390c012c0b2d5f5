"""Where things lie and what the limits are; the only reader of the environment."""

import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from explorer.errors import InvalidData

MAX_IMAGES_PER_PROMPT = 1000


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs between machines."""

    cache: Path
    device: str
    batch: int


def repository() -> Path:
    """Return the folder that holds app.py, professions.json and adjectives.json."""
    return Path(__file__).resolve().parents[1]


def load(cache: Path | None = None) -> Settings:
    """Read EXPLORER_CACHE, EXPLORER_DEVICE and EXPLORER_BATCH.

    Args:
        cache: the folder for images and index; overrides EXPLORER_CACHE.

    Raises:
        InvalidData: EXPLORER_BATCH or EXPLORER_DEVICE is not usable.
    """
    device = os.environ.get("EXPLORER_DEVICE") or _device()
    if device not in {"cpu", "cuda", "mps"}:
        raise InvalidData(f"EXPLORER_DEVICE is {device!r}. Set it to 'cpu', 'cuda' or 'mps'.")
    batch = os.environ.get("EXPLORER_BATCH", "32")
    if not batch.isdecimal() or int(batch) < 1:
        raise InvalidData(f"EXPLORER_BATCH is {batch!r}. Set it to a whole number above 0.")
    root = cache or Path(os.environ.get("EXPLORER_CACHE") or repository() / "cache")
    return Settings(cache=root, device=device, batch=int(batch))


def _device() -> str:
    # Asking torch would cost seconds on every start; the driver's device file and the name of the
    # installed build answer the same.
    cpu_build = version("torch").endswith("+cpu")
    return "cuda" if Path("/dev/nvidia0").exists() and not cpu_build else "cpu"
