"""Show the progress of a run on standard error: a bar on a terminal, lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from explorer.generators.budget import Budget, dollars
from explorer.numbers import decimal
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.progress import Progress

Show = Callable[["Progress"], None]

_LINE_SECONDS = 5.0


@contextmanager
def shown_progress(budget: "Budget | None" = None) -> Iterator[Show]:
    """Yield the function to call with every Progress; it shows what a budget has spent."""
    spent = budget or Budget()
    if sys.stderr.isatty():
        with _bar(spent) as show:
            yield show
    else:
        yield _lines(spent)


@contextmanager
def shown_count(doing: str) -> Iterator[Callable[[int, int], None]]:
    """Yield the function to call with every number done and the total, for a bar on a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def pace(progress: "Progress", budget: "Budget") -> str:
    """Return the rate, the time left and the money: "6.3 a second, 0:00:25 left, $0.48"."""
    spent = dollars(budget.spent.usd) if budget.spent.usd else ""
    return ", ".join(filter(None, (_rate(progress), spent)))


def _rate(progress: "Progress") -> str:
    if progress.rate is None or progress.seconds_left is None:
        return ""
    if progress.rate < 1:
        speed = _("{seconds} s an image").format(seconds=decimal(1 / progress.rate, 1))
    else:
        speed = _("{number} a second").format(number=decimal(progress.rate, 1))
    if progress.done == progress.total:
        return speed
    left = timedelta(seconds=round(progress.seconds_left))
    return _("{speed}, {time} left").format(speed=speed, time=left)


@contextmanager
def _bar(budget: Budget) -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_("Loading the models"), total=None, pace="")
        yield lambda progress: bar.update(
            task,
            description=_doing(progress),
            completed=progress.done,
            total=progress.total,
            pace=pace(progress, budget),
        )


def _doing(progress: "Progress") -> str:
    if not progress.done:
        return _("Loading the models")
    return _("Generating") if progress.stage == "generate" else _("Classifying")


def _lines(budget: Budget) -> Show:
    due = time.monotonic()

    def show(progress: "Progress") -> None:
        nonlocal due
        if not progress.done or time.monotonic() >= due or progress.done == progress.total:
            due = time.monotonic() + _LINE_SECONDS * bool(progress.done)
            text = f"{_doing(progress)} {progress.done}/{progress.total}"
            print(
                ", ".join(filter(None, (text, pace(progress, budget)))), file=sys.stderr, flush=True
            )

    return show
