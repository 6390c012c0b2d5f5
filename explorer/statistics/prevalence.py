"""Closed forms beside the Monte Carlo correction: bounds to show, and formulas that check it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.statistics.intervals import Interval

if TYPE_CHECKING:
    from explorer.statistics.confusion import Confusion


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a share can be, 0..1, whatever the unclear pictures show.

    `estimate` leaves them out; it is None where all pictures are unclear. No confidence is meant.
    """

    estimate: float | None
    low: float
    high: float


def manski(count: int, others: int, unclear: int) -> Bounds | None:
    """Return the bounds of a class's share, or None where there are no pictures.

    Source: Manski 1990, "Nonparametric bounds on treatment effects".

    Args:
        count: pictures of the class.
        others: pictures of all other classes.
        unclear: pictures whose class is not known.

    Raises:
        ValueError: a count is below 0.
    """
    if min(count, others, unclear) < 0:
        raise ValueError(f"counts {(count, others, unclear)!r} must not be below 0")
    answered, total = count + others, count + others + unclear
    if total == 0:
        return None
    return Bounds(count / answered if answered else None, count / total, (count + unclear) / total)


def rogan_gladen(share: float, sensitivity: float, specificity: float) -> float | None:
    """Return the true share behind a predicted one, 0..1, or None where predictions tell nothing.

    Source: Rogan and Gladen 1978, "Estimating prevalence from the results of a screening test".
    """
    youden = sensitivity + specificity - 1
    if youden == 0:
        return None
    return min(1.0, max(0.0, (share + specificity - 1) / youden))


def lang_reiczigel(
    count: float, total: int, confusion: "Confusion", level: float = 0.95
) -> Interval | None:
    """Return the true share of the first of two classes, or None where total is 0.

    The centre moves by what the errors of sensitivity and specificity cost. None too where the
    predictions tell nothing.

    Source: Lang and Reiczigel 2014, "Confidence limits for prevalence of disease adjusted for
    estimated sensitivity and specificity"; in equation 4 the last square is of 1 - P, as their own
    examples show.

    Args:
        count: pictures predicted to be of the first class; may be a share times the total.
        total: pictures.
        confusion: of two classes without a row for unclear.
        level: confidence, 0..1.

    Raises:
        ValueError: the confusion has other rows or columns, or the count does not lie in 0..total.
    """
    from scipy.stats import norm

    _check(count, total)
    (hits, false_alarms), (misses, rejections) = _two_by_two(confusion)
    sensitivity, specificity = confusion.sensitivity, confusion.specificity
    if total == 0 or sensitivity is None or specificity is None:
        return None
    plain = rogan_gladen(count / total, sensitivity, specificity)
    z = float(norm.ppf((1 + level) / 2))
    se, noise_se = _smoothed(hits, misses)
    sp, noise_sp = _smoothed(rejections, false_alarms)
    youden, q, n = se + sp - 1, (count + z * z / 2) / (total + z * z), total + z * z
    if plain is None or youden == 0:
        return None
    p = (q + sp - 1) / youden
    shift = 2 * z * z * (p * noise_se - (1 - p) * noise_sp)
    spread = (q * (1 - q) / n + p * p * noise_se + (1 - p) ** 2 * noise_sp) / youden**2
    return _between(plain, p + shift, z * spread**0.5, level, "lang-reiczigel")


def _check(count: float, total: int) -> None:
    if not 0 <= count <= total:
        raise ValueError(f"count {count!r} must lie in 0..{total!r}")


def _smoothed(right: int, wrong: int) -> tuple[float, float]:
    """Return the rate with one more picture on either side, and its variance."""
    total = right + wrong + 2
    rate = (right + 1) / total
    return rate, rate * (1 - rate) / total


def _two_by_two(confusion: "Confusion") -> tuple[tuple[int, ...], ...]:
    if len(confusion.counts) != 2 or confusion.classes != 2:  # noqa: PLR2004
        raise ValueError(f"{confusion.counts!r} must have two rows and two columns")
    return confusion.counts


def _between(estimate: float, centre: float, half: float, level: float, method: str) -> Interval:
    estimate = min(1.0, max(0.0, estimate))
    low, high = max(0.0, min(centre - half, estimate)), min(1.0, max(centre + half, estimate))
    return Interval(estimate, low, high, level, method)
