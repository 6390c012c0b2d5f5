"""Count training steps until a given time has passed."""

import itertools
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def timed_steps(minutes: float) -> "Iterator[tuple[int, float]]":
    """Yield the number of each step and the elapsed share of the time, at least 1 in the last."""
    started, fraction = time.monotonic(), 0.0
    for step in itertools.count():
        if fraction >= 1:
            return
        fraction = (time.monotonic() - started) / (60 * minutes)
        yield step, fraction
