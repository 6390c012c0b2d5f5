"""The images of a choice that are still to be generated or classified, in words and numbers."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.page.pace import duration
from explorer.study import count_missing, count_unclassified, other_versions
from explorer.translations import gettext as _
from explorer.translations import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.page.desk import Desk
    from explorer.page.pace import Estimate
    from explorer.progress import Progress
    from explorer.study import Study


@dataclass(frozen=True, slots=True)
class ToDo:
    """The numbers of images asked for, missing, and stored but not classified.

    `others` are the names of other versions of the models that have images.
    """

    total: int
    missing: int
    unclassified: int
    estimate: "Estimate"
    others: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return not self.missing and not self.unclassified


def to_do(study: "Study", desk: "Desk") -> ToDo:
    """Return the numbers of images that a study still needs."""
    work = [
        (card, count_missing(replace(study, models=(card,)), desk.store)) for card in study.models
    ]
    return ToDo(
        total=study.size,
        missing=sum(number for _card, number in work),
        unclassified=count_unclassified(study, desk.store),
        estimate=desk.pace.estimate(work),
        others=other_versions(study, desk.store),
    )


def button_text(todo: ToDo) -> str:
    """Return the button's text: the images that it generates or classifies, and the time."""
    if not todo.missing:
        return ngettext(
            "Classify {number} image", "Classify {number} images", todo.unclassified
        ).format(number=f"{todo.unclassified:,}")
    pattern = (
        ngettext(
            "Generate {number} image, about {time}, and classify {more} more",
            "Generate {number} images, about {time}, and classify {more} more",
            todo.missing,
        )
        if todo.unclassified
        else ngettext(
            "Generate {number} image, about {time}",
            "Generate {number} images, about {time}",
            todo.missing,
        )
    )
    return pattern.format(
        number=f"{todo.missing:,}",
        time=duration(todo.estimate.seconds),
        more=f"{todo.unclassified:,}",
    )


def status_text(todo: ToDo, *, stopped: bool) -> str:
    """Return the number of available images, and the basis of the time estimate."""
    kept = [_("Stopped. All generated images are kept.")] if stopped else []
    return " ".join([*kept, *_status(todo)])


def _status(todo: ToDo) -> "Iterator[str]":
    if todo.done:
        yield ngettext(
            "The only image is here.", "All {number} images are here.", todo.total
        ).format(number=f"{todo.total:,}")
    elif not todo.missing:
        yield ngettext(
            "{number} image is not classified yet.",
            "{number} images are not classified yet.",
            todo.unclassified,
        ).format(number=f"{todo.unclassified:,}")
    else:
        yield from _missing(todo)


def _missing(todo: ToDo) -> "Iterator[str]":
    yield ngettext(
        "{here} of {number} image is here.", "{here} of {number} images are here.", todo.total
    ).format(here=todo.total - todo.missing, number=f"{todo.total:,}")
    if todo.unclassified:
        yield ngettext(
            "{number} of them is not classified yet.",
            "{number} of them are not classified yet.",
            todo.unclassified,
        ).format(number=f"{todo.unclassified:,}")
    if todo.estimate.measured:
        yield _("The time is an estimate based on images generated here.")
    else:
        yield _("The time is a guess until some images are generated.")
    if todo.others:
        pattern = _("Images of other versions are stored too, and are not counted here: {names}.")
        yield pattern.format(names=", ".join(map(repr, todo.others)))


def progress_text(progress: "Progress") -> str:
    """Return the progress of a run: the images done, the rate and the time left."""
    if progress.rate is None:
        return _loading(progress).format(number=f"{progress.total:,}")
    done = {
        "generate": _("{done} of {total} generated"),
        "classify": _("{done} of {total} classified"),
    }[progress.stage]
    parts = [done.format(done=progress.done, total=progress.total), _rate(progress.rate)]
    if progress.seconds_left is not None and progress.done < progress.total:
        parts.append(_("{time} left").format(time=duration(progress.seconds_left)))
    return ", ".join(parts)


def _loading(progress: "Progress") -> str:
    if progress.stage == "generate":
        return ngettext(
            "Loading the model to generate {number} image\N{HORIZONTAL ELLIPSIS}",
            "Loading the model to generate {number} images\N{HORIZONTAL ELLIPSIS}",
            progress.total,
        )
    return ngettext(
        "Getting ready to classify {number} image\N{HORIZONTAL ELLIPSIS}",
        "Getting ready to classify {number} images\N{HORIZONTAL ELLIPSIS}",
        progress.total,
    )


def _rate(rate: float) -> str:
    if rate >= 1:
        return _("{number} per second").format(number=f"{rate:.1f}")
    return _("{time} per image").format(time=duration(1 / rate))
