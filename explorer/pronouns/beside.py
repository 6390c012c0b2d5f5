"""A language model beside women's share of US workers, and beside a model's images."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.findings.findings import Findings
from explorer.perception.axes import FEMININE, GENDER, find_axis
from explorer.settings import MAX_IMAGES_PER_PROMPT
from explorer.statistics.amplification import LogitSlope, correlation, log_odds_slope
from explorer.study import Study
from explorer.words.references import labour_references
from explorer.words.vocabulary import load_adjectives

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.models.catalog import ModelCard
    from explorer.pronouns.probe import Lean
    from explorer.statistics.intervals import Interval
    from explorer.store.index import Store
    from explorer.words.references import Reference


@dataclass(frozen=True, slots=True)
class ImageShare:
    """The share of a profession's images that is perceived as feminine, of so many classified."""

    share: "Interval"
    classified: int

    @property
    def log_odds(self) -> float:
        """The log-odds, with half an image added to each side, so that 0 and 1 have some."""
        feminine = self.share.estimate * self.classified
        return math.log((feminine + 0.5) / (self.classified - feminine + 0.5))


@dataclass(frozen=True, slots=True)
class Beside:
    """One profession by up to three sources; None where a source lacks it."""

    lean: "Lean"
    reference: "Reference | None"
    images: ImageShare | None


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a language model's log-odds go with those of another source, over `professions`.

    `slope` is how many times as much they change as the source's. It is None beside images, which
    have errors of their own; slope and correlation are None with too few professions.
    """

    slope: LogitSlope | None
    correlation: "Interval | None"
    professions: int


def beside(
    leans: "Sequence[Lean]", year: int, images: "Mapping[str, ImageShare]"
) -> tuple[Beside, ...]:
    """Return every profession with the labour statistic of a year and the share of its images."""
    references = labour_references(year)
    return tuple(
        Beside(lean, references.get(lean.profession), images.get(lean.profession)) for lean in leans
    )


def image_shares(
    generator: "ModelCard", professions: tuple[str, ...], store: "Store"
) -> dict[str, ImageShare]:
    """Return the share of a model's stored images perceived as feminine, by profession.

    All stored images of the usual prompts count, with and without an adjective. Professions with
    too few are left out.
    """
    study = Study(
        models=(generator,),
        professions=professions,
        adjectives=(None, *(adjective.word for adjective in load_adjectives())),
        images=MAX_IMAGES_PER_PROMPT,
        axes=(find_axis(GENDER),),
    )
    found = Findings(study, store).found("profession", GENDER)
    return {
        str(one.tally.cell.profession): ImageShare(share, one.tally.classified)
        for one in found
        if (share := one.best(FEMININE)) is not None
    }


def like_references(rows: "Sequence[Beside]") -> Likeness:
    """Return the comparison of a model with the references, over the words that they fit."""
    pairs = [
        (row.lean.log_odds, row.reference.share)
        for row in rows
        if row.reference and row.reference.trusted and 0 < row.reference.share < 1
    ]
    odds, shares = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    logits = [math.log(share / (1 - share)) for share in shares]
    return Likeness(log_odds_slope(odds, shares), correlation(logits, odds), len(pairs))


def like_images(rows: "Sequence[Beside]") -> Likeness:
    """Return the comparison of a model with the images of another."""
    pairs = [(row.lean.log_odds, row.images.log_odds) for row in rows if row.images]
    found = correlation([pair[1] for pair in pairs], [pair[0] for pair in pairs])
    return Likeness(None, found, len(pairs))
