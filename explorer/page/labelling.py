"""Labelling: which picture a rater sees next, what was said of it, and taking it back."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from explorer.errors import InvalidData
from explorer.page.charts import labels
from explorer.page.choice import EXPLORE, study
from explorer.page.rendering import render
from explorer.perception.axes import find_axis
from explorer.perception.labels import CANNOT_TELL, NOT_ONE, answers, checked_rater, human_label
from explorer.validation import draw_samples, sample_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.page.choice import Parameters
    from explorer.page.desk import Desk
    from explorer.perception.axes import Axis
    from explorer.perception.labels import HumanLabel
    from explorer.perception.samples import Sampled
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


def show(desk: "Desk", labelling: Labelling) -> str:
    """Render the next picture for the rater, or what to do first, or that all is done.

    Where there is no sample yet, one is drawn as soon as somebody wants to label.

    Raises:
        InputError: there is no such model or axis, no judged picture, or the name is no name.
    """
    made = labelled_study(desk, labelling)
    (axis,) = made.axes
    todo = _todo(desk, made, labelling) if labelling.rater.strip() else None
    waiting = todo.waiting if todo else ()
    return render(
        "labelling.html",
        address=labelling.address,
        axis=axis,
        answers=buttons(axis),
        rater=labelling.rater.strip(),
        done=todo.done if todo else 0,
        total=len(todo.sample) if todo else 0,
        picture=waiting[0].picture if waiting else None,
        images=[_address(desk, one.picture) for one in waiting[:2]],
        size=made.models[0].spec,
    )


def is_done(desk: "Desk", labelling: Labelling) -> bool:
    """Say whether the rater has labelled the whole sample."""
    made = labelled_study(desk, labelling)
    return bool(labelling.rater.strip()) and not _todo(desk, made, labelling).waiting


def save(desk: "Desk", labelling: Labelling, picture: str, answer: str) -> None:
    """Keep what the rater says of a picture.

    Raises:
        InputError: the picture is not in the sample, or there is no such answer or rater.
    """
    made = labelled_study(desk, labelling)
    (axis,) = made.axes
    if all(one.picture != picture for one in sample_of(made, desk.store, made.models[0], axis)):
        raise InvalidData(
            f"The picture {picture!r} is not in the sample: another one has been drawn meanwhile. "
            "Reload the page."
        )
    now = datetime.now(UTC).isoformat()
    desk.store.save_labels([human_label(picture, axis.name, labelling.rater, answer, now)])


def take_back(desk: "Desk", labelling: Labelling) -> None:
    """Forget the rater's latest label of the sample, if there is any."""
    made = labelled_study(desk, labelling)
    given = _todo(desk, made, labelling).given
    if given:
        latest = max(given, key=lambda label: label.date)
        desk.store.drop_label(latest.picture, latest.axis, latest.rater)


def buttons(axis: "Axis") -> tuple[Answer, ...]:
    """Return the answers with their keys: 1, 2, 3 where ordered, else initials."""
    told = (Answer(one.name, one.badge.lower(), one.style) for one in labels(axis))
    left_open = (name for name in answers(axis) if name not in axis.labels)
    return (*told, *(Answer(name, _OPEN_KEYS[name], f"{axis.name}-u") for name in left_open))


@dataclass(frozen=True, slots=True)
class _Todo:
    """A sample, what the rater said of it, and what is still to be seen, in order."""

    sample: "tuple[Sampled, ...]"
    given: "tuple[HumanLabel, ...]"

    @property
    def done(self) -> int:
        return len(self.given)

    @property
    def waiting(self) -> "Sequence[Sampled]":
        seen = {label.picture for label in self.given}
        return [one for one in self.sample if one.picture not in seen]


def _todo(desk: "Desk", made: "Study", labelling: Labelling) -> _Todo:
    (card,), (axis,) = made.models, made.axes
    rater = checked_rater(labelling.rater)
    sample = sample_of(made, desk.store, card, axis) or draw_samples(made, desk.store)
    said = desk.store.labels((one.picture for one in sample), axis.name)
    return _Todo(sample, tuple(label for label in said if label.rater == rater))


def _address(desk: "Desk", key: str) -> str:
    path = desk.store.image_path(key).relative_to(desk.store.images_root)
    return f"img/{path.as_posix()}"
