"""Confidence intervals of a share, of the difference between two shares, and of a mean."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Of fewer images a share says next to nothing, and only counts are told.
FEWEST = 10
# How values are resampled, and the name of it.
RESAMPLES, RESAMPLED = 2_000, "percentile bootstrap"


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its limits: 0..1 for a share, -1..1 for a difference of shares.

    Measures of diversity have scales of their own (diversity.py).

    `level` is the confidence, such as 0.95; `method` is the name of the formula, such as "wilson".
    """

    estimate: float
    low: float
    high: float
    level: float
    method: str


@lru_cache(maxsize=65536)
def wilson(count: int, total: int, level: float = 0.95) -> Interval | None:
    """Return the share count / total with its score interval, or None when total is 0.

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".

    Raises:
        ValueError: count does not lie in 0..total.
    """
    return _of_share(count, total, level, ("wilson", "wilson"))


def clopper_pearson(count: int, total: int, level: float = 0.95) -> Interval | None:
    """Return the share count / total with its exact interval, or None when total is 0.

    It holds 50% exactly where the test against that share finds nothing
    (significance.against_reference), so that both say the same of one table.

    Source: Clopper and Pearson 1934, "The use of confidence or fiducial limits".

    Raises:
        ValueError: count does not lie in 0..total.
    """
    return _of_share(count, total, level, ("beta", "clopper-pearson"))


@lru_cache(maxsize=65536)
def difference(
    count_a: int, total_a: int, count_b: int, total_b: int, level: float = 0.95
) -> Interval | None:
    """Return share a minus share b with its interval, or None when either total is 0.

    The two groups are treated as independent. Where they consist of pairs that tend to agree, the
    interval is wider than necessary, never narrower.

    Source: Newcombe 1998, "Interval estimation for the difference between independent
    proportions", method 10.

    Raises:
        ValueError: a count does not lie in 0..its total.
    """
    _check(count_a, total_a)
    _check(count_b, total_b)
    if total_a == 0 or total_b == 0:
        return None
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        count_a, total_a, count_b, total_b, method="newcomb", compare="diff", alpha=1 - level
    )
    estimate = count_a / total_a - count_b / total_b
    return _interval(estimate, float(low), float(high), level, "newcombe")


def mean(values: "Sequence[float]", level: float = 0.95, seed: int = 0) -> Interval | None:
    """Return the mean of values with an interval that resamples them, None of fewer than FEWEST.

    Source: Efron and Tibshirani 1993, "An introduction to the bootstrap", chapter 13.
    """
    if len(values) < FEWEST:
        return None
    import numpy as np
    from scipy.stats import bootstrap

    found = bootstrap(
        (values,),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=level,
        method="percentile",
        rng=seed,
    ).confidence_interval
    low, high = float(found.low), float(found.high)
    return Interval(float(np.mean(values)), low, high, level, RESAMPLED)


def _of_share(count: int, total: int, level: float, method: tuple[str, str]) -> Interval | None:
    """Return the interval of a share; method is its name in statsmodels, and here."""
    _check(count, total)
    if total == 0:
        return None
    from statsmodels.stats.proportion import proportion_confint

    there, here = method
    low, high = proportion_confint(count, total, alpha=1 - level, method=there)
    return _interval(count / total, float(low), float(high), level, here)


def _interval(estimate: float, low: float, high: float, level: float, method: str) -> Interval:
    # At the ends of the scale, rounding errors put the limits past the estimate or the end.
    least = -1.0 if method == "newcombe" else 0.0
    low, high = max(least, min(low, estimate)), min(1.0, max(high, estimate))
    return Interval(estimate, low, high, level, method)


def _check(count: int, total: int) -> None:
    if not 0 <= count <= total:
        raise ValueError(f"count {count!r} must lie in 0..{total!r}")
