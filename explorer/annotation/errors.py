"""How an instrument errs on what people annotated, and what its confidence is worth."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from explorer.errors import InvalidData
from explorer.perception.annotations import CANNOT_TELL, NOT_ONE, consensus
from explorer.statistics.calibration import (
    calibrate,
    log_odds,
    reliability,
    risk_coverage,
    smallest_threshold,
)
from explorer.statistics.confusion import Confusion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from explorer.perception.axes import Axis
    from explorer.perception.samples import Sampled
    from explorer.statistics.calibration import Bin, FittedScale, Risk

NOT_SAMPLED = "no sample of this model's images has been drawn for this classifier"
NOBODY = "nobody has annotated an image of the sample yet"
NO_AGREEMENT = "people agree on one of the answers for none of the images"
TWO_LABELS = "temperature and bias are told of two labels only"

# A group with fewer annotated images shows nothing by itself.
_FEWEST_OF_A_GROUP = 10
_BINS = 10


@dataclass(frozen=True, slots=True)
class Seen:
    """An image of a sample with what people said of it.

    `said` holds one label per annotator. `scores` are the instrument's, in the axis's order of labels;
    empty where it had none.
    """

    sampled: "Sampled"
    said: tuple[str, ...]
    scores: tuple[float, ...] = ()

    @property
    def truth(self) -> str | None:
        """What people agree on; None without a label or with a tie."""
        return consensus(self.said)


@dataclass(frozen=True, slots=True)
class Errors:
    """How an instrument errs on what people annotated.

    `confusion` is None for the reason in `refusal`; there may be a refusal with a confusion too,
    that of a correction. `images` are annotated and in the sample: people agree on a label of the
    axis in `agreed` of them, and the others are in `left`, by why they say nothing of errors.
    """

    confusion: Confusion | None
    refusal: str | None
    images: int
    agreed: int
    left: "Mapping[str, int]"


@dataclass(frozen=True, slots=True)
class Confidence:
    """What an instrument's confidence is worth: the probability of its likeliest label.

    `calibration` is None for the reason in `uncalibrated`. `threshold` is the smallest with few
    errors overall and in every group; None where there is none, or no image to tell from.
    """

    bins: "tuple[Bin, ...]"
    risks: "tuple[Risk, ...]"
    threshold: float | None
    calibration: "FittedScale | None"
    uncalibrated: str | None


def errors(
    axis: "Axis", seen: "Sequence[Seen]", given: "Mapping[str, str | None] | None" = None
) -> Errors:
    """Count what the instrument said by what people agree on.

    Each counted image stands for as many as its answer was given to when the sample was drawn,
    shared among all annotated images of that answer: those that people leave open too.

    Args:
        axis: the question.
        seen: a sample.
        given: the answers of another instrument by image, None where it abstains; those that the
            sample was drawn by if nothing is given.
    """
    annotated = [one for one in seen if one.said]
    truths = [one.truth for one in annotated]
    agreed = sum(truth in axis.labels for truth in truths)
    left = Counter(truth or "tie" for truth in truths if truth not in axis.labels)
    told = {why: left[why] for why in (CANNOT_TELL, NOT_ONE, "tie") if left[why]}
    refusal = _too_few(axis, seen, annotated, agreed)
    if given is None:
        given = {one.sampled.image: one.sampled.answer for one in annotated}
    confusion = None if refusal else _confusion(axis, annotated, given)
    if confusion is not None:
        refusal = confusion.refusal
    return Errors(confusion, refusal, len(annotated), agreed, told)


def confidence(
    axis: "Axis", seen: "Sequence[Seen]", groups: "Mapping[str, str] | None" = None
) -> Confidence:
    """Tell what the instrument's confidence is worth on the images people agree on.

    Args:
        axis: the question.
        seen: a sample; images without a consensus or scores are left out.
        groups: of images by key, in each of which errors must be few; others are one group.
    """
    told = scored(axis, seen)
    sure = [max(one.scores) for one in told]
    said = [axis.labels[one.scores.index(max(one.scores))] for one in told]
    right = [one.truth == label for one, label in zip(told, said, strict=True)]
    weights = stands_for(seen, told)
    calibration, uncalibrated = _calibrated(axis, told)
    return Confidence(
        bins=reliability(sure, right, _BINS),
        risks=risk_coverage(sure, right, weights),
        threshold=fewest_errors(told, list(zip(sure, said, strict=True)), weights, groups or {}),
        calibration=calibration,
        uncalibrated=uncalibrated,
    )


def scored(axis: "Axis", seen: "Iterable[Seen]") -> "tuple[Seen, ...]":
    """Return the images that people agree on a label of, as far as the instrument has scores."""
    return tuple(one for one in seen if one.scores and one.truth in axis.labels)


def stands_for(seen: "Iterable[Seen]", some: "Iterable[Seen]") -> list[float]:
    """Return how many of the model's images each of some annotated images stands for.

    Args:
        seen: the sample, of which the images without a label stand for none.
        some: images of it.
    """
    counted = Counter(one.sampled.answer for one in seen if one.said)
    return [one.sampled.among / counted[one.sampled.answer] for one in some]


def fewest_errors(
    shown: "Sequence[Seen]",
    said: "Sequence[tuple[float, str]]",
    weights: "Sequence[float]",
    groups: "Mapping[str, str]",
) -> float | None:
    """Return the smallest threshold with few errors overall and in every group; None for none.

    Args:
        shown: images that people agree on.
        said: the confidence and the label of each.
        weights: how many images each stands for.
        groups: of images by key; those that are too small are one group with the others.
    """
    named = [groups.get(one.sampled.image, "") for one in shown]
    sizes = Counter(named)
    return smallest_threshold(
        [sure for sure, _ in said],
        [one.truth == label for one, (_, label) in zip(shown, said, strict=True)],
        [name if sizes[name] >= _FEWEST_OF_A_GROUP else "" for name in named],
        weights=weights,
    )


def _too_few(
    axis: "Axis", seen: "Sequence[Seen]", annotated: "Sequence[Seen]", agreed: int
) -> str | None:
    if not seen:
        return NOT_SAMPLED
    if not annotated:
        return NOBODY
    looked = {one.sampled.answer for one in annotated}
    for answer in (*axis.labels, None):
        if answer not in looked and any(one.sampled.answer == answer for one in seen):
            return f"no image that the classifier calls {answer or axis.abstention} is annotated"
    return None if agreed else NO_AGREEMENT


def _confusion(
    axis: "Axis", annotated: "Sequence[Seen]", given: "Mapping[str, str | None]"
) -> Confusion:
    rows: defaultdict[str | None, list[float]] = defaultdict(list)
    cells: defaultdict[tuple[str | None, str | None], list[float]] = defaultdict(list)
    for one, weight in zip(annotated, stands_for(annotated, annotated), strict=True):
        answer = given.get(one.sampled.image)
        rows[answer].append(weight)
        cells[answer, one.truth].append(weight)
    table = [[(answer, truth) for truth in axis.labels] for answer in (*axis.labels, None)]
    return Confusion(
        counts=tuple(tuple(len(cells[place]) for place in row) for row in table),
        kind="human",
        # Where a count is 0 stands what one more image of that answer would stand for; what was
        # never answered has nothing to weigh.
        weights=tuple(
            tuple(fmean(cells[place] or rows[place[0]] or [1.0]) for place in row) for row in table
        ),
    )


def _calibrated(axis: "Axis", told: "Sequence[Seen]") -> "tuple[FittedScale | None, str | None]":
    if len(axis.labels) != 2:  # noqa: PLR2004
        return None, TWO_LABELS
    # Images were chosen by their margins alone, which leaves what a margin tells as it is: there
    # is nothing to weigh.
    margins = [log_odds(one.scores[0]) for one in told]
    try:
        return calibrate(margins, [one.truth == axis.labels[0] for one in told]), None
    except InvalidData as error:
        return None, str(error)
