"""Memory that is no longer needed goes back to the system."""

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Give back what has been freed.

    The allocator of Linux keeps it for the threads that had it, and each run has a thread of its
    own. Other systems do without, and so does a Linux with another C library.
    """
    with suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
