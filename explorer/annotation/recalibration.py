"""Recalibration of an instrument with annotations, and the errors of the recalibrated instrument.

A recalibrated instrument answers from the same scores but is an instrument of its own: its tallies
are corrected with its own errors. It treats both labels as equally frequent. A plain fit to the
annotations would include how frequent each label is among all images of the model, and so pull
every profession towards the model's average.

Source: Saerens, Latinne and Decaestecker 2002, "Adjusting the outputs of a classifier to new a
priori probabilities", here to equal ones.
"""

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.annotation.errors import errors, fewest_errors, scored, stands_for
from explorer.errors import InvalidData
from explorer.numbers import percentage
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
from explorer.translations import gettext as _

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
    """Return temperature, bias and threshold fitted to the annotators' consensus.

    The bias is the instrument's own, without the frequencies of the labels. The threshold is the
    smallest with few errors if both labels are equally frequent. All are rounded to the digits in
    the instrument's name.

    Args:
        axis: the axis.
        seen: a sample with annotations and scores.
        groups: groups by image key, as in `confidence`.

    Raises:
        InvalidData: the axis has more than two labels, the annotations are too few or all the same,
            the scores do not depend on them, or no threshold keeps errors few.
    """
    import numpy as np

    if len(axis.labels) != 2:  # noqa: PLR2004
        raise InvalidData(
            _(
                "{name!r} has {labels} labels. Only an axis with two can be "
                "calibrated: ask about 'gender'."
            ).format(name=axis.name, labels=len(axis.labels))
        )
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
            _(
                "There is no threshold with answers of both labels that keeps wrong "
                "answers to at most {most_errors}, and to at most "
                "{most_errors_in_a_group} within every skin tone. Annotate more "
                "images, or use another classifier."
            ).format(
                most_errors=percentage(MOST_ERRORS),
                most_errors_in_a_group=percentage(MOST_ERRORS_IN_A_GROUP),
            )
        )
    # Rounded down, so that the image at the threshold is still answered.
    kept = math.floor(threshold * 10**_DIGITS) / 10**_DIGITS
    return Recalibration(scale, kept, len(shown))


def recalibrated_errors(axis: "Axis", seen: "Sequence[Seen]", fitted: Recalibration) -> "Errors":
    """Return a recalibrated instrument's errors on its own annotations, by cross-fitting.

    The images in each of FOLDS parts are answered with the temperature and bias fitted to the other
    parts: the fit to an image's own annotation would make errors look rarer than they are. The
    threshold is the instrument's own, because it determines how often it abstains.

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
    """Return margins, whether the first label is true, and weights, one of each per image."""
    import numpy as np

    return (
        np.array([log_odds(one.scores[0]) for one in shown], float),
        np.array([one.truth == axis.labels[0] for one in shown], bool),
        np.array(stands_for(seen, shown), float),
    )


def _scale(
    margins: "NDArray[np.float64]", truths: "NDArray[np.bool_]", weights: "NDArray[np.float64]"
) -> Scale:
    """Return the fitted scale without the frequency of the first label."""
    fit = fit_scale(margins, truths)
    mix = log_odds(float(weights[truths].sum() / weights.sum()))
    return Scale(_rounded(fit.temperature), _rounded(fit.bias - mix))


def _answer(axis: "Axis", one: "Seen", fitted: Recalibration) -> str | None:
    sampled = one.sampled
    asked = Perception(sampled.image, axis.name, sampled.instrument, None, None, one.scores)
    return decide_anew(asked, axis, fitted).label


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")
