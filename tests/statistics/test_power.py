import math
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import power_proportions_2indep

from explorer.errors import OutOfRange
from explorer.statistics.intervals import wilson
from explorer.statistics.power import (
    detectable_difference,
    half_width,
    images_against_reference,
    images_per_model,
    inflation,
)

shares = st.integers(5, 95).map(lambda percent: percent / 100)


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        # By Cohen's arcsine and by Fleiss' formula without continuity correction, in this order.
        (0.5, 0.4, 388, 388),
        (0.3, 0.2, 292, 294),
        (0.2, 0.1, 195, 199),
        (0.05, 0.15, 133, 141),
    ],
)
def test_two_models_need_as_many_images_as_published(
    one: float, other: float, least: int, most: int
) -> None:
    assert least <= images_per_model(one, other) <= most
    assert images_per_model(one, other) == images_per_model(other, one)


@given(shares, shares)
def test_the_number_of_images_has_the_power_and_one_fewer_does_not(
    one: float, other: float
) -> None:
    if one == other:
        return
    images = images_per_model(one, other)
    effect = 2 * (math.asin(one**0.5) - math.asin(other**0.5))
    assert NormalIndPower().power(effect, images, 0.05) >= 0.8 - 1e-6
    assert images == 1 or NormalIndPower().power(effect, images - 1, 0.05) < 0.8 + 1e-5


def test_the_number_of_images_has_the_power_by_another_formula() -> None:
    power = power_proportions_2indep(0.1, 0.4, images_per_model(0.5, 0.4), return_results=False)
    assert power == pytest.approx(0.8, abs=0.005)


@pytest.mark.parametrize(
    ("share", "reference", "images"),
    # Fleiss, Levin and Paik 2003, chapter 2, the formula by hand.
    [(0.4, 0.5, 194), (0.23, 0.33, 163), (0.2, 0.1, 86)],
)
def test_a_known_reference_needs_fewer_images(share: float, reference: float, images: int) -> None:
    assert images_against_reference(share, reference) == images
    assert images < images_per_model(share, reference)


@given(shares, shares)
def test_images_against_a_reference_have_the_power(share: float, reference: float) -> None:
    if share == reference:
        return
    images = images_against_reference(share, reference)
    limit = norm.ppf(0.975) * (reference * (1 - reference) / images) ** 0.5
    found = (abs(share - reference) - limit) / (share * (1 - share) / images) ** 0.5
    assert norm.cdf(found) >= 0.8 - 1e-9


@given(shares, st.floats(0.5, 0.99), st.floats(0.5, 0.95))
def test_more_confidence_or_power_needs_more_images(
    share: float, level: float, power: float
) -> None:
    for needed in (
        partial(images_per_model, share, 0.99),
        partial(images_against_reference, share, 0.99),
    ):
        assert needed(level, power) <= needed(level + 0.005, power)
        assert needed(level, power) <= needed(level, power + 0.02)


def test_errors_and_abstentions_multiply_the_images() -> None:
    assert inflation(youden=1) == 1
    assert inflation(youden=0.95 + 0.95 - 1) == pytest.approx(1.2346, abs=1e-4)
    assert inflation(youden=0.90 + 0.90 - 1) == pytest.approx(1.5625)
    assert inflation(1, abstention=0.2) == pytest.approx(1.25)
    assert inflation(0.9, 0.5) == pytest.approx(2 / 0.81)


@pytest.mark.parametrize(
    ("images", "points"), [(100, 19.8), (210, 13.7), (400, 9.9), (1_500, 5.1), (31_500, 1.1)]
)
def test_a_number_of_images_detects_a_known_difference(images: int, points: float) -> None:
    # Fleiss, Levin and Paik 2003, the formula by hand.
    assert detectable_difference(images) == pytest.approx(points / 100, abs=6e-4)


@given(st.integers(30, 5_000))
def test_a_detectable_difference_needs_about_the_images_that_detect_it(images: int) -> None:
    least = detectable_difference(images)
    assert least is not None
    assert images_per_model(0.5 - least / 2, 0.5 + least / 2) == pytest.approx(images, rel=0.07)


@pytest.mark.parametrize(
    ("images", "points"), [(10, 26), (20, 20), (50, 13), (100, 9.6), (210, 6.7), (400, 4.9)]
)
def test_a_number_of_images_gives_a_known_half_width(images: int, points: float) -> None:
    assert half_width(images) == pytest.approx(points / 100, abs=5e-3)


@given(st.integers(1, 400), st.integers(1, 300))
def test_half_the_width_is_half_the_intervals(count: int, others: int) -> None:
    interval = wilson(count, count + others)
    half = half_width(count + others, count / (count + others))
    assert interval is not None
    assert half == pytest.approx((interval.high - interval.low) / 2, abs=1e-9)


def test_too_few_images_give_no_number() -> None:
    assert half_width(0) is None
    assert detectable_difference(0) is None
    assert detectable_difference(2) is None


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (partial(images_per_model, 0.3, 0.3), "distinguishes 0.3 from itself"),
        (partial(images_against_reference, 0.3, 0.3), "distinguishes 0.3 from itself"),
        (partial(images_per_model, 30, 0.3), "share 30 must lie in"),
        (partial(images_against_reference, 0.3, math.nan), "share nan must lie in"),
        (partial(inflation, youden=0), "index 0 must lie above 0"),
        (partial(inflation, 1, abstention=1), "abstentions 1 from 0"),
        (partial(detectable_difference, 100, 1.0), "share 1.0 must lie between"),
        (partial(half_width, 100, 1.5), "share 1.5 must lie in"),
    ],
)
def test_an_invalid_plan_is_named(asked: Callable[[], object], message: str) -> None:
    with pytest.raises(OutOfRange, match=message):
        asked()
