"""What a later version may add to a backend."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Later:
    """The settings of a pipeline as a later version may have them: two more, with defaults."""

    backend: ClassVar[str] = "diffusers"

    scheduler: str
    steps: int
    guidance: float
    width_px: int
    height_px: int
    dtype: str
    negative_prompt: str | None = None
    eta: float = 0.0
