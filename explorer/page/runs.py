"""Which visitor's generating is going on, and how to stop it."""

import threading
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Run:
    """One generating. Asked to stop, it ends after the images in hand; they are kept.

    `subject` is what is generated, as its visitor chose it. A generating is superseded when its visitor
    looks at something else: then it also shows nothing more.
    """

    subject: object
    _stopped: threading.Event = field(default_factory=threading.Event)
    _superseded: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """Ask the generating to end."""
        self._stopped.set()

    def supersede(self) -> None:
        """Ask the generating to end and to keep quiet."""
        self._superseded.set()
        self._stopped.set()

    def stopped(self) -> bool:
        """Say whether it was asked to end."""
        return self._stopped.is_set()

    def superseded(self) -> bool:
        """Say whether its visitor looks at something else."""
        return self._superseded.is_set()


class Runs:
    """The runs of all visitors, the latest of each."""

    def __init__(self) -> None:
        """Start with none."""
        self._runs: dict[str, Run] = {}
        self._lock = threading.Lock()

    def start(self, visitor: str, subject: object) -> Run:
        """Begin a generating; the visitor's former one is superseded."""
        self.supersede(visitor)
        with self._lock:
            run = self._runs[visitor] = Run(subject)
        return run

    def latest(self, visitor: str) -> Run | None:
        """Return the visitor's latest generating, None when there is none."""
        with self._lock:
            return self._runs.get(visitor)

    def others(self, visitor: str) -> int:
        """Count the runs of everybody else."""
        with self._lock:
            return len(self._runs.keys() - {visitor})

    def stop(self, visitor: str) -> None:
        """Ask a visitor's generating to end, if there is one."""
        if run := self.latest(visitor):
            run.stop()

    def supersede(self, visitor: str) -> None:
        """End and forget a visitor's generating, if there is one."""
        with self._lock:
            run = self._runs.pop(visitor, None)
        if run is not None:
            run.supersede()

    def end(self, visitor: str, run: Run) -> None:
        """Forget a generating that is over."""
        run.stop()
        with self._lock:
            if self._runs.get(visitor) is run:
                del self._runs[visitor]
