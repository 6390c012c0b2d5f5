"""How varied a set of vectors is: the effective number of different ones, and their distance.

Vectors are rows of length 1. Both measures describe a set of its size: of more vectors the
effective number is larger, so only sets of about the same size are compared.
"""

import math
from typing import TYPE_CHECKING

from explorer.statistics.intervals import FEWEST, Interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.floating]
    Terms = NDArray[np.float64]

# An eigenvalue below this share of the largest one is a rounding error.
_NOTHING = 1e-12


def vendi_score(vectors: "Vectors", level: float = 0.95) -> Interval | None:
    """Return the effective number of different vectors, from 1 to their number.

    It is the exponential of the entropy of the eigenvalues of the matrix of cosines, divided by the
    number of vectors. This entropy is a mean over the vectors, and the interval is that of a mean,
    carried over to the exponential. It is of first order: a little narrow for few vectors, and too
    narrow where they fall into tight groups of equal size. Resampling would repeat vectors, so
    every resample would vary less than the set.

    Source: Friedman and Dieng 2023, "The Vendi score: a diversity evaluation metric for machine
    learning", definition 3.1; Jaeckel 1972, "The infinitesimal jackknife".

    Args:
        vectors: rows of length 1.
        level: the confidence of the interval.

    Returns:
        None where there are fewer than ten vectors, of which a score says next to nothing.
    """
    if (rows := _enough(vectors)) is None:
        return None
    import numpy as np

    values, parts = _spectrum(rows)
    shares = values / len(rows)
    terms = len(rows) * parts**2 @ (shares * -np.log(shares))
    error = float(terms.std(ddof=1)) / math.sqrt(len(rows))
    limits = _limits(float(terms.mean()), error, len(rows), level)
    score, low, high = (min(max(math.exp(one), 1.0), float(len(rows))) for one in limits)
    return Interval(score, low, high, level, "infinitesimal jackknife")


def mean_distance(vectors: "Vectors", level: float = 0.95) -> Interval | None:
    """Return the mean cosine distance of two different vectors of a set, 0..2.

    Source: Hoeffding 1948, "A class of statistics with asymptotically normal distribution";
    Arvesen 1969, "Jackknifing U-statistics", for the interval.

    Args:
        vectors: rows of length 1.
        level: the confidence of the interval.

    Returns:
        None where there are fewer than ten vectors.
    """
    if (rows := _enough(vectors)) is None:
        return None
    import numpy as np

    number = len(rows)
    terms = 1 - (rows @ rows.sum(axis=0) - np.square(rows).sum(axis=1)) / (number - 1)
    spread = float(np.square(terms - terms.mean()).sum())
    error = 2 * math.sqrt((number - 1) * spread / number) / (number - 2)
    distance, low, high = _limits(float(terms.mean()), error, number, level)
    return Interval(max(distance, 0.0), max(low, 0.0), min(high, 2.0), level, "jackknife")


def _enough(vectors: "Vectors") -> "Terms | None":
    import numpy as np

    return np.asarray(vectors, dtype=np.float64) if len(vectors) >= FEWEST else None


def _spectrum(rows: "Terms") -> "tuple[Terms, Terms]":
    """Return the eigenvalues above 0 of the matrix of cosines, and its eigenvectors as columns."""
    import numpy as np

    # The smaller of the two products of the rows with themselves: they share these eigenvalues.
    few = len(rows) <= rows.shape[1]
    values, vectors = np.linalg.eigh(rows @ rows.T if few else rows.T @ rows)
    kept = values > _NOTHING * values[-1]
    values, vectors = values[kept], vectors[:, kept]
    return values, vectors if few else rows @ vectors / np.sqrt(values)


def _limits(mean: float, error: float, number: int, level: float) -> tuple[float, float, float]:
    """Return a mean and the limits of its interval."""
    from scipy.stats import t

    half = float(t.ppf((1 + level) / 2, number - 1)) * error
    return mean, mean - half, mean + half
