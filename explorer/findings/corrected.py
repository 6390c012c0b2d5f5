"""What may be quoted of a tally: bounds for the unclear, and shares corrected for the errors."""

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.statistics.bounds import manski
from explorer.statistics.correction import correct
from explorer.statistics.intervals import FEWEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from explorer.findings.tallies import Tally
    from explorer.statistics.bounds import Bounds
    from explorer.statistics.confusion import Confusion
    from explorer.statistics.correction import Correction
    from explorer.statistics.intervals import Interval

    # By model name and axis name.
    Errors = Mapping[tuple[str, str], Confusion]

# A limit at 2.5% of so many draws lies between 2% and 3% of them.
DRAWS = 4_000
NO_ERRORS: "Errors" = {}
NOT_ANNOTATED = "not corrected: nobody has annotated images for this instrument yet"
TOO_FEW = f"not corrected: fewer than {FEWEST} classified images"


@dataclass(frozen=True, slots=True)
class Finding:
    """A tally and what may be quoted of it, label by label in the axis's order.

    `bounds` is None below FEWEST classified images, and so is `corrected`, which is None too where it
    is not known how the instrument errs, or it errs too much. `confusion` is how it errs, None
    where that is not known. `note` says why there is no correction, or what to mind about it.
    """

    tally: "Tally"
    bounds: "tuple[Bounds, ...] | None" = None
    corrected: "tuple[Interval, ...] | None" = None
    confusion: "Confusion | None" = None
    note: str | None = None

    def best(self, label: str) -> "Interval | None":
        """Return the label's corrected share, or the raw one where there is none.

        None below FEWEST classified images.
        """
        if self.corrected is not None:
            return self.corrected[self.tally.axis.labels.index(label)]
        return self.tally.share(label) if self.tally.classified >= FEWEST else None


def findings(tallies: "Iterable[Tally]", errors: "Errors" = NO_ERRORS) -> tuple[Finding, ...]:
    """Return the finding of each tally, in order; one draw of errors serves a model and axis.

    Args:
        tallies: of any models and axes.
        errors: how the instrument errs, as far as that is known.
    """
    tallies = tuple(tallies)
    found: dict[int, Finding] = {}
    enough: dict[tuple[str, str], list[int]] = {}
    for place, tally in enumerate(tallies):
        if tally.classified < FEWEST:
            found[place] = Finding(tally, note=TOO_FEW)
        else:
            enough.setdefault((tally.cell.model, tally.axis.name), []).append(place)
    for source, places in enough.items():
        of_source = [tallies[place] for place in places]
        found |= dict(zip(places, _of_one_source(of_source, errors.get(source)), strict=True))
    return tuple(found[place] for place in range(len(tallies)))


def corrections(
    tallies: "Sequence[Tally]",
    confusion: "Confusion",
    draws: int = DRAWS,
    rows: "Sequence[int] | None" = None,
) -> "Correction":
    """Return tallies of one model and axis, corrected with the same draws of its errors.

    The unclear are a prediction of their own. Another model has another seed. `rows` are the
    positions of these tallies among all of the model and axis, None where these are all.
    """
    counts = [(*tally.counts, tally.abstained) for tally in tallies]
    model, level = tallies[0].cell.model, tallies[0].level
    return correct(counts, confusion, draws, level, zlib.crc32(model.encode()), rows)


def _of_one_source(tallies: "list[Tally]", confusion: "Confusion | None") -> list[Finding]:
    if confusion is None:
        return [Finding(tally, _bounds(tally), note=NOT_ANNOTATED) for tally in tallies]
    return _corrected(tallies, confusion)


def _corrected(tallies: "list[Tally]", confusion: "Confusion") -> list[Finding]:
    correction = corrections(tallies, confusion)
    refusal = f"not corrected: {correction.refusal}" if correction.refusal else None
    return [
        Finding(
            tally=tally,
            bounds=_bounds(tally),
            corrected=shares.intervals if shares else None,
            confusion=confusion,
            note=shares.warning if shares else refusal,
        )
        for tally, shares in zip(tallies, correction.shares, strict=True)
    ]


def _bounds(tally: "Tally") -> "tuple[Bounds, ...]":
    found = (manski(count, tally.classified - count, tally.abstained) for count in tally.counts)
    return tuple(bounds for bounds in found if bounds is not None)
