"""The report on annotations, on the page: sentences, the table of errors, two plots."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.annotation.report import annotation_report, report_sentences, without_names
from explorer.findings.changes import changes
from explorer.page.annotation_task import annotated_study
from explorer.page.charts import labels
from explorer.page.choice import EXPLORE, address
from explorer.page.navigation import PATHS
from explorer.page.rendering import render
from explorer.report.stored import stored_studies

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from explorer.annotation.errors import Confidence
    from explorer.annotation.report import AnnotationReport
    from explorer.page.annotation_task import Session
    from explorer.page.charts import Label
    from explorer.page.desk import Desk
    from explorer.perception.axes import Axis
    from explorer.statistics.calibration import Risk

# More steps than fit on a screen would only make the page long.
_STEPS = 120
# Professions whose shares are shown without the annotations and with them.
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """The images of one annotated label that got one answer; `share` is None without any."""

    answer: str
    images: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One annotated label, and the classifier's answers for its images, unclear last."""

    label: "Label"
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """The share of images answered at each threshold, and the share of these that are wrong.

    `path` runs from the fewest answered to all, in a square of 100 by 100 whose height is
    `top`, a share.
    """

    path: str
    top: float
    steps: "tuple[Risk, ...]"


def report(desk: "Desk", session: "Session") -> str:
    """Return the report on the annotations of a model on an axis, as HTML.

    Raises:
        InputError: there is no such model or axis.
    """
    made = annotated_study(desk, session)
    (card,), (axis,) = made.models, made.axes
    found = annotation_report(made, desk.store, card, axis)
    if not desk.may.shows_annotators:
        found = without_names(found)
    stored = stored_studies(card, desk.store).main if found.errors.images else None
    moved = changes(replace(stored, axes=(axis,)), desk.store, axis.name, _SHOWN) if stored else ()
    return render(
        "annotation_report.html",
        axis=axis,
        sentences=list(report_sentences(found)),
        lines=lines(found),
        answers=[*_labels(axis), axis.abstention],
        bins=found.confidence.bins,
        curve=curve(found.confidence),
        threshold=found.confidence.threshold,
        instrument=found.instrument,
        changes=[(one, _in_explore(session.model, one.profession)) for one in moved],
    )


def _in_explore(model: str, profession: str) -> str:
    return PATHS["explore"] + address(replace(EXPLORE, models=(model,), professions=(profession,)))


def lines(report: "AnnotationReport") -> tuple[Line, ...]:
    """Return the table of errors, a line for each label; empty without annotations."""
    confusion = report.errors.confusion
    if confusion is None:
        return ()
    answers, shares = (*_labels(report.axis), report.axis.abstention), confusion.shares().T
    columns = zip(*confusion.counts, strict=True)
    return tuple(
        Line(label, tuple(map(Cell, answers, images, _known(images, column))))
        for label, images, column in zip(labels(report.axis), columns, shares, strict=True)
    )


def _labels(axis: "Axis") -> list[str]:
    return [label.name for label in labels(axis)]


def _known(images: "Sequence[int]", shares: "Iterable[float]") -> "Iterable[float | None]":
    return map(float, shares) if any(images) else [None] * len(images)


def curve(confidence: "Confidence") -> Curve | None:
    """Return the risk-coverage curve; None without answers."""
    risks = confidence.risks
    if not risks:
        return None
    top = max(0.1, *(risk.error for risk in risks))
    points = [f"{100 * one.coverage:.2f},{100 - 100 * one.error / top:.2f}" for one in risks]
    every = max(1, len(risks) // _STEPS)
    return Curve("M" + " L".join(reversed(points)), top, risks[::every])
