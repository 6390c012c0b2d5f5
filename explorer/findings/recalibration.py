"""What people's labels make of an instrument: other answers from the same scores, and their errors.

An instrument that is calibrated is another instrument. The errors that its tallies are corrected
with are those of its own answers, and no picture counts whose label the answer was fitted to.
"""

import math
from typing import TYPE_CHECKING

from explorer.errors import InvalidData
from explorer.findings.validation import TWO_LABELS, errors, fewest_errors, scored, stands_for
from explorer.perception.axes import Perception
from explorer.perception.decide import Recalibration, decide_anew
from explorer.statistics.calibration import (
    FOLDS,
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

    from explorer.findings.validation import Errors, Seen
    from explorer.perception.axes import Axis

_DIGITS = 4


def recalibration(
    axis: "Axis", seen: "Sequence[Seen]", groups: "Mapping[str, str] | None" = None
) -> Recalibration:
    """Fit temperature, bias and threshold to what people agree on.

    The bias is the instrument's lean alone. A fit by labels also carries how often each label is
    true among all of the model's pictures; an instrument that took this for granted would find
    every profession nearer to the model's average than it is. The numbers are rounded to the digits
    that the instrument's name tells.

    Source: Saerens, Latinne and Decaestecker 2002, "Adjusting the outputs of a classifier to new a
    priori probabilities", here to equal ones.

    Args:
        axis: the question.
        seen: a sample with its labels and scores.
        groups: of pictures by key, as in `confidence`.

    Raises:
        InvalidData: the axis has more than two labels, the labels are too few or all of one kind,
            the scores tell nothing of them, or no threshold keeps errors few.
    """
    if len(axis.labels) != 2:  # noqa: PLR2004
        raise InvalidData(f"{axis.name!r} has {len(axis.labels)} labels, and {TWO_LABELS}.")
    shown = scored(axis, seen)
    calibrate(_margins(shown), _truths(axis, shown))
    return _fitted(axis, seen, shown, groups or {})


def recalibrated_errors(
    axis: "Axis", seen: "Sequence[Seen]", groups: "Mapping[str, str] | None" = None
) -> "Errors":
    """Count how the instrument that `recalibration` makes errs, by cross-fitting.

    The pictures of each of FOLDS parts are answered as the labels of the other parts fit it: an
    instrument that was told the answers would seem to err less than it does.

    Source: Stone 1974, "Cross-validatory choice and assessment of statistical predictions".

    Raises:
        InvalidData: without the labels of a part no threshold keeps errors few.
    """
    shown = scored(axis, seen)
    answers: dict[str, str | None] = {}
    for fold in folds(_truths(axis, shown)):
        parts: tuple[list[Seen], list[Seen]] = ([], [])
        for one, out in zip(shown, fold, strict=True):
            parts[int(out)].append(one)
        fitted = _fitted(axis, seen, parts[0], groups or {})
        answers |= {one.sampled.picture: _answer(axis, one, fitted) for one in parts[1]}
    return errors(axis, seen, answers)


def _fitted(
    axis: "Axis", seen: "Sequence[Seen]", shown: "Sequence[Seen]", groups: "Mapping[str, str]"
) -> Recalibration:
    """Fit to the pictures shown, which stand for what they do among all that were seen."""
    import numpy as np

    weights = stands_for(seen)
    fit = fit_scale(np.array(_margins(shown)), np.array(_truths(axis, shown)))
    scale = Scale(_rounded(fit.temperature), _rounded(fit.bias - _mix(axis, shown, weights)))
    odds = [scale.probability(margin) for margin in _margins(shown)]
    said = [(max(first, 1 - first), axis.labels[int(first < 0.5)]) for first in odds]  # noqa: PLR2004
    threshold = fewest_errors(shown, said, weights, groups)
    if threshold is None:
        raise InvalidData(
            f"There is no threshold from which on at most {MOST_ERRORS:.0%} of the answers are "
            f"wrong, and at most {MOST_ERRORS_IN_A_GROUP:.0%} of those in any tone, on "
            f"{len(shown)} labels ({FOLDS} parts are also left out in turn). Label more pictures, "
            "or use another classifier."
        )
    # Rounded down, it still answers whatever it was fitted to.
    kept = math.floor(threshold * 10**_DIGITS) / 10**_DIGITS
    return Recalibration(scale, kept, len(shown))


def _mix(axis: "Axis", shown: "Sequence[Seen]", weights: "Mapping[str | None, float]") -> float:
    """Return the log odds of the first label among all that the pictures shown stand for."""
    stand = [weights[one.sampled.answer] for one in shown]
    first = zip(stand, _truths(axis, shown), strict=True)
    return log_odds(sum(weight for weight, true in first if true) / sum(stand))


def _answer(axis: "Axis", one: "Seen", fitted: Recalibration) -> str | None:
    sampled = one.sampled
    asked = Perception(sampled.picture, axis.name, sampled.instrument, None, None, one.scores)
    return decide_anew(asked, axis, fitted).label


def _margins(shown: "Sequence[Seen]") -> list[float]:
    return [log_odds(one.scores[0]) for one in shown]


def _truths(axis: "Axis", shown: "Sequence[Seen]") -> list[bool]:
    return [one.truth == axis.labels[0] for one in shown]


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")
