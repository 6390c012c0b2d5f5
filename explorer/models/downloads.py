"""Downloads from the hub, which end when whoever waits for them gives up."""

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class DownloadStopped(BaseException):
    """A download was given up. No failure, so nothing that looks for failures catches it."""


def _never() -> bool:
    return False


_stopped: "ContextVar[Callable[[], bool]]" = ContextVar("stopped", default=_never)


@contextmanager
def stoppable(stopped: "Callable[[], bool]") -> "Iterator[None]":
    """End the downloads of the block once a function returns true, by DownloadStopped."""
    token = _stopped.set(stopped)
    try:
        yield
    finally:
        _stopped.reset(token)


def progress_bar() -> Any:
    """Return the class of progress bars for a download, which asks with each piece whether to stop.

    The threads that fetch several files at once know the block by this class alone.
    """
    from huggingface_hub.utils.tqdm import tqdm

    stopped = _stopped.get()

    class Bar(tqdm):
        def update(self, n: float | None = 1) -> Any:
            if stopped():
                raise DownloadStopped
            return super().update(n)

    return Bar
