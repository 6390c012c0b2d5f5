"""Calibrated probabilities from an instrument's margins, and the threshold for its answers.

A margin is the instrument's log odds of the first of two labels against the second: at 0 it is
undecided. The raw margins of CLIP are far too confident.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import InvalidData
from explorer.statistics.intervals import Interval, wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

FEWEST_ANNOTATED = 100
BINS = 15
FOLDS = 5
MOST_ERRORS = 0.05
MOST_ERRORS_IN_A_GROUP = 0.08
# Probabilities so close to 1 that they round to 1 still need finite log odds.
_HIGHEST = 1 - 1e-12


@dataclass(frozen=True, slots=True)
class Scale:
    """A curve that turns a margin into the probability of the first label.

    The probability is the logistic function of margin / temperature + bias. A temperature above 1
    makes raw margins less confident. A bias above 0 corrects an instrument that favours the second
    label. The bias also reflects how often the first label is true among the annotated images: it
    corrects the instrument alone where both labels are equally frequent.
    """

    temperature: float
    bias: float

    def probability(self, margin: float) -> float:
        """Return the probability of the first label, 0..1."""
        return float(_logistic(margin / self.temperature + self.bias))


RAW = Scale(1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Quality:
    """Errors of probabilities: both are 0 for an instrument that is always certain and right."""

    calibration_error: float
    brier: float


@dataclass(frozen=True, slots=True)
class FittedScale:
    """A scale fitted to a number of annotated images, with its quality.

    `before` is the quality of raw margins. `after` is that of the scale on images that it was not
    fitted to.
    """

    scale: Scale
    images: int
    before: Quality
    after: Quality


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of similar confidence: their number, mean confidence and share of right answers.

    A calibrated instrument is right as often as its confidence says.
    """

    answers: int
    confidence: float
    right: Interval


@dataclass(frozen=True, slots=True)
class Risk:
    """Results of a threshold: the share of images answered, and the share of answers wrong."""

    threshold: float
    coverage: float
    error: float


def calibrate(margins: "Sequence[float]", truths: "Sequence[bool]", seed: int = 0) -> FittedScale:
    """Fit temperature and bias by the least log-loss, and measure both by cross-validation.

    The truths are smoothed: in each class one image more counts as right and one as wrong. So
    classes that never overlap have a scale too.

    Source: Platt 1999, "Probabilistic outputs for support vector machines", with his targets; Guo
    and others 2017, "On calibration of modern neural networks", for the temperature.

    Args:
        margins: log odds, one per annotated image.
        truths: True where the first label is true.
        seed: of the folds.

    Raises:
        InvalidData: fewer than FEWEST_ANNOTATED images are annotated, or fewer than FOLDS of a
            class; a margin is not a number; all margins are equal; or larger margins do not favour
            the first label.
        ValueError: there are more margins than truths, or fewer.
    """
    import numpy as np

    x, y = np.asarray(margins, dtype=float), np.asarray(truths, dtype=bool)
    _check(x, y)
    unseen = np.empty(len(x))
    for fold in folds(truths, seed):
        unseen[fold] = _probabilities(x[fold], fit_scale(x[~fold], y[~fold]))
    raw = _probabilities(x, RAW)
    return FittedScale(fit_scale(x, y), len(x), _quality(raw, y), _quality(unseen, y))


def fit_scale(margins: "NDArray[np.float64]", truths: "NDArray[np.bool_]") -> Scale:
    """Return the scale of the least log-loss, as `calibrate` does, for any number of images.

    Raises:
        InvalidData: all margins are equal, or larger ones do not favour the first label.
    """
    import numpy as np
    from scipy.optimize import minimize

    if not np.ptp(margins):
        raise InvalidData(
            f"All margins are {float(margins[0])!r}: an instrument that gives every image the same "
            "score cannot be calibrated. Use another classifier."
        )
    first, second = truths.sum(), (~truths).sum()
    targets = np.where(truths, (first + 1) / (first + 2), 1 / (second + 2))
    # In units of their own standard deviation all margins need a slope near 1, the starting value.
    unit = float(margins.std())

    def loss(parameters: "NDArray[np.float64]") -> "tuple[float, NDArray[np.float64]]":
        odds = parameters[0] * margins / unit + parameters[1]
        off = _logistic(odds) - targets
        gradient = np.array([(off * margins / unit).mean(), off.mean()])
        return float((np.logaddexp(0, odds) - targets * odds).mean()), gradient

    slope, bias = minimize(
        loss, np.array([1.0, 0.0]), jac=True, method="BFGS", options={"gtol": 1e-8}
    ).x
    if slope <= 0:
        raise InvalidData(
            f"Larger margins do not favour the first label, their slope is {slope / unit!r}: "
            "check the order of the labels."
        )
    return Scale(unit / float(slope), float(bias))


