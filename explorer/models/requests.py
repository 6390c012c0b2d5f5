"""What is asked for: a model, a prompt and a replicate make one image."""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from explorer.models.backends import read_settings, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from explorer.models.backends import Settings
    from explorer.words.prompts import Prompt


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A generator and every setting of it that changes pixels.

    `name` is what people call it and changes no pixel. `repo` is a hub id, the path of a local
    folder, or the name of a bundled generator; `revision` a commit or branch of the hub, or the
    fingerprint of a local folder's files. The type of `settings` says which backend generates.
    """

    name: str
    repo: str
    revision: str
    settings: "Settings"

    @property
    def identity(self) -> str:
        """Everything that changes pixels, as canonical JSON; equal for two names of one model."""
        return canonical(_identity(self))


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """One image to be generated: the model, the prompt and which replicate of it (from 0)."""

    model: ModelSpec
    prompt: "Prompt"
    replicate: int
    _key: str | None = field(init=False, default=None, repr=False, compare=False)

    @property
    def key(self) -> str:
        """The SHA-256 of all that changes pixels, 64 hexadecimal digits."""
        # Hashed when it is first asked for: a large study counts images that nobody looks at.
        if self._key is None:
            pixels = {
                "model": _identity(self.model),
                "prompt": self.prompt.text,
                "seed": self.seed,
            }
            digest = hashlib.sha256(canonical(pixels).encode()).hexdigest()
            object.__setattr__(self, "_key", digest)
            return digest
        return self._key

    @property
    def seed(self) -> int:
        """The seed in 0..2**32-1: a hash of prompt text and replicate, equal for every model."""
        digest = hashlib.sha256(f"{self.prompt.text}\n{self.replicate}".encode()).digest()
        return int.from_bytes(digest[:4], "big")


@dataclass(frozen=True, slots=True)
class Image:
    """A generated image, or the reason why there is none.

    `pixels` has shape (height, width, 3), uint8, sRGB; None exactly when `filtered` gives a reason
    such as "safety filter".
    """

    request: ImageRequest
    pixels: "np.ndarray | None"
    filtered: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What one model is asked for, without an object for each image.

    `texts` are the texts of its prompts, `images` is how many replicates of each are asked for.
    """

    model: ModelSpec
    texts: tuple[str, ...]
    images: int


def spec_fields(model: ModelSpec) -> dict[str, Any]:
    """Return a model and its settings as one flat mapping, the name included."""
    return {"name": model.name, **_identity(model)}


def read_spec(values: "Mapping[str, Any]") -> ModelSpec:
    """Return the model that `spec_fields` gave.

    Raises:
        InvalidData: the backend is unknown, or has other settings.
        KeyError: the name, repo or revision is missing.
    """
    settings = dict(values)
    name, repo, revision = (str(settings.pop(one)) for one in ("name", "repo", "revision"))
    return ModelSpec(name, repo, revision, read_settings(settings))


def canonical(value: object) -> str:
    """Return JSON that is equal for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@cache
def _identity(model: ModelSpec) -> dict[str, Any]:
    return {"repo": model.repo, "revision": model.revision, **told(model.settings)}
