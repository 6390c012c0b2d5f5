"""How many pictures a question needs, and what a number of pictures can tell.

Plans for a two-sided test, at the confidence `level` and the `power` given, both 0..1. Shares run
0..1.
"""

import math

from explorer.errors import OutOfRange

POWER = 0.8


def images_per_model(one: float, other: float, level: float = 0.95, power: float = POWER) -> int:
    """Return how many pictures of each of two models tell these shares apart, unpaired.

    Source: Cohen 1988, "Statistical power analysis for the behavioral sciences", section 6.4.

    Raises:
        OutOfRange: a share does not lie in 0..1, or they are equal.
    """
    from statsmodels.stats.proportion import proportion_effectsize

    _check_two(one, other)
    effect = float(proportion_effectsize(one, other))
    # Cohen's effect of a share has the variance 1 per picture, whatever the share.
    return _pictures(effect, 2, 2, level, power)


def images_against_reference(
    share: float, reference: float, level: float = 0.95, power: float = POWER
) -> int:
    """Return how many pictures tell a model's share from a reference that is known.

    Source: Fleiss, Levin and Paik 2003, "Statistical methods for rates and proportions", chapter 2.

    Raises:
        OutOfRange: a share does not lie in 0..1, or they are equal.
    """
    _check_two(share, reference)
    of_reference, of_share = (each * (1 - each) for each in (reference, share))
    return _pictures(share - reference, of_reference, of_share, level, power)


def inflation(youden: float, abstention: float = 0) -> float:
    """Return by how much to multiply a number of pictures for what they lose.

    Source: Rogan and Gladen 1978, "Estimating prevalence from the results of a screening test".

    Args:
        youden: sensitivity + specificity - 1 of the instrument, above 0.
        abstention: the share of pictures without a label, below 1.

    Raises:
        OutOfRange: one of them lies beyond its limits.
    """
    if not (0 < youden <= 1 and 0 <= abstention < 1):
        raise OutOfRange(
            f"Youden's index {youden!r} must lie in 0..1 and not be 0, and the abstention "
            f"{abstention!r} in 0..1 and not be 1."
        )
    return 1 / youden**2 / (1 - abstention)


def detectable_difference(
    pictures: int, share: float = 0.5, level: float = 0.95, power: float = POWER
) -> float | None:
    """Return the least difference that so many pictures of each of two models can find.

    None without pictures, and where no difference of shares would be large enough.

    Source: Fleiss, Levin and Paik 2003, "Statistical methods for rates and proportions", chapter 4,
    with the variance at `share` on both sides.

    Raises:
        OutOfRange: the share does not lie in 0..1, its ends left out.
    """
    from scipy.stats import norm

    if not 0 < share < 1:
        raise OutOfRange(f"The share {share!r} must lie between 0 and 1.")
    if pictures < 1:
        return None
    quantiles = float(norm.ppf((1 + level) / 2) + norm.ppf(power))
    least = quantiles * (2 * share * (1 - share) / pictures) ** 0.5
    return least if least <= max(share, 1 - share) else None


def half_width(pictures: int, share: float = 0.5, level: float = 0.95) -> float | None:
    """Return half the width of the score interval around a share, None without pictures.

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".

    Raises:
        OutOfRange: the share does not lie in 0..1.
    """
    from statsmodels.stats.proportion import proportion_confint

    _check(share)
    if pictures < 1:
        return None
    low, high = proportion_confint(share * pictures, pictures, alpha=1 - level, method="wilson")
    return float(high - low) / 2


def _pictures(
    difference: float, variance: float, variance_if_so: float, level: float, power: float
) -> int:
    from statsmodels.stats.power import normal_sample_size_one_tail

    # One tail of two.
    found = normal_sample_size_one_tail(
        abs(difference), power, (1 - level) / 2, variance**0.5, variance_if_so**0.5
    )
    return math.ceil(float(found))


def _check_two(one: float, other: float) -> None:
    _check(one)
    _check(other)
    if one == other:
        raise OutOfRange(f"No number of pictures tells {one!r} from itself: give two shares.")


def _check(share: float) -> None:
    if not 0 <= share <= 1:
        raise OutOfRange(f"The share {share!r} must lie in 0..1: give a share, not percent.")
