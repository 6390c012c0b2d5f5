"""The headlines of a card: the strongest of what holds after correction for the number of tests."""

from typing import TYPE_CHECKING

from explorer.findings.sentences import how_many_are_clear
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from explorer.findings.gaps import Gaps
    from explorer.report.card import Beside, Professions, Pronouns, Result

# A card is one page: so many of each kind, and all others stand in their sections.
_GAPS, _SHIFTS, _DIFFERENCES = 3, 2, 2


def headlines(
    professions: "Professions",
    shifts: "tuple[Result, ...]",
    tone: "Result | None",
    other: "Beside | None",
    said: "Pronouns",
) -> "tuple[Result, ...]":
    """Return the results that a card begins with, only clear ones."""
    gaps = [row.gap for row in professions.rows if not row.muted]
    differences = other.rows if other else ()
    told = (
        professions.slope,
        professions.mean_gap,
        *_largest(gaps, _GAPS),
        *_largest(shifts, _SHIFTS),
        tone,
        *_largest(differences, _DIFFERENCES),
        said.slope,
    )
    return tuple(one for one in told if one and one.clear)


def nothing_clear(found: "Gaps") -> str:
    """Return the sentence for a card without a result that is clear enough to report."""
    tests = sum(gap.p is not None for gap in found.rows)
    if not tests:
        return _("There are too few images to test anything.")
    return how_many_are_clear(0, tests, _("gap"), _("gaps"))


def _largest(results: "Iterable[Result]", most: int) -> "Iterator[Result]":
    """Yield the clear results with the largest numbers, whatever their direction."""
    clear = [one for one in results if one.clear]
    yield from sorted(clear, key=lambda one: -abs(one.number.estimate))[:most]
