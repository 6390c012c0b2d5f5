"""The share of the machine's energy that is a run's own, where several are metered at a time.

A meter reads the whole machine, so two runs side by side would each count all of it. All processes
of one user therefore keep a clock in a file. While one batch is metered it goes at full speed,
while two are metered at half speed, and so on: the time that it shows for a batch, divided by the
time that the batch took, is the batch's share, and the shares of all batches add up to the time in
which at least one was metered. A batch that is being metered holds the lock of a seat, so that one
that was killed leaves.
"""

import os
import struct
import time
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

# The clock is held for less than a millisecond at a time.
_PATIENCE_SECONDS = 1.0
_CLOCK = struct.Struct("dd")
_IN_PLACE = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)


class Sharing:
    """The clock of a folder, and the seat of one run."""

    def __init__(self, folder: Path) -> None:
        """Set the folder, which exists."""
        self._folder = folder
        self._clock = folder / "clock"
        self._held = FileLock(folder / "clock.lock", timeout=_PATIENCE_SECONDS)
        self._seat = FileLock(folder / f"{uuid4().hex}.seat", blocking=False)
        self._began = 0.0, 0.0

    def sit(self) -> None:
        """Begin a batch.

        Raises:
            OSError: the folder cannot be written, or somebody holds the clock for long.
        """
        with self._held:
            self._began = self._advance(self._others())
            self._seat.acquire()

    def leave(self) -> float:
        """End a batch and return its share of the machine's energy, above 0 and at most 1.

        Raises:
            OSError: the folder cannot be written, or somebody holds the clock for long.
        """
        try:
            with self._held:
                now, clock = self._advance(1 + self._others())
        finally:
            self._seat.release()
        took, own = now - self._began[0], clock - self._began[1]
        # A clock that was lost begins at 0 again.
        return own / took if 0 < own < took else 1.0

    def _advance(self, metered: int) -> tuple[float, float]:
        """Return the time and what the clock shows, after it went on while so many were metered."""
        now = time.monotonic()
        # Written in place: to empty a file first takes longer than all the rest.
        with os.fdopen(os.open(self._clock, _IN_PLACE), "r+b", buffering=0) as file:
            read = file.read(_CLOCK.size)
            last, clock = _CLOCK.unpack(read) if len(read) == _CLOCK.size else (now, 0.0)
            # When the machine was started anew, so was its time.
            clock += max(0.0, now - last) / max(1, metered)
            file.seek(0)
            file.write(_CLOCK.pack(now, clock))
        return now, clock

    def _others(self) -> int:
        """Return the number of seats that others hold; those that nobody holds are removed."""
        own = Path(self._seat.lock_file)
        return sum(not _removed(path) for path in self._folder.glob("*.seat") if path != own)


def _removed(seat: Path) -> bool:
    try:
        # Whoever sits down has the clock, so nobody takes the seat meanwhile.
        with FileLock(seat, blocking=False):
            seat.unlink(missing_ok=True)
    except Timeout:
        return False
    return True
