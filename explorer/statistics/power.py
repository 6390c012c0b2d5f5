"""The number of images that a question needs, and the precision that a number of images gives.

Plans are for a two-sided test at the given confidence `level` and `power`, both 0..1. Shares run
0..1.
"""

import math

from explorer.errors import OutOfRange

POWER = 0.8


def images_per_model(one: float, other: float, level: float = 0.95, power: float = POWER) -> int:
    """Return the number of images per model needed to distinguish two shares, unpaired.

    Source: Cohen 1988, "Statistical power analysis for the behavioral sciences", section 6.4.

    Raises:
        OutOfRange: a share does not lie in 0..1, or they are equal.
    """
    from statsmodels.stats.proportion import proportion_effectsize

    _check_two(one, other)
    effect = float(proportion_effectsize(one, other))
    # Cohen's effect size has the variance 1 per image, whatever the shares.
    return _images(effect, 2, 2, level, power)


def images_against_reference(
    share: float, reference: float, level: float = 0.95, power: float = POWER
) -> int:
    """Return the number of images needed to distinguish a share from a known reference.

    Source: Fleiss, Levin and Paik 2003, "Statistical methods for rates and proportions", chapter 2.

    Raises:
        OutOfRange: a share does not lie in 0..1, or they are equal.
    """
    _check_two(share, reference)
    of_reference, of_share = (each * (1 - each) for each in (reference, share))
    return _images(share - reference, of_reference, of_share, level, power)


def inflation(youden: float, abstention: float = 0) -> float:
    """Return the factor by which errors and abstentions multiply a number of images.

    Source: Rogan and Gladen 1978, "Estimating prevalence from the results of a screening test".

    Args:
        youden: Youden's index of the instrument, above 0 and up to 1.
        abstention: share of images without a label, from 0 to below 1.

    Raises:
        OutOfRange: one of them lies outside its limits.
    """
    if not (0 < youden <= 1 and 0 <= abstention < 1):
        raise OutOfRange(
            f"Youden's index {youden!r} must lie above 0 and up to 1, and the share of abstentions "
            f"{abstention!r} from 0 to below 1."
        )
    return 1 / youden**2 / (1 - abstention)


def detectable_difference(
    images: int, share: float = 0.5, level: float = 0.95, power: float = POWER
) -> float | None:
    """Return the smallest difference that this number of images of each of two models detects.

    None without images, and where no difference of shares would be large enough.

    Source: Fleiss, Levin and Paik 2003, "Statistical methods for rates and proportions", chapter 4,
    with the variance at `share` on both sides.

    Raises:
        OutOfRange: the share does not lie between 0 and 1.
    """
    from scipy.stats import norm

    if not 0 < share < 1:
        raise OutOfRange(f"The share {share!r} must lie between 0 and 1.")
    if images < 1:
        return None
    quantiles = float(norm.ppf((1 + level) / 2) + norm.ppf(power))
    smallest = quantiles * (2 * share * (1 - share) / images) ** 0.5
    return smallest if smallest <= max(share, 1 - share) else None


def half_width(images: int, share: float = 0.5, level: float = 0.95) -> float | None:
    """Return half the width of the score interval around a share, or None without images.

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".

    Raises:
        OutOfRange: the share does not lie in 0..1.
    """
    from statsmodels.stats.proportion import proportion_confint

    _check(share)
    if images < 1:
        return None
    low, high = proportion_confint(share * images, images, alpha=1 - level, method="wilson")
    return float(high - low) / 2


def _images(
    difference: float, null_variance: float, variance: float, level: float, power: float
) -> int:
    from statsmodels.stats.power import normal_sample_size_one_tail

    # Only one tail of the two-sided test matters.
    needed = normal_sample_size_one_tail(
        abs(difference), power, (1 - level) / 2, null_variance**0.5, variance**0.5
    )
    return math.ceil(float(needed))


def _check_two(one: float, other: float) -> None:
    _check(one)
    _check(other)
    if one == other:
        raise OutOfRange(f"No number of images distinguishes {one!r} from itself: give two shares.")


def _check(share: float) -> None:
    if not 0 <= share <= 1:
        raise OutOfRange(f"The share {share!r} must lie in 0..1: give a share, not a percentage.")
