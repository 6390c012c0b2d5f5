"""Which run goes on, and what ends it."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from explorer.errors import ModelUnreachable
from explorer.generators.budget import Budget, Spent
from explorer.page.runs import Run, Runs
from explorer.progress import Progress
from explorer.study import Study
from tests.fakes import fake_card

AUTHOR = Study((fake_card(),), ("author",))
NURSE = replace(AUTHOR, professions=("nurse",))
PATIENCE = 30.0


@dataclass
class Work:
    """Steps that go on until they are allowed to end, or their run ends."""

    allowed: threading.Event = field(default_factory=threading.Event)
    steps: int = 0
    error: Exception | None = None

    def __call__(self, ends: Callable[[], bool]) -> Iterator[Progress]:
        while not ends() and not self.allowed.is_set():
            self.steps += 1
            yield Progress(self.steps, 1000, "generate", None, None, None)
            if self.error:
                raise self.error
            time.sleep(0.01)


@pytest.fixture
def runs() -> Iterator[Runs]:
    """Return runs that end with the test."""
    runs = Runs()
    yield runs
    runs.close()


def is_over(runs: Runs, run: Run) -> bool:
    runs.wait(run, PATIENCE)
    return run.over


def test_a_study_has_one_run_whoever_begins_it(runs: Runs) -> None:
    run = runs.begin(AUTHOR, Work())
    assert runs.begin(replace(AUTHOR), Work()) is run
    assert runs.of(AUTHOR) is run
    assert runs.of(NURSE) is None


def test_a_run_that_is_over_is_forgotten(runs: Runs) -> None:
    work = Work()
    run = runs.begin(AUTHOR, work)
    work.allowed.set()
    assert is_over(runs, run)
    assert runs.of(AUTHOR) is None
    assert not run.stopped


def test_a_run_waits_for_the_one_before(runs: Runs) -> None:
    first, second = Work(), Work()
    run = runs.begin(AUTHOR, first)
    other = runs.begin(NURSE, second)
    with runs.watch(run, "me"), runs.watch(other, "you"):
        assert runs.waits(other)
        assert not runs.waits(run)
        assert second.steps == 0
        first.allowed.set()
        second.allowed.set()
        assert is_over(runs, other)


def test_stopping_ends_only_the_run_of_that_study(runs: Runs) -> None:
    first, second = runs.begin(AUTHOR, Work()), runs.begin(NURSE, Work())
    with runs.watch(first, "me"), runs.watch(second, "you"):
        runs.stop(NURSE)
        assert is_over(runs, second)
        assert not first.over
        runs.stop(AUTHOR)
        assert is_over(runs, first)


def test_stopping_nothing_does_nothing(runs: Runs) -> None:
    runs.stop(AUTHOR)


def test_a_run_that_nobody_watches_ends_after_a_while() -> None:
    runs = Runs(patience_seconds=0.2)
    run = runs.begin(AUTHOR, Work())
    with runs.watch(run, "me"):
        time.sleep(0.5)
        assert not run.over
    assert is_over(runs, run)
    assert run.stopped


def test_a_run_that_somebody_finds_again_goes_on() -> None:
    runs = Runs(patience_seconds=0.5)
    run = runs.begin(AUTHOR, Work())
    with runs.watch(run, "before the reload"):
        pass
    with runs.watch(run, "after the reload"):
        time.sleep(1)
        assert not run.over
    runs.close()


def test_a_run_that_nobody_watches_makes_room(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.page.runs._RELOAD_SECONDS", 0.2)
    left = runs.begin(AUTHOR, Work())
    time.sleep(0.5)
    assert not left.over, "nobody waits yet"
    other = runs.begin(NURSE, Work())
    with runs.watch(other, "me"):
        assert is_over(runs, left)
        assert not other.over


@pytest.mark.parametrize("error", [ModelUnreachable("No hub."), ZeroDivisionError("by zero")])
def test_why_a_run_failed_is_told(runs: Runs, error: Exception) -> None:
    run = runs.begin(AUTHOR, Work(error=error))
    assert is_over(runs, run)
    assert str(error) in str(run.error)


def test_closing_ends_every_run(runs: Runs) -> None:
    both = [runs.begin(study, Work()) for study in (AUTHOR, NURSE)]
    runs.close()
    assert all(run.over for run in both)


@pytest.mark.parametrize("error", [None, ModelUnreachable("The service is down.")])
def test_a_run_knows_what_it_spent_and_not_what_others_did(error: ModelUnreachable | None) -> None:
    budget = Budget(1.0)
    runs = Runs(spent=lambda: budget.spent)

    def steps(_ends: Callable[[], bool]) -> Iterator[Progress]:
        budget.spend(0.25)
        yield Progress(1, 2, "generate", None, None, None)
        budget.spend(0.25)
        if error:
            raise error

    for study in (AUTHOR, NURSE):
        run = runs.begin(study, steps)
        assert is_over(runs, run)
        assert run.spent == Spent(0.5, 2)
    assert budget.spent == Spent(1.0, 4)
