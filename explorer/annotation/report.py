"""Say in plain sentences, and in rows, what annotations tell."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.annotation.agreement import pairs
from explorer.annotation.errors import confidence, errors
from explorer.annotation.sampling import sample_of, seen_of, tones_of
from explorer.perception.annotations import CANNOT_TELL, NOT_ONE
from explorer.statistics.agreement import ONE_ANNOTATOR
from explorer.statistics.calibration import MOST_ERRORS, MOST_ERRORS_IN_A_GROUP
from explorer.statistics.intervals import FEWEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from explorer.annotation.agreement import Pair
    from explorer.annotation.errors import Confidence, Errors
    from explorer.models.catalog import ModelCard
    from explorer.perception.axes import Axis
    from explorer.perception.instruments import Instrument
    from explorer.statistics.agreement import Agreement
    from explorer.statistics.confusion import Confusion
    from explorer.store.index import Store
    from explorer.study import Study

    Row = dict[str, object]

# What is told of images that people did not agree on a label of.
_LEFT = {
    CANNOT_TELL: "people cannot tell",
    NOT_ONE: "they see no or several people",
    "tie": "they are split",
}


@dataclass(frozen=True, slots=True)
class AnnotationReport:
    """Everything that people's labels tell of one model, axis and instrument.

    `sampled` is the size of the sample. `annotators` gives how many labels each gave to the model's
    images; `outside` how many labels were given to images that are not in the sample, and so
    stand for nobody knows how many.
    """

    model: str
    axis: "Axis"
    instrument: "Instrument"
    sampled: int
    annotators: "Mapping[str, int]"
    outside: int
    pairs: "tuple[Pair, ...]"
    errors: "Errors"
    confidence: "Confidence"


def annotation_report(
    study: "Study", store: "Store", card: "ModelCard", axis: "Axis"
) -> AnnotationReport:
    """Return everything that people's labels tell of one model of a study on one axis."""
    instrument = study.instruments(card)[axis.name]
    sample = sample_of(study, store, card, axis)
    keys = [one.image_key for one in store.perceptions_of(card.spec, axis.name, instrument)]
    labels = store.annotations.of(keys, axis.name)
    seen = seen_of(store, sample, scores=True)
    annotators = Counter(label.annotator for label in labels)
    inside = {one.image for one in sample}
    return AnnotationReport(
        model=card.spec.name,
        axis=axis,
        instrument=instrument,
        sampled=len(sample),
        annotators=dict(sorted(annotators.items())),
        outside=sum(label.image not in inside for label in labels),
        pairs=pairs(axis, labels),
        errors=errors(axis, seen),
        confidence=confidence(axis, seen, tones_of(study, store, card, inside)),
    )


def report_sentences(report: "AnnotationReport") -> "Iterator[str]":
    """Yield what the labels tell: who annotated, how far they agree, the errors, the confidence."""
    yield _annotated(report)
    if not report.pairs and report.annotators:
        yield f"How far people agree is not known. {ONE_ANNOTATOR}"
    for pair in report.pairs:
        yield pair_sentence(pair)
    if report.errors.images:
        yield _agreed(report)
    if report.errors.confusion:
        yield from error_sentences(report.axis, report.errors.confusion)
    yield _corrected(report.errors.refusal)
    if report.confidence.risks:
        yield from confidence_sentences(report.confidence)


def pair_sentence(pair: "Pair") -> str:
    """Return how far two annotators agree, with what to make of the numbers."""
    first, second = pair.annotators
    same = f"{first} and {second} say the same of {pair.same} of {pair.images} images"
    if pair.images < FEWEST:
        return f"{same}: too few to tell how far they agree."
    numbers = [("Cohen's kappa", pair.kappa), ("Gwet's AC1", pair.ac1)]
    if pair.weighted is not None:
        numbers.append(("quadratic-weighted kappa", pair.weighted))
    told = ", ".join(f"{name} {_agreement(number)}" for name, number in numbers)
    return f"{same}: {told} (1 is full agreement, 0 what chance would give)."


