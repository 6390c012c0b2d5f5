"""The runs in progress: each generates one study, in turn, whoever watches."""

import contextvars
import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from explorer.errors import ExplorerError
from explorer.generators.budget import Spent
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from explorer.footprint.metering import Meter
    from explorer.progress import Progress
    from explorer.study import Study

    Steps = Callable[[Callable[[], bool]], Iterator[Progress]]

_log = logging.getLogger(__name__)

# A run goes on for this long when nobody watches it.
PATIENCE_SECONDS = 600.0
# A reload takes a moment. After it, a run that nobody watches makes room for one that waits.
_RELOAD_SECONDS = 5.0
_CLOSING_SECONDS = 60.0


@dataclass(slots=True, eq=False)
class Run:
    """The run of one study. If it ends early, it does so after the images in hand, which are kept.

    `told` are sentences about its models, `meter` measures its energy, and `spent` is what services
    cost it. `progress` is None
    until it is its turn, and `error` is why it failed. `watching` holds the visitors who see it;
    `unwatched` is when the last of them left.
    """

    study: "Study"
    told: tuple[str, ...] = ()
    meter: "Meter | None" = None
    spent: Spent = field(default_factory=Spent)
    progress: "Progress | None" = None
    error: ExplorerError | None = None
    stopped: bool = False
    over: bool = False
    watching: set[str] = field(default_factory=set)
    unwatched: float = field(default_factory=time.monotonic)


class Runs:
    """The runs of all visitors. Models are large, so one is carried out at a time."""

    def __init__(
        self,
        patience_seconds: float = PATIENCE_SECONDS,
        spent: "Callable[[], Spent]" = Spent,
    ) -> None:
        """Start without any run.

        Args:
            patience_seconds: the time after which a run ends that nobody watches.
            spent: returns what services have cost so far.
        """
        self.patience_seconds = patience_seconds
        self._spent = spent
        self._runs: list[Run] = []
        self._threads: list[threading.Thread] = []
        self._changed = threading.Condition()

    def begin(self, study: "Study", steps: "Steps", told: tuple[str, ...] = ()) -> Run:
        """Begin a run and return it, or the run that the study has already.

        Args:
            study: the study.
            steps: carries the run out until a function that it is given returns true.
            told: sentences about its models.
        """
        with self._changed:
            if (run := self.of(study)) is None:
                run = Run(study, told)
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
            return self._runs[:1] != [run]

    def stop(self, study: "Study") -> None:
        """Ask the run of a study to end, if there is one."""
        with self._changed:
            if run := self.of(study):
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
                self._changed.notify_all()

    def _take(self, run: Run, steps: "Steps") -> None:
        before = self._spent()
        try:
            for progress in steps(lambda: self._ends(run)):
                run.progress, run.spent = progress, self._spent() - before
                run.told += progress.warnings
        finally:
            run.spent = self._spent() - before

    def _turn(self, run: Run) -> bool:
        """Wait until the runs before have ended; return false if the run ended before its turn."""
        with self._changed:
            while self._runs[0] is not run and not self._ends(run):
                self._changed.wait(1)
            return not run.stopped

    def _ends(self, run: Run) -> bool:
        """Return whether a run was stopped, or stop it because nobody has watched it for long."""
        with self._changed:
            unwatched = 0.0 if run.watching else time.monotonic() - run.unwatched
            waited_for = self._runs[-1] is not run
            patience = _RELOAD_SECONDS if waited_for else self.patience_seconds
            run.stopped = run.stopped or unwatched > min(patience, self.patience_seconds)
            return run.stopped
