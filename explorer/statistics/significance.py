"""Tests of whether a difference is due to chance, and their adjustment for many questions."""

from functools import lru_cache
from typing import TYPE_CHECKING

from explorer.errors import InvalidData

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

# With at most this many differences all sign changes are counted, a million at most. With more,
# a random sample of them is drawn.
MOST_EXACT = 20
# Signs for more differences would take more than 40 MB.
_MOST_KEPT = 500
# Five differences that all lean one way give p = 2 / 2**5, which is above 0.05.
FEWEST_TO_FLIP = 6
# Equal sums can differ by rounding errors.
_ROUNDING = 1e-9


def sign_flip(differences: "Sequence[float]", flips: int = 10_000, seed: int = 0) -> float | None:
    """Return the two-sided p-value of the mean of paired differences, or None without any.

    Under the null hypothesis each difference is as likely to have the opposite sign. All sign
    changes are counted where there are at most MOST_EXACT differences. Otherwise `flips` of them
    are drawn, and the observed signs count as one more, so that p is never 0.

    Source: Fisher 1935, "The design of experiments", section 21; Phipson and Smyth 2010,
    "Permutation p-values should never be zero".

    Raises:
        InvalidData: a difference is not finite.
    """
    import numpy as np

    values = np.asarray(differences, dtype=float)
    if not np.isfinite(values).all():
        raise InvalidData(f"{differences!r} must be finite: leave out pairs without a difference.")
    if not len(values):
        return None
    reached = abs(values.sum()) - _ROUNDING * np.abs(values).sum()
    if len(values) <= MOST_EXACT:
        return float((np.abs(_all_sums(values)) >= reached).mean())
    signs = _kept_signs if len(values) <= _MOST_KEPT else _signs
    beyond = np.abs(signs(flips, len(values), seed) @ values) >= reached
    return (int(beyond.sum()) + 1) / (flips + 1)


def _signs(flips: int, number: int, seed: int) -> "NDArray[np.float64]":
    import numpy as np

    return np.random.default_rng(seed).choice((-1.0, 1.0), (flips, number))


# The adjectives of a study have as many differences each, and drawing takes longer than adding up.
_kept_signs = lru_cache(maxsize=2)(_signs)


def against_reference(count: int, total: int, reference: float) -> float | None:
    """Return the exact two-sided p-value of a share, given a known reference of 0..1.

    None without images.

    Source: Clopper and Pearson 1934, "The use of confidence or fiducial limits"; the two-sided
    value adds up all counts that are no likelier than the one observed.

    Raises:
        ValueError: the count does not lie in 0..total, or the reference does not lie in 0..1.
    """
    from scipy.stats import binomtest

    return float(binomtest(count, total, reference).pvalue) if total else None


def between_shares(count_a: int, total_a: int, count_b: int, total_b: int) -> float | None:
    """Return the exact two-sided p-value of a difference between two independent shares.

    None where a total is 0.

    Source: Fisher 1935, "The logic of inductive inference".

    Raises:
        ValueError: a count does not lie in 0..its total.
    """
    from scipy.stats import fisher_exact

    if total_a == 0 or total_b == 0:
        return None
    return float(fisher_exact([[count_a, total_a - count_a], [count_b, total_b - count_b]]).pvalue)


def benjamini_hochberg(p_values: "Sequence[float | None]") -> tuple[float | None, ...]:
    """Return the adjusted p-values, in the given order.

    Of the questions with an adjusted value of at most q, a share of at most q is expected to be
    false discoveries. None stays None and does not count as a question.

    Source: Benjamini and Hochberg 1995, "Controlling the false discovery rate".

    Raises:
        ValueError: a p-value does not lie in 0..1.
    """
    from statsmodels.stats.multitest import multipletests

    asked = [p for p in p_values if p is not None]
    for p in asked:
        if not 0 <= p <= 1:
            raise ValueError(f"p-value {p!r} must lie in 0..1")
    adjusted = iter(multipletests(asked, method="fdr_bh")[1] if asked else ())
    return tuple(None if p is None else float(next(adjusted)) for p in p_values)


def mcnemar(table: "Sequence[Sequence[int]]") -> float | None:
    """Return the exact two-sided p-value of a difference between paired images of two models.

    A pair shares prompt and seed. None without pairs.

    Source: McNemar 1947, "Note on the sampling error of the difference between correlated
    proportions".

    Args:
        table: numbers of pairs, ((both, only the first), (only the second, neither)).

    Raises:
        ValueError: the table does not have two rows and two columns of counts.
    """
    from statsmodels.stats.contingency_tables import mcnemar as exact_test

    if [len(row) for row in table] != [2, 2] or min(map(min, table)) < 0:
        raise ValueError(f"{table!r} must be two rows and two columns of counts")
    if not any(map(any, table)):
        return None
    return min(1.0, float(exact_test(table, exact=True).pvalue))


def _all_sums(values: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Return the sum for each change of signs; SciPy's permutation_test takes seconds for 20."""
    import numpy as np

    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    return sums
