"""Stand-ins that generate and classify in microseconds and behave like the real ones.

A fake image carries the answers in its first row of pixels: the fake classifier reads back what
the fake generator wrote, so a test knows every tally in advance.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from explorer.models.catalog import ModelCard, classifier_version
from explorer.models.requests import Image, ImageRequest, ModelSpec
from explorer.perception.axes import Axis, Perception
from explorer.perception.decide import decide, instrument_name

UNCLEAR = 255


def fake_card(
    name: str = "fake-a", *, classifier: str = "fake-clip", size_px: int = 32
) -> ModelCard:
    """Return a model that only FakeGenerator can generate with."""
    spec = ModelSpec(
        name=name,
        backend="diffusers",
        repo=name,
        revision="1",
        scheduler="default",
        steps=1,
        guidance=1.0,
        width_px=size_px,
        height_px=size_px,
        dtype="float32",
    )
    return ModelCard(
        spec=spec,
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

    `filtered` says which requests the safety filter takes, `unclear` which the classifier cannot
    classify. `fail_after` images it raises `error`. `seconds` is the time one image takes.
    """

    filtered: Callable[[ImageRequest], bool] = lambda _: False
    unclear: Callable[[ImageRequest], bool] = lambda _: False
    fail_after: int | None = None
    error: BaseException = field(default_factory=KeyboardInterrupt)
    seconds: float = 0.0
    generated: list[ImageRequest] = field(default_factory=list)

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
            return Image(request, None, "safety filter")
        colour = np.array(digits(request), dtype=np.uint8)
        pixels = np.empty((request.model.height_px, request.model.width_px, 3), dtype=np.uint8)
        pixels[:] = colour
        pixels[0] = UNCLEAR if self.unclear(request) else colour // 2
        return Image(request, pixels)


@dataclass(slots=True)
class FakeClassifier:
    """Reads the answers back from a fake image's first row; counts what it classified."""

    name: str = "fake-clip"
    classified: list[str] = field(default_factory=list)

    def classify(self, images: Sequence[Image], axis: Axis) -> Iterator[Perception]:
        """Yield one perception for each image, in order."""
        for image in images:
            self.classified.append(image.request.key)
            yield decide(
                image.request.key,
                axis,
                instrument_name(classifier_version(self.name), axis),
                _scores(image, axis),
            )

    def classify_all(self, images: Sequence[Image], axes: Sequence[Axis]) -> Iterator[Perception]:
        """Yield the perceptions of each axis in turn."""
        for axis in axes:
            yield from self.classify(images, axis)


def expected_label(request: ImageRequest, axis: Axis) -> str:
    """Return what FakeClassifier says of FakeGenerator's image of this request."""
    channel = 0 if axis.name == "gender" else 1
    return axis.labels[digits(request)[channel] // 2 % len(axis.labels)]


def _scores(image: Image, axis: Axis) -> tuple[float, ...]:
    assert image.pixels is not None, "a filtered image must never be classified"
    count = len(axis.labels)
    value = int(image.pixels[0, 0, 0 if axis.name == "gender" else 1])
    if value == UNCLEAR:
        return (1 / count,) * count
    return tuple(float(index == value % count) for index in range(count))
