import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from explorer.statistics.intervals import clopper_pearson, difference, mean, wilson
from explorer.statistics.significance import against_reference

TOLERANCE = 5e-5


@st.composite
def counted(draw: st.DrawFn, largest: int = 400) -> tuple[int, int]:
    total = draw(st.integers(1, largest))
    return draw(st.integers(0, total)), total


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        # Newcombe 1998, table I, where the share has been published; the rest by another program.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (8, 10, 0.4902, 0.9433),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (37, 50, 0.6045, 0.8413),
    ],
)
def test_wilson_gives_the_published_limits(count: int, total: int, low: float, high: float) -> None:
    interval = wilson(count, total)
    assert interval is not None
    assert interval.estimate == count / total
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=TOLERANCE)
    assert (interval.level, interval.method) == (0.95, "wilson")


@given(counted(), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_wilson_agrees_with_another_library(one: tuple[int, int], level: float) -> None:
    interval = wilson(*one, level)
    other = binomtest(*one).proportion_ci(confidence_level=level, method="wilson")
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((other.low, other.high), abs=1e-12)


@given(counted())
def test_a_share_lies_in_its_interval_and_the_interval_in_0_to_1(one: tuple[int, int]) -> None:
    interval = wilson(*one)
    assert interval is not None
    assert 0 <= interval.low <= interval.estimate <= interval.high <= 1


@given(counted(), st.integers(2, 20))
def test_more_images_of_the_same_share_narrow_the_interval(
    one: tuple[int, int], times: int
) -> None:
    few, many = wilson(*one), wilson(one[0] * times, one[1] * times)
    assert few is not None
    assert many is not None
    assert many.high - many.low < few.high - few.low


@given(counted())
def test_more_confidence_widens_the_interval(one: tuple[int, int]) -> None:
    narrow, wide = wilson(*one, 0.8), wilson(*one, 0.99)
    assert narrow is not None
    assert wide is not None
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


def test_no_images_give_no_share() -> None:
    assert wilson(0, 0) is None
    assert difference(0, 0, 3, 9) is None
    assert difference(3, 9, 0, 0) is None


@pytest.mark.parametrize(("count", "total"), [(-1, 5), (6, 5), (1, 0), (0, -1)])
def test_a_count_above_its_total_is_refused(count: int, total: int) -> None:
    with pytest.raises(ValueError, match="must lie in"):
        wilson(count, total)
    with pytest.raises(ValueError, match="must lie in"):
        difference(1, 2, count, total)


@pytest.mark.parametrize(
    ("counts", "estimate", "low", "high"),
    [
        # Newcombe 1998, table II, method 10.
        ((56, 70, 48, 80), 0.2, 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.6, 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.5714, 0.0582, 0.8062),
        ((5, 56, 0, 29), 0.0893, -0.0381, 0.1926),
        ((0, 10, 0, 20), 0.0, -0.1611, 0.2775),
        ((0, 10, 0, 10), 0.0, -0.2775, 0.2775),
        ((10, 10, 0, 20), 1.0, 0.6791, 1.0),
        ((10, 10, 0, 10), 1.0, 0.6075, 1.0),
    ],
)
def test_a_difference_has_the_published_limits(
    counts: tuple[int, int, int, int], estimate: float, low: float, high: float
) -> None:
    interval = difference(*counts)
    assert interval is not None
    found = (interval.estimate, interval.low, interval.high)
    assert found == pytest.approx((estimate, low, high), abs=TOLERANCE)
    assert (interval.level, interval.method) == (0.95, "newcombe")


@given(counted(), counted(), st.sampled_from([0.8, 0.95, 0.99]))
def test_a_difference_follows_from_the_two_intervals_of_another_library(
    one: tuple[int, int], two: tuple[int, int], level: float
) -> None:
    a, b = one[0] / one[1], two[0] / two[1]
    of_a, of_b = (
        binomtest(*pair).proportion_ci(confidence_level=level, method="wilson")
        for pair in (one, two)
    )
    low = a - b - math.hypot(a - of_a.low, of_b.high - b)
    high = a - b + math.hypot(of_a.high - a, b - of_b.low)
    interval = difference(*one, *two, level)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=1e-9)


@given(counted(), counted())
def test_a_difference_lies_in_its_interval_and_changes_sign_with_its_sides(
    one: tuple[int, int], two: tuple[int, int]
) -> None:
    there, back = difference(*one, *two), difference(*two, *one)
    assert there is not None
    assert back is not None
    assert -1 <= there.low <= there.estimate <= there.high <= 1
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-12)


def test_the_interval_of_a_mean_is_that_of_its_standard_error() -> None:
    values = [place / 100 for place in range(100)]
    found = mean(values)
    assert found
    error = math.sqrt(sum((one - 0.495) ** 2 for one in values) / 100) / 10
    assert found.estimate == pytest.approx(0.495)
    assert found.low == pytest.approx(0.495 - 1.96 * error, abs=0.005)
    assert found.high == pytest.approx(0.495 + 1.96 * error, abs=0.005)


def test_of_a_few_values_no_mean_is_told() -> None:
    assert mean([0.5] * 9) is None


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    # Newcombe 1998, table I.
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684)],
)
def test_clopper_pearson_gives_the_published_limits(
    count: int, total: int, low: float, high: float
) -> None:
    interval = clopper_pearson(count, total)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=TOLERANCE)
    assert interval.estimate == count / total


def test_clopper_pearson_leaves_out_one_half_exactly_where_the_test_does() -> None:
    for total in range(1, 61):
        for count in range(total + 1):
            interval, p = clopper_pearson(count, total), against_reference(count, total, 0.5)
            assert interval is not None
            assert p is not None
            assert (not interval.low <= 0.5 <= interval.high) == (p < 0.05), (count, total)


def test_no_choices_have_no_interval_and_wrong_counts_are_refused() -> None:
    assert clopper_pearson(0, 0) is None
    with pytest.raises(ValueError, match="count 3 must lie in"):
        clopper_pearson(3, 2)
