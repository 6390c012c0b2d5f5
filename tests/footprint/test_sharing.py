"""Meters that run at a time share what the machine takes."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from explorer.footprint import sharing
from explorer.footprint.sharing import Sharing
from explorer.settings import repository

HOLD = """
import sys, time
from pathlib import Path
from explorer.footprint.sharing import Sharing
here = Sharing(Path(sys.argv[1]))
here.sit()
print("seated", flush=True)
time.sleep(60)
"""


class Clock:
    """A time that tests move."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(sharing, "time", clock)
    return clock


def test_a_batch_alone_has_all_of_it(tmp_path: Path, clock: Clock) -> None:
    alone = Sharing(tmp_path)
    for _ in range(2):
        alone.sit()
        clock.now += 7
        assert alone.leave() == 1


def test_batches_that_overlap_share_the_time_in_which_they_do(tmp_path: Path, clock: Clock) -> None:
    left, right = Sharing(tmp_path), Sharing(tmp_path)
    left.sit()
    clock.now += 10
    right.sit()
    clock.now += 20
    of_left = 30 * left.leave()
    clock.now += 10
    of_right = 30 * right.leave()
    assert (of_left, of_right) == pytest.approx((10 + 20 / 2, 20 / 2 + 10))
    # What any of them metered, and not more.
    assert of_left + of_right == pytest.approx(40)


def test_three_at_a_time_have_a_third_each(tmp_path: Path, clock: Clock) -> None:
    seats = [Sharing(tmp_path) for _ in range(3)]
    for seat in seats:
        seat.sit()
    clock.now += 9
    assert [seat.leave() for seat in seats] == pytest.approx([1 / 3] * 3)


def test_a_run_between_two_batches_takes_no_part(tmp_path: Path, clock: Clock) -> None:
    resting, working = Sharing(tmp_path), Sharing(tmp_path)
    resting.sit()
    clock.now += 1
    resting.leave()
    working.sit()
    clock.now += 5
    assert working.leave() == 1


def test_another_process_shares_until_it_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=repository()) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "seated\n"
        here = Sharing(tmp_path)
        here.sit()
        time.sleep(0.2)
        assert here.leave() == pytest.approx(1 / 2, abs=0.01)
        other.kill()
    here.sit()
    time.sleep(0.2)
    assert here.leave() == 1
    # The seat of the killed process is gone.
    assert len(list(tmp_path.glob("*.seat"))) == 1


@pytest.mark.parametrize("content", [b"", b"torn", bytes(16)])
def test_a_clock_that_was_lost_begins_anew(tmp_path: Path, clock: Clock, content: bytes) -> None:
    seat = Sharing(tmp_path)
    seat.sit()
    (tmp_path / "clock").write_bytes(content)
    clock.now += 5
    assert seat.leave() == 1


def test_a_machine_that_was_started_anew_has_a_time_of_its_own(
    tmp_path: Path, clock: Clock
) -> None:
    Sharing(tmp_path).sit()
    clock.now = 3.0
    seat = Sharing(tmp_path)
    seat.sit()
    clock.now += 5
    assert 0 < seat.leave() <= 1


def test_a_clock_that_somebody_holds_is_an_error_and_not_awaited_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "_PATIENCE_SECONDS", 0.05)
    with FileLock(tmp_path / "clock.lock"), pytest.raises(OSError, match="clock"):
        Sharing(tmp_path).sit()