def folds(truths: "Sequence[bool] | NDArray[np.bool_]", seed: int = 0) -> "list[NDArray[np.bool_]]":
    """Return the images of each of FOLDS folds, as masks; each class is spread evenly."""
    import numpy as np

    random = np.random.default_rng(seed)
    places = np.empty(len(truths), int)
    for truth in (False, True):
        members = np.flatnonzero(np.asarray(truths) == truth)
        places[random.permutation(members)] = np.arange(len(members)) % FOLDS
    return [places == fold for fold in range(FOLDS)]


def log_odds(probability: float) -> float:
    """Return the log odds of a probability of 0..1; those of 0 and 1 are finite too."""
    kept = min(max(probability, 1 - _HIGHEST), _HIGHEST)
    return math.log(kept / (1 - kept))


def calibration_error(
    confidences: "Sequence[float] | NDArray[np.float64]",
    right: "Sequence[bool] | NDArray[np.bool_]",
) -> float:
    """Return the mean distance of confidence from the share of right answers, 0..1.

    The answers are grouped into BINS bins of equal width.

    Source: Naeini, Cooper and Hauskrecht 2015, "Obtaining well calibrated probabilities using
    Bayesian binning", as used by Guo and others 2017.

    Args:
        confidences: probabilities of the labels given, 0..1, at least one.
        right: True where the label given is true.
    """
    import numpy as np

    sure, true = np.asarray(confidences, dtype=float), np.asarray(right, dtype=float)
    gaps = np.bincount(_bins(sure, BINS), weights=true - sure, minlength=BINS)
    return float(np.abs(gaps).sum() / len(sure))


def reliability(
    confidences: "Sequence[float]", right: "Sequence[bool]", bins: int = BINS
) -> tuple[Bin, ...]:
    """Return the bins that hold answers, from the lowest confidence up, with Wilson's intervals.

    Source: DeGroot and Fienberg 1983, "The comparison and evaluation of forecasters".

    Args:
        confidences: probabilities of the labels given, 0..1.
        right: True where the label given is true.
        bins: number of bins of equal width from 0 to 1.
    """
    import numpy as np

    sure, true = np.asarray(confidences, dtype=float), np.asarray(right, dtype=bool)
    places = _bins(sure, bins)
    found = []
    for place in np.unique(places):
        here = places == place
        share = wilson(int(true[here].sum()), int(here.sum()))
        assert share is not None, "a bin that is found holds answers"  # noqa: S101
        found.append(Bin(int(here.sum()), float(sure[here].mean()), share))
    return tuple(found)


def risk_coverage(
    confidences: "Sequence[float]",
    right: "Sequence[bool]",
    weights: "Sequence[float] | None" = None,
) -> tuple[Risk, ...]:
    """Return the risk of each confidence taken as the threshold, from the lowest up.

    An image is answered where its confidence reaches the threshold. Empty without images.

    Source: El-Yaniv and Wiener 2010, "On the foundations of noise-free selective classification".

    Args:
        confidences: probabilities of the labels given, one per annotated image.
        right: True where the label given is true.
        weights: number of images that each one stands for; None where all stand for equally many.
    """
    import numpy as np

    sure, wrong = np.asarray(confidences, dtype=float), ~np.asarray(right, dtype=bool)
    weight = np.ones(len(sure)) if weights is None else np.asarray(weights, dtype=float)
    order = np.argsort(-sure, kind="stable")
    errors, answered = np.cumsum((wrong * weight)[order]), np.cumsum(weight[order])
    # Images of equal confidence are answered together.
    last = np.append(np.diff(sure[order]) != 0, True)[: len(sure)]
    rows = zip(sure[order][last], answered[last], errors[last], strict=True)
    risks = [
        Risk(float(threshold), float(given / weight.sum()), float(bad / given))
        for threshold, given, bad in rows
    ]
    return tuple(reversed(risks))


