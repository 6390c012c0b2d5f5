"""How many images a question needs, and what a study of a given size can tell."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import OutOfRange
from explorer.statistics.intervals import FEWEST
from explorer.statistics.power import (
    POWER,
    detectable_difference,
    half_width,
    images_against_reference,
    images_per_model,
    inflation,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from explorer.findings.tables import Row
    from explorer.statistics.confusion import Confusion

# Where an interval is widest.
SHARE = 0.5
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Size:
    """A study of one model: so many professions, adjectives (none is one), images of each."""

    name: str
    professions: int
    adjectives: int
    images: int

    @property
    def of_profession(self) -> int:
        """Return how many images there are of a profession."""
        return self.adjectives * self.images

    @property
    def of_model(self) -> int:
        """Return how many images there are."""
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
    """What finds a difference of shares, 0..1, between two models, or to a reference.

    `inflation` is what the instrument's errors multiply images by, 1 where they are not known.
    Both numbers of images are of one model, and inflated.
    """

    difference: float
    inflation: float
    needed: int
    against_reference: int


def plan(points: float, errors: "Iterable[Confusion]" = ()) -> Plan:
    """Return how many images of each model a difference needs.

    Args:
        points: the difference in percentage points, between 50% and so much less.
        errors: how the instrument errs on the models, on the gender axis; the worst counts.

    Raises:
        OutOfRange: the points do not lie above 0 and up to 50.
    """
    # Not a number lies in no range.
    if not 0 < points <= SHARE * 100:
        raise OutOfRange(
            f"The difference is {points!r}. Give percentage points above 0, 50 at most."
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
        study, professions, adjectives, images: its name and size; none is one of the adjectives.
        cell_images, profession_images, model_images: how many images there are of one
            profession with one adjective, of one profession, of a model.
        half_width_cell, half_width_profession, half_width_model: how far the 95% interval of a
            share of 50% reaches to either side, 0..1; None below 10 images.
        least_difference: the smallest difference of shares in one profession that two such models
            are told apart by four times in five; None where there is none.
        difference, inflation, needed, needed_against_reference: the difference asked for, by how
            much the instrument's errors multiply images, the images of each model that tell two
            models apart by the difference, and those that tell one from a reference.
        enough: whether there are so many images of each profession.
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
    """Yield what the difference needs and what the study that is asked for will tell."""
    points = f"{found.difference * 100:g} points"
    other = f"{(SHARE - found.difference) * 100:g}%"
    yield (
        f"Two models that differ by {points} (50% and {other}) are told apart {POWER:.0%} of the "
        f"time, with 5% false alarms, by {found.needed} images of each; one model and a "
        f"reference by {found.against_reference}."
    )
    yield _inflation_sentence(found.inflation)
    yield _precision_sentence(found, asked)
    yield "Images of one prompt that are much alike tell less than these numbers say."


def _inflation(confusion: "Confusion") -> float:
    youden = confusion.youden
    if confusion.refusal or youden is None:
        raise OutOfRange(f"No number of images makes up for this: {confusion.refusal}")
    weighted = confusion.weighted()
    unclear = weighted[confusion.classes :].sum() / weighted.sum()
    return inflation(youden, abstention=float(unclear))


def _inflated(images: int, factor: float) -> int:
    return math.ceil(images * factor)


def _worth(images: int, found: Plan) -> int:
    """Return how many images of an instrument without errors tell as much."""
    return round(images / found.inflation)


def _half_width(images: int, found: Plan) -> float | None:
    return half_width(_worth(images, found)) if images >= FEWEST else None


def _inflation_sentence(factor: float) -> str:
    if factor == 1:
        return "How the instrument errs is not known here: its errors would ask for more images."
    return f"The instrument's errors, as far as known, multiply images by {factor:.2f}, included."


def _precision_sentence(found: Plan, asked: Size) -> str:
    told = [
        (f"one profession with one adjective ({asked.images})", asked.images),
        (f"one profession ({asked.of_profession})", asked.of_profession),
        (f"the model ({asked.of_model})", asked.of_model),
    ]
    widths = "; ".join(f"of {what} {_told(images, found)}" for what, images in told)
    return f"The images asked for tell a share near 50%, at 95%: {widths}."


def _told(images: int, found: Plan) -> str:
    width = _half_width(images, found)
    return "no percentage, too few" if width is None else f"within {width * 100:.1f} points"
