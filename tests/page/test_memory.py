"""Memory that has been freed."""

import platform

import numpy as np
import psutil
import pytest

from explorer.page.memory import give_back

PIECE_BYTES = 100_000


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps what is freed")
def test_what_is_freed_goes_back_though_something_above_it_is_still_in_use() -> None:
    process = psutil.Process()
    pieces = [np.ones(PIECE_BYTES, np.uint8) for _ in range(1000)]
    above = np.ones(PIECE_BYTES, np.uint8)
    pieces.clear()
    held = process.memory_info().rss
    give_back()
    assert held - process.memory_info().rss > 500 * PIECE_BYTES
    assert above.all()
