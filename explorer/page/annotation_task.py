"""An annotator's task: the next image, saving an answer for it, and undoing the last answer.

A Task is read from the store once for each key that is pressed.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from explorer.annotation.goals import goal_sentence
from explorer.annotation.groups import signed
from explorer.annotation.sampling import draw_samples, sample_of
from explorer.errors import InvalidData
from explorer.page.annotation_class import board
from explorer.page.charts import labels
from explorer.page.choice import EXPLORE
from explorer.page.rendering import render
from explorer.perception.annotations import (
    CANNOT_TELL,
    NOT_ONE,
    annotation_of,
    answers,
    checked_annotator,
    shown_labels,
)
from explorer.perception.axes import find_axis
from explorer.store.blobs import file_name
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.models.requests import ModelSpec
    from explorer.page.choice import Parameters
    from explorer.page.desk import Desk
    from explorer.perception.annotations import Annotation
    from explorer.perception.axes import Axis
    from explorer.perception.samples import Sampled
    from explorer.study import Study

_NAMES = ("model", "axis", "class")
_OPEN_KEYS = {CANNOT_TELL: "c", NOT_ONE: "n"}


@dataclass(frozen=True, slots=True)
class Session:
    """A model, an axis and an annotator as entered, unchecked; without a name there is no task.

    `group` is a school class for instance, whose members share a link and look at their results
    together; empty for people who annotate on their own.
    """

    model: str = EXPLORE.models[0]
    axis: str = "gender"
    annotator: str = ""
    group: str = ""

    @property
    def address(self) -> str:
        """The query of its address, "?" included; who annotates is nobody else's business."""
        named = {"model": self.model, "axis": self.axis}
        if self.group:
            named["class"] = self.group
        return "?" + urlencode(named, safe=",/")

    @property
    def signed(self) -> str:
        """The name that the annotations are stored under."""
        return signed(self.group, self.annotator)


@dataclass(frozen=True, slots=True)
class Task:
    """A sample, everybody's annotations of it, and its annotator's.

    `given` is empty without an annotator, and all are without a sample.
    """

    asked: Session
    model: "ModelSpec"
    axis: "Axis"
    sample: "tuple[Sampled, ...]" = ()
    given: "tuple[Annotation, ...]" = ()
    everybody: "tuple[Annotation, ...]" = ()

    @property
    def waiting(self) -> "tuple[Sampled, ...]":
        """The images still to be annotated, in order."""
        seen = {one.image for one in self.given}
        return tuple(one for one in self.sample if one.image not in seen)

    @property
    def is_done(self) -> bool:
        """Whether the annotator has annotated the whole sample."""
        return bool(self.sample) and not self.waiting


@dataclass(frozen=True, slots=True)
class Answer:
    """A button: its text, the key that presses it, and the style of its mark."""

    name: str
    key: str
    style: str


def parse(parameters: "Parameters") -> Session:
    """Return the session of an address; defaults replace what the address leaves out.

    Names in links of earlier versions are ignored.

    Raises:
        InvalidData: the name of the class is too long or not on one line.
    """
    said = {name: values[-1] for name in _NAMES if (values := parameters.getlist(name))}
    named = {name: text.strip() for name, text in said.items() if text.strip()}
    group = checked_annotator(named.pop("class")) if "class" in named else ""
    return Session(**named, group=group)


def annotated_study(desk: "Desk", session: Session) -> "Study":
    """Return a study of the model and axis; its professions and adjectives do not matter.

    Raises:
        InputError: there is no such model or axis.
        ModelError: the model's folder cannot be used.
    """
    choice = replace(EXPLORE, models=(session.model,))
    made = desk.study(choice)
    return replace(made, axes=(find_axis(session.axis),))


