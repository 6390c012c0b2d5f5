"""Stand-ins that generate and classify in microseconds and behave like the real ones.

A fake image carries the answers in its first row of pixels: the fake classifier reads back what
the fake generator wrote, so a test knows every tally in advance.
"""

import errno
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.models.backends import Diffusers
from explorer.models.catalog import ModelCard
from explorer.models.provenance import Provenance
from explorer.models.requests import SAFETY_FILTER, Image, ImageRequest, ModelSpec
from explorer.perception.axes import Axis, Perception
from explorer.perception.decide import decide
from explorer.perception.instruments import ClassifierSpec, Instrument
from explorer.words.prompts import Prompt

UNCLEAR = 255
FAKE_CLIP = ClassifierSpec("captions", None, "fake-clip")
MADE = Provenance("fake device", "fake 1.0")


def fake_card(
    name: str = "fake-a", *, classifier: str = "fake-clip", size_px: int = 32
) -> ModelCard:
    """Return a model that only FakeGenerator can generate with."""
    settings = Diffusers("default", 1, 1.0, size_px, size_px, "float32")
    return ModelCard(
        spec=ModelSpec(name, name, "1", settings),
        title=name,
        description="Generates coloured squares.",
        bundled=False,
        classifier=classifier,
    )


def digits(request: ImageRequest) -> tuple[int, int, int]:
    """Return three numbers in 0..255 that depend on model, prompt and replicate alone."""
    text = f"{request.model.repo}\n{request.prompt.text}\n{request.replicate}"
    first, second, third = hashlib.sha256(text.encode()).digest()[:3]
    return first, second, third


@dataclass(slots=True)
class FakeGenerator:
    """Generates plain coloured squares; counts what it generated.

    `filtered` says which images have a `reason` instead of pixels, `unclear` which the classifier
    cannot classify. `fail_after` images it raises `error`. `seconds` is the time one image takes,
    and `loading_seconds` the time that the model takes to load in every turn. `warnings` is what it
    has to say about the prompts.
    """

    filtered: Callable[[ImageRequest], bool] = lambda _: False
    unclear: Callable[[ImageRequest], bool] = lambda _: False
    fail_after: int | None = None
    error: BaseException = field(default_factory=KeyboardInterrupt)
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    reason: str = SAFETY_FILTER
    generated: list[ImageRequest] = field(default_factory=list)
    loading_seconds: float = 0.0
    loads: int = 0

    def load(self) -> None:
        """Take the time of loading."""
        self.loads += 1
        time.sleep(self.loading_seconds)

    @property
    def is_loaded(self) -> bool:
        """Whether it was loaded."""
        return self.loads > 0

    @property
    def provenance(self) -> Provenance:
        """What it says of the machine."""
        return MADE

    def check(self, prompts: Sequence[Prompt]) -> tuple[str, ...]:
        """Return the warnings."""
        return self.warnings if prompts else ()

    def generate(self, requests: Sequence[ImageRequest]) -> Iterator[Image]:
        """Yield one image for each request, in order."""
        for request in requests:
            if self.fail_after is not None and len(self.generated) >= self.fail_after:
                raise self.error
            time.sleep(self.seconds)
            self.generated.append(request)
            yield self._image(request)

    def _image(self, request: ImageRequest) -> Image:
        if self.filtered(request):
            return Image(request, None, self.reason)
        size_px = request.model.diffusion.height_px, request.model.diffusion.width_px
        colour = np.array(digits(request), dtype=np.uint8)
        pixels = np.empty((*size_px, 3), dtype=np.uint8)
        pixels[:] = colour
        pixels[0] = UNCLEAR if self.unclear(request) else colour // 2
        return Image(request, pixels)


@dataclass(slots=True)
class FakeClassifier:
    """Reads the answers back from a fake image's first row; counts what it classified."""

    spec: ClassifierSpec = FAKE_CLIP
    classified: list[str] = field(default_factory=list)
    embedded: list[str] = field(default_factory=list)

    def classify(self, images: Sequence[Image], axis: Axis) -> Iterator[Perception]:
        """Yield one perception for each image, in order."""
        for image in images:
            self.classified.append(image.request.key)
            yield decide(
                image.request.key,
                axis,
                Instrument.of(self.spec, axis),
                _scores(image, axis),
            )

    def embed(self, images: Sequence[Image]) -> NDArray[np.float16]:
        """Return a direction for each image, which its colour decides; count what was encoded."""
        self.embedded += [image.request.key for image in images]
        rows = [image.pixels[-1, 0] for image in images if image.pixels is not None]
        colours = np.array(rows, dtype=float) + 1
        return np.asarray(colours / np.linalg.norm(colours, axis=1, keepdims=True), np.float16)

    def classify_all(self, images: Sequence[Image], axes: Sequence[Axis]) -> Iterator[Perception]:
        """Yield the perceptions of each axis in turn."""
        for axis in axes:
            yield from self.classify(images, axis)


def refuse_writing(
    monkeypatch: pytest.MonkeyPatch, code: int = errno.ENOSPC, after: int = 0
) -> None:
    """Make the disk refuse to keep anything after so many files; permissions do not stop root."""
    settle, left = os.fsync, [after]

    def fsync(file: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(code, os.strerror(code))
        settle(file)

    monkeypatch.setattr(os, "fsync", fsync)


def expected_label(request: ImageRequest, axis: Axis) -> str:
    """Return FakeClassifier's label for FakeGenerator's image of this request."""
    channel = 0 if axis.name == "gender" else 1
    return axis.labels[digits(request)[channel] // 2 % len(axis.labels)]


def _scores(image: Image, axis: Axis) -> tuple[float, ...]:
    assert image.pixels is not None, "a filtered image must never be classified"
    count = len(axis.labels)
    value = int(image.pixels[0, 0, 0 if axis.name == "gender" else 1])
    if value == UNCLEAR:
        return (1 / count,) * count
    return tuple(float(index == value % count) for index in range(count))
