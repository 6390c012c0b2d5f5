"""Interruptions by ctrl-C and SIGTERM: the program ends with 130 or 143 and no traceback."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# Shells report a program that a signal ended with this much added to the signal's number.
_BY_SIGNAL = 128


class Interrupted(KeyboardInterrupt):
    """A signal asks the program to end; `status` is the exit status that tells so."""

    def __init__(self, number: int) -> None:
        """Take the number of the signal."""
        super().__init__()
        self.status = _BY_SIGNAL + number


def exit_with(command: Callable[[], int]) -> None:
    """End the process with the exit status that the command returns, or with a signal's.

    The first signal interrupts the command, which can still say what it has kept; every later one
    ends the process at once. Nothing that is stored gets lost, because the store withstands even a
    kill.
    """
    _handle(_interrupt)
    try:
        status = command()
        _handle(_leave)
    except Interrupted as interrupted:
        status = interrupted.status
    if status > _BY_SIGNAL:
        # Python would wait for threads that still generate, and abort those that run torch's code.
        with suppress(OSError):
            sys.stdout.flush()
        os._exit(status)
    sys.exit(status)


def _handle(handler: Callable[[int, FrameType | None], object]) -> None:
    for number in _SIGNALS:
        # Shells let programs in the background ignore ctrl-C.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    _handle(_leave)
    raise Interrupted(number)


def _leave(number: int, _frame: FrameType | None) -> None:
    os._exit(_BY_SIGNAL + number)
