"""Turn an instrument's margin into a probability that means what it says, and choose a threshold.

A margin is how much more the instrument is for the first of two labels than for the second, in log
odds: 0 is undecided. Raw margins of CLIP are far too sure.
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

FEWEST_LABELS = 100
BINS = 15
FOLDS = 5
MOST_ERRORS = 0.05
MOST_ERRORS_IN_A_GROUP = 0.08
# A probability that is 1 to a computer is next to it all the same.
_SUREST = 1 - 1e-12


@dataclass(frozen=True, slots=True)
class Scale:
    """The probability of the first label is the logistic of margin / temperature + bias.

    A temperature above 1 makes raw margins less sure. A bias above 0 makes up for an instrument
    that leans to the second label. It also carries how much more often the first label is true
    among the labelled pictures: it is the lean alone where both are labelled equally often.
    """

    temperature: float
    bias: float

    def probability(self, margin: float) -> float:
        """Return the probability of the first label, 0..1."""
        return float(_logistic(margin / self.temperature + self.bias))


RAW = Scale(1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Quality:
    """How far probabilities are off: both are 0 for an instrument that is sure and right."""

    calibration_error: float
    brier: float


@dataclass(frozen=True, slots=True)
class FittedScale:
    """A scale fitted to all labels, and what it improves on labels that it was not fitted to."""

    scale: Scale
    images: int
    before: Quality
    after: Quality


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of like confidence: how many, their mean confidence, and the share that is right.

    An instrument whose confidence means what it says is right as often as it is confident.
    """

    answers: int
    confidence: float
    right: Interval


@dataclass(frozen=True, slots=True)
class Risk:
    """Answering from a threshold on: the share of pictures answered, and of answers wrong."""

    threshold: float
    coverage: float
    error: float


