"""Turn scores into a label, or abstain."""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.perception.axes import Perception
from explorer.statistics.calibration import Scale, log_odds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.perception.axes import Axis

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


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What people's labels make of an instrument that answers with one of two labels.

    `scale` turns its log odds into probabilities that mean what they say where both labels are
    equally frequent, `threshold` is the smallest of these that is answered, and `labels` tells how
    many annotated images both were fitted to.
    """

    scale: Scale
    threshold: float
    labels: int

    def __str__(self) -> str:
        """Return everything that decides about answers."""
        scale = f"temperature {self.scale.temperature!r}, bias {self.scale.bias:+}"
        return f"{scale}, threshold {self.threshold!r}"

    def axis(self, axis: "Axis") -> "Axis":
        """Return the same question and captions with the threshold that decides."""
        return replace(axis, threshold=self.threshold)

    def instrument(self, instrument: str) -> str:
        """Return the name of the instrument that answers so: never that of the one without."""
        return f"{instrument} calibrated ({self})"


def instrument_name(classifier: str, axis: "Axis") -> str:
    """Return the name that tells classifier, its version, captions and threshold apart.

    "emoji-clip@5e6f7a8b#1a2b3c4d": the classifier as `classifier_version` gives it, then the axis.
    """
    return f"{classifier}#{axis.digest[:8]}"


def decide(image_key: str, axis: "Axis", instrument: str, scores: "Sequence[float]") -> Perception:
    """Answer with the likeliest label, or abstain.

    The instrument abstains as "unsure" where no score reaches the axis's threshold, and where two
    labels share the highest: choosing the first would favour whatever is listed first. It abstains
    as "no score" where a score is not a number; such scores are not kept, the perception's are
    then empty.

    Args:
        image_key: the key of the image's request.
        axis: the question.
        instrument: who answers, as `instrument_name` gives it.
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


def decide_anew(seen: Perception, axis: "Axis", recalibration: Recalibration) -> Perception:
    """Answer from the scores that are kept, without looking at the image again.

    Who had no scores to tell has none now: why there is no answer stays as it is.

    Args:
        seen: what the instrument perceived, with the scores of its two labels.
        axis: the question as it was asked.
        recalibration: what makes another instrument of it.
    """
    instrument = recalibration.instrument(seen.instrument)
    if not seen.scores:
        return replace(seen, instrument=instrument)
    first = recalibration.scale.probability(log_odds(seen.scores[0]))
    return decide(seen.image_key, recalibration.axis(axis), instrument, (first, 1 - first))
