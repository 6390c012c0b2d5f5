"""Amounts as people read them, and the numbers that are refused."""

import math
import re

import pytest

from explorer.errors import OutOfRange
from explorer.footprint.amounts import (
    Range,
    carbon_text,
    energy_text,
    exactly,
    figure,
    range_text,
    require,
    rough,
    time_text,
    total,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((24_692.172, "24,692"), (0.2785, "0.279"), (2.0, "2"), (0.0, "0"), (99.96, "100")),
        (-3.14159, "-3.14"),
    ],
)
def test_a_figure_has_three_digits_or_is_whole(value: float, text: str) -> None:
    assert figure(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(10.94, "11"), (0.903, "0.9"), (28_350.0, "28,000"), (27_833_444.0, "28 million")],
)
def test_a_rough_number_has_two_digits(value: float, text: str) -> None:
    assert rough(value) == text


def test_small_amounts_are_told_in_the_smaller_unit() -> None:
    assert (energy_text(0.5), energy_text(0.05)) == ("0.5 kWh", "50 Wh")
    assert (carbon_text(0.5), carbon_text(0.05)) == ("0.5 kg CO2e", "50 g CO2e")
    assert carbon_text(Range(0.01, 0.2, 0.05)) == "about 50 (10 to 200) g CO2e"
    assert carbon_text(Range(0.01, 0.2)) == "0.01 to 0.2 kg CO2e"


def test_a_range_without_an_estimate_is_its_limits() -> None:
    assert range_text(Range(1, 3)) == "1 to 3"
    assert range_text(Range(1, 3, 2)) == "about 2 (1 to 3)"
    assert range_text(exactly(2)) == "2"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        *((0.2, "a second"), (25, "25 s"), (59.7, "60 s"), (90, "90 s"), (600, "10 min")),
        *((7200, "2 hours"), (700_000, "8.1 days"), (1e8, "3.2 years")),
    ],
)
def test_a_duration_is_told_in_the_unit_that_suits_it(seconds: float, text: str) -> None:
    assert time_text(seconds) == text


def test_a_sum_has_an_estimate_only_where_all_parts_have_one() -> None:
    assert total([exactly(1), Range(1, 3, 2)]) == Range(2, 4, 3)
    assert total([exactly(1), Range(1, 3)]) == Range(2, 4)
    assert total([]) is None


@pytest.mark.parametrize(
    ("value", "limits"),
    [
        *((0, "above 0"), (-1, "above 0"), (math.nan, "above 0"), (1e-10, "from 0.000000001")),
        (2e12, "above 0 and at most 1,000,000,000,000"),
        (math.inf, "above 0 and at most 1,000,000,000,000"),
    ],
)
def test_a_number_outside_its_limits_is_quoted(value: float, limits: str) -> None:
    told = f"The hours is {value!r}. Give a number {limits}."
    with pytest.raises(OutOfRange, match=re.escape(told)):
        require("The hours", value, 0)


def test_the_greatest_and_the_least_number_are_allowed() -> None:
    require("The hours", 1e12, 0)
    require("The hours", 1e-9, 0)


def test_the_lower_limit_may_be_allowed() -> None:
    require("The PUE", 1, 1, 10, from_low=True)
    with pytest.raises(OutOfRange, match="from 1 to 10"):
        require("The PUE", 0.9, 1, 10, from_low=True)
