"""Turn scores into a label, or abstain."""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.perception.axes import Perception
from explorer.statistics.calibration import log_odds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.perception.axes import Axis
    from explorer.perception.instruments import Instrument, Recalibration

# What CLIP models are trained towards: they stop at a logit scale of 100.
USUAL_TEMPERATURE = 0.01
UNSURE = "unsure"
NO_SCORE = "no score"


@dataclass(frozen=True, slots=True)
class Calibration:
    """How an instrument's likeness of image and label becomes a probability on one axis.

    The probabilities are the softmax of (likeness - bias) / temperature. `bias` holds one number
    per label in the axis's order; without any, no label is held back.
    """

    temperature: float = USUAL_TEMPERATURE
    bias: tuple[float, ...] = ()


def decide(
    image_key: str, axis: "Axis", instrument: "Instrument", scores: "Sequence[float]"
) -> Perception:
    """Answer with the likeliest label, or abstain.

    The instrument abstains as "unsure" where no score reaches the axis's threshold, and where two
    labels share the highest: choosing the first would favour whatever is listed first. It abstains
    as "no score" where a score is not a number; such scores are not kept, the perception's are
    then empty.

    Args:
        image_key: the key of the image's request.
        axis: the question.
        instrument: who answers.
        scores: probabilities in the axis's label order.

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
    """Answer from the scores that are kept, without looking at the image again.

    Who had no scores to tell has none now: why there is no answer stays as it is.

    Args:
        seen: what the instrument perceived, with the scores of its two labels.
        axis: the question as it was asked.
        recalibration: what makes another instrument of it.
    """
    instrument = replace(seen.instrument, calibration=recalibration)
    if not seen.scores:
        return replace(seen, instrument=instrument)
    first = recalibration.scale.probability(log_odds(seen.scores[0]))
    asked = replace(axis, threshold=recalibration.threshold)
    return decide(seen.image_key, asked, instrument, (first, 1 - first))
