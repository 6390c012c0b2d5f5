"""The report on annotations, as plain sentences and as rows."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.annotation.agreement import pairs
from explorer.annotation.errors import confidence, errors
from explorer.annotation.sampling import sample_of, seen_of, tones_of
from explorer.numbers import decimal, percentage, signed
from explorer.perception.annotations import CANNOT_TELL, NOT_ONE
from explorer.statistics.agreement import one_annotator
from explorer.statistics.calibration import MOST_ERRORS, MOST_ERRORS_IN_A_GROUP
from explorer.statistics.intervals import FEWEST
from explorer.translations import gettext as _
from explorer.translations import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from explorer.annotation.agreement import Pair
    from explorer.annotation.errors import Confidence, Errors
    from explorer.models.catalog import ModelCard
    from explorer.perception.axes import Axis
    from explorer.perception.instruments import Instrument
    from explorer.statistics.agreement import Agreement
    from explorer.statistics.calibration import FittedScale
    from explorer.statistics.confusion import Confusion
    from explorer.store.index import Store
    from explorer.study import Study

    Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class AnnotationReport:
    """The annotations of one model and axis, and the errors of its instrument.

    `sampled` is the size of the sample. `annotators` is the number of annotations by annotator.
    `outside` is the number of annotations of images outside the sample, which have no weight and so
    do not count towards errors.
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
    """Return the report on one model of a study on one axis."""
    instrument = study.instruments(card)[axis.name]
    sample = sample_of(study, store, card, axis)
    labels = store.annotations.of_model(card.spec, axis.name, instrument)
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


def without_names(report: AnnotationReport) -> AnnotationReport:
    """Return the report with numbers in place of the names of annotators."""
    numbers = {
        name: _("annotator {number}").format(number=place)
        for place, name in enumerate(report.annotators, start=1)
    }
    return replace(
        report,
        annotators={numbers[name]: count for name, count in report.annotators.items()},
        pairs=tuple(
            replace(pair, annotators=(numbers[pair.annotators[0]], numbers[pair.annotators[1]]))
            for pair in report.pairs
        ),
    )


def report_sentences(report: "AnnotationReport") -> "Iterator[str]":
    """Yield sentences on the annotators, their agreement, the errors and the confidence."""
    yield from _annotated(report)
    if not report.pairs and report.annotators:
        yield _("The agreement between annotators is unknown. {reason}").format(
            reason=one_annotator()
        )
    for pair in report.pairs:
        yield pair_sentence(pair)
    if report.errors.images:
        yield from _agreed(report)
    if report.errors.confusion:
        yield from error_sentences(report.axis, report.errors.confusion)
    yield _corrected(report.errors.refusal)
    if report.confidence.risks:
        yield from confidence_sentences(report.confidence)


def pair_sentence(pair: "Pair") -> str:
    """Return a sentence on the agreement of two annotators."""
    if pair.images < FEWEST:
        pattern = _(
            "{first} and {second} gave the same answer for {same} of {images} images, too few to "
            "measure agreement."
        )
    elif pair.weighted is None:
        pattern = _(
            "{first} and {second} gave the same answer for {same} of {images} images: Cohen's "
            "kappa {kappa}, Gwet's AC1 {ac1} (1 is full agreement, 0 chance)."
        )
    else:
        pattern = _(
            "{first} and {second} gave the same answer for {same} of {images} images: Cohen's "
            "kappa {kappa}, Gwet's AC1 {ac1}, quadratic-weighted kappa {weighted} (1 is full "
            "agreement, 0 chance)."
        )
    first, second = pair.annotators
    return pattern.format(
        first=first,
        second=second,
        same=pair.same,
        images=pair.images,
        kappa=_agreement(pair.kappa),
        ac1=_agreement(pair.ac1),
        weighted=_agreement(pair.weighted),
    )


def error_sentences(axis: "Axis", confusion: "Confusion") -> "Iterator[str]":
    """Yield a sentence on the classifier's answers for each annotated label."""
    shares = confusion.shares()
    for place, label in enumerate(axis.labels):
        images = sum(row[place] for row in confusion.counts)
        if not images:
            yield _("No image is annotated as {label}.").format(label=axis.described(label))
            continue
        hit, unclear = shares[place, place], shares[-1, place]
        others = 1 - hit - unclear
        yield ngettext(
            "Of images annotated as {label} ({number} image), the classifier labels an estimated "
            "{correct} correctly and {wrong} incorrectly; {unclear} are {abstained}.",
            "Of images annotated as {label} ({number} images), the classifier labels an estimated "
            "{correct} correctly and {wrong} incorrectly; {unclear} are {abstained}.",
            images,
        ).format(
            label=axis.described(label),
            number=images,
            correct=percentage(hit),
            wrong=percentage(abs(others)),
            unclear=percentage(unclear),
            abstained=axis.abstention,
        )


