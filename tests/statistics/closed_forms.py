"""Published formulas for a corrected share, to check the Monte Carlo correction against."""

from scipy.stats import norm

from explorer.statistics.confusion import Confusion
from explorer.statistics.intervals import Interval


def rogan_gladen(share: float, sensitivity: float, specificity: float) -> float | None:
    """Return the true share behind a predicted one, 0..1.

    None where sensitivity and specificity add up to 1, because predictions then say nothing.

    Source: Rogan and Gladen 1978, "Estimating prevalence from the results of a screening test".
    """
    youden = sensitivity + specificity - 1
    if youden == 0:
        return None
    return min(1.0, max(0.0, (share + specificity - 1) / youden))


def lang_reiczigel(
    count: float, total: int, confusion: Confusion, level: float = 0.95
) -> Interval | None:
    """Return the true share of the first of two classes with its interval.

    None where total is 0, where a class has no images, and where predictions say nothing.

    Source: Lang and Reiczigel 2014, "Confidence limits for prevalence of disease adjusted for
    estimated sensitivity and specificity"; in equation 4 the last square is of 1 - P, as their own
    examples show.

    Args:
        count: images predicted to be of the first class; may be a share times the total.
        total: images.
        confusion: of two classes, without a row for abstentions.
        level: confidence, 0..1.

    Raises:
        ValueError: the confusion has other rows or columns, or the count does not lie in 0..total.
    """
    if not 0 <= count <= total:
        raise ValueError(f"count {count!r} must lie in 0..{total!r}")
    if len(confusion.counts) != 2 or confusion.classes != 2:
        raise ValueError(f"{confusion.counts!r} must have two rows and two columns")
    (hits, false_alarms), (misses, rejections) = confusion.counts
    sensitivity, specificity = confusion.sensitivity, confusion.specificity
    if total == 0 or sensitivity is None or specificity is None:
        return None
    estimate = rogan_gladen(count / total, sensitivity, specificity)
    z = float(norm.ppf((1 + level) / 2))
    se, variance_se = _smoothed(hits, misses)
    sp, variance_sp = _smoothed(rejections, false_alarms)
    youden, q, n = se + sp - 1, (count + z * z / 2) / (total + z * z), total + z * z
    if estimate is None or youden == 0:
        return None
    p = (q + sp - 1) / youden
    centre = p + 2 * z * z * (p * variance_se - (1 - p) * variance_sp)
    variance = (q * (1 - q) / n + p * p * variance_se + (1 - p) ** 2 * variance_sp) / youden**2
    half = z * variance**0.5
    low, high = max(0.0, min(centre - half, estimate)), min(1.0, max(centre + half, estimate))
    return Interval(estimate, low, high, level, "lang-reiczigel")


def _smoothed(right: int, wrong: int) -> tuple[float, float]:
    """Return the rate with one more image on either side, and its variance."""
    total = right + wrong + 2
    rate = (right + 1) / total
    return rate, rate * (1 - rate) / total
