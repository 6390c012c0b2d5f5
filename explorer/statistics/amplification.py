"""Amplification of a reference by a model: gaps, their direction, and a slope over professions.

Shares and references run 0..1. A missing share or reference is None and gives None.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import OutOfRange
from explorer.statistics.intervals import RESAMPLED, RESAMPLES, Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

# Fewer professions are too few to resample.
FEWEST = 10
PARITY = 0.5


@dataclass(frozen=True, slots=True)
class LogitSlope:
    """A line fitted to the log odds of the shares over the log odds of the references.

    A `slope` above 1 means that the model exaggerates the lean of the reference. `shift` is the
    height of the line, in log odds, where the reference is at parity: below 0 the model lowers
    all shares. `professions` is the number of professions with images and a reference.
    """

    slope: Interval
    shift: Interval
    professions: int


def signed_gap(share: float | None, reference: float | None) -> float | None:
    """Return share minus reference, -1..1.

    Raises:
        OutOfRange: one of them does not lie in 0..1.
    """
    _check(share, "share")
    _check(reference, "reference")
    return None if share is None or reference is None else share - reference


def directional_amplification(share: float | None, reference: float | None) -> float | None:
    """Return the gap, -1..1, above 0 where the share exaggerates the lean of the reference.

    None also where the reference is at parity and so has no lean.

    Source: Zhao and others 2017, "Men also like shopping"; Wang and Russakovsky 2021, "Directional
    bias amplification", here for a single attribute.

    Raises:
        OutOfRange: one of them does not lie in 0..1.
    """
    gap = signed_gap(share, reference)
    if gap is None or reference is None or reference == PARITY:
        return None
    return math.copysign(1, reference - PARITY) * gap


def logit_slope(
    counts: "Sequence[float]",
    totals: "Sequence[int]",
    references: "Sequence[float | None]",
    level: float = 0.95,
    seed: int = 0,
) -> LogitSlope | None:
    """Fit the log odds of the shares to those of the references, by least squares.

    A half is added to each count and to its complement, so that shares of 0 and 1 have log odds.
    The intervals resample professions. Professions without images or without a reference are left
    out. The slope is None where fewer than FEWEST professions are left, or where too few
    references differ to resample.

    Source: Cox 1970, "Analysis of binary data", for the log odds; Efron and
    Tibshirani 1993, "An introduction to the bootstrap", chapter 13.

    Args:
        counts: images with the label, one count per profession; a corrected share times the total
            is a count too.
        totals: images, one number per profession.
        references: shares in the reference, one per profession.
        level: confidence, 0..1.
        seed: of the resamples.

    Raises:
        OutOfRange: a reference does not lie between 0 and 1.
        ValueError: a count does not lie in 0..its total, or lengths differ.
    """
    rows = [_log_odds(*row) for row in zip(counts, totals, references, strict=True)]
    return _fitted([row for row in rows if row is not None], level, seed)


def log_odds_slope(
    log_odds: "Sequence[float]",
    references: "Sequence[float]",
    level: float = 0.95,
    seed: int = 0,
) -> LogitSlope | None:
    """Fit log odds that are known, as of a language model, to those of the references.

    Otherwise as `logit_slope`.

    Raises:
        OutOfRange: a reference does not lie between 0 and 1.
        ValueError: lengths differ.
    """
    rows = [(_logit(known), own) for known, own in zip(references, log_odds, strict=True)]
    return _fitted(rows, level, seed)


def correlation(x: "Sequence[float]", y: "Sequence[float]", level: float = 0.95) -> Interval | None:
    """Return the linear correlation of two rows, None below FEWEST pairs or for a constant row.

    Source: Pearson 1895; Fisher 1921, for the interval.
    """
    from scipy.stats import pearsonr

    if len(x) < FEWEST or len(set(x)) == 1 or len(set(y)) == 1:
        return None
    found = pearsonr(x, y)
    low, high = found.confidence_interval(level)
    return Interval(float(found.statistic), float(low), float(high), level, "fisher")


def _fitted(rows: "Sequence[tuple[float, float]]", level: float, seed: int) -> LogitSlope | None:
    import numpy as np

    known = np.array(rows).reshape(-1, 2)
    if len(known) < FEWEST or np.ptp(known[:, 0]) == 0:
        return None
    slope, shift = (_bootstrapped(statistic, known, level, seed) for statistic in (_slope, _shift))
    if slope is None or shift is None:
        return None
    return LogitSlope(slope, shift, len(known))


def _check(share: float | None, name: str) -> None:
    if share is not None and not 0 <= share <= 1:
        raise OutOfRange(f"The {name} {share!r} must lie in 0..1: give a share, not a percentage.")


def _log_odds(count: float, total: int, reference: float | None) -> tuple[float, float] | None:
    if not 0 <= count <= total:
        raise ValueError(f"count {count!r} must lie in 0..{total!r}")
    if reference is None or total == 0:
        return None
    return _logit(reference), math.log((count + 0.5) / (total - count + 0.5))


def _logit(reference: float) -> float:
    if not 0 < reference < 1:
        raise OutOfRange(
            f"The reference {reference!r} must lie between 0 and 1 to have log odds: leave the "
            "profession out."
        )
    return math.log(reference / (1 - reference))


def _slope(
    x: "NDArray[np.float64]", y: "NDArray[np.float64]", axis: int = -1
) -> "NDArray[np.float64]":
    import numpy as np

    off = x - x.mean(axis, keepdims=True)
    # A resample in which all references are equal has no slope.
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((off * y).sum(axis) / (off * off).sum(axis))


def _shift(
    x: "NDArray[np.float64]", y: "NDArray[np.float64]", axis: int = -1
) -> "NDArray[np.float64]":
    import numpy as np

    return np.asarray(y.mean(axis) - _slope(x, y, axis) * x.mean(axis))


def _bootstrapped(
    statistic: "Callable[..., NDArray[np.float64]]",
    known: "NDArray[np.float64]",
    level: float,
    seed: int,
) -> Interval | None:
    from scipy.stats import bootstrap

    x, y = known.T
    found = bootstrap(
        (x, y),
        statistic,
        paired=True,
        vectorized=True,
        n_resamples=RESAMPLES,
        method="percentile",
        confidence_level=level,
        rng=seed,
    ).confidence_interval
    if not (math.isfinite(found.low) and math.isfinite(found.high)):
        return None
    return Interval(float(statistic(x, y)), float(found.low), float(found.high), level, RESAMPLED)
