"""The runs in progress, one for each visitor, and how to stop them."""

import threading
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Run:
    """One run. If asked to stop, it ends after the current images, which are kept.

    `subject` is what its visitor chose to generate. A run is superseded when its visitor looks at
    something else; then it shows nothing more.
    """

    subject: object
    _stopped: threading.Event = field(default_factory=threading.Event)
    _superseded: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """Ask the run to end."""
        self._stopped.set()

    def supersede(self) -> None:
        """Ask the run to end and show nothing more."""
        self._superseded.set()
        self._stopped.set()

    def stopped(self) -> bool:
        """Return whether the run was asked to end."""
        return self._stopped.is_set()

    def superseded(self) -> bool:
        """Return whether its visitor looks at something else."""
        return self._superseded.is_set()


class Runs:
    """The runs of all visitors, the latest of each."""

    def __init__(self) -> None:
        """Start without any run."""
        self._runs: dict[str, Run] = {}
        self._lock = threading.Lock()

    def start(self, visitor: str, subject: object) -> Run:
        """Start a run and supersede the visitor's previous one."""
        self.supersede(visitor)
        with self._lock:
            run = self._runs[visitor] = Run(subject)
        return run

    def latest(self, visitor: str) -> Run | None:
        """Return the visitor's latest run, None if there is none."""
        with self._lock:
            return self._runs.get(visitor)

    def others(self, visitor: str) -> int:
        """Return the number of other visitors' runs."""
        with self._lock:
            return len(self._runs.keys() - {visitor})

    def stop(self, visitor: str) -> None:
        """Ask a visitor's run to end, if there is one."""
        if run := self.latest(visitor):
            run.stop()

    def stop_all(self) -> None:
        """Ask every run to end."""
        with self._lock:
            runs = tuple(self._runs.values())
        for run in runs:
            run.stop()

    def supersede(self, visitor: str) -> None:
        """End and forget a visitor's run, if there is one."""
        with self._lock:
            run = self._runs.pop(visitor, None)
        if run is not None:
            run.supersede()

    def end(self, visitor: str, run: Run) -> None:
        """Forget a run that is over."""
        run.stop()
        with self._lock:
            if self._runs.get(visitor) is run:
                del self._runs[visitor]
