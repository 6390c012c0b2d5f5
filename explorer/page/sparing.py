"""Make something that takes a while at intervals only."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

if TYPE_CHECKING:
    from collections.abc import Callable

# Making it never takes more than a quarter of the time.
_PAUSES = 3


@dataclass(slots=True)
class Sparing:
    """Make something at once and again after each pause; skip it in between.

    A pause takes `seconds`, or longer where making it is slow.
    """

    make: "Callable[[], str]"
    seconds: float
    ready: float = float("-inf")

    def __call__(self) -> Any:
        """Return it, or an update that skips it."""
        start = time.monotonic()
        if start < self.ready:
            return gr.skip()
        result = self.make()
        end = time.monotonic()
        self.ready = end + max(self.seconds, _PAUSES * (end - start))
        return result
