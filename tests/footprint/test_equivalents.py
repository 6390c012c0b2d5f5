"""Emissions in terms of things that people know."""

from explorer.footprint.amounts import Range, exactly
from explorer.footprint.equivalents import equivalents_sentence


def test_a_mile_of_driving_and_a_charge_are_those_of_the_epa() -> None:
    assert "an average US car 1.6 km, or charging 32 smartphones" in equivalents_sentence(
        exactly(0.393)
    )


def test_a_range_stays_a_range() -> None:
    told = equivalents_sentence(Range(0.0124, 0.124))
    assert "charging 1 to 10 smartphones" in told
    assert "Environmental Protection Agency" in told
