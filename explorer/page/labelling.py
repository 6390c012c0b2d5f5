"""Labelling: which picture a rater sees next, what was said of it, and taking it back.

What a rater has before them is a Task. It is read from the store once for each key that is pressed.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from explorer.errors import InvalidData
from explorer.page.charts import labels
from explorer.page.choice import EXPLORE, study
from explorer.page.rendering import render
from explorer.perception.axes import find_axis
from explorer.perception.labels import (
    CANNOT_TELL,
    NOT_ONE,
    answers,
    checked_rater,
    human_label,
    shown_labels,
)
from explorer.validation import draw_samples, sample_of

if TYPE_CHECKING:
    from explorer.page.choice import Parameters
    from explorer.page.desk import Desk
    from explorer.perception.axes import Axis
    from explorer.perception.labels import HumanLabel
    from explorer.perception.samples import Sampled
    from explorer.pictures.requests import ModelSpec
    from explorer.study import Study

_NAMES = ("model", "axis", "rater")
_OPEN_KEYS = {CANNOT_TELL: "c", NOT_ONE: "n"}


@dataclass(frozen=True, slots=True)
class Labelling:
    """Who labels what: names as people give them, unchecked; without a rater nothing begins."""

    model: str = EXPLORE.models[0]
    axis: str = "gender"
    rater: str = ""

    @property
    def address(self) -> str:
        """The query of the address that opens this again, "?" included."""
        pairs = zip(_NAMES, (self.model, self.axis, self.rater), strict=True)
        return "?" + urlencode([pair for pair in pairs if pair[1]], safe=",/")


@dataclass(frozen=True, slots=True)
class Task:
    """A sample and what its rater said of it; both are empty without a rater."""

    asked: Labelling
    model: "ModelSpec"
    axis: "Axis"
    sample: "tuple[Sampled, ...]" = ()
    given: "tuple[HumanLabel, ...]" = ()

    @property
    def waiting(self) -> "tuple[Sampled, ...]":
        """What is still to be labelled, in order."""
        seen = {label.picture for label in self.given}
        return tuple(one for one in self.sample if one.picture not in seen)

    @property
    def is_done(self) -> bool:
        """Whether the rater has labelled the whole sample."""
        return bool(self.sample) and not self.waiting


@dataclass(frozen=True, slots=True)
class Answer:
    """A button: what it says, the key that presses it, and how its mark looks."""

    name: str
    key: str
    style: str


def parse(parameters: "Parameters") -> Labelling:
    """Read who labels what from an address; what it leaves unsaid is the default."""
    said = {name: values[-1] for name in _NAMES if (values := parameters.getlist(name))}
    return Labelling(**{name: text for name, text in said.items() if text.strip()})


def labelled_study(desk: "Desk", labelling: Labelling) -> "Study":
    """Return a study of the model and axis; its words do not count.

    Raises:
        InputError: there is no such model or axis.
        ModelError: the model's folder cannot be used.
    """
    choice = replace(EXPLORE, models=(labelling.model,))
    made = study(choice, desk.find_model, desk.settings.device)
    return replace(made, axes=(find_axis(labelling.axis),))


def begin(desk: "Desk", asked: Labelling) -> Task:
    """Return what the rater is to label.

    Where there is no sample yet, one is drawn as soon as somebody wants to label.

    Raises:
        InputError: there is no such model or axis, no judged picture, or the name is no name.
    """
    made = labelled_study(desk, asked)
    (card,), (axis,) = made.models, made.axes
    task = Task(asked, card.spec, axis)
    if not asked.rater.strip():
        return task
    rater = checked_rater(asked.rater)
    sample = sample_of(made, desk.store, card, axis) or draw_samples(made, desk.store)
    said = desk.store.labels((one.picture for one in sample), axis.name)
    given = tuple(label for label in said if label.rater == rater)
    return replace(task, sample=sample, given=given)


def draw_anew(desk: "Desk", asked: Labelling, size: int, seed: int) -> None:
    """Draw another sample in place of the one that all raters have; labels are kept.

    Raises:
        InputError: there is no such model or axis, no judged picture, no name, or the size lies
            outside its limits.
    """
    checked_rater(asked.rater)
    draw_samples(labelled_study(desk, asked), desk.store, size, seed)


def show(desk: "Desk", task: Task) -> str:
    """Render the next picture for the rater, or what to do first, or that all is done."""
    rater, waiting = task.asked.rater.strip(), task.waiting
    return render(
        "labelling.html",
        address=task.asked.address,
        axis=task.axis,
        answers=buttons(task.axis, rater),
        rater=rater,
        done=len(task.given),
        total=len(task.sample),
        picture=waiting[0].picture if waiting else None,
        images=[_address(desk, one.picture) for one in waiting[:2]],
        size=task.model,
    )


def save(desk: "Desk", task: Task, picture: str, answer: str) -> Task:
    """Keep what the rater says of a picture.

    Raises:
        InputError: the picture is not in the sample, or there is no such answer or rater.
    """
    if all(one.picture != picture for one in task.sample):
        raise InvalidData(
            f"The picture {picture!r} is not in the sample: another one has been drawn meanwhile. "
            "Reload the page."
        )
    now = datetime.now(UTC).isoformat()
    label = human_label(picture, task.axis.name, task.asked.rater, answer, now)
    desk.store.save_labels([label])
    return replace(task, given=(*_others(task, picture), label))


def take_back(desk: "Desk", task: Task) -> Task:
    """Forget the rater's latest label of the sample, if there is any."""
    if not task.given:
        return task
    latest = max(task.given, key=lambda label: label.date)
    desk.store.drop_label(latest.picture, latest.axis, latest.rater)
    return replace(task, given=_others(task, latest.picture))


def buttons(axis: "Axis", rater: str) -> tuple[Answer, ...]:
    """Return the answers as a rater sees them, with their keys: 1, 2, 3 as shown, else initials."""
    known = {one.name: one for one in labels(axis)}
    told = (
        Answer(name, str(place) if axis.ordered else known[name].badge.lower(), known[name].style)
        for place, name in enumerate(shown_labels(axis, rater), start=1)
    )
    left_open = (name for name in answers(axis) if name not in known)
    return (*told, *(Answer(name, _OPEN_KEYS[name], f"{axis.name}-u") for name in left_open))


def _others(task: Task, picture: str) -> "tuple[HumanLabel, ...]":
    return tuple(label for label in task.given if label.picture != picture)


def _address(desk: "Desk", key: str) -> str:
    path = desk.store.image_path(key).relative_to(desk.store.images_root)
    return f"img/{path.as_posix()}"
