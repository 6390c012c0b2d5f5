"""What people's labels make of an instrument: other answers from the same scores, and their errors.

It is another instrument then, and its tallies are corrected with the errors of its own answers. It
counts both labels alike, however rare one is among the model's images: a fit by labels carries
how often each is true, and an instrument that took this for granted would find every profession
nearer to the model's average than it is.

Source: Saerens, Latinne and Decaestecker 2002, "Adjusting the outputs of a classifier to new a
priori probabilities", here to equal ones.
"""

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.annotation.errors import TWO_LABELS, errors, fewest_errors, scored, stands_for
from explorer.errors import InvalidData
from explorer.perception.axes import Perception
from explorer.perception.decide import decide_anew
from explorer.perception.instruments import Recalibration
from explorer.statistics.calibration import (
    MOST_ERRORS,
    MOST_ERRORS_IN_A_GROUP,
    Scale,
    calibrate,
    fit_scale,
    folds,
    log_odds,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from explorer.annotation.errors import Errors, Seen
    from explorer.perception.axes import Axis

    _Arrays = tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]

_DIGITS = 4


def recalibration(
    axis: "Axis", seen: "Sequence[Seen]", groups: "Mapping[str, str] | None" = None
) -> Recalibration:
    """Fit temperature, bias and threshold to what people agree on.

    The bias is the instrument's lean alone, and the threshold is the smallest with few errors if
    both labels are equally frequent. They are rounded to the digits that the instrument's name
    tells.

    Args:
        axis: the question.
        seen: a sample with its labels and scores.
        groups: of images by key, as in `confidence`.

    Raises:
        InvalidData: the axis has more than two labels, the labels are too few or all of one kind,
            the scores tell nothing of them, or no threshold keeps errors few.
    """
    import numpy as np

    if len(axis.labels) != 2:  # noqa: PLR2004
        raise InvalidData(f"{axis.name!r} has {len(axis.labels)} labels, and {TWO_LABELS}.")
    shown = scored(axis, seen)
    margins, truths, weights = _arrays(axis, seen, shown)
    calibrate(margins.tolist(), truths.tolist())
    scale = _scale(margins, truths, weights)
    first = [scale.probability(margin) for margin in margins.tolist()]
    said = [(max(one, 1 - one), axis.labels[int(one < 0.5)]) for one in first]  # noqa: PLR2004
    alike = np.where(truths, weights / weights[truths].sum(), weights / weights[~truths].sum())
    threshold = fewest_errors(shown, said, alike.tolist(), groups or {})
    answered = {label for sure, label in said if threshold is not None and sure >= threshold}
    if threshold is None or len(answered) < len(axis.labels):
        raise InvalidData(
            f"There is no threshold from which on both labels are answered, at most "
            f"{MOST_ERRORS:.0%} of the answers are wrong, and at most {MOST_ERRORS_IN_A_GROUP:.0%} "
            "of those in any tone. Label more images, or use another classifier."
        )
    # Rounded down, it still answers whatever it was fitted to.
    kept = math.floor(threshold * 10**_DIGITS) / 10**_DIGITS
    return Recalibration(scale, kept, len(shown))


def recalibrated_errors(axis: "Axis", seen: "Sequence[Seen]", fitted: Recalibration) -> "Errors":
    """Count how a calibrated instrument errs on the labels that it was fitted to, by cross-fitting.

    The images of each of FOLDS parts are answered with the temperature and the bias that the
    labels of the other parts fit: an instrument that was told the answers would seem to err less
    than it does. The threshold is the instrument's own, as it decides how much is unclear.

    Source: Stone 1974, "Cross-validatory choice and assessment of statistical predictions".
    """
    shown = scored(axis, seen)
    margins, truths, weights = _arrays(axis, seen, shown)
    answers: dict[str, str | None] = {}
    for fold in folds(truths):
        scale = _scale(margins[~fold], truths[~fold], weights[~fold])
        others = replace(fitted, scale=scale)
        part = (one for one, out in zip(shown, fold, strict=True) if out)
        answers |= {one.sampled.image: _answer(axis, one, others) for one in part}
    return errors(axis, seen, answers)


def _arrays(axis: "Axis", seen: "Sequence[Seen]", shown: "Sequence[Seen]") -> "_Arrays":
    """Return margins, whether the first label is true, and how many images each stands for."""
    import numpy as np

    return (
        np.array([log_odds(one.scores[0]) for one in shown], float),
        np.array([one.truth == axis.labels[0] for one in shown], bool),
        np.array(stands_for(seen, shown), float),
    )


def _scale(
    margins: "NDArray[np.float64]", truths: "NDArray[np.bool_]", weights: "NDArray[np.float64]"
) -> Scale:
    """Return the fitted scale without how often the first label is true."""
    fit = fit_scale(margins, truths)
    mix = log_odds(float(weights[truths].sum() / weights.sum()))
    return Scale(_rounded(fit.temperature), _rounded(fit.bias - mix))


def _answer(axis: "Axis", one: "Seen", fitted: Recalibration) -> str | None:
    sampled = one.sampled
    asked = Perception(sampled.image, axis.name, sampled.instrument, None, None, one.scores)
    return decide_anew(asked, axis, fitted).label


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")
