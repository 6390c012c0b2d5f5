"""Differences with their intervals, one row each on a common scale, ready for the templates."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.page.charts import coded, labels
from explorer.perception.axes import FEMININE
from explorer.translations import gettext as _
from explorer.translations import word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.findings.differences import Difference
    from explorer.findings.shifts import Shift
    from explorer.findings.tallies import Tally
    from explorer.statistics.intervals import Interval

# Half the width of a scale around 0; the narrowest one that holds every interval is used.
_REACHES = (0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Dot:
    """One row: a difference as counted and corrected, or counts where images are too few.

    `detail` is shown beside the title, `address` opens its images, `style` carries the colour. `p`
    and `q` are None where nothing was tested. `clear` tells whether the difference is clear enough
    to report.
    """

    title: str
    detail: str
    address: str | None
    style: str
    raw: "Interval | None"
    corrected: "Interval | None"
    counts: str
    p: float | None
    q: float | None
    clear: bool

    @property
    def best(self) -> "Interval | None":
        """The difference to quote and to sort by."""
        return self.corrected or self.raw


@dataclass(frozen=True, slots=True)
class DotPlot:
    """Rows on one scale that extends by `reach` to either side of 0; `sides` names its ends."""

    title: str
    caption: str
    sides: tuple[str, str]
    rows: tuple[Dot, ...]
    reach: float

    @property
    def ticks(self) -> tuple[float, ...]:
        """The places of the scale that have a number."""
        return (-self.reach, 0.0, self.reach)

    def place(self, difference: float) -> float:
        """Return the place of a difference, from 0 at the left end to 1 at the right end."""
        return 0.5 + difference / self.reach / 2


def dot_plot(title: str, caption: str, sides: tuple[str, str], rows: "Iterable[Dot]") -> DotPlot:
    """Return rows on the narrowest scale that holds every interval."""
    placed = tuple(rows)
    farthest = max((abs(end) for row in placed for end in _ends(row)), default=0.0)
    reach = next(reach for reach in _REACHES if reach >= min(farthest, 1.0))
    return DotPlot(title, caption, sides, placed, reach)


def shift_plot(rows: "Iterable[Dot]") -> DotPlot:
    """Return the plot of what adjectives do to the share perceived as feminine."""
    return dot_plot(
        title=_("What each adjective does"),
        caption=_(
            "Share perceived as feminine with the adjective minus the share without one, in "
            "points, over the same professions"
        ),
        sides=(_("less often"), _("more often")),
        rows=by_size(rows),
    )


def by_size(rows: "Iterable[Dot]") -> tuple[Dot, ...]:
    """Return rows from the largest to the smallest, those with too few images last."""
    return tuple(sorted(rows, key=lambda row: -row.best.estimate if row.best else 2.0))


def difference_dot(
    difference: "Difference",
    position: int,
    title: str,
    detail: str = "",
    address: str | None = None,
) -> Dot:
    """Return the row of one label of a difference between two models."""
    comparison, test = difference.comparison, difference.tests[position]
    left, right = comparison.left, comparison.right
    return Dot(
        title=title,
        detail=detail,
        address=address,
        style=labels(left.axis)[position].style,
        raw=comparison.differences[position] if comparison.enough else None,
        corrected=difference.corrected[position] if difference.corrected else None,
        counts=_counts(left, right, position=position),
        p=test.p if test else None,
        q=test.q if test else None,
        clear=position in difference.clear,
    )


def shift_dot(shift: "Shift", coding: str | None) -> Dot:
    """Return the row of the shift that one adjective causes."""
    axis = shift.with_it.axis
    place = axis.labels.index(FEMININE)
    return Dot(
        title=word("adjective", shift.adjective),
        detail=coded(coding),
        address=None,
        style=labels(axis)[place].style,
        raw=shift.raw,
        corrected=shift.corrected,
        counts=_counts(shift.with_it, shift.without, position=place),
        p=shift.p,
        q=shift.q,
        clear=shift.clear,
    )


def _counts(*sides: "Tally", position: int) -> str:
    pattern = _("{count} of {classified}")
    return ", ".join(
        pattern.format(count=one.counts[position], classified=one.classified) for one in sides
    )


def _ends(row: Dot) -> tuple[float, ...]:
    return tuple(end for one in (row.raw, row.corrected) if one for end in (one.low, one.high))