def confidence_sentences(confidence: "Confidence") -> "Iterator[str]":
    """Yield sentences on the calibration, and on the threshold that keeps errors few."""
    if confidence.calibration is None:
        reason = (confidence.uncalibrated or "").rstrip(".")
        yield _("Not calibrated: {reason}.").format(reason=reason)
    else:
        yield _calibration_sentence(confidence.calibration)
    limits = {"most": percentage(MOST_ERRORS), "most_in_a_tone": percentage(MOST_ERRORS_IN_A_GROUP)}
    risk = next((one for one in confidence.risks if one.threshold == confidence.threshold), None)
    if risk is None:
        yield _(
            "No threshold keeps wrong answers to at most {most}, and to at most {most_in_a_tone} "
            "within every skin tone."
        ).format(**limits)
    else:
        yield _(
            "A threshold of {threshold} keeps wrong answers to at most {most}, and to at most "
            "{most_in_a_tone} within every skin tone: the classifier then answers {coverage} of "
            "the images, and {error} of these answers are wrong."
        ).format(
            **limits,
            threshold=decimal(risk.threshold, 2),
            coverage=percentage(risk.coverage),
            error=percentage(risk.error, 1),
        )


def report_rows(report: "AnnotationReport") -> "list[Row]":
    """Return a row for each annotated label and each answer of the classifier."""
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


def _annotated(report: "AnnotationReport") -> "Iterator[str]":
    if not report.sampled:
        pattern = _("{model}, {axis}: no sample has been drawn yet.")
    elif not report.annotators:
        pattern = _(
            "{model}, {axis}: {images} of the {sampled} images of the sample are annotated."
        )
    else:
        pattern = _(
            "{model}, {axis}: {images} of the {sampled} images of the sample are annotated, by "
            "{annotators}."
        )
    yield pattern.format(
        model=report.model,
        axis=report.axis.title.lower(),
        images=report.errors.images,
        sampled=report.sampled,
        annotators=", ".join(f"{name} ({count})" for name, count in report.annotators.items()),
    )
    if report.sampled and report.outside:
        yield ngettext(
            "{number} annotation of an image outside the sample counts towards agreement, but not "
            "towards errors.",
            "{number} annotations of images outside the sample count towards agreement, but not "
            "towards errors.",
            report.outside,
        ).format(number=report.outside)


def _agreed(report: "AnnotationReport") -> "Iterator[str]":
    errors = report.errors
    yield ngettext(
        "{number} of them has one label that is more frequent than any other answer.",
        "{number} of them have one label that is more frequent than any other answer.",
        errors.agreed,
    ).format(number=errors.agreed)
    if errors.left:
        yield _("Not used to measure errors: {left}.").format(
            left=", ".join(_left(why, count) for why, count in errors.left.items())
        )


def _left(why: str, number: int) -> str:
    return {
        CANNOT_TELL: ngettext(
            "{number} image on which annotators cannot tell",
            "{number} images on which annotators cannot tell",
            number,
        ),
        NOT_ONE: ngettext(
            "{number} image with no or several people",
            "{number} images with no or several people",
            number,
        ),
        "tie": ngettext("{number} image with a tie", "{number} images with a tie", number),
    }[why].format(number=number)


def _corrected(refusal: str | None) -> str:
    if refusal is None:
        return _(
            "Tallies of this model are corrected with these annotations, weighted by the frequency "
            "of each answer of the classifier."
        )
    return _("Tallies of this model are not corrected with annotations: {reason}.").format(
        reason=refusal.rstrip(".")
    )


def _calibration_sentence(calibration: "FittedScale") -> str:
    before, after, scale = calibration.before, calibration.after, calibration.scale
    return _(
        "The confidence differs from the share of correct answers by {before} points on average "
        "(Brier score {brier_before}). With a temperature of {temperature} and a bias of {bias}, "
        "the difference is {after} points (Brier score {brier_after}), by cross-validation on "
        "{images} annotated images. `tally --calibrated` uses this calibration, without the part "
        "of the bias that is due to the frequencies of the labels."
    ).format(
        before=decimal(100 * before.calibration_error, 1),
        brier_before=decimal(before.brier, 3),
        temperature=decimal(scale.temperature, 2),
        bias=signed(scale.bias, 2),
        after=decimal(100 * after.calibration_error, 1),
        brier_after=decimal(after.brier, 3),
        images=calibration.images,
    )


def _agreement(agreement: "Agreement | None") -> str:
    if agreement is None or agreement.value is None:
        return _("undefined")
    return decimal(agreement.value, 2)
