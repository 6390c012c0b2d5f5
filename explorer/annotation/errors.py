"""An instrument's errors and the reliability of its confidence, measured on annotations."""

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
from explorer.translations import gettext as _
from explorer.translations import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from explorer.perception.axes import Axis
    from explorer.perception.samples import Sampled
    from explorer.statistics.calibration import Bin, FittedScale, Risk

# A group with fewer annotated images is too small for a threshold of its own.
_FEWEST_OF_A_GROUP = 10
_BINS = 10


@dataclass(frozen=True, slots=True)
class Seen:
    """An image of a sample with its annotations.

    `said` holds one label per annotator. `scores` are the instrument's, in the axis's order of
    labels; empty if it had none.
    """

    sampled: "Sampled"
    said: tuple[str, ...]
    scores: tuple[float, ...] = ()

    @property
    def truth(self) -> str | None:
        """The most frequent label; None without annotations or with a tie."""
        return consensus(self.said)


@dataclass(frozen=True, slots=True)
class Errors:
    """An instrument's errors on annotated images.

    `refusal` is the reason for a missing confusion, or the reason why the confusion cannot correct
    shares. `images` is the number of annotated images in the sample. `agreed` of them have a
    consensus on a label of the axis; `left` counts the others by the reason that excludes them.
    """

    confusion: Confusion | None
    refusal: str | None
    images: int
    agreed: int
    left: "Mapping[str, int]"


@dataclass(frozen=True, slots=True)
class Confidence:
    """The reliability of an instrument's confidence, the probability of its likeliest label.

    `uncalibrated` is the reason for a missing `calibration`. `threshold` is the smallest with few
    errors overall and in every group; None if there is none or no image is annotated.
    """

    bins: "tuple[Bin, ...]"
    risks: "tuple[Risk, ...]"
    threshold: float | None
    calibration: "FittedScale | None"
    uncalibrated: str | None


def errors(
    axis: "Axis", seen: "Sequence[Seen]", given: "Mapping[str, str | None] | None" = None
) -> Errors:
    """Return the instrument's answers counted by the consensus of the annotators.

    The images with an answer when the sample was drawn are divided equally among the annotated
    images with that answer, including those without a consensus: this is each image's weight.

    Args:
        axis: the axis.
        seen: a sample.
        given: the answers of another instrument by image, None for an abstention; by default, the
            answers by which the sample was drawn.
    """
    annotated = [one for one in seen if one.said]
    truths = [one.truth for one in annotated]
    agreed = sum(truth in axis.labels for truth in truths)
    left = Counter(truth or "tie" for truth in truths if truth not in axis.labels)
    counted = {why: left[why] for why in (CANNOT_TELL, NOT_ONE, "tie") if left[why]}
    refusal = _too_few(axis, seen, annotated, agreed)
    if given is None:
        given = {one.sampled.image: one.sampled.answer for one in annotated}
    confusion = None if refusal else _confusion(axis, annotated, given)
    if confusion is not None:
        refusal = confusion.refusal
    return Errors(confusion, refusal, len(annotated), agreed, counted)


def confidence(
    axis: "Axis", seen: "Sequence[Seen]", groups: "Mapping[str, str] | None" = None
) -> Confidence:
    """Return the reliability of the instrument's confidence on images with a consensus.

    Args:
        axis: the axis.
        seen: a sample; images without a consensus or scores are left out.
        groups: groups by image key, each of which must have few errors; images without a group
            form one of their own.
    """
    shown = scored(axis, seen)
    sure = [max(one.scores) for one in shown]
    said = [axis.labels[one.scores.index(max(one.scores))] for one in shown]
    right = [one.truth == label for one, label in zip(shown, said, strict=True)]
    weights = stands_for(seen, shown)
    calibration, uncalibrated = _calibrated(axis, shown)
    return Confidence(
        bins=reliability(sure, right, _BINS),
        risks=risk_coverage(sure, right, weights),
        threshold=fewest_errors(shown, list(zip(sure, said, strict=True)), weights, groups or {}),
        calibration=calibration,
        uncalibrated=uncalibrated,
    )


def scored(axis: "Axis", seen: "Iterable[Seen]") -> "tuple[Seen, ...]":
    """Return the images with a consensus on a label of the axis and with scores."""
    return tuple(one for one in seen if one.scores and one.truth in axis.labels)


def stands_for(seen: "Iterable[Seen]", some: "Iterable[Seen]") -> list[float]:
    """Return the weights of annotated images: the number of the model's images each represents.

    Args:
        seen: the sample; images without annotations have no weight.
        some: annotated images of the sample.
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
        shown: images with a consensus.
        said: the instrument's confidence and label for each.
        weights: the number of images each represents.
        groups: groups by image key; groups that are too small form one together with images
            without a group.
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
        return _("no sample of this model's images has been drawn for this classifier")
    if not annotated:
        return _("nobody has annotated an image of the sample yet")
    looked = {one.sampled.answer for one in annotated}
    for answer in (*axis.labels, None):
        if answer not in looked and any(one.sampled.answer == answer for one in seen):
            return _("no image that the classifier labels as {answer} is annotated").format(
                answer=word("label", answer) if answer else axis.abstention
            )
    return None if agreed else _("the annotators do not agree on the label of any image")


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
        # A count of 0 has the weight of one more image with that answer; an answer that was never
        # given has a weight of 1, which has no effect.
        weights=tuple(
            tuple(fmean(cells[place] or rows[place[0]] or [1.0]) for place in row) for row in table
        ),
    )


def _calibrated(axis: "Axis", shown: "Sequence[Seen]") -> "tuple[FittedScale | None, str | None]":
    if len(axis.labels) != 2:  # noqa: PLR2004
        return None, _("only axes with two labels can be calibrated")
    # No weights are needed: the sample depends on the margins alone, so it does not change the
    # relation between margin and truth.
    margins = [log_odds(one.scores[0]) for one in shown]
    try:
        return calibrate(margins, [one.truth == axis.labels[0] for one in shown]), None
    except InvalidData as error:
        return None, str(error)