def begin(desk: "Desk", asked: Session) -> Task:
    """Return the annotator's task.

    If there is no sample yet, one is drawn as soon as somebody gives a name. Where nothing can be
    saved, there is no task.

    Raises:
        InputError: there is no such model or axis, no classified image, or the name is unusable.
    """
    made = annotated_study(desk, asked)
    (card,), (axis,) = made.models, made.axes
    sample = sample_of(made, desk.store, card, axis)
    named = asked.annotator.strip() and desk.store.is_writable
    annotator = checked_annotator(asked.signed) if named else None
    if named and not sample:
        sample = draw_samples(made, desk.store)
    said = desk.store.annotations.of((one.image for one in sample), axis.name)
    given = tuple(one for one in said if one.annotator == annotator)
    return Task(asked, card.spec, axis, sample, given, said)


def draw_anew(desk: "Desk", asked: Session, size: int, seed: int) -> None:
    """Draw another sample in place of the one that all annotators have; annotations are kept.

    Raises:
        InputError: there is no such model or axis, no classified image, no name, or the size lies
            outside its limits.
    """
    checked_annotator(asked.signed)
    draw_samples(annotated_study(desk, asked), desk.store, size, seed)


def show(desk: "Desk", task: Task) -> str:
    """Return the next image, the introduction or the end of the task, as HTML."""
    writable, waiting = desk.store.is_writable, task.waiting
    annotator = task.asked.annotator.strip() if writable else ""
    goal = goal_sentence(desk.store, task.axis, task.sample, waiting) if annotator else ""
    return render(
        "annotation_task.html",
        address=task.asked.address,
        axis=task.axis,
        answers=buttons(task.axis, task.asked.signed),
        annotator=annotator,
        group=task.asked.group,
        goal=goal,
        # Whoever still annotates is not told what others have said.
        board=board(desk, task) if task.is_done or not annotator else "",
        writable=writable,
        done=len(task.given),
        total=len(task.sample),
        image=waiting[0].image if waiting else None,
        images=[f"img/{file_name(one.image)}" for one in waiting[:2]],
        size=task.model.size_px,
    )


def save(desk: "Desk", task: Task, image: str, answer: str) -> Task:
    """Save the annotator's answer for an image.

    Raises:
        InputError: the image is not in the sample, or there is no such answer or annotator.
    """
    if all(one.image != image for one in task.sample):
        raise InvalidData(
            _(
                "The image {image!r} is not in the sample: another sample has been drawn since. "
                "Reload the page."
            ).format(image=image)
        )
    now = datetime.now(UTC).isoformat()
    said = annotation_of(image, task.axis.name, task.asked.signed, answer, now)
    desk.store.annotations.save([said])
    return _with(task, image, said)


def take_back(desk: "Desk", task: Task) -> Task:
    """Delete the annotator's latest annotation of the sample, if there is any."""
    if not task.given:
        return task
    latest = max(task.given, key=lambda one: one.date)
    desk.store.annotations.drop(latest.image, latest.axis, latest.annotator)
    return _with(task, latest.image)


def buttons(axis: "Axis", annotator: str) -> tuple[Answer, ...]:
    """Return the answers in the annotator's order, with keys: 1, 2, 3 as shown, or initials."""
    known = dict(zip(axis.labels, labels(axis), strict=True))
    told = (
        Answer(name, str(place) if axis.ordered else known[name].badge.lower(), known[name].style)
        for place, name in enumerate(shown_labels(axis, annotator), start=1)
    )
    left_open = (name for name in answers(axis) if name not in known)
    return (*told, *(Answer(name, _OPEN_KEYS[name], f"{axis.name}-u") for name in left_open))


def _with(task: Task, image: str, *said: "Annotation") -> Task:
    """Return the task with these annotations of an image in place of the annotator's earlier."""
    name = checked_annotator(task.asked.signed)
    given = tuple(one for one in task.given if one.image != image)
    others = tuple(one for one in task.everybody if one.image != image or one.annotator != name)
    return replace(task, given=(*given, *said), everybody=(*others, *said))
