"""Tallies as bars with intervals, ready for the templates."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.findings.sentences import FEMININE, GENDER
from explorer.words.labour import us_workers
from explorer.words.vocabulary import DEFAULT_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.findings.comparison import Comparison
    from explorer.findings.tallies import Tally
    from explorer.perception.axes import Axis
    from explorer.statistics.intervals import Interval
    from explorer.words.vocabulary import Profession


@dataclass(frozen=True, slots=True)
class Label:
    """One answer of an axis as it is drawn: never by colour alone.

    `style` is the class that carries the colour, `badge` one letter or digit.
    """

    name: str
    badge: str
    style: str


@dataclass(frozen=True, slots=True)
class Bar:
    """How many pictures got one label; `share` is None when none was judged.

    `known` is the share that a bundled generator is known to draw, None for all others.
    """

    label: Label
    count: int
    share: "Interval | None"
    mark: "Mark | None" = None
    known: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A share to set beside a bar: the labour statistic."""

    share: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One axis: a bar for each declared label and what could not be counted."""

    axis: "Axis"
    bars: tuple[Bar, ...]
    judged: int
    abstained: int
    withheld: int
    unjudged: int
    missing: int


@dataclass(frozen=True, slots=True)
class Pair:
    """One label of one axis for two models, and left minus right."""

    left: Bar
    right: Bar
    difference: "Interval | None"


@dataclass(frozen=True, slots=True)
class PairChart:
    """One axis for two models; `paired` counts prompts and seeds judged on both sides."""

    axis: "Axis"
    pairs: tuple[Pair, ...]
    left: Chart
    right: Chart
    paired: int


def labels(axis: "Axis") -> tuple[Label, ...]:
    """Return an axis's labels with badge and style: 1, 2, 3 where ordered, else initials."""
    return tuple(
        Label(
            name=name,
            badge=str(place + 1) if axis.ordered else name[0].upper(),
            style=f"{axis.name}-{place}",
        )
        for place, name in enumerate(axis.labels)
    )


def chart(
    tally: "Tally",
    profession: "Profession",
    known: "Mapping[str, Sequence[float]] | None" = None,
) -> Chart:
    """Draw one tally beside the labour statistic, where there is one.

    Args:
        tally: what was counted.
        profession: whose labour statistic is marked.
        known: what the model is known to draw, by axis name and in label order.
    """
    shares = (known or {}).get(tally.axis.name) or (None,) * len(tally.counts)
    return Chart(
        axis=tally.axis,
        bars=tuple(
            Bar(
                label=label,
                count=count,
                share=tally.share(label.name),
                mark=_mark(tally.axis, label, profession),
                known=share,
            )
            for label, count, share in zip(labels(tally.axis), tally.counts, shares, strict=True)
        ),
        judged=tally.judged,
        abstained=tally.abstained,
        withheld=tally.withheld,
        unjudged=tally.unjudged,
        missing=tally.missing,
    )


def pair_chart(
    comparison: "Comparison",
    profession: "Profession",
    known: "Sequence[Mapping[str, Sequence[float]]]",
) -> PairChart:
    """Draw two tallies of the same axis and the difference of each share.

    Args:
        comparison: what was counted.
        profession: whose labour statistic is marked.
        known: what the left and the right model are known to draw.
    """
    left = chart(comparison.left, profession, known[0])
    right = chart(comparison.right, profession, known[1])
    pairs = zip(left.bars, right.bars, comparison.differences, strict=True)
    return PairChart(
        left.axis, tuple(Pair(*pair) for pair in pairs), left, right, comparison.paired
    )


def labour_mark(profession: "Profession") -> Mark | None:
    """Return women's share of the US workforce, None where it is not known."""
    share = profession.women_share()
    if share is None or profession.bls_occupation is None:
        return None
    workers = us_workers(profession.bls_occupation)
    return Mark(share, f"{workers}: {share:.0%} women ({DEFAULT_YEAR})")


def _mark(axis: "Axis", label: Label, profession: "Profession") -> Mark | None:
    if (axis.name, label.name) != (GENDER, FEMININE):
        return None
    return labour_mark(profession)
