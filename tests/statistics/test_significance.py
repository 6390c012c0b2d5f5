import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import (
    binomtest,
    false_discovery_control,
    fisher_exact,
    permutation_test,
    wilcoxon,
)

from explorer.errors import InvalidData
from explorer.statistics.significance import (
    MOST_EXACT,
    against_reference,
    benjamini_hochberg,
    mcnemar,
    sign_flip,
    stratified,
)

differences = st.lists(st.floats(-1, 1).map(lambda each: round(each, 2)), min_size=1, max_size=9)
p_values = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def test_flipping_signs_gives_the_exact_p_value() -> None:
    # 6 of the 32 changes of signs come to 0.7 or more on either side.
    assert sign_flip([0.2, 0.1, -0.1, 0.2, 0.3]) == 0.1875


def test_flipping_signs_gives_fishers_p_value_for_darwins_plants() -> None:
    # Fisher 1935, section 21: 863 of 32,768 on either side.
    eighths = (49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48)
    assert sign_flip(eighths) == 2 * 863 / 32_768


@settings(max_examples=25)
@given(differences)
def test_flipping_signs_agrees_with_another_library(values: list[float]) -> None:
    values = [*values, 0.25]  # SciPy wants two
    other = permutation_test(
        (values,),
        lambda *sides: abs(round(sum(sides[0]), 6)),
        permutation_type="samples",
        alternative="greater",
        n_resamples=np.inf,
    )
    assert sign_flip(values) == pytest.approx(other.pvalue)


@given(differences)
def test_flipping_signs_counts_all_sums_at_least_as_large(values: list[float]) -> None:
    sums = [
        abs(math.fsum(sign * value for sign, value in zip(signs, values, strict=True)))
        for signs in product((1, -1), repeat=len(values))
    ]
    far = sum(each >= abs(math.fsum(values)) - 1e-9 for each in sums)
    assert sign_flip(values) == far / len(sums)


@given(differences)
def test_flipping_signs_does_not_depend_on_the_side_or_the_unit(values: list[float]) -> None:
    p = sign_flip(values)
    assert p is not None
    assert 0 < p <= 1
    assert sign_flip([-value for value in values]) == p
    assert sign_flip([8 * value for value in reversed(values)]) == p


def test_a_sample_of_flips_comes_close_to_all_flips() -> None:
    ranks = [(-1) ** (place % 3) * place for place in range(1, 31)]
    # With whole numbers from 1 to n this is Wilcoxon's signed rank test.
    assert len(ranks) > MOST_EXACT
    assert sign_flip(ranks, 100_000) == pytest.approx(
        wilcoxon(ranks, method="exact").pvalue, abs=0.005
    )
    assert sign_flip(ranks, seed=1) == sign_flip(ranks, seed=1)


def test_a_sample_of_flips_never_gives_0() -> None:
    assert sign_flip([1.0] * 60, 999) == 1 / 1000


def test_no_differences_have_no_p_value() -> None:
    assert sign_flip([]) is None
    assert sign_flip([0.0, 0.0]) == 1
    with pytest.raises(InvalidData, match="leave out pairs"):
        sign_flip([0.1, math.nan])


def test_many_p_values_are_adjusted_as_published() -> None:
    # Benjamini and Hochberg 1995, section 4: thrombolysis, fifteen hypotheses, four rejected.
    published = (
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0,
    )  # fmt: skip
    adjusted = benjamini_hochberg(published)
    assert [q for q in adjusted if q is not None] == pytest.approx(
        [
            0.0015, 0.0030, 0.0095, 0.0356, 0.0603, 0.0639, 0.0639, 0.0645, 0.0765, 0.4860, 0.5812,
            0.7149, 0.7532, 0.8132, 1.0,
        ],
        abs=1e-4,
    )  # fmt: skip
    assert sum(q <= 0.05 for q in adjusted if q is not None) == 4


@given(p_values)
def test_adjusted_p_values_agree_with_another_library(given_values: list[float]) -> None:
    assert benjamini_hochberg(given_values) == pytest.approx(
        tuple(false_discovery_control(given_values))
    )


@given(p_values, st.integers(0, 40))
def test_a_missing_p_value_stays_missing_and_does_not_count(
    given_values: list[float], place: int
) -> None:
    place = min(place, len(given_values))
    holed = benjamini_hochberg([*given_values[:place], None, *given_values[place:]])
    assert holed[place] is None
    assert holed[:place] + holed[place + 1 :] == benjamini_hochberg(given_values)


@given(p_values)
def test_an_adjusted_p_value_is_never_smaller(given_values: list[float]) -> None:
    for p, q in zip(given_values, benjamini_hochberg(given_values), strict=True):
        assert q is not None
        assert p <= q + 1e-12
        assert q <= 1


