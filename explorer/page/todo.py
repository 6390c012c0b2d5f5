"""What a choice still lacks, in words and numbers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.page.pace import duration
from explorer.study import unjudged

if TYPE_CHECKING:
    from explorer.page.desk import Desk
    from explorer.page.pace import Estimate
    from explorer.progress import Progress
    from explorer.study import Study


@dataclass(frozen=True, slots=True)
class ToDo:
    """How many pictures were asked for, are missing, and are stored but not judged."""

    total: int
    missing: int
    unjudged: int
    estimate: "Estimate"

    @property
    def done(self) -> bool:
        """Say whether there is nothing to do."""
        return not self.missing and not self.unjudged


def to_do(study: "Study", desk: "Desk") -> ToDo:
    """Look up what the store lacks of a study."""
    work = [(card, len(desk.store.missing(study.requests(card)))) for card in study.models]
    return ToDo(
        total=sum(len(study.requests(card)) for card in study.models),
        missing=sum(count for _, count in work),
        unjudged=len(unjudged(study, desk.store)),
        estimate=desk.pace.estimate(work),
    )


def button_text(todo: ToDo) -> str:
    """Say what pressing the button does, and how long it takes."""
    if not todo.missing:
        return f"Judge {_pictures(todo.unjudged)}"
    judge = f", and judge {todo.unjudged:,} more" if todo.unjudged else ""
    return f"Draw {_pictures(todo.missing)}, about {duration(todo.estimate.seconds)}{judge}"


def status_text(todo: ToDo, *, stopped: bool) -> str:
    """Say how much is there, and what the estimate rests on."""
    here = todo.total - todo.missing
    start = "Stopped; nothing drawn is lost. " if stopped else ""
    if todo.done:
        return f"{start}All {_pictures(todo.total)} are here."
    if not todo.missing:
        return f"{start}{_pictures(todo.unjudged).capitalize()} not judged yet."
    basis = "as measured here" if todo.estimate.measured else "is a guess until some are drawn"
    judge = f" {todo.unjudged:,} of them not judged yet." if todo.unjudged else ""
    return f"{start}{here} of {_pictures(todo.total)} are here.{judge} Time {basis}."


def progress_text(progress: "Progress") -> str:
    """Say how far a drawing is, how fast, and how long it takes still."""
    if progress.rate is None:
        doing = {"draw": "Loading the model to draw", "judge": "Getting ready to judge"}
        return f"{doing[progress.stage]} {_pictures(progress.total)}\N{HORIZONTAL ELLIPSIS}"
    done = {"draw": "drawn", "judge": "judged"}[progress.stage]
    parts = [f"{progress.done} of {progress.total} {done}", _rate(progress.rate)]
    if progress.seconds_left is not None and progress.done < progress.total:
        parts.append(f"{duration(progress.seconds_left)} left")
    return ", ".join(parts)


def _rate(rate: float) -> str:
    return f"{rate:.1f} a second" if rate >= 1 else f"{duration(1 / rate)} a picture"


def _pictures(count: int) -> str:
    return f"{count:,} picture" + ("" if count == 1 else "s")
