"""The precision that a number of images gives, told where the number is chosen."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import OutOfRange
from explorer.findings.plans import Size, plan, plan_rows, plan_sentences
from explorer.perception.axes import GENDER

if TYPE_CHECKING:
    from explorer.findings.corrected import Errors
    from explorer.study import Study

# The difference, in percentage points, that a study should be able to tell.
POINTS = 10


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
        return Planned(
            "These images cannot tell a share: the classifier errs too much.", (str(error),)
        )
    (row,) = plan_rows(found, [size])
    width = row["half_width_profession"]
    told = (
        f"a share near 50% within {100 * width:.0f} points"
        if isinstance(width, float)
        else "counts only, no share"
    )
    enough = "enough" if size.of_profession >= found.needed else f"{found.needed} are needed"
    images = f"{size.of_profession:,} image" + "s" * (size.of_profession != 1)
    line = (
        f"{images} a profession tell {told}. To tell two models apart by {POINTS} points: {enough}."
    )
    return Planned(line, tuple(plan_sentences(found, size)))