def test_without_p_values_there_is_nothing_to_adjust() -> None:
    assert benjamini_hochberg([]) == ()
    assert benjamini_hochberg([None, None]) == (None, None)


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_an_invalid_p_value_is_named(p: float) -> None:
    with pytest.raises(ValueError, match="must lie in"):
        benjamini_hochberg([0.5, p])


@pytest.mark.parametrize(
    ("table", "p"),
    [
        # Agresti 2002, table 10.1, approval of the prime minister.
        (((794, 86), (150, 570)), 3.7159e-5),
        (((0, 12), (2, 0)), 0.0129395),
        (((5, 0), (0, 5)), 1),
        (((5, 4), (4, 5)), 1),
    ],
)
def test_pairs_are_tested_as_published(
    table: tuple[tuple[int, int], tuple[int, int]], p: float
) -> None:
    assert mcnemar(table) == pytest.approx(p, rel=1e-4)


@given(st.integers(0, 60), st.integers(0, 60))
def test_pairs_are_tested_like_tosses_of_a_coin(first: int, second: int) -> None:
    p = mcnemar(((3, first), (second, 4)))
    assert p == mcnemar(((9, second), (first, 0)))
    assert p == pytest.approx(binomtest(first, first + second).pvalue if first + second else 1)


def test_no_pairs_have_no_p_value() -> None:
    assert mcnemar(((0, 0), (0, 0))) is None


def test_an_invalid_table_of_pairs_is_named() -> None:
    with pytest.raises(ValueError, match="two rows and two columns"):
        mcnemar(((1, 2, 3), (4, 5, 6)))
    with pytest.raises(ValueError, match="two rows and two columns"):
        mcnemar(((1, 2), (-4, 5)))


def test_a_share_is_tested_against_a_reference() -> None:
    # Conover 1971, "Practical nonparametric statistics", pages 97 and 98: Mendel's peas, as in
    # R's help of binom.test.
    assert against_reference(682, 925, 0.75) == pytest.approx(0.3825, abs=5e-5)
    assert against_reference(0, 0, 0.5) is None


@given(st.integers(0, 60), st.floats(0.01, 0.99))
def test_testing_against_a_reference_does_not_depend_on_which_label_is_counted(
    count: int, reference: float
) -> None:
    p, mirror = (
        against_reference(count, 60, reference),
        against_reference(60 - count, 60, 1 - reference),
    )
    assert p == pytest.approx(mirror)


def test_a_count_above_the_total_is_refused() -> None:
    with pytest.raises(ValueError, match="k"):
        against_reference(3, 2, 0.5)


counts = st.integers(0, 9)
tables = st.tuples(st.tuples(counts, counts), st.tuples(counts, counts))


def test_one_prompt_gives_fishers_p_value_for_the_lady_tasting_tea() -> None:
    # Fisher 1935, section 6: 3 of 4 cups right, 34 of 70 arrangements are as extreme.
    assert stratified([((3, 1), (1, 3))]) == pytest.approx(34 / 70)


@given(tables)
def test_one_prompt_agrees_with_another_library(table: tuple[tuple[int, int], ...]) -> None:
    found = stratified([table])
    if not any(map(any, table)):
        assert found is None
    else:
        assert found == pytest.approx(fisher_exact(table).pvalue)


def test_penicillin_in_rabbits_gives_the_exact_p_value_of_r() -> None:
    # Agresti, and R's help of mantelhaen.test(Rabbits, exact = TRUE): p = 0.03994.
    rabbits = [
        ((0, 6), (0, 5)),
        ((3, 3), (0, 6)),
        ((6, 0), (2, 4)),
        ((5, 1), (6, 0)),
        ((2, 0), (5, 0)),
    ]
    assert stratified(rabbits) == pytest.approx(0.03994, abs=5e-6)


@settings(max_examples=25)
@given(st.lists(tables, min_size=1, max_size=4))
def test_swapping_the_models_or_the_labels_changes_no_p_value(
    some: list[tuple[tuple[int, int], tuple[int, int]]],
) -> None:
    found = stratified(some)
    swapped = stratified([(right, left) for left, right in some])
    other = stratified([((b, a), (d, c)) for (a, b), (c, d) in some])
    if found is None:
        assert swapped is other is None
    else:
        assert found == pytest.approx(swapped)
        assert found == pytest.approx(other)
        assert 0 < found <= 1


def test_prompts_are_not_mixed() -> None:
    # Together it looks like a difference, within each prompt there is none.
    assert stratified([((9, 1), (9, 1)), ((0, 10), (0, 30))]) == 1


def test_a_table_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="two rows"):
        stratified([((1, 2), (3,))])
