"""Say in plain sentences, and in rows, what people's labels tell."""

from typing import TYPE_CHECKING

from explorer.findings.corrected import FEWEST
from explorer.findings.sentences import seen_as
from explorer.perception.labels import CANNOT_TELL, NOT_ONE
from explorer.statistics.agreement import ONE_RATER
from explorer.statistics.calibration import MOST_ERRORS, MOST_ERRORS_IN_A_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.findings.tables import Row
    from explorer.findings.validation import Confidence, Pair, Validation
    from explorer.perception.axes import Axis
    from explorer.statistics.agreement import Agreement
    from explorer.statistics.confusion import Confusion

# What is told of pictures that people did not agree on a label of.
_LEFT = {
    CANNOT_TELL: "people cannot tell",
    NOT_ONE: "they see no or several people",
    "tie": "they are split",
}


def validation_sentences(validation: "Validation") -> "Iterator[str]":
    """Yield what the labels tell: who labelled, how far they agree, the errors, the confidence."""
    yield _labelled(validation)
    if not validation.pairs and validation.raters:
        yield f"How far people agree is not known. {ONE_RATER}"
    for pair in validation.pairs:
        yield pair_sentence(pair)
    if validation.errors.pictures:
        yield _agreed(validation)
    if validation.errors.confusion:
        yield from error_sentences(validation.axis, validation.errors.confusion)
    yield _corrected(validation.errors.refusal)
    if validation.confidence.risks:
        yield from confidence_sentences(validation.confidence)


def pair_sentence(pair: "Pair") -> str:
    """Return how far two raters agree, with what to make of the numbers."""
    first, second = pair.raters
    same = f"{first} and {second} say the same of {pair.same} of {pair.pictures} pictures"
    if pair.pictures < FEWEST:
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
        pictures = sum(row[place] for row in confusion.counts)
        if not pictures:
            yield f"People see none of the pictures as {seen_as(axis, place)}."
            continue
        hit, unclear = shares[place, place], shares[-1, place]
        others = 1 - hit - unclear
        yield (
            f"Of pictures that people see as {label}, the classifier calls an estimated {hit:.0%} "
            f"{label}, {abs(others):.0%} otherwise and {unclear:.0%} {axis.abstention} "
            f"({pictures} labelled)."
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
            f"({calibration.labels} labels). `tally --calibrated` gives answers so, with the bias "
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
            f"{risk.coverage:.0%} of the pictures and errs on {risk.error:.1%} of these."
        )


def validation_rows(validation: "Validation") -> "list[Row]":
    """Return a row for each label that people gave and each answer of the classifier."""
    axis, confusion = validation.axis, validation.errors.confusion
    if confusion is None:
        return []
    shares, weights = confusion.shares(), confusion.weights
    labelled = [any(column) for column in zip(*confusion.counts, strict=True)]
    return [
        {
            "model": validation.model,
            "axis": axis.name,
            "people": truth,
            "classifier": answer,
            "pictures": confusion.counts[row][column],
            "each_stands_for": weights[row][column],
            "share": float(shares[row, column]) if labelled[column] else None,
            "instrument": validation.instrument,
        }
        for column, truth in enumerate(axis.labels)
        for row, answer in enumerate((*axis.labels, axis.abstention))
    ]


def _labelled(validation: "Validation") -> str:
    if not validation.sampled:
        return f"{validation.model}, {validation.axis.title.lower()}: no sample is drawn yet."
    by = ", ".join(f"{rater} ({count})" for rater, count in validation.raters.items())
    told = (
        f"{validation.model}, {validation.axis.title.lower()}: {validation.errors.pictures} of the "
        f"{validation.sampled} pictures of the sample are labelled"
    )
    outside = (
        f" {validation.outside} labels are of pictures outside the sample: they count for how far "
        "people agree, not for errors."
    )
    return f"{told}, by {by}.{outside if validation.outside else ''}" if by else f"{told}."


def _agreed(validation: "Validation") -> str:
    errors = validation.errors
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
