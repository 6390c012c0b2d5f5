"""In what batches a run goes, how far it is, and how long the rest will take."""

import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from explorer.pictures.requests import ImageRequest, Picture

_QUICK_SECONDS = 15.0
_SLOW_SECONDS = 30.0
_GROWTH = 4


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: told before the models load, then after every batch is stored and judged.

    `done` and `total` count the pictures of this run, not those that were stored before. `stage`
    is "draw", or "judge" for pictures that an earlier run drew and did not judge. `picture` is the
    batch's last, None before the first. `rate`, in pictures a second, and `seconds_left` are None
    until the second batch: the first one also loads the models.
    """

    done: int
    total: int
    stage: Literal["draw", "judge"]
    picture: "Picture | None"
    rate: float | None
    seconds_left: float | None


class Pace:
    """Counts pictures and seconds, from the end of the first batch on."""

    def __init__(self, total: int) -> None:
        """Begin with so many pictures to come."""
        self.total = total
        self._done = 0
        self._first: tuple[int, float] | None = None

    def progress(
        self, stage: 'Literal["draw", "judge"]', pictures: "Sequence[Picture]"
    ) -> Progress:
        """Return how far the run is after a batch."""
        now = time.monotonic()
        self._done += len(pictures)
        if self._first is None:
            self._first = self._done, now
            return Progress(self._done, self.total, stage, pictures[-1], None, None)
        done, since = self._first
        rate = (self._done - done) / max(now - since, 1e-9)
        left = (self.total - self._done) / rate
        return Progress(self._done, self.total, stage, pictures[-1], rate, left)


def growing_batches(
    requests: "Sequence[ImageRequest]",
    draw: "Callable[[Sequence[ImageRequest]], Iterable[Picture]]",
    most: int,
    cancelled: "Callable[[], bool]",
) -> "Iterator[tuple[Picture, ...]]":
    """Draw requests in order, batch by batch, until all are drawn or it is cancelled.

    After each batch people see more and can cancel. The first is one picture; a batch that was
    quick is followed by a larger one, of `most` pictures at most, a slow one by a smaller one.
    """
    size = 1
    while requests and not cancelled():
        start = time.monotonic()
        pictures = tuple(draw(requests[:size]))
        seconds = time.monotonic() - start
        yield pictures
        requests = requests[size:]
        if seconds < _QUICK_SECONDS:
            size = min(most, size * _GROWTH)
        elif seconds > _SLOW_SECONDS:
            size = max(1, size // 2)


def batches(
    pictures: "Iterable[Picture]", size: int, cancelled: "Callable[[], bool]"
) -> "Iterator[tuple[Picture, ...]]":
    """Yield pictures that are there already, so many at a time, until it is cancelled."""
    iterator = iter(pictures)
    while not cancelled() and (batch := tuple(islice(iterator, size))):
        yield batch