def calibrate(margins: "Sequence[float]", truths: "Sequence[bool]", seed: int = 0) -> FittedScale:
    """Fit temperature and bias by the least log-loss, and measure both by cross-validation.

    Labels count as not quite sure, one picture in each class being wrong on average over endless
    labelling, so that classes which never overlap have a scale too.

    Source: Platt 1999, "Probabilistic outputs for support vector machines", with his targets; Guo
    and others 2017, "On calibration of modern neural networks", for the temperature.

    Args:
        margins: in log odds, one per labelled picture.
        truths: whether the first label is true.
        seed: of the folds.

    Raises:
        InvalidData: there are fewer than FEWEST_LABELS labels, fewer than FOLDS of a class, a
            margin is not a number, all are equal, or larger ones do not speak for the first label.
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
    """Return the scale of the least log-loss, as `calibrate` does, however few labels there are.

    Raises:
        InvalidData: all margins are equal, or larger ones do not speak for the first label.
    """
    import numpy as np
    from scipy.optimize import minimize

    if not np.ptp(margins):
        raise InvalidData(
            f"All margins are {float(margins[0])!r}: an instrument that says the same of every "
            "picture has nothing to calibrate."
        )
    first, second = truths.sum(), (~truths).sum()
    targets = np.where(truths, (first + 1) / (first + 2), 1 / (second + 2))
    # In units of the margins' own spread the search starts near its end.
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
            f"Larger margins do not speak for the first label, their weight is {slope / unit!r}: "
            "check the order of the labels."
        )
    return Scale(unit / float(slope), float(bias))


def folds(truths: "Sequence[bool] | NDArray[np.bool_]", seed: int = 0) -> "list[NDArray[np.bool_]]":
    """Say for each of FOLDS folds which pictures it holds, as many of each class as any other."""
    import numpy as np

    random = np.random.default_rng(seed)
    places = np.empty(len(truths), int)
    for truth in (False, True):
        members = np.flatnonzero(np.asarray(truths) == truth)
        places[random.permutation(members)] = np.arange(len(members)) % FOLDS
    return [places == fold for fold in range(FOLDS)]


def log_odds(probability: float) -> float:
    """Return the margin that a probability of 0..1 stands for; those of 0 and 1 are finite too."""
    kept = min(max(probability, 1 - _SUREST), _SUREST)
    return math.log(kept / (1 - kept))


def calibration_error(
    confidences: "Sequence[float] | NDArray[np.float64]",
    right: "Sequence[bool] | NDArray[np.bool_]",
) -> float:
    """Return how far confidence is from the share of right answers, 0..1.

    Answers are taken together in BINS bins of equal width.

    Source: Naeini, Cooper and Hauskrecht 2015, "Obtaining well calibrated probabilities using
    Bayesian binning", as used by Guo and others 2017.

    Args:
        confidences: the probability of the label given, 0..1, one at least.
        right: whether it is true.
    """
    import numpy as np

    sure, true = np.asarray(confidences, dtype=float), np.asarray(right, dtype=float)
    gaps = np.bincount(_bins(sure, BINS), weights=true - sure, minlength=BINS)
    return float(np.abs(gaps).sum() / len(sure))


def reliability(
    confidences: "Sequence[float]", right: "Sequence[bool]", bins: int = BINS
) -> tuple[Bin, ...]:
    """Return the bins that hold answers, from the least confident on; the intervals are Wilson's.

    Source: DeGroot and Fienberg 1983, "The comparison and evaluation of forecasters".

    Args:
        confidences: the probability of the label given, 0..1.
        right: whether it is true.
        bins: how many of equal width there are from 0 to 1.
    """
    import numpy as np

    sure, true = np.asarray(confidences, dtype=float), np.asarray(right, dtype=bool)
    places = _bins(sure, bins)
    found = []
    for place in np.unique(places):
        here = places == place
        share = wilson(int(true[here].sum()), int(here.sum()))
        assert share is not None, "a bin that is there holds answers"  # noqa: S101
        found.append(Bin(int(here.sum()), float(sure[here].mean()), share))
    return tuple(found)


def risk_coverage(
    confidences: "Sequence[float]",
    right: "Sequence[bool]",
    weights: "Sequence[float] | None" = None,
) -> tuple[Risk, ...]:
    """Return a risk for each threshold that changes anything, from the lowest on.

    A picture is answered where its confidence reaches the threshold. Empty without pictures.

    Source: El-Yaniv and Wiener 2010, "On the foundations of noise-free selective classification".

    Args:
        confidences: the probability of the label given, one per labelled picture.
        right: whether it is true.
        weights: how many pictures each stands for; None where all stand for as many.
    """
    import numpy as np

    sure, wrong = np.asarray(confidences, dtype=float), ~np.asarray(right, dtype=bool)
    heavy = np.ones(len(sure)) if weights is None else np.asarray(weights, dtype=float)
    order = np.argsort(-sure, kind="stable")
    errors, answered = np.cumsum((wrong * heavy)[order]), np.cumsum(heavy[order])
    # Pictures of one confidence are answered together.
    last = np.append(np.diff(sure[order]) != 0, True)[: len(sure)]
    rows = zip(sure[order][last], answered[last], errors[last], strict=True)
    risks = [
        Risk(float(least), float(given / heavy.sum()), float(bad / given))
        for least, given, bad in rows
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
    """Return the smallest threshold with few errors overall and in every group.

    None where no threshold has: abstaining more does not help. A group of which nothing is answered
    has not shown that its errors are few.

    Source: Geifman and El-Yaniv 2017, "Selective classification for deep neural networks"; Jones
    and others 2021, "Selective classification can magnify disparities", for the groups.

    Args:
        confidences: the probability of the label given, one per labelled picture.
        right: whether it is true.
        groups: what the errors must be few in: a model and a tone, for instance.
        limit: the largest share of wrong answers overall, 0..1.
        group_limit: the same in each group.
        weights: how many pictures each stands for; None where all stand for as many.
    """
    heavy = [1.0] * len(confidences) if weights is None else weights
    rows = tuple(zip(confidences, right, heavy, groups, strict=True))
    for threshold in sorted(set(confidences)):
        answered = [row[1:] for row in rows if row[0] >= threshold]
        of_groups = ([row[:2] for row in answered if row[2] == one] for one in set(groups))
        if _errors([row[:2] for row in answered]) <= limit and all(
            _errors(answers) <= group_limit for answers in of_groups
        ):
            return threshold
    return None


def _errors(answers: "Sequence[tuple[bool, float]]") -> float:
    wrong = sum(weight for true, weight in answers if not true)
    return wrong / sum(weight for _, weight in answers) if answers else math.inf


def _check(margins: "NDArray[np.float64]", truths: "NDArray[np.bool_]") -> None:
    import numpy as np

    if len(margins) != len(truths):
        raise ValueError(f"{len(margins)!r} margins for {len(truths)!r} truths")
    if not np.isfinite(margins).all():
        raise InvalidData(f"A margin is {margins[~np.isfinite(margins)][0]!r}: give numbers.")
    if len(truths) < FEWEST_LABELS:
        raise InvalidData(f"{len(truths)!r} labels are too few: label {FEWEST_LABELS!r} pictures.")
    least = int(min(truths.sum(), (~truths).sum()))
    if least < FOLDS:
        raise InvalidData(f"{least!r} labels of one class are too few: label {FOLDS!r} of each.")


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
