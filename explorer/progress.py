"""How far a run is, and how long the rest will take."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.pictures.requests import Picture


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
