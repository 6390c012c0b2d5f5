"""Findings: tallies with bounds for abstentions and shares corrected for classifier errors."""

import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from explorer.statistics.bounds import manski
from explorer.statistics.correction import correct, difference
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from explorer.findings.tallies import Tally
    from explorer.statistics.bounds import Bounds
    from explorer.statistics.confusion import Confusion
    from explorer.statistics.correction import Corrected, Correction
    from explorer.statistics.intervals import Interval

    # By model name and axis name.
    Errors = Mapping[tuple[str, str], Confusion]
    _Counts = tuple[tuple[int, ...], ...]
    # Counts, errors, level and seed.
    _Side = tuple[_Counts, Confusion, float, int]

# With this many draws, a limit at 2.5% of them lies between 2% and 3%.
DRAWS = 4_000
NO_ERRORS: "Errors" = {}


@dataclass(frozen=True, slots=True)
class Finding:
    """A tally with its bounds and corrected shares, in the axis's order of labels.

    `bounds` and `corrected` are None where the tally has too few images. `corrected` is also None
    where the instrument's errors are unknown or too large. `confusion` holds these errors, None
    where they are unknown. `note` is the reason for a missing correction, or a caveat about it.
    """

    tally: "Tally"
    bounds: "tuple[Bounds, ...] | None" = None
    corrected: "tuple[Interval, ...] | None" = None
    confusion: "Confusion | None" = None
    note: str | None = None

    def best(self, label: str) -> "Interval | None":
        """Return the label's corrected share, or the raw share if there is none.

        None where the tally has too few images.
        """
        if self.corrected is not None:
            return self.corrected[self.tally.axis.labels.index(label)]
        return self.tally.share(label) if self.tally.enough else None


def findings(tallies: "Iterable[Tally]", errors: "Errors" = NO_ERRORS) -> tuple[Finding, ...]:
    """Return the finding of each tally, in order.

    Tallies of the same model and axis share the draws of their instrument's errors.

    Args:
        tallies: tallies of any models and axes.
        errors: the known errors of the instruments.
    """
    tallies = tuple(tallies)
    found: dict[int, Finding] = {}
    enough: dict[tuple[str, str], list[int]] = {}
    for place, tally in enumerate(tallies):
        if not tally.enough:
            found[place] = Finding(tally, note=_("not corrected: too few images"))
        else:
            enough.setdefault((tally.cell.model, tally.axis.name), []).append(place)
    for source, places in enough.items():
        of_source = [tallies[place] for place in places]
        found |= dict(zip(places, _of_one_source(of_source, errors.get(source)), strict=True))
    return tuple(found[place] for place in range(len(tallies)))


def corrections(
    tallies: "Sequence[Tally]", confusion: "Confusion", draws: int = DRAWS
) -> "Correction":
    """Return tallies of one model and axis, corrected with the same draws of its errors.

    Abstentions count as a predicted class of their own.
    """
    return correct(_counts(tallies), confusion, draws, *_drawn(tallies))


def corrected_differences(
    sides: "tuple[Sequence[Tally], Sequence[Tally]]",
    confusions: "tuple[Confusion, Confusion]",
    rows: "Sequence[int]",
) -> "tuple[tuple[Interval, ...] | None, ...]":
    """Return left minus right for each pair of tallies, as explorer.statistics.difference.

    `rows` are the positions of the tallies among all of their models and axis.
    """
    left, right = (
        (_counts(side), confusion, *_drawn(side))
        for side, confusion in zip(sides, confusions, strict=True)
    )
    return _differences(left, right, tuple(rows))


def _counts(tallies: "Sequence[Tally]") -> "_Counts":
    return tuple((*tally.counts, tally.abstained) for tally in tallies)


def _of_one_source(tallies: "list[Tally]", confusion: "Confusion | None") -> list[Finding]:
    if confusion is None:
        note = _("not corrected: nobody has annotated images for this instrument yet")
        return [Finding(tally, _bounds(tally), note=note) for tally in tallies]
    refusal = confusion.refusal and _("not corrected: {reason}").format(reason=confusion.refusal)
    return [
        Finding(
            tally=tally,
            bounds=_bounds(tally),
            corrected=shares.intervals if shares else None,
            confusion=confusion,
            note=shares.warning if shares else refusal,
        )
        for tally, shares in zip(
            tallies, _shares(_counts(tallies), confusion, *_drawn(tallies)), strict=True
        )
    ]


# Tabs, filters and visitors ask for the same again and again. It is kept without its draws.
_kept = lru_cache(maxsize=256)


@_kept
def _shares(
    counts: "_Counts", confusion: "Confusion", level: float, seed: int
) -> "tuple[Corrected | None, ...]":
    return correct(counts, confusion, DRAWS, level, seed).shares


@_kept
def _differences(
    left: "_Side", right: "_Side", rows: tuple[int, ...]
) -> "tuple[tuple[Interval, ...] | None, ...]":
    sides = (
        correct(counts, confusion, DRAWS, level, seed, rows)
        for counts, confusion, level, seed in (left, right)
    )
    return difference(*sides)


def _drawn(tallies: "Sequence[Tally]") -> tuple[float, int]:
    """Return level and seed of the draws; each model has its own seed."""
    return tallies[0].level, zlib.crc32(tallies[0].cell.model.encode())


def _bounds(tally: "Tally") -> "tuple[Bounds, ...]":
    found = (manski(count, tally.classified - count, tally.abstained) for count in tally.counts)
    return tuple(bounds for bounds in found if bounds is not None)