def smallest_threshold(
    confidences: "Sequence[float]",
    right: "Sequence[bool]",
    groups: "Sequence[str]",
    limit: float = MOST_ERRORS,
    group_limit: float = MOST_ERRORS_IN_A_GROUP,
    weights: "Sequence[float] | None" = None,
) -> float | None:
    """Return the smallest threshold that keeps to the limits on errors, overall and in each group.

    None where no threshold does: abstaining more often does not help. A group in which no image is
    answered exceeds its limit, because its errors are unknown.

    Source: Geifman and El-Yaniv 2017, "Selective classification for deep neural networks"; Jones
    and others 2021, "Selective classification can magnify disparities", for the groups.

    Args:
        confidences: probabilities of the labels given, one per annotated image.
        right: True where the label given is true.
        groups: groups that must each keep to the limit, such as a model and a tone.
        limit: highest share of wrong answers overall, 0..1.
        group_limit: highest share of wrong answers in each group, 0..1.
        weights: number of images that each one stands for; None where all stand for equally many.
    """
    weight = [1.0] * len(confidences) if weights is None else weights
    rows = tuple(zip(confidences, groups, right, weight, strict=True))
    for threshold in sorted(set(confidences)):
        answered = [row[1:] for row in rows if row[0] >= threshold]
        by_group = [[row[1:] for row in answered if row[0] == group] for group in set(groups)]
        if _error_rate([row[1:] for row in answered]) <= limit and all(
            _error_rate(answers) <= group_limit for answers in by_group
        ):
            return threshold
    return None


def _error_rate(answers: "Sequence[tuple[bool, float]]") -> float:
    wrong = sum(weight for right, weight in answers if not right)
    return wrong / sum(weight for _, weight in answers) if answers else math.inf


def _check(margins: "NDArray[np.float64]", truths: "NDArray[np.bool_]") -> None:
    import numpy as np

    if len(margins) != len(truths):
        raise ValueError(f"{len(margins)!r} margins for {len(truths)!r} truths")
    if not np.isfinite(margins).all():
        raise InvalidData(f"A margin is {margins[~np.isfinite(margins)][0]!r}: give numbers.")
    if len(truths) < FEWEST_ANNOTATED:
        raise InvalidData(
            f"{len(truths)!r} annotated images are too few: annotate {FEWEST_ANNOTATED!r}."
        )
    fewest = int(min(truths.sum(), (~truths).sum()))
    if fewest < FOLDS:
        raise InvalidData(
            f"{fewest!r} annotated images of one class are too few: annotate {FOLDS!r} of each."
        )


def _probabilities(margins: "NDArray[np.float64]", scale: Scale) -> "NDArray[np.float64]":
    return _logistic(margins / scale.temperature + scale.bias)


def _logistic(odds: "NDArray[np.float64] | float") -> "NDArray[np.float64]":
    import numpy as np
    from scipy.special import expit

    return np.asarray(expit(odds))


def _quality(probabilities: "NDArray[np.float64]", truths: "NDArray[np.bool_]") -> Quality:
    import numpy as np

    right = (probabilities > 0.5) == truths  # noqa: PLR2004
    sure = np.maximum(probabilities, 1 - probabilities)
    brier = float(((probabilities - truths.astype(float)) ** 2).mean())
    return Quality(calibration_error(sure, right), brier)


def _bins(sure: "NDArray[np.float64]", bins: int) -> "NDArray[np.int_]":
    import numpy as np

    # A bin holds its upper end.
    return np.asarray(np.clip(np.ceil(sure * bins).astype(int) - 1, 0, bins - 1))
