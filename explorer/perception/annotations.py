"""Annotations: people's answers about images, and their consensus."""

import hashlib
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import InvalidData, UnknownName
from explorer.perception.axes import find_axis
from explorer.translations import gettext as _
from explorer.words.entries import is_visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.perception.axes import Axis

CANNOT_TELL = "cannot tell"
NOT_ONE = "no or several people"
LONGEST_NAME = 60

_GENDER = "gender"


@dataclass(frozen=True, slots=True)
class Annotation:
    """The label that one annotator gave one image on one axis.

    `image` is the key of its request. `label` is one of `answers`. `date` is ISO 8601, in UTC.
    """

    image: str
    axis: str
    annotator: str
    label: str
    date: str


def answers(axis: "Axis") -> tuple[str, ...]:
    """Return an annotator's possible answers on an axis: its labels, then those without a label."""
    return (*axis.labels, CANNOT_TELL, *((NOT_ONE,) if axis.name == _GENDER else ()))


def shown_labels(axis: "Axis", annotator: str) -> tuple[str, ...]:
    """Return an axis's labels in the order in which the page shows them to an annotator.

    About half of all annotators see an ordered scale reversed, because the first option is chosen
    more often. The order depends on the annotator's name, which is stored with each annotation, so
    it can be reconstructed for every annotation made on the page. A sheet has the order of
    `answers`.

    Source: Krosnick and Alwin 1987, "An evaluation of a cognitive theory of response-order effects
    in survey measurement".
    """
    reverse = axis.ordered and hashlib.sha256(annotator.strip().encode()).digest()[0] % 2
    return axis.labels[::-1] if reverse else axis.labels


def annotation_of(image: str, axis: str, annotator: str, label: str, date: str) -> Annotation:
    """Return a checked annotation, its name stripped, axis and label regardless of case.

    Raises:
        UnknownName: there is no such axis, or it has no such answer.
        InvalidData: the annotator has no name, or one that is too long or not on one line.
    """
    asked = find_axis(axis)
    known = {answer.casefold(): answer for answer in answers(asked)}
    if label.casefold() not in known:
        raise UnknownName(f"label of the axis {asked.name!r}:", label, known.values())
    name = checked_annotator(annotator)
    return Annotation(image, asked.name, name, known[label.casefold()], date)


def checked_annotator(annotator: str) -> str:
    """Return an annotator's name without surrounding spaces, with its accents composed.

    Raises:
        InvalidData: there is no name, or it is too long or not on one line.
    """
    name = unicodedata.normalize("NFC", annotator.strip())
    if not name or len(name) > LONGEST_NAME or not is_visible(name):
        raise InvalidData(
            _(
                "The annotator is {annotator!r:.80}. Give a name or initials of 1 to "
                "{longest_name} characters, so that annotators can be told apart."
            ).format(annotator=annotator, longest_name=LONGEST_NAME)
        )
    return name


def consensus(labels: "Iterable[str]") -> str | None:
    """Return the most frequent answer; None for a tie or without answers."""
    counted = Counter(labels).most_common(2)
    if not counted or (len(counted) > 1 and counted[0][1] == counted[1][1]):
        return None
    return counted[0][0]
