"""The precision that a number of images gives, shown where the number is chosen."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import OutOfRange
from explorer.findings.plans import POINTS, Plan, Size, plan, plan_rows, plan_sentences
from explorer.findings.sentences import points
from explorer.numbers import grouped
from explorer.perception.axes import GENDER
from explorer.translations import gettext as _
from explorer.translations import ngettext

if TYPE_CHECKING:
    from explorer.findings.corrected import Errors
    from explorer.study import Study


@dataclass(frozen=True, slots=True)
class Planned:
    """The precision of a study, in one line and in full sentences."""

    line: str
    sentences: tuple[str, ...]


def planned(study: "Study", known: "Errors") -> Planned:
    """Return the precision of a study, before anything is generated.

    Args:
        study: the images asked for.
        known: the error rates of its instruments, as far as they are known.
    """
    errors = [one for (_, axis), one in known.items() if axis == GENDER]
    size = Size("chosen", len(study.professions), len(study.adjectives), study.images)
    try:
        found = plan(POINTS, errors)
    except OutOfRange as error:
        line = _("These images cannot measure a share: the classifier errs too often.")
        return Planned(line, (str(error),))
    line = f"{_precision(found, size)} {_difference(found, size)}"
    return Planned(line, tuple(plan_sentences(found, size)))


def _precision(found: Plan, size: Size) -> str:
    (row,) = plan_rows(found, [size])
    width, number = row["half_width_profession"], size.of_profession
    if not isinstance(width, float):
        return ngettext(
            "With {number} image of a profession there are only counts, no percentages.",
            "With {number} images of a profession there are only counts, no percentages.",
            number,
        ).format(number=grouped(number))
    return ngettext(
        "With {number} image a percentage is accurate to about {points} either way.",
        "With {number} images a percentage is accurate to about {points} either way.",
        number,
    ).format(number=grouped(number), points=points(width))


def _difference(found: Plan, size: Size) -> str:
    if size.of_profession >= found.needed:
        return _("That is enough to detect a {points}-point difference between models.").format(
            points=POINTS
        )
    return _(
        "To detect a {points}-point difference between models, generate {needed} each."
    ).format(points=POINTS, needed=found.needed)
