"""The runs in progress: each generates one study, in turn, whoever watches."""

import contextvars
import logging
import math
import os
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from explorer.errors import ExplorerError, NotAllowed, QuotaSpent
from explorer.generators.budget import Spent
from explorer.models.downloads import DownloadStopped, stoppable
from explorer.page.memory import give_back
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from explorer.footprint.metering import Meter
    from explorer.page.quotas import Quota
    from explorer.progress import Progress
    from explorer.study import Study

    Steps = Callable[[Callable[[], bool]], Iterator[Progress]]

_log = logging.getLogger(__name__)

# A run goes on for this long when nobody watches it.
PATIENCE_SECONDS = 600.0
PUBLIC_PATIENCE_SECONDS = 15.0
# A reload takes a moment. After it, a run that nobody watches makes room for one that waits.
_RELOAD_SECONDS = 5.0
_CLOSING_SECONDS = 60.0
# In public, so many runs of one visitor, and of all, may wait or go on.
_RUNS_OF_ONE, _RUNS_OF_ALL = 3, 60
# Ten steps of niceness take about a tenth of the processor time where others want it too.
_NICER, _NICEST = 10, 19


@dataclass(slots=True, eq=False)
class Run:
    """The run of one study. If it ends early, it does so after the images in hand, which are kept.

    `told` are sentences about its models, `meter` measures its energy, and `spent` is what services
    cost it. `progress` is None until it is its turn, and `error` is why it failed. `visitor` is who
    began it, and `images` is what it counts for in a quota. `watching` holds the open pages that
    see it; `unwatched` is when the last of them left. `begun` is by the clock of files.
    """

    study: "Study"
    told: tuple[str, ...] = ()
    visitor: str = ""
    images: int = 0
    meter: "Meter | None" = None
    spent: Spent = field(default_factory=Spent)
    progress: "Progress | None" = None
    error: ExplorerError | None = None
    stopped: bool = False
    over: bool = False
    watching: set[str] = field(default_factory=set)
    unwatched: float = field(default_factory=time.monotonic)
    begun: float = field(default_factory=time.time)


