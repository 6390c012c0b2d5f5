"""Sensitivity of shares to captions, threshold and classifier, on the same images."""

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from explorer.findings.corrected import Finding
from explorer.findings.sentences import headline_label, subject
from explorer.findings.tables import interval_columns, reasons_text, word_columns
from explorer.numbers import percentage
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from explorer.findings.tables import Row
    from explorer.findings.tallies import Tally
    from explorer.statistics.intervals import Interval


@dataclass(frozen=True, slots=True)
class Variation:
    """One tally with one change to the instrument, and the tally without it.

    `kind` is "captions", "threshold" or "classifier", and `what` the change; `kind` is "as asked"
    where nothing was changed. `label` is the label compared.
    """

    kind: str
    what: str
    label: str
    tally: "Tally"
    usual: "Tally"

    @property
    def share(self) -> "Interval | None":
        """The label's share; None below 10 classified images."""
        return _share(self.tally, self.label)

    @property
    def difference(self) -> float | None:
        """This share minus the unchanged one (-1..1); None if either is missing."""
        share, usual = self.share, _share(self.usual, self.label)
        return share.estimate - usual.estimate if share and usual else None


def variations(
    varied: "Iterable[tuple[str, str, Sequence[Tally]]]",
) -> tuple[Variation, ...]:
    """Return the variations cell by cell.

    Args:
        varied: kind, change and tallies on one axis, always in the same order of cells; the first
            without a change.
    """
    columns = list(varied)
    return tuple(
        Variation(kind, what, headline_label(Finding(usual)), tallies[place], usual)
        for place, usual in enumerate(columns[0][2])
        for kind, what, tallies in columns
    )


def variation_rows(found: "Iterable[Variation]") -> "list[Row]":
    """Return one row for each variation.

    Columns:
        model, profession, adjective, adjective_coding: the cell.
        axis, varied, what: the axis; the part changed ("as asked", "captions", "threshold",
            "classifier") and its new value.
        label, count, classified, share, share_low, share_high: as in tally_rows, for the same label
            in all variations of a cell; no share with too few images.
        difference: this share minus the unchanged one (-1..1). Both are shares of the same images,
            so the intervals do not apply to it: it is the effect of the change alone.
        abstained, abstained_reasons, unclassified: images without an answer, the reasons, and
            images not classified yet.
        captions_sha256, threshold: hash of the captions, and the smallest probability answered.
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
    """Yield the range of the share under each kind of change, one sentence for each cell."""
    for cell, group in groupby(found, key=lambda one: one.usual.cell):
        usual, *changed = group
        counted, label = usual.tally, usual.tally.axis.described(usual.label)
        if usual.share is None:
            yield _(
                "{model}, images of {subject}: {count} of {classified} are perceived as {label}, "
                "too few for percentages."
            ).format(
                model=cell.model,
                subject=subject(cell),
                count=counted.count(usual.label),
                classified=counted.classified,
                label=label,
            )
            continue
        ranges = (_range(kind, list(some)) for kind, some in groupby(changed, lambda one: one.kind))
        yield _("{model}, images of {subject}: {share} are perceived as {label}; {ranges}.").format(
            model=cell.model,
            subject=subject(cell),
            share=percentage(usual.share.estimate),
            label=label,
            ranges="; ".join(ranges),
        )


def _range(kind: str, some: "list[Variation]") -> str:
    """Return the smallest and the largest share under one kind of change."""
    shares = [(one.share.estimate, one.what) for one in some if one.share is not None]
    if not shares:
        patterns = {
            "captions": _("whichever template is left out, too few have an answer"),
            "threshold": _("with another threshold, too few have an answer"),
            "classifier": _("with another classifier, too few have an answer"),
        }
        return patterns[kind]
    (low, first), (high, last) = min(shares), max(shares)
    if percentage(low) == percentage(high):
        patterns = {
            "captions": _("whichever template is left out, {share}"),
            "threshold": _("with another threshold, {share}"),
            "classifier": _("with another classifier, {share}"),
        }
        return patterns[kind].format(share=percentage(low))
    patterns = {
        "captions": _("whichever template is left out, {low} ({first}) to {high} ({last})"),
        "threshold": _("with another threshold, {low} ({first}) to {high} ({last})"),
        "classifier": _("with another classifier, {low} ({first}) to {high} ({last})"),
    }
    return patterns[kind].format(low=percentage(low), first=first, high=percentage(high), last=last)


def _share(tally: "Tally", label: str) -> "Interval | None":
    return tally.share(label) if tally.enough else None
