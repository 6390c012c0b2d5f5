import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from quapy.method.aggregative import ACC
from scipy.optimize import nnls

from explorer.statistics.simplex import solve

Problem = tuple[NDArray[np.float64], NDArray[np.float64]]


@st.composite
def problems(draw: st.DrawFn, classes: int | None = None) -> Problem:
    """Draw a column for each class, its own row at 0.4 or more, and shares of predictions."""
    number = classes or draw(st.integers(2, 6))
    rows = number + draw(st.integers(0, 1))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    matrix = 0.6 * random.dirichlet(np.full(rows, 0.5), number).T
    matrix[np.arange(number), np.arange(number)] += 0.4
    return matrix, random.dirichlet(np.full(rows, 0.4))


def solved(problem: Problem) -> tuple[NDArray[np.float64], bool]:
    shares, clipped = solve(problem[0][None], problem[1][None])
    return shares[0], bool(clipped[0])


def test_three_classes_are_unmixed_as_by_another_library() -> None:
    # numpy.linalg.solve on the same three equations.
    matrix = np.array([[0.92, 0.05, 0.10], [0.05, 0.90, 0.10], [0.03, 0.05, 0.80]])
    shares, clipped = solved((matrix, np.array([0.55, 0.35, 0.10])))
    assert shares == pytest.approx([0.57000765, 0.34812548, 0.08186687], abs=1e-8)
    assert not clipped


def test_two_classes_have_the_published_correction() -> None:
    # epiR's epi.prev: 45 of 150 positive, sensitivity 0.96, specificity 0.89.
    shares, clipped = solved((np.array([[0.96, 0.11], [0.04, 0.89]]), np.array([0.3, 0.7])))
    assert shares == pytest.approx([0.2235, 0.7765], abs=5e-5)
    assert not clipped


@given(problems())
def test_the_solution_agrees_with_another_library(problem: Problem) -> None:
    matrix, predicted = problem
    heavy = 1e6  # holds the sum at 1
    other, _ = nnls(
        np.vstack([matrix, np.full(matrix.shape[1], heavy)]), np.append(predicted, heavy)
    )
    assert solved(problem)[0] == pytest.approx(other, abs=1e-6)


@settings(max_examples=20)
@given(problems(classes=3))
def test_the_solution_fits_as_well_as_that_of_a_library_for_class_shares(problem: Problem) -> None:
    matrix, predicted = problem
    square, answered = matrix[:3] / matrix[:3].sum(0), predicted[:3] / predicted[:3].sum()
    other = ACC.solve_adjustment(square, answered, method="inversion", solver="minimize")
    ours, theirs = (
        np.linalg.norm(square @ shares - answered)
        for shares in (solved((square, answered))[0], other)
    )
    # Near a singular matrix the library stops early, so the fits are compared, not the shares.
    assert ours <= theirs + 1e-9
    assert ours == pytest.approx(theirs, abs=1e-4)


@given(problems())
def test_shares_sum_to_1_and_are_clipped_only_at_an_end(problem: Problem) -> None:
    shares, clipped = solved(problem)
    assert (shares >= 0).all()
    assert shares.sum() == pytest.approx(1)
    assert not clipped or shares.min() == pytest.approx(0, abs=1e-9)


@given(problems())
def test_the_predictions_of_a_mix_give_the_mix_back(problem: Problem) -> None:
    matrix, _ = problem
    mix = np.random.default_rng(matrix.shape[1]).dirichlet(np.ones(matrix.shape[1]))
    # Near a singular matrix, rounding errors grow by many orders of magnitude.
    assert solved((matrix, matrix @ mix))[0] == pytest.approx(mix, abs=1e-6)


@given(problems(classes=4), problems(classes=4))
def test_problems_do_not_affect_each_other(one: Problem, other: Problem) -> None:
    if one[0].shape != other[0].shape:
        return
    both, _ = solve(np.stack([one[0], other[0]]), np.stack([one[1], other[1]]))
    assert both[0] == pytest.approx(solved(one)[0], abs=1e-12)
    assert both[1] == pytest.approx(solved(other)[0], abs=1e-12)


def test_a_class_against_the_predictions_has_a_share_of_0() -> None:
    matrix = np.array([[0.9, 0.1, 0.1], [0.05, 0.8, 0.1], [0.05, 0.1, 0.8]])
    shares, clipped = solved((matrix, np.array([0.97, 0.02, 0.01])))
    assert shares == pytest.approx([1, 0, 0])
    assert clipped