class Runs:
    """The runs of all visitors. Models are large, so one is carried out at a time.

    Of those that wait, the next is of the visitor whose last turn is longest ago. With a quota, a
    run gets its turn only while somebody listens.
    """

    def __init__(
        self,
        patience_seconds: float = PATIENCE_SECONDS,
        spent: "Callable[[], Spent]" = Spent,
        *,
        stop_file: "Path | None" = None,
        quota: "Quota | None" = None,
    ) -> None:
        """Start without any run.

        Args:
            patience_seconds: the time after which a run ends that nobody watches.
            spent: returns what services have cost so far.
            stop_file: ends the runs that were begun before it was last touched.
            quota: what visitors may generate; None for as much as they like.
        """
        self.patience_seconds = patience_seconds
        self._spent = spent
        self._stop_file = stop_file
        self._quota = quota
        self._runs: list[Run] = []
        self._current: Run | None = None
        self._turns: dict[str, int] = {}
        self._threads: list[threading.Thread] = []
        self._changed = threading.Condition()

    def begin(
        self,
        study: "Study",
        steps: "Steps",
        told: tuple[str, ...] = (),
        visitor: str = "",
        images: int = 0,
    ) -> Run:
        """Begin a run and return it, or the run that the study has already.

        Args:
            study: the study.
            steps: carries the run out until a function that it is given returns true.
            told: sentences about its models.
            visitor: who begins it.
            images: what it counts for in a quota.

        Raises:
            QuotaSpent: the visitor has too many runs or images, or all have too many runs.
        """
        with self._changed:
            if (run := self.of(study)) is None:
                if self._quota:
                    self._require_room(visitor)
                    self._quota.take(visitor, images)
                run = Run(study, told, visitor, images)
                self._runs.append(run)
                # A Space knows by the context whose quota of GPU time a run uses.
                context = contextvars.copy_context()
                thread = threading.Thread(
                    target=context.run, args=(self._carry_out, run, steps), daemon=True
                )
                self._threads = [one for one in self._threads if one.is_alive()] + [thread]
                thread.start()
            return run

    def of(self, study: "Study") -> Run | None:
        """Return the run of a study, None if there is none."""
        with self._changed:
            return next((run for run in self._runs if run.study == study and not run.over), None)

    def waits(self, run: Run) -> bool:
        """Return whether another run has to end first."""
        with self._changed:
            return self._next() is not run

    def stop(self, study: "Study", may: "Callable[[Run], bool]" = lambda _run: True) -> None:
        """Ask the run of a study to end, if there is one.

        Args:
            study: the study.
            may: returns whether a run may be ended.

        Raises:
            NotAllowed: it may not.
        """
        with self._changed:
            if run := self.of(study):
                if not may(run):
                    raise NotAllowed(_("Only the visitor who began this run can cancel it."))
                run.stopped = True
                self._changed.notify_all()

    @contextmanager
    def watch(self, run: Run, visitor: str) -> "Iterator[None]":
        """Keep a run going while a visitor watches it."""
        with self._changed:
            run.watching.add(visitor)
        try:
            yield
        finally:
            with self._changed:
                run.watching.discard(visitor)
                run.unwatched = time.monotonic()

    def wait(self, run: Run, seconds: float) -> None:
        """Wait until a run is over, for so many seconds at most."""
        with self._changed:
            self._changed.wait_for(lambda: run.over, seconds)

    def close(self) -> None:
        """End all runs and wait until they have stored the images in hand."""
        with self._changed:
            for run in self._runs:
                run.stopped = True
            self._changed.notify_all()
        deadline = time.monotonic() + _CLOSING_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _carry_out(self, run: Run, steps: "Steps") -> None:
        if self._quota:
            _let_others_go_first()
        try:
            if self._turn(run):
                self._take(run, steps)
        except ExplorerError as error:
            run.error = error
        except Exception as error:  # noqa: BLE001 - whoever watches is told
            _log.exception("A run failed")
            run.error = ExplorerError(
                _("The run failed: {error}. All generated images are kept.").format(error=error)
            )
        finally:
            with self._changed:
                run.over = True
                self._runs.remove(run)
                if self._current is run:
                    self._current = None
                if not self._runs:
                    self._turns.clear()
                if self._quota:
                    done = run.progress.done if run.progress else 0
                    self._quota.give_back(run.visitor, max(0, run.images - done))
                self._changed.notify_all()
            give_back()

    def _take(self, run: Run, steps: "Steps") -> None:
        before = self._spent()
        try:
            with suppress(DownloadStopped), stoppable(lambda: self._ends(run)):
                for progress in steps(lambda: self._ends(run)):
                    run.progress, run.spent = progress, self._spent() - before
                    run.told += progress.warnings
        finally:
            run.spent = self._spent() - before

    def _turn(self, run: Run) -> bool:
        """Wait for the run's turn; return false if it ended before."""
        with self._changed:
            while not self._ends(run):
                if self._next() is run:
                    self._current = run
                    self._turns[run.visitor] = max(self._turns.values(), default=0) + 1
                    return True
                self._changed.wait(1)
            return False

    def _next(self) -> Run | None:
        """Return the run whose turn it is."""
        if self._current:
            return self._current
        ready = [run for run in self._runs if run.watching or not self._quota]
        return min(ready, key=lambda run: self._turns.get(run.visitor, 0), default=None)

    def _ends(self, run: Run) -> bool:
        """Return whether a run was stopped, or stop it because nobody has watched it for long."""
        with self._changed:
            unwatched = 0.0 if run.watching else time.monotonic() - run.unwatched
            waited_for = any(one is not run and one is not self._current for one in self._runs)
            patience = _RELOAD_SECONDS if waited_for else self.patience_seconds
            run.stopped = (
                run.stopped
                or unwatched > min(patience, self.patience_seconds)
                or self._stopped_since() > run.begun
            )
            return run.stopped

    def _stopped_since(self) -> float:
        """Return the time at which the operator last stopped all runs, minus infinity for never."""
        try:
            return self._stop_file.stat().st_mtime if self._stop_file else -math.inf
        except OSError:
            return -math.inf

    def _require_room(self, visitor: str) -> None:
        if sum(run.visitor == visitor for run in self._runs) >= _RUNS_OF_ONE:
            raise QuotaSpent(
                _(
                    "{number} runs that you began are not over yet. Wait for one of them, or "
                    "cancel it."
                ).format(number=_RUNS_OF_ONE)
            )
        if len(self._runs) >= _RUNS_OF_ALL:
            raise QuotaSpent(
                _("{number} runs of other visitors wait already. Try again later.").format(
                    number=_RUNS_OF_ALL
                )
            )


def _let_others_go_first() -> None:
    """Let what answers visitors go before this thread; only Linux has priorities of threads.

    At home, whoever generates waits for it.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        nice = os.getpriority(os.PRIO_PROCESS, thread) + _NICER
        os.setpriority(os.PRIO_PROCESS, thread, min(nice, _NICEST))