def error_sentences(axis: "Axis", confusion: "Confusion") -> "Iterator[str]":
    """Yield, for each label that people gave, how often the classifier recognises it."""
    shares = confusion.shares()
    for place, label in enumerate(axis.labels):
        images = sum(row[place] for row in confusion.counts)
        if not images:
            yield f"People see none of the images as {axis.described(axis.labels[place])}."
            continue
        hit, unclear = shares[place, place], shares[-1, place]
        others = 1 - hit - unclear
        yield (
            f"Of images that people see as {label}, the classifier calls an estimated {hit:.0%} "
            f"{label}, {abs(others):.0%} otherwise and {unclear:.0%} {axis.abstention} "
            f"({images} annotated)."
        )


def confidence_sentences(confidence: "Confidence") -> "Iterator[str]":
    """Yield what the confidence is worth, and from which on answers are seldom wrong."""
    calibration = confidence.calibration
    if calibration is None:
        yield f"Not calibrated: {confidence.uncalibrated}".rstrip(".") + "."
    else:
        before, after, scale = calibration.before, calibration.after, calibration.scale
        yield (
            f"Its confidence is off by {_points(before.calibration_error)} on average (Brier score "
            f"{before.brier:.3f}). With a temperature of {scale.temperature:.2f} and a bias of "
            f"{scale.bias:+.2f} it is off by {_points(after.calibration_error)} "
            f"({after.brier:.3f}), as measured on labels these were not fitted to "
            f"({calibration.images} labels). `tally --calibrated` gives answers so, with the bias "
            "of the classifier alone: without how often each label is true."
        )
    limits = (
        f"at most {MOST_ERRORS:.0%} of its answers are wrong, and at most "
        f"{MOST_ERRORS_IN_A_GROUP:.0%} of those in any tone"
    )
    risk = next((one for one in confidence.risks if one.threshold == confidence.threshold), None)
    if risk is None:
        yield f"There is no threshold from which on {limits}."
    else:
        yield (
            f"From a confidence of {risk.threshold:.2f} on, {limits}: it then answers "
            f"{risk.coverage:.0%} of the images and errs on {risk.error:.1%} of these."
        )


def report_rows(report: "AnnotationReport") -> "list[Row]":
    """Return a row for each label that people gave and each answer of the classifier."""
    axis, confusion = report.axis, report.errors.confusion
    if confusion is None:
        return []
    shares, weights = confusion.shares(), confusion.weights
    annotated = [any(column) for column in zip(*confusion.counts, strict=True)]
    return [
        {
            "model": report.model,
            "axis": axis.name,
            "people": truth,
            "classifier": answer,
            "images": confusion.counts[row][column],
            "each_stands_for": weights[row][column],
            "share": float(shares[row, column]) if annotated[column] else None,
            "instrument": str(report.instrument),
        }
        for column, truth in enumerate(axis.labels)
        for row, answer in enumerate((*axis.labels, axis.abstention))
    ]


def _annotated(report: "AnnotationReport") -> str:
    if not report.sampled:
        return f"{report.model}, {report.axis.title.lower()}: no sample is drawn yet."
    by = ", ".join(f"{annotator} ({count})" for annotator, count in report.annotators.items())
    told = (
        f"{report.model}, {report.axis.title.lower()}: {report.errors.images} of the "
        f"{report.sampled} images of the sample are annotated"
    )
    outside = (
        f" {report.outside} labels are of images outside the sample: they count for how far "
        "people agree, not for errors."
    )
    return f"{told}, by {by}.{outside if report.outside else ''}" if by else f"{told}."


def _agreed(report: "AnnotationReport") -> str:
    errors = report.errors
    left = ", ".join(f"in {count} {_LEFT[why]}" for why, count in errors.left.items())
    agreed = f"In {errors.agreed} of them one label was given more often than any other answer"
    return f"{agreed}; {left}, which says nothing of errors." if left else f"{agreed}."


def _corrected(refusal: str | None) -> str:
    if refusal is None:
        return (
            "Tallies of this model are corrected with these labels, weighed by how often the "
            "classifier gave each answer."
        )
    return f"Tallies of this model are not corrected with labels: {refusal}".rstrip(".") + "."


def _points(share: float) -> str:
    return f"{100 * share:.1f} points"


def _agreement(agreement: "Agreement") -> str:
    return "not told" if agreement.value is None else f"{agreement.value:.2f}"
