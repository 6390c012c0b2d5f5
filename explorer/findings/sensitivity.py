"""How far a share hangs on captions, threshold and classifier: the same images, classified anew."""

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from explorer.findings.sentences import subject, told_label
from explorer.findings.tables import interval_columns, reasons_text, word_columns
from explorer.statistics.intervals import FEWEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from explorer.findings.tables import Row
    from explorer.findings.tallies import Tally
    from explorer.statistics.intervals import Interval

_CHANGED = {
    "captions": "whichever template is left out",
    "threshold": "with another threshold",
    "classifier": "by another classifier",
}


@dataclass(frozen=True, slots=True)
class Variation:
    """One tally with one thing about the instrument changed, beside the tally as asked.

    `kind` is what was changed, "as asked" where nothing was; `what` says to what. Both are told for
    the same label.
    """

    kind: str
    what: str
    label: str
    tally: "Tally"
    usual: "Tally"

    @property
    def share(self) -> "Interval | None":
        """The label's share, None below 10 classified images."""
        return _share(self.tally, self.label)

    @property
    def difference(self) -> float | None:
        """This share less the one as asked (-1..1), None where either is missing."""
        share, usual = self.share, _share(self.usual, self.label)
        return share.estimate - usual.estimate if share and usual else None


def variations(
    varied: "Iterable[tuple[str, str, Sequence[Tally]]]",
) -> tuple[Variation, ...]:
    """Return the variations cell by cell.

    Args:
        varied: kind, what and the tallies of one axis in an order of cells that is always the
            same; the first as asked.
    """
    columns = list(varied)
    _, _, asked = columns[0]
    return tuple(
        Variation(kind, what, told_label(usual), tallies[place], usual)
        for place, usual in enumerate(asked)
        for kind, what, tallies in columns
    )


def variation_rows(found: "Iterable[Variation]") -> "list[Row]":
    """Return one row for each variation.

    Columns:
        model, profession, adjective, adjective_coding: the cell.
        axis, varied, what: the question; what was changed ("as asked", "captions", "threshold",
            "classifier") and to what.
        label, count, classified, share, share_low, share_high: as in tally_rows, of one label for all
            variations of a cell; no share below 10 classified images.
        difference: this share less the one as asked (-1..1). Both are of the same images, so the
            intervals do not tell whether it is chance: it is what the instrument makes of them.
        abstained, abstained_reasons, unclassified: images without an answer and why, and those not
            classified yet.
        captions_sha256, threshold: which captions, and the smallest probability that is answered.
    """
    return [
        {
            **word_columns(one.tally),
            "axis": one.tally.axis.name,
            "varied": one.kind,
            "what": one.what,
            "label": one.label,
            "count": one.tally.count(one.label),
            "classified": one.tally.classified,
            **interval_columns("share", one.share),
            "difference": one.difference,
            "abstained": one.tally.abstained,
            "abstained_reasons": reasons_text(one.tally),
            "unclassified": one.tally.unclassified,
            "captions_sha256": one.tally.axis.digest,
            "threshold": one.tally.axis.threshold,
        }
        for one in found
    ]


def variation_sentences(found: "Iterable[Variation]") -> "Iterator[str]":
    """Yield for each cell how far its share moves with each thing that is changed."""
    for _, group in groupby(found, key=lambda one: one.usual.cell):
        usual, *changed = group
        if usual.share is None:
            yield (
                f"{_of(usual)}: {usual.tally.count(usual.label)} of {usual.tally.classified} are "
                f"perceived as {usual.label}, too few for percentages."
            )
            continue
        told = (_range(kind, list(some)) for kind, some in groupby(changed, _kind))
        yield (
            f"{_of(usual)}: {usual.share.estimate:.0%} are perceived as {usual.label}; "
            f"{'; '.join(filter(None, told))}."
        )


def _kind(one: Variation) -> str:
    return one.kind


def _of(one: Variation) -> str:
    return f"{one.usual.cell.model}, images of {subject(one.usual.cell)}"


def _range(kind: str, some: "list[Variation]") -> str:
    """Return the least and the largest share, and what was changed there."""
    shares = [(one.share.estimate, one.what) for one in some if one.share is not None]
    if not shares:
        return f"{_CHANGED[kind]} fewer than {FEWEST} are answered"
    (low, first), (high, last) = min(shares), max(shares)
    if f"{low:.0%}" == f"{high:.0%}":
        return f"{_CHANGED[kind]} {low:.0%}"
    return f"{_CHANGED[kind]} {low:.0%} ({first}) to {high:.0%} ({last})"


def _share(tally: "Tally", label: str) -> "Interval | None":
    return tally.share(label) if tally.classified >= FEWEST else None
