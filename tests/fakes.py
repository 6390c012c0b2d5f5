"""Stand-ins that draw and judge in microseconds and behave like the real ones.

A fake picture carries the answers in its first row of pixels: the fake classifier reads back what
the fake generator wrote, so a test knows every tally in advance.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from explorer.perception.axes import Axis, Perception
from explorer.perception.decide import decide, instrument_name
from explorer.pictures.catalog import ModelCard, classifier_version
from explorer.pictures.requests import ImageRequest, ModelSpec, Picture

UNCLEAR = 255


def fake_card(
    name: str = "fake-a", *, classifier: str = "fake-clip", size_px: int = 32
) -> ModelCard:
    """Return a model that only FakeGenerator can draw with."""
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
        description="Draws coloured squares.",
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
    """Draws plain coloured squares; counts what it drew.

    `withheld` says which requests the safety filter takes, `unclear` which the classifier cannot
    judge. `fail_after` pictures it raises `error`. `seconds` is the time one picture takes.
    """

    withheld: Callable[[ImageRequest], bool] = lambda _: False
    unclear: Callable[[ImageRequest], bool] = lambda _: False
    fail_after: int | None = None
    error: BaseException = field(default_factory=KeyboardInterrupt)
    seconds: float = 0.0
    drawn: list[ImageRequest] = field(default_factory=list)

    def draw(self, requests: Sequence[ImageRequest]) -> Iterator[Picture]:
        """Yield one picture for each request, in order."""
        for request in requests:
            if self.fail_after is not None and len(self.drawn) >= self.fail_after:
                raise self.error
            time.sleep(self.seconds)
            self.drawn.append(request)
            yield self._picture(request)

    def _picture(self, request: ImageRequest) -> Picture:
        if self.withheld(request):
            return Picture(request, None, "safety filter")
        colour = np.array(digits(request), dtype=np.uint8)
        pixels = np.empty((request.model.height_px, request.model.width_px, 3), dtype=np.uint8)
        pixels[:] = colour
        pixels[0] = UNCLEAR if self.unclear(request) else colour // 2
        return Picture(request, pixels)


@dataclass(slots=True)
class FakeClassifier:
    """Reads the answers back from a fake picture's first row; counts what it judged."""

    name: str = "fake-clip"
    judged: list[str] = field(default_factory=list)

    def classify(self, pictures: Sequence[Picture], axis: Axis) -> Iterator[Perception]:
        """Yield one perception for each picture, in order."""
        for picture in pictures:
            self.judged.append(picture.request.key)
            yield decide(
                picture.request.key,
                axis,
                instrument_name(classifier_version(self.name), axis),
                _scores(picture, axis),
            )

    def classify_all(
        self, pictures: Sequence[Picture], axes: Sequence[Axis]
    ) -> Iterator[Perception]:
        """Yield the perceptions of each axis in turn."""
        for axis in axes:
            yield from self.classify(pictures, axis)


def expected_label(request: ImageRequest, axis: Axis) -> str:
    """Return what FakeClassifier says of FakeGenerator's picture of this request."""
    channel = 0 if axis.name == "gender" else 1
    return axis.labels[digits(request)[channel] // 2 % len(axis.labels)]


def _scores(picture: Picture, axis: Axis) -> tuple[float, ...]:
    assert picture.pixels is not None, "a withheld picture must never be judged"
    count = len(axis.labels)
    value = int(picture.pixels[0, 0, 0 if axis.name == "gender" else 1])
    if value == UNCLEAR:
        return (1 / count,) * count
    return tuple(float(index == value % count) for index in range(count))
