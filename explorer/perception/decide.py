"""Decisions: from scores to a label or an abstention."""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.perception.axes import Perception
from explorer.statistics.calibration import log_odds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.perception.axes import Axis
    from explorer.perception.instruments import Instrument, Recalibration

# CLIP models are trained towards this value: their logit scale is capped at 100.
USUAL_TEMPERATURE = 0.01
UNSURE = "unsure"
NO_SCORE = "no score"


@dataclass(frozen=True, slots=True)
class Calibration:
    """The conversion of an instrument's similarities into probabilities on one axis.

    The probabilities are the softmax of (similarity - bias) / temperature. `bias` holds one number
    per label in the axis's order; if it is empty, there is no bias.
    """

    temperature: float = USUAL_TEMPERATURE
    bias: tuple[float, ...] = ()


def decide(
    image_key: str, axis: "Axis", instrument: "Instrument", scores: "Sequence[float]"
) -> Perception:
    """Return the perception with the likeliest label, or with an abstention.

    The reason for an abstention is "unsure" if no score reaches the axis's threshold, or if two
    labels share the highest score, because choosing the first would favour the order of the labels.
    It is "no score" if a score is not a finite number; the perception then has no scores.

    Args:
        image_key: the key of the image's request.
        axis: the axis.
        instrument: the instrument.
        scores: probabilities in the axis's order of labels.

    Raises:
        ValueError: there are more or fewer scores than labels.
    """
    if len(scores) != len(axis.labels):
        raise ValueError(f"{len(scores)} scores for the {len(axis.labels)} labels of {axis.name}")
    kept = tuple(map(float, scores))
    if not all(map(math.isfinite, kept)):
        return Perception(image_key, axis.name, instrument, None, NO_SCORE, ())
    highest = max(kept)
    if highest < axis.threshold or kept.count(highest) > 1:
        return Perception(image_key, axis.name, instrument, None, UNSURE, kept)
    label = axis.labels[kept.index(highest)]
    return Perception(image_key, axis.name, instrument, label, None, kept)


def decide_anew(seen: Perception, axis: "Axis", recalibration: "Recalibration") -> Perception:
    """Return a perception decided again from stored scores, without classifying the image again.

    A perception without scores keeps its reason.

    Args:
        seen: the stored perception, with the scores of its two labels.
        axis: the axis, with its original threshold.
        recalibration: the scale and threshold of the recalibrated instrument.
    """
    instrument = replace(seen.instrument, calibration=recalibration)
    if not seen.scores:
        return replace(seen, instrument=instrument)
    first = recalibration.scale.probability(log_odds(seen.scores[0]))
    asked = replace(axis, threshold=recalibration.threshold)
    return decide(seen.image_key, asked, instrument, (first, 1 - first))
