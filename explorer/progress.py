"""Batches of a run, its progress, and the time it still needs."""

import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from explorer.models.requests import Image, ImageRequest

_QUICK_SECONDS = 15.0
_SLOW_SECONDS = 30.0
_GROWTH = 4


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a run, before the models load and after every stored and classified batch.

    `done` and `total` count the images of this run, not those stored before. `stage` is "generate",
    or "classify" for images that an earlier run generated but did not classify. `image` is the last
    of the batch, None before the first batch. `rate`, in images per second, and `seconds_left` are
    None until the second batch, because the first one also loads the models. `warnings` are
    sentences, told once, before any image is generated.
    """

    done: int
    total: int
    stage: Literal["generate", "classify"]
    image: "Image | None"
    rate: float | None
    seconds_left: float | None
    warnings: tuple[str, ...] = ()


class Pace:
    """Measures images per second from the end of the first batch."""

    def __init__(self, total: int) -> None:
        """Start with a total number of images."""
        self.total = total
        self._done = 0
        self._first: tuple[int, float] | None = None

    def progress(
        self, stage: 'Literal["generate", "classify"]', images: "Sequence[Image]"
    ) -> Progress:
        """Return the progress after a batch."""
        now = time.monotonic()
        self._done += len(images)
        if self._first is None:
            self._first = self._done, now
            return Progress(self._done, self.total, stage, images[-1], None, None)
        done, since = self._first
        rate = (self._done - done) / max(now - since, 1e-9)
        left = (self.total - self._done) / rate
        return Progress(self._done, self.total, stage, images[-1], rate, left)


def growing_batches(
    requests: "Sequence[ImageRequest]",
    generate: "Callable[[Sequence[ImageRequest]], Iterable[Image]]",
    most: int,
    cancelled: "Callable[[], bool]",
) -> "Iterator[tuple[Image, ...]]":
    """Yield the images of requests in order, batch by batch, until done or cancelled.

    The user sees progress and can cancel after each batch. The first batch is one image; a quick
    batch is followed by a larger one, of `most` images at most, and a slow batch by a smaller one.
    """
    size = 1
    while requests and not cancelled():
        start = time.monotonic()
        images = tuple(generate(requests[:size]))
        seconds = time.monotonic() - start
        yield images
        requests = requests[size:]
        if seconds < _QUICK_SECONDS:
            size = min(most, size * _GROWTH)
        elif seconds > _SLOW_SECONDS:
            size = max(1, size // 2)


def batches(
    images: "Iterable[Image]", size: int, cancelled: "Callable[[], bool]"
) -> "Iterator[tuple[Image, ...]]":
    """Yield existing images in batches of a size, until done or cancelled."""
    iterator = iter(images)
    while not cancelled() and (batch := tuple(islice(iterator, size))):
        yield batch
