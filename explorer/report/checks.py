"""How good the instrument is on a model's images: annotations, errors, and the truth if known."""

import math
from typing import TYPE_CHECKING

from explorer.annotation.report import annotation_report, report_sentences
from explorer.numbers import decimal, grouped, percentage
from explorer.perception.axes import GENDER
from explorer.reference.check import compared, summary
from explorer.reference.design import BUNDLED
from explorer.report.card import Instrument, Lacking
from explorer.report.results import rounded
from explorer.report.stored import command
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.annotation.report import AnnotationReport
    from explorer.findings.findings import Findings
    from explorer.models.catalog import ModelCard
    from explorer.perception.axes import Axis
    from explorer.statistics.confusion import Confusion
    from explorer.store.index import Store


def instruments(main: "Findings", store: "Store", card: "ModelCard") -> tuple[Instrument, ...]:
    """Return the instrument of each axis, with all that is known of its errors."""
    return tuple(_instrument(main, store, card, axis) for axis in main.study.axes)


def _instrument(main: "Findings", store: "Store", card: "ModelCard", axis: "Axis") -> Instrument:
    report = annotation_report(main.study, store, card, axis)
    confusion = main.errors.get((card.spec.name, axis.name))
    return Instrument(
        axis=axis.title,
        name=str(report.instrument),
        labels=axis.labels,
        answers=(*axis.labels, axis.abstention),
        confusion=confusion.counts if confusion else (),
        shares=_shares(confusion) if confusion else (),
        truth=confusion.kind if confusion else None,
        annotators=len(report.annotators),
        sentences=tuple(_sentences(report, confusion, main, card)),
        lacking=None if report.annotators else _unannotated(card, axis, confusion),
    )


def _shares(confusion: "Confusion") -> tuple[tuple[float | None, ...], ...]:
    return tuple(
        tuple(None if math.isnan(one) else rounded(one) for one in row)
        for row in confusion.shares()
    )


def _sentences(
    report: "AnnotationReport",
    confusion: "Confusion | None",
    main: "Findings",
    card: "ModelCard",
) -> "Iterator[str]":
    if confusion is None:
        yield _(
            "Nobody knows how often the classifier errs on images of this model, so the shares "
            "are as it labelled them."
        )
    else:
        yield _source(confusion)
    if report.annotators:
        yield from report_sentences(report)
    yield from _truth(main, card, report.axis)


def _source(confusion: "Confusion") -> str:
    pattern = {
        "human": _("Shares are corrected with the answers of people for {number} images."),
        "prompt": _(
            "Shares are corrected with {number} images whose prompts name the answer; nobody "
            "looked at them."
        ),
        "nearest source": _(
            "Shares are corrected with {number} images whose answer is known, because this model "
            "was made for it."
        ),
    }[confusion.kind]
    return pattern.format(number=grouped(confusion.images))


def _truth(main: "Findings", card: "ModelCard", axis: "Axis") -> "Iterator[str]":
    """Yield the distances of corrected shares from the truth, where that is known."""
    if card.spec.name not in BUNDLED or main.study.adjectives != (None,):
        return
    for row in summary(compared(main.found("profession", axis.name))):
        if row["measure"] == "corrected" and row["number"]:
            yield _(
                "Beside the truth, which is known for this model: {number} corrected shares are "
                "off by {off} points on average, and {held} of their intervals contain it."
            ).format(
                number=row["number"],
                off=decimal(float(str(row["off_points"])), 1),
                held=percentage(float(str(row["held_share"]))),
            )


def _unannotated(card: "ModelCard", axis: "Axis", confusion: "Confusion | None") -> Lacking:
    text = (
        _("Nobody has annotated images of this model. This draws a sample for annotators:")
        if confusion
        else _(
            "Nobody has annotated images of this model. This draws a sample; with 100 annotated "
            "images the shares can be corrected:"
        )
    )
    words = ("annotate", "sample", card.spec.name, "--csv", "sheet.csv", "--copy-to", "images")
    asked = () if axis.name == GENDER else ("--axis", axis.name)
    return Lacking(text, command(*words, *asked))
