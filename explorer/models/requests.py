"""What is asked for: a model, a prompt and a replicate make one image."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from explorer.words.prompts import Prompt


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A generator and every setting of it that changes pixels.

    `name` is what people call it and changes no pixel. `backend` is "diffusers". `repo` is a hub
    id, the path of a local folder, or the name of a bundled generator; `revision` a commit or
    branch of the hub, or the fingerprint of a local folder's files. `scheduler` is "default" for
    the one the model ships with. `dtype` is "float32", "float16" or "bfloat16".
    """

    name: str
    backend: str
    repo: str
    revision: str
    scheduler: str
    steps: int
    guidance: float
    width_px: int
    height_px: int
    dtype: str


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """One image to be generated: the model, the prompt and which repetition of it (from 0)."""

    model: ModelSpec
    prompt: "Prompt"
    replicate: int
    key: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Compute the key once: a study asks for it many times."""
        object.__setattr__(self, "key", _digest(self._pixels()))

    @property
    def seed(self) -> int:
        """The seed in 0..2**32-1: a hash of prompt text and replicate, equal for every model."""
        digest = hashlib.sha256(f"{self.prompt.text}\n{self.replicate}".encode()).digest()
        return int.from_bytes(digest[:4], "big")

    def _pixels(self) -> dict[str, object]:
        return {"model": _settings(self.model), "prompt": self.prompt.text, "seed": self.seed}


@dataclass(frozen=True, slots=True)
class Image:
    """A generated image, or the reason why there is none.

    `pixels` has shape (height_px, width_px, 3), uint8, sRGB; None exactly when `filtered` gives a
    reason such as "safety filter".
    """

    request: ImageRequest
    pixels: "np.ndarray | None"
    filtered: str | None = None


@cache
def _settings(model: ModelSpec) -> dict[str, object]:
    settings = asdict(model)
    del settings["name"]
    return settings


def _digest(value: object) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
