"""The variety of a set: published values, another way to the same number, and what always holds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.distance import pdist
from scipy.stats import entropy, t

from explorer.statistics.diversity import mean_distance, vendi_score

Rows = NDArray[np.float64]


def rows(number: int, width: int = 8, spread: float = 0.6, seed: int = 0) -> Rows:
    """Return rows of length 1 around three directions."""
    rng = np.random.default_rng(seed)
    centres = np.eye(3, width)[rng.integers(0, 3, number)]
    found = centres + spread * rng.standard_normal((number, width)) / math.sqrt(width)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


def with_cosines(kernel: NDArray[np.float64] | list[list[float]]) -> Rows:
    """Return rows with these cosines; each four times, which is the same mixture."""
    values, directions = np.linalg.eigh(np.asarray(kernel))
    return np.tile(directions * np.sqrt(np.clip(values, 0, None)), (4, 1))


def score(vectors: Rows) -> float:
    found = vendi_score(vectors)
    assert found is not None
    return found.estimate


def distance(vectors: Rows) -> float:
    found = mean_distance(vectors)
    assert found is not None
    return found.estimate


sets = st.builds(
    rows,
    number=st.integers(10, 40),
    width=st.integers(3, 20),
    spread=st.floats(0, 3),
    seed=st.integers(0, 1_000),
)


def test_the_score_is_the_one_that_its_authors_publish() -> None:
    # The examples of the authors' package, vendi-score.
    assert score(with_cosines([[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]])) == pytest.approx(
        2.1573, abs=5e-5
    )
    points = np.repeat([0.0, 10.0, 20.0], 2)
    kernel = np.exp(-np.abs(points[:, None] - points[None, :]))
    assert score(with_cosines(kernel)) == pytest.approx(2.9999, abs=1e-4)


def test_equal_images_count_as_one_and_unlike_ones_each() -> None:
    # Friedman and Dieng 2023, lemma 3.1: one for equal rows, as many as there are for orthogonal.
    assert score(np.tile(np.eye(1, 5), (12, 1))) == pytest.approx(1)
    assert score(np.eye(12)) == pytest.approx(12)
    assert score(np.repeat(np.eye(4), 5, axis=0)) == pytest.approx(4)
    assert distance(np.tile(np.eye(1, 5), (12, 1))) == pytest.approx(0)
    assert distance(np.eye(12)) == pytest.approx(1)


def test_groups_of_unequal_size_count_by_their_entropy() -> None:
    groups = np.repeat(np.eye(3), (6, 3, 3), axis=0)
    assert score(groups) == pytest.approx(2**1.5)


@given(sets)
def test_both_are_those_of_the_whole_matrix_of_cosines(vectors: Rows) -> None:
    number = len(vectors)
    eigenvalues = np.clip(np.linalg.eigvalsh(vectors @ vectors.T / number), 0, None)
    assert score(vectors) == pytest.approx(math.exp(entropy(eigenvalues)), rel=1e-6)
    assert distance(vectors) == pytest.approx(pdist(vectors, "cosine").mean(), abs=1e-9)


@given(sets, st.integers(0, 1_000))
def test_neither_depends_on_the_order_or_on_the_axes(vectors: Rows, seed: int) -> None:
    rng = np.random.default_rng(seed)
    turned = np.linalg.qr(rng.standard_normal((vectors.shape[1],) * 2))[0]
    other = rng.permutation(vectors) @ turned
    assert score(other) == pytest.approx(score(vectors), rel=1e-6)
    assert distance(other) == pytest.approx(distance(vectors), abs=1e-9)


@given(sets)
def test_each_lies_within_its_interval_and_its_scale(vectors: Rows) -> None:
    found, apart = vendi_score(vectors), mean_distance(vectors)
    assert found is not None
    assert apart is not None
    assert 1 <= found.low <= found.estimate <= found.high <= len(vectors)
    assert 0 <= apart.low <= apart.estimate <= apart.high <= 2


def test_the_interval_of_the_distance_is_that_of_leaving_each_image_out() -> None:
    vectors = rows(60)
    left_out = [distance(np.delete(vectors, place, axis=0)) for place in range(60)]
    error = math.sqrt(59 * np.var(left_out))
    found = mean_distance(vectors)
    assert found is not None
    assert found.high - found.low == pytest.approx(2 * t.ppf(0.975, 59) * error, rel=1e-9)


def test_the_interval_of_the_score_is_near_that_of_leaving_each_image_out() -> None:
    vectors = rows(400)
    left_out = [math.log(score(np.delete(vectors, place, axis=0))) for place in range(400)]
    error = math.sqrt(399 * np.var(left_out))
    found = vendi_score(vectors)
    assert found is not None
    half = math.log(found.high / found.low) / 2
    assert half == pytest.approx(t.ppf(0.975, 399) * error, rel=0.05)


def test_the_intervals_contain_what_sets_of_that_size_have_on_average() -> None:
    drawn = [rows(100, seed=seed) for seed in range(300)]
    for measure in (vendi_score, mean_distance):
        found = [one for one in map(measure, drawn) if one]
        average = np.mean([one.estimate for one in found])
        contained = np.mean([one.low <= average <= one.high for one in found])
        assert 0.91 <= contained <= 0.99


def test_fewer_than_ten_images_have_no_score() -> None:
    assert vendi_score(np.eye(9)) is None
    assert mean_distance(np.eye(9)) is None
    assert vendi_score(np.zeros((0, 4))) is None
