"""Distances between two tallies, or between a tally and a reference.

Each side is one number per label, in the same order of labels: counts or shares, which are scaled
to sum to 1. A distance is None, never 0, where a side is empty.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from explorer.errors import InvalidData

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Level:
    """A distance that arises by chance alone: its mean, and the line that few draws exceed."""

    mean: float
    line: float


@dataclass(frozen=True, slots=True)
class NullLevels:
    """Distances to a reference that arise by chance alone, each in its own unit."""

    total_variation: Level
    jensen_shannon: Level


def total_variation(one: "Sequence[float]", other: "Sequence[float]") -> float | None:
    """Return the share of images, 0..1, that would have to change for one to become the other.

    Source: Levin, Peres and Wilmer 2009, "Markov chains and mixing times", proposition 4.2.

    Raises:
        InvalidData: a number is negative or not finite.
        ValueError: the sides do not have the same labels, two or more.
    """
    if (sides := _shares(one, other)) is None:
        return None
    return float(_variation(*sides))


def jensen_shannon(one: "Sequence[float]", other: "Sequence[float]") -> float | None:
    """Return the Jensen-Shannon divergence in bits, 0..1.

    It is the information that one image gives about the side it comes from.

    Source: Lin 1991, "Divergence measures based on the Shannon entropy".

    Raises:
        InvalidData: a number is negative or not finite.
        ValueError: the sides do not have the same labels, two or more.
    """
    if (sides := _shares(one, other)) is None:
        return None
    return float(_divergence(*sides))


def wasserstein_steps(one: "Sequence[float]", other: "Sequence[float]") -> float | None:
    """Return the mean number of steps that an image has to move along the ordered labels.

    Source: Vallender 1974, "Calculation of the Wasserstein distance between probability
    distributions on the line".

    Raises:
        InvalidData: a number is negative or not finite.
        ValueError: the sides do not have the same labels, two or more.
    """
    from scipy.stats import wasserstein_distance

    if (sides := _shares(one, other)) is None:
        return None
    places = range(len(one))
    return float(wasserstein_distance(places, places, *sides))


def null_levels(
    reference: "Sequence[float]",
    total: int,
    level: float = 0.95,
    draws: int = 1_000,
    seed: int = 0,
) -> NullLevels | None:
    """Return the distances of tallies drawn from the reference to the reference itself.

    A small number of images rarely matches a reference exactly: a distance below the line is no
    evidence of a difference. None where the reference is empty or total is 0.

    Source: Efron and Tibshirani 1993, "An introduction to the bootstrap", chapter 6, the
    parametric bootstrap.

    Args:
        reference: one number per label.
        total: number of images in the tally.
        level: share of draws, 0..1, below the line.
        draws: number of tallies to draw.
        seed: of the draws.

    Raises:
        InvalidData: a number is negative or not finite.
        ValueError: there are fewer than two labels.
    """
    return _null_levels(tuple(reference), total, level, draws, seed)


# Professions have few different numbers of images between them.
@lru_cache(maxsize=4096)
def _null_levels(
    reference: tuple[float, ...], total: int, level: float, draws: int, seed: int
) -> NullLevels | None:
    import numpy as np

    sides = _shares(reference, reference)
    if sides is None or total == 0:
        return None
    shares = sides[0]
    drawn = np.random.default_rng(seed).multinomial(total, shares, draws) / total
    against = np.broadcast_to(shares, drawn.shape)
    return NullLevels(
        _level(_variation(drawn, against), level), _level(_divergence(drawn, against), level)
    )


def _shares(
    one: "Sequence[float]", other: "Sequence[float]"
) -> "tuple[NDArray[np.float64], NDArray[np.float64]] | None":
    import numpy as np

    if len(one) != len(other) or len(one) < 2:  # noqa: PLR2004
        raise ValueError(f"{one!r} and {other!r} must have the same labels, two or more")
    for number in (*one, *other):
        if not (math.isfinite(number) and number >= 0):
            raise InvalidData(f"{number!r} is not a count or share: give numbers of 0 or more.")
    first, second = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    if not first.sum() or not second.sum():
        return None
    return first / first.sum(), second / second.sum()


def _variation(one: "NDArray[np.float64]", other: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    return np.asarray(np.abs(one - other).sum(-1) / 2)


def _divergence(one: "NDArray[np.float64]", other: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np
    from scipy.spatial.distance import jensenshannon

    # SciPy returns the square root of the divergence.
    return np.asarray(jensenshannon(one, other, base=2, axis=-1) ** 2)


def _level(distances: "NDArray[np.float64]", level: float) -> Level:
    import numpy as np

    return Level(float(distances.mean()), float(np.quantile(distances, level)))
