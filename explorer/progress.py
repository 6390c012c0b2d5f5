"""In what batches a run goes, how far it is, and how long the rest will take."""

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
    """How far a run is: told before the models load, then after every batch is stored and classified.

    `done` and `total` count the images of this run, not those that were stored before. `stage`
    is "generate", or "classify" for images that an earlier run generated and did not classify. `image` is the
    batch's last, None before the first. `rate`, in images a second, and `seconds_left` are None
    until the second batch: the first one also loads the models.
    """

    done: int
    total: int
    stage: Literal["generate", "classify"]
    image: "Image | None"
    rate: float | None
    seconds_left: float | None


class Pace:
    """Counts images and seconds, from the end of the first batch on."""

    def __init__(self, total: int) -> None:
        """Begin with so many images to come."""
        self.total = total
        self._done = 0
        self._first: tuple[int, float] | None = None

    def progress(
        self, stage: 'Literal["generate", "classify"]', images: "Sequence[Image]"
    ) -> Progress:
        """Return how far the run is after a batch."""
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
    """Generate requests in order, batch by batch, until all are generated or it is cancelled.

    After each batch people see more and can cancel. The first is one image; a batch that was
    quick is followed by a larger one, of `most` images at most, a slow one by a smaller one.
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
    """Yield images that are there already, so many at a time, until it is cancelled."""
    iterator = iter(images)
    while not cancelled() and (batch := tuple(islice(iterator, size))):
        yield batch
