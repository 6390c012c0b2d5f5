"""How likely a difference is by chance alone, and what is left of it among many questions."""

from typing import TYPE_CHECKING

from explorer.errors import InvalidData

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

# Up to it all sign changes are counted, a million at most; beyond it some are drawn.
MOST_EXACT = 20
# Sums of shares that are equal differ by rounding errors.
_ROUNDING = 1e-9


def sign_flip(differences: "Sequence[float]", flips: int = 10_000, seed: int = 0) -> float | None:
    """Return the two-sided p-value of a mean of paired differences, or None without any.

    Were there no difference, each could as well have had the other sign. All sign changes are
    counted where there are at most MOST_EXACT differences; otherwise `flips` of them are drawn, and
    the observed signs count as one more, so that p is never 0.

    Source: Fisher 1935, "The design of experiments", section 21; Phipson and Smyth 2010,
    "Permutation p-values should never be zero".

    Raises:
        InvalidData: a difference is not a number.
    """
    import numpy as np

    values = np.asarray(differences, dtype=float)
    if not np.isfinite(values).all():
        raise InvalidData(f"{differences!r} must be numbers: leave out pairs without a difference.")
    if not len(values):
        return None
    reached = abs(values.sum()) - _ROUNDING * np.abs(values).sum()
    if len(values) <= MOST_EXACT:
        return float((np.abs(_all_sums(values)) >= reached).mean())
    signs = np.random.default_rng(seed).choice((-1.0, 1.0), (flips, len(values)))
    return (int((np.abs(signs @ values) >= reached).sum()) + 1) / (flips + 1)


def against_reference(count: int, total: int, reference: float) -> float | None:
    """Return the exact two-sided p-value of a share for a reference that is known, 0..1.

    None without pictures.

    Source: Clopper and Pearson 1934, "The use of confidence or fiducial limits"; the two-sided
    value takes in all counts that are no likelier than the one seen.

    Raises:
        ValueError: the count does not lie in 0..total, or the reference not in 0..1.
    """
    from scipy.stats import binomtest

    return float(binomtest(count, total, reference).pvalue) if total else None


def benjamini_hochberg(p_values: "Sequence[float | None]") -> tuple[float | None, ...]:
    """Return the adjusted p-values, in order: at most q of those up to q are false discoveries.

    None stays None and does not count as a question.

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
    """Return the exact two-sided p-value of two models on the same pairs of prompt and seed.

    None without pairs.

    Source: McNemar 1947, "Note on the sampling error of the difference between correlated
    proportions".

    Args:
        table: ((both, only the first), (only the second, neither)), how many pairs.

    Raises:
        ValueError: the table has not two rows and two columns of counts.
    """
    from statsmodels.stats.contingency_tables import mcnemar as exact_test

    if [len(row) for row in table] != [2, 2] or min(map(min, table)) < 0:
        raise ValueError(f"{table!r} must be two rows and two columns of counts")
    if not any(map(any, table)):
        return None
    return min(1.0, float(exact_test(table, exact=True).pvalue))


def _all_sums(values: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Return the sum under each change of signs; SciPy's permutation_test takes seconds for 20."""
    import numpy as np

    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    return sums
