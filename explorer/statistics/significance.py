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


def stratified(tables: "Sequence[Sequence[Sequence[int]]]") -> float | None:
    """Return the exact two-sided p-value of a difference between unpaired images of two models.

    Images of different prompts are never exchanged: given how many images each model has of a
    prompt, and how many of these have the label, chance alone gives a hypergeometric number. With
    one prompt, this is Fisher's exact test. None without images.

    Source: Mantel and Haenszel 1959, "Statistical aspects of the analysis of data from
    retrospective studies of disease"; exact as in Agresti 2013, "Categorical data analysis",
    section 7.3.5. The two-sided value adds up all numbers that are no likelier than the observed.

    Args:
        tables: for each prompt, the numbers of images ((left with the label, left without), (right
            with the label, right without)).

    Raises:
        ValueError: a table does not have two rows and two columns of counts.
    """
    import numpy as np
    from scipy.stats import hypergeom

    chances, observed = np.ones(1), 0
    for table in tables:
        if [len(row) for row in table] != [2, 2] or min(map(min, table)) < 0:
            raise ValueError(f"{table!r} must be two rows and two columns of counts")
        (with_it, without), (other, _) = table
        left, total, labelled = with_it + without, sum(map(sum, table)), with_it + other
        least = max(0, left + labelled - total)
        possible = np.arange(least, min(left, labelled) + 1)
        chances = np.convolve(chances, hypergeom.pmf(possible, total, labelled, left))
        observed += with_it - least
    if not any(any(map(any, table)) for table in tables):
        return None
    as_likely = chances <= chances[observed] * (1 + _ROUNDING)
    return min(1.0, float(chances[as_likely].sum()))


def _all_sums(values: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Return the sum for each change of signs; SciPy's permutation_test takes seconds for 20."""
    import numpy as np

    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    return sums
