"""What people say of an image: their answers, and what most of them agree on."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import InvalidData, UnknownName
from explorer.perception.axes import find_axis

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.perception.axes import Axis

CANNOT_TELL = "cannot tell"
NOT_ONE = "no or several people"
LONGEST_NAME = 60

_GENDER = "gender"


@dataclass(frozen=True, slots=True)
class Annotation:
    """What one person, the annotator, said of one image on one axis.

    `image` is the key of its request. `label` is one of the axis's answers. `date` is ISO 8601,
    in UTC.
    """

    image: str
    axis: str
    annotator: str
    label: str
    date: str


def answers(axis: "Axis") -> tuple[str, ...]:
    """Return what a person may say on an axis: its labels, then what leaves them open."""
    return (*axis.labels, CANNOT_TELL, *((NOT_ONE,) if axis.name == _GENDER else ()))


def shown_labels(axis: "Axis", annotator: str) -> tuple[str, ...]:
    """Return an axis's labels in the order in which the page shows them to an annotator.

    About half of all annotators see an ordered scale from its other end, because what stands first is
    chosen more often. The order follows from the name as it is kept with the label, so that it can
    be told of every label given on the page; a sheet has the order of `answers`.

    Source: Krosnick and Alwin 1987, "An evaluation of a cognitive theory of response-order effects
    in survey measurement".
    """
    other_way = axis.ordered and hashlib.sha256(annotator.strip().encode()).digest()[0] % 2
    return axis.labels[::-1] if other_way else axis.labels


def annotation_of(image: str, axis: str, annotator: str, label: str, date: str) -> Annotation:
    """Return a checked label; the annotator's name is stripped.

    Raises:
        UnknownName: there is no such axis, or it has no such answer.
        InvalidData: the annotator has no name, or one that is too long or not on one line.
    """
    known = answers(find_axis(axis))
    if label not in known:
        raise UnknownName(f"label of the axis {axis!r}:", label, known)
    return Annotation(image, axis, checked_annotator(annotator), label, date)


def checked_annotator(annotator: str) -> str:
    """Return an annotator's name without blanks around it.

    Raises:
        InvalidData: there is no name, or it is too long or not on one line.
    """
    name = annotator.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidData(
            f"The annotator is {annotator!r}. Give a name or initials of 1 to {LONGEST_NAME} characters, "
            "so that people's labels can be told apart."
        )
    return name


def consensus(labels: "Iterable[str]") -> str | None:
    """Return the answer that more people gave than any other; None for a tie or no label."""
    counted = Counter(labels).most_common(2)
    if not counted or (len(counted) > 1 and counted[0][1] == counted[1][1]):
        return None
    return counted[0][0]
