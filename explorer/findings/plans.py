"""Plans: the number of images that a question needs, and the precision of a study."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import OutOfRange
from explorer.numbers import decimal, figures, percentage
from explorer.statistics.intervals import FEWEST
from explorer.statistics.power import (
    POWER,
    detectable_difference,
    half_width,
    images_against_reference,
    images_per_model,
    inflation,
)
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from explorer.findings.tables import Row
    from explorer.statistics.confusion import Confusion

# An interval is widest here.
SHARE = 0.5
LEVEL = 0.95
# The difference, in percentage points, that a study should be able to detect.
POINTS = 10


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a study of one model.

    `adjectives` includes the prompt without an adjective; `images` is the number for each pair of
    profession and adjective.
    """

    name: str
    professions: int
    adjectives: int
    images: int

    @property
    def of_profession(self) -> int:
        """The number of images of one profession."""
        return self.adjectives * self.images

    @property
    def of_model(self) -> int:
        """The number of images of one model."""
        return self.professions * self.of_profession


PRESETS = (
    Size("smoke", 10, 3, 4),
    Size("explore", 150, 1, 20),
    Size("audit", 150, 1, 200),
    Size("audit with adjectives", 150, 21, 10),
    Size("powered", 150, 21, 20),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """The images of one model needed to detect a difference between shares, 0..1.

    `needed` is their number for a difference between two models, `against_reference` for one from
    a reference. Both include `inflation`, the factor by which the instrument's errors increase
    them; it is 1 where these errors are unknown.
    """

    difference: float
    inflation: float
    needed: int
    against_reference: int


def plan(points: float, errors: "Iterable[Confusion]" = ()) -> Plan:
    """Return the numbers of images of each model that a difference needs.

    Args:
        points: the difference in percentage points, between 50% and a smaller share.
        errors: the instrument's errors on the models, on the gender axis; the largest count.

    Raises:
        OutOfRange: the points are not above 0 and at most 50.
    """
    # Written so that NaN is refused.
    if not 0 < points <= SHARE * 100:
        raise OutOfRange(
            _("The difference is {points!r}. Give percentage points above 0, 50 at most.").format(
                points=points
            )
        )
    other = SHARE - points / 100
    factor = max(map(_inflation, errors), default=1.0)
    return Plan(
        difference=points / 100,
        inflation=factor,
        needed=_inflated(images_per_model(SHARE, other, LEVEL), factor),
        against_reference=_inflated(images_against_reference(other, SHARE, LEVEL), factor),
    )


def plan_rows(found: Plan, sizes: "Iterable[Size]") -> "list[Row]":
    """Return one row for each study.

    Columns:
        study, professions, adjectives, images: name and size; the prompt without an adjective
            counts as one of the adjectives.
        cell_images, profession_images, model_images: number of images of one profession with one
            adjective, of one profession, of one model.
        half_width_cell, half_width_profession, half_width_model: half the width of the 95% interval
            of a share of 50%, 0..1; None below 10 images.
        least_difference: smallest difference between two models' shares in one profession that is
            detected four times in five; None where there is none.
        difference, inflation, needed, needed_against_reference: the difference to detect, the
            factor by which the instrument's errors increase the number of images, and the number
            of images of each model that detects the difference between two models, or from a
            reference.
        enough: whether each profession has the number of images needed.
    """
    return [
        {
            "study": size.name,
            "professions": size.professions,
            "adjectives": size.adjectives,
            "images": size.images,
            "cell_images": size.images,
            "profession_images": size.of_profession,
            "model_images": size.of_model,
            "half_width_cell": _half_width(size.images, found),
            "half_width_profession": _half_width(size.of_profession, found),
            "half_width_model": _half_width(size.of_model, found),
            "least_difference": detectable_difference(_worth(size.of_profession, found)),
            "difference": found.difference,
            "inflation": found.inflation,
            "needed": found.needed,
            "needed_against_reference": found.against_reference,
            "enough": size.of_profession >= found.needed,
        }
        for size in sizes
    ]


def plan_sentences(found: Plan, asked: Size) -> "Iterator[str]":
    """Yield sentences on the images that the difference needs and the study's precision.

    Args:
        found: the plan.
        asked: the size of the study.
    """
    yield _(
        "With {needed} images of each, two models that differ by {points} points (50% and {other}%)"
        " are told apart {power} of the time, with 5% false alarms; one model and a reference "
        "need {against_reference}."
    ).format(
        needed=found.needed,
        points=figures(found.difference * 100),
        other=figures((SHARE - found.difference) * 100),
        power=percentage(POWER),
        against_reference=found.against_reference,
    )
    if found.inflation == 1:
        yield _("The instrument's errors are unknown; allowing for them would need more images.")
    else:
        yield _(
            "These numbers include a factor of {factor} for the known errors of the instrument."
        ).format(factor=decimal(found.inflation, 2))
    yield precision_sentence(found, asked)
    yield _("Precision is lower where the images of one prompt are very similar.")


def _inflation(confusion: "Confusion") -> float:
    youden = confusion.youden
    if confusion.refusal or youden is None:
        raise OutOfRange(
            _("No number of images makes up for this: {refusal}").format(refusal=confusion.refusal)
        )
    weighted = confusion.weighted()
    unclear = weighted[confusion.classes :].sum() / weighted.sum()
    return inflation(youden, abstention=float(unclear))


def _inflated(images: int, factor: float) -> int:
    return math.ceil(images * factor)


def _worth(images: int, found: Plan) -> int:
    """Return the number of images that would be as informative without the instrument's errors."""
    return round(images / found.inflation)


def _half_width(images: int, found: Plan) -> float | None:
    return half_width(_worth(images, found)) if images >= FEWEST else None


def precision_sentence(found: Plan, asked: Size) -> str:
    """Return the precision of shares near 50% with the images of a study, as a sentence."""
    return _(
        "Precision of a share near 50% with the images of this study, at 95% confidence: {cell} "
        "for one profession with one adjective (n = {cell_images}), {profession} for one "
        "profession (n = {profession_images}), {model} for the model (n = {model_images})."
    ).format(
        cell=_precision(asked.images, found),
        cell_images=asked.images,
        profession=_precision(asked.of_profession, found),
        profession_images=asked.of_profession,
        model=_precision(asked.of_model, found),
        model_images=asked.of_model,
    )


def _precision(images: int, found: Plan) -> str:
    width = _half_width(images, found)
    if width is None:
        return _("no percentage")
    return _("\N{PLUS-MINUS SIGN}{width} points").format(width=decimal(width * 100, 1))
