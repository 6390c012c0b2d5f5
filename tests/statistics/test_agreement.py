from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.statistics.agreement import (
    Agreement,
    agreement_table,
    cohen_kappa,
    gwet_ac1,
    one_annotator,
    weighted_kappa,
)

Measure = Callable[[Sequence[Sequence[int]]], Agreement]

LABELS = ("feminine", "masculine", "cannot tell")
MEASURES: tuple[Measure, ...] = (cohen_kappa, weighted_kappa, gwet_ac1)

tables = st.lists(st.lists(st.integers(1, 40), min_size=3, max_size=3), min_size=3, max_size=3)


def by_hand(table: list[list[int]], weights: list[list[float]]) -> float:
    shares = np.array(table) / np.sum(table)
    chance = np.outer(shares.sum(1), shares.sum(0))
    return float(1 - (shares * weights).sum() / (chance * weights).sum())


def test_images_are_counted_by_both_labels() -> None:
    first = ("feminine", "feminine", "cannot tell", None, "masculine")
    second = ("feminine", "masculine", "cannot tell", "feminine", None)
    assert agreement_table(first, second, LABELS) == ((1, 1, 0), (0, 0, 0), (0, 0, 1))
    with pytest.raises(ValueError, match="'woman' is not in"):
        agreement_table(["woman"], ["feminine"], list(LABELS))


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        # Fleiss, Levin and Paik 2003, table 18.1: diagnoses by two psychiatrists.
        (((75, 1, 4), (5, 4, 1), (0, 0, 10)), 0.68),
        # By hand: (0.7 - 0.5) / (1 - 0.5).
        (((20, 5), (10, 15)), 0.40),
    ],
)
def test_kappa_has_the_published_value(table: tuple[tuple[int, ...], ...], kappa: float) -> None:
    assert cohen_kappa(table).value == pytest.approx(kappa, abs=5e-3)


def test_where_most_have_one_label_ac1_has_the_published_value_and_kappa_falls() -> None:
    # Gwet 2008: 118 and 5, 2 and 0 of 125 images; AC1 0.9408, kappa -0.0234.
    table = ((118, 5), (2, 0))
    assert gwet_ac1(table).value == pytest.approx(0.9408, abs=5e-5)
    assert cohen_kappa(table).value == pytest.approx(-0.0234, abs=5e-5)


@given(tables)
def test_kappas_follow_from_their_definitions(table: list[list[int]]) -> None:
    equal = [[float(row != column) for column in range(3)] for row in range(3)]
    squared = [[float((row - column) ** 2) for column in range(3)] for row in range(3)]
    assert cohen_kappa(table).value == pytest.approx(by_hand(table, equal), abs=1e-9)
    assert weighted_kappa(table).value == pytest.approx(by_hand(table, squared), abs=1e-9)


@given(tables)
def test_ac1_follows_from_its_definition(table: list[list[int]]) -> None:
    shares = np.array(table) / np.sum(table)
    habits = (shares.sum(0) + shares.sum(1)) / 2
    chance = sum(share * (1 - share) for share in habits) / 2
    expected = (sum(shares[place][place] for place in range(3)) - chance) / (1 - chance)
    assert gwet_ac1(table).value == pytest.approx(expected)


@given(tables, st.integers(2, 9))
def test_agreement_does_not_depend_on_the_order_of_annotators_or_the_number_of_images(
    table: list[list[int]], times: int
) -> None:
    turned = list(zip(*table, strict=True))
    larger = [[count * times for count in row] for row in table]
    for measure in MEASURES:
        value = measure(table).value
        assert value is not None
        assert -1 - 1e-9 <= value <= 1
        assert measure(turned).value == pytest.approx(value, abs=1e-9)
        assert measure(larger).value == pytest.approx(value, abs=1e-9)


@given(st.lists(st.integers(1, 40), min_size=3, max_size=3))
def test_full_agreement_is_1(agreed: list[int]) -> None:
    for measure in MEASURES:
        assert measure(np.diag(agreed).tolist()).value == pytest.approx(1)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 20), st.integers(1, 20))
def test_annotators_who_guess_agree_by_chance(a: int, b: int, c: int, d: int) -> None:
    table = ((a * c, a * d), (b * c, b * d))
    assert cohen_kappa(table).value == pytest.approx(0, abs=1e-9)
    assert weighted_kappa(table).value == pytest.approx(0, abs=1e-9)


def test_with_two_labels_the_weights_change_nothing() -> None:
    table = ((20, 5), (10, 15))
    assert weighted_kappa(table).value == pytest.approx(cohen_kappa(table).value)


@pytest.mark.parametrize("measure", MEASURES)
def test_one_annotator_has_no_agreement(measure: Measure) -> None:
    assert measure(((0, 0), (0, 0))) == Agreement(None, one_annotator())


def test_one_label_for_every_image_shows_no_agreement_beyond_chance() -> None:
    always = ((0, 0), (0, 7))
    assert cohen_kappa(always) == Agreement(None, "Both gave every image the same label.")
    assert weighted_kappa(always) == Agreement(None, "Both gave every image the same label.")
    assert gwet_ac1(always) == Agreement(1)
    assert cohen_kappa(((0, 7), (0, 0))) == Agreement(0)


@pytest.mark.parametrize("measure", MEASURES)
def test_an_invalid_table_is_named(measure: Measure) -> None:
    with pytest.raises(ValueError, match="as many columns as rows"):
        measure(((1, 2),))
    with pytest.raises(ValueError, match="as many columns as rows"):
        measure(((1,),))
    with pytest.raises(ValueError, match="below 0"):
        measure(((1, -2), (3, 4)))
