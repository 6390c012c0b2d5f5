"""Generate on a GPU that a Space with ZeroGPU provides for one batch at a time.

Such a Space has the package `spaces` installed, which runs a decorated function in another process
with access to the GPU. Arguments and results are pickled, so a plain function generates a batch.
The model loads in that process and stays there for later batches.
"""

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from explorer.errors import DeviceRefused, ExplorerError
from explorer.failures import first_line
from explorer.generators.diffusion import DiffusionGenerator
from explorer.generators.pipelines import fetch
from explorer.models.speed import guessed_rate
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from explorer.models.provenance import Provenance
    from explorer.models.requests import Image, ImageRequest, ModelSpec
    from explorer.settings import Settings
    from explorer.words.prompts import Prompt

    Batch = Callable[
        [ModelSpec, Settings, tuple[ImageRequest, ...]], tuple[Image, ...] | ExplorerError
    ]

# The time to read a model of a few GB from the disk and move it to the GPU.
_LOADING_SECONDS = 30
# A visitor has a quota of a few minutes a day; a request for more than is left is refused.
_MOST_SECONDS = 120
# Two models can take turns.
_generator = lru_cache(maxsize=2)(DiffusionGenerator)


class LentGenerator:
    """Generates the images of one model, each call on a GPU that is borrowed for it."""

    def __init__(self, spec: "ModelSpec", settings: "Settings", on_gpu: "Batch") -> None:
        """Remember the model; `on_gpu` is the function that `borrow` returned."""
        self._spec = spec
        self._settings = settings
        self._on_gpu = on_gpu

    @property
    def provenance(self) -> "Provenance":
        """The device and the libraries that generate the images."""
        return DiffusionGenerator(self._spec, self._settings).provenance

    def load(self) -> None:
        """Download the model if it is missing, which must not use up the visitor's quota.

        Raises:
            ModelError: it cannot be downloaded; the message says what to do.
        """
        fetch(self._spec)

    def check(self, prompts: "Sequence[Prompt]") -> tuple[str, ...]:
        """Return warnings of what the model does not read of a study's prompts, as sentences.

        Raises:
            InvalidData: a profession or adjective is cut off, or two prompts are read alike.
            ModelError: the model cannot be downloaded, or a tokenizer does not fit.
        """
        return DiffusionGenerator(self._spec, self._settings).check(prompts)

    def generate(self, requests: "Sequence[ImageRequest]") -> "Iterator[Image]":
        """Yield one image per request, in order, once all are generated.

        Raises:
            DeviceRefused: the Space provides no GPU; the message gives its reason.
            ModelError: the model cannot be loaded or cannot generate; the message says what to do.
        """
        self.load()
        try:
            images = self._on_gpu(self._spec, self._settings, tuple(requests))
        except Exception as error:
            raise DeviceRefused(
                _(
                    "The Space provides no GPU for {name!r}: {first_line} Try again later, "
                    "or choose a bundled model, which needs none."
                ).format(name=self._spec.name, first_line=first_line(error))
            ) from error
        if isinstance(images, ExplorerError):
            raise images
        yield from images


def borrow() -> "Batch":
    """Return `generate_batch` decorated to run on a borrowed GPU.

    A Space stops at start unless a function is decorated before the page opens.
    """
    import spaces

    decorated: Batch = spaces.GPU(generate_batch, duration=seconds)
    return decorated


def generate_batch(
    spec: "ModelSpec", settings: "Settings", requests: "tuple[ImageRequest, ...]"
) -> "tuple[Image, ...] | ExplorerError":
    """Return the images, or the error, which would lose its message if raised across processes."""
    try:
        return tuple(_generator(spec, settings).generate(requests))
    except ExplorerError as error:
        return error


def seconds(spec: "ModelSpec", settings: "Settings", requests: "tuple[ImageRequest, ...]") -> int:
    """Return the time to request the GPU for, from the estimate for so many images."""
    generating = len(requests) / guessed_rate(spec.diffusion, settings.device)
    return min(_MOST_SECONDS, math.ceil(_LOADING_SECONDS + generating))
