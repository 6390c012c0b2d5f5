"""How many images of a choice are still missing, in words and numbers."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.page.pace import duration
from explorer.study import count_missing, count_unclassified

if TYPE_CHECKING:
    from explorer.page.desk import Desk
    from explorer.page.pace import Estimate
    from explorer.progress import Progress
    from explorer.study import Study


@dataclass(frozen=True, slots=True)
class ToDo:
    """How many images were asked for, are missing, and are stored but not classified."""

    total: int
    missing: int
    unclassified: int
    estimate: "Estimate"

    @property
    def done(self) -> bool:
        """Return whether there is nothing to do."""
        return not self.missing and not self.unclassified


def to_do(study: "Study", desk: "Desk") -> ToDo:
    """Return the images of a study that the store lacks."""
    work = [
        (card, count_missing(replace(study, models=(card,)), desk.store)) for card in study.models
    ]
    return ToDo(
        total=study.size,
        missing=sum(number for _, number in work),
        unclassified=count_unclassified(study, desk.store),
        estimate=desk.pace.estimate(work),
    )


def button_text(todo: ToDo) -> str:
    """Return the button's text: how many images it makes or classifies, and in what time."""
    if not todo.missing:
        return f"Classify {_images(todo.unclassified)}"
    classify = f", and classify {todo.unclassified:,} more" if todo.unclassified else ""
    return f"Generate {_images(todo.missing)}, about {duration(todo.estimate.seconds)}{classify}"


def status_text(todo: ToDo, *, stopped: bool) -> str:
    """Return the number of images that are there, and the basis of the estimate."""
    here = todo.total - todo.missing
    start = "Stopped. All generated images are kept. " if stopped else ""
    if todo.done:
        return f"{start}All {_images(todo.total)} are here."
    if not todo.missing:
        return f"{start}{_images(todo.unclassified).capitalize()} not classified yet."
    basis = "as measured here" if todo.estimate.measured else "is a guess until some are generated"
    classify = f" {todo.unclassified:,} of them not classified yet." if todo.unclassified else ""
    return f"{start}{here} of {_images(todo.total)} are here.{classify} Time {basis}."


def progress_text(progress: "Progress") -> str:
    """Return the progress of a run: images done, rate and time left."""
    if progress.rate is None:
        doing = {
            "generate": "Loading the model to generate",
            "classify": "Getting ready to classify",
        }
        return f"{doing[progress.stage]} {_images(progress.total)}\N{HORIZONTAL ELLIPSIS}"
    done = {"generate": "generated", "classify": "classified"}[progress.stage]
    parts = [f"{progress.done} of {progress.total} {done}", _rate(progress.rate)]
    if progress.seconds_left is not None and progress.done < progress.total:
        parts.append(f"{duration(progress.seconds_left)} left")
    return ", ".join(parts)


def _rate(rate: float) -> str:
    return f"{rate:.1f} a second" if rate >= 1 else f"{duration(1 / rate)} an image"


def _images(count: int) -> str:
    return f"{count:,} image" + ("" if count == 1 else "s")
