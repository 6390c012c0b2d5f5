import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.stats import entropy

from explorer.errors import InvalidData
from explorer.statistics.distances import (
    jensen_shannon,
    null_levels,
    total_variation,
    wasserstein_steps,
)

Distance = Callable[[Sequence[float], Sequence[float]], float | None]

ONE, OTHER = (0.2, 0.3, 0.5), (0.3, 0.3, 0.4)
# Tones 1 to 10 of the Monk scale.
TONES = (0, 1, 6, 14, 21, 9, 4, 3, 2, 0)
UNIFORM = (1,) * 10
DISTANCES: tuple[Distance, ...] = (total_variation, jensen_shannon, wasserstein_steps)
tallies = st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(any)


@pytest.mark.parametrize(
    ("distance", "one", "other", "expected"),
    [
        # By hand, and by SciPy: entropy, jensenshannon squared, wasserstein_distance.
        (total_variation, ONE, OTHER, 0.1),
        (jensen_shannon, ONE, OTHER, 0.0112781),
        (wasserstein_steps, ONE, OTHER, 0.2),
        (total_variation, TONES, UNIFORM, 0.433333),
        (jensen_shannon, TONES, UNIFORM, 0.221419),
        (wasserstein_steps, TONES, UNIFORM, 1.45),
    ],
)
def test_a_distance_has_the_known_value(
    distance: Distance, one: Sequence[float], other: Sequence[float], expected: float
) -> None:
    assert distance(one, other) == pytest.approx(expected, abs=1e-6)


@given(tallies, tallies)
def test_distances_follow_from_their_definitions(one: list[int], other: list[int]) -> None:
    p, q = np.divide(one, sum(one)), np.divide(other, sum(other))
    middle = (p + q) / 2
    assert total_variation(one, other) == pytest.approx(np.maximum(p - q, 0).sum(), abs=1e-12)
    assert jensen_shannon(one, other) == pytest.approx(
        (entropy(p, middle, base=2) + entropy(q, middle, base=2)) / 2, abs=1e-9
    )
    assert wasserstein_steps(one, other) == pytest.approx(
        np.abs(np.cumsum(p) - np.cumsum(q)).sum(), abs=1e-9
    )


def test_steps_equal_the_cost_of_an_optimal_transport_plan() -> None:
    p, q = np.divide(TONES, sum(TONES)), np.full(10, 0.1)
    places = np.arange(10)
    cost = np.abs(places[:, None] - places).ravel()
    leaving = np.kron(np.eye(10), np.ones(10))
    coming = np.kron(np.ones(10), np.eye(10))
    plan = linprog(cost, A_eq=np.vstack([leaving, coming]), b_eq=np.concatenate([p, q]))
    assert wasserstein_steps(TONES, UNIFORM) == pytest.approx(plan.fun, abs=1e-9)


@given(tallies, tallies, st.integers(2, 9))
def test_distances_lie_between_0_and_their_maximum_and_are_symmetric(
    one: list[int], other: list[int], times: int
) -> None:
    for distance, most in zip(DISTANCES, (1, 1, 3), strict=True):
        there, back = distance(one, other), distance(other, one)
        assert there is not None
        assert 0 <= there <= most + 1e-12
        assert there == pytest.approx(back, abs=1e-12)
        assert distance([each * times for each in one], other) == pytest.approx(there, abs=1e-9)
        assert distance(one, one) == pytest.approx(0, abs=1e-12)


def test_sides_without_a_common_label_have_the_largest_distance() -> None:
    assert total_variation((5, 0), (0, 3)) == 1
    assert jensen_shannon((5, 0), (0, 3)) == pytest.approx(1)
    assert wasserstein_steps((5, 0, 0), (0, 0, 3)) == 2


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_side_without_images_has_no_distance(distance: Distance) -> None:
    assert distance((0, 0, 0), (1, 2, 3)) is None
    assert distance((1, 2, 3), (0, 0, 0)) is None


@pytest.mark.parametrize("distance", DISTANCES)
def test_sides_that_cannot_be_compared_are_named(distance: Distance) -> None:
    with pytest.raises(ValueError, match="must have the same labels"):
        distance((1, 2), (1, 2, 3))
    with pytest.raises(ValueError, match="must have the same labels"):
        distance((1,), (1,))
    with pytest.raises(InvalidData, match="-1 is not a count or share"):
        distance((1, -1), (1, 2))
    with pytest.raises(InvalidData, match="nan is not a count or share"):
        distance((1, 1), (1, math.nan))


def test_the_null_level_of_two_labels_is_that_of_theory() -> None:
    # With two labels the distance is |x/n - p|; its mean is De Moivre's mean deviation.
    levels = null_levels((1, 1), 100, draws=20_000)
    assert levels is not None
    assert levels.total_variation.mean == pytest.approx(0.0398, abs=5e-4)
    assert levels.total_variation.line == pytest.approx(0.10, abs=0.011)


def test_the_null_level_of_many_images_is_that_of_theory() -> None:
    # 8 n ln 2 times the divergence tends to chi-square with as many degrees as labels less one.
    levels = null_levels((0.2, 0.3, 0.5), 10_000, draws=5_000)
    assert levels is not None
    scale = 8 * 10_000 * math.log(2)
    assert levels.jensen_shannon.mean * scale == pytest.approx(2, rel=0.05)
    assert levels.jensen_shannon.line * scale == pytest.approx(5.99, rel=0.05)


@given(tallies, st.integers(1, 50))
def test_more_images_come_closer_to_their_reference(reference: list[int], total: int) -> None:
    few, many = null_levels(reference, total, draws=300), null_levels(reference, 100 * total)
    assert few is not None
    assert many is not None
    assert many.total_variation.mean <= few.total_variation.mean
    assert many.jensen_shannon.mean <= few.jensen_shannon.mean + 1e-12
    assert few == null_levels(reference, total, draws=300)


def test_no_images_have_no_null_level() -> None:
    assert null_levels((1, 1), 0) is None
    assert null_levels((0, 0), 9) is None
