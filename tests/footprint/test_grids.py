"""Grids: found by name, never guessed."""

import pytest

from explorer.errors import InvalidData, OutOfRange, UnknownName
from explorer.footprint.amounts import Range
from explorer.footprint.grids import carbon, find_grid, find_place, grid_sentence, spread


@pytest.mark.parametrize(
    ("country", "region", "key"),
    [
        ("France", None, "FRA"),
        ("fra", None, "FRA"),
        ("Georgia", None, "GEO"),
        ("USA", "georgia", "USA/GA"),
        (None, "california", "USA/CA"),
        (None, "gcp/us-central1", "gcp/us-central1"),
        (None, "us-central1", "gcp/us-central1"),
        ("United States", "us-east-1", "aws/us-east-1"),
        ("Sweden", "SE3", "SWE/SE3"),
    ],
)
def test_a_grid_is_found_by_country_and_region(
    country: str | None, region: str | None, key: str
) -> None:
    found = find_grid(country, region)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    ("place", "key"), [("USA/ca", "USA/CA"), ("Canada", "CAN"), ("westeurope", "azure/westeurope")]
)
def test_one_text_names_a_country_or_a_region(place: str, key: str) -> None:
    found = find_place(place)
    assert found is not None
    assert found.key == key


def test_nothing_named_is_no_grid() -> None:
    assert find_grid() is None
    assert find_place("  ") is None


@pytest.mark.parametrize(
    ("country", "region", "near"),
    [("Frnce", None, "France"), ("us", None, "USA"), (None, "us-central9", "gcp/us-central1")],
)
def test_an_unknown_place_gets_the_nearest(
    country: str | None, region: str | None, near: str
) -> None:
    with pytest.raises(UnknownName, match=f"Did you mean .*'{near}'"):
        find_grid(country, region)


def test_a_region_of_another_country_is_refused() -> None:
    with pytest.raises(InvalidData, match="'California' is not in 'France'"):
        find_grid("France", "california")


def test_a_grid_of_zero_in_its_source_has_no_figure() -> None:
    found = find_grid("Central African Republic")
    assert found is not None
    with pytest.raises(InvalidData, match=r"no usable figure.*--intensity"):
        _ = found.intensity


def test_a_figure_of_ones_own_replaces_country_and_region() -> None:
    found = find_grid("France", None, 300)
    assert found is not None
    assert found.intensity == 300
    assert grid_sentence(found).endswith("as entered: 300 g CO2e per kWh.")
    with pytest.raises(OutOfRange, match="carbon intensity is 0"):
        find_grid(intensity=0)


def test_without_a_country_emissions_are_a_range_over_grids() -> None:
    cleanest, dirtiest = spread()
    assert (cleanest.key, dirtiest.key) == ("SWE", "ZAF")
    found = carbon(Range(1, 100, 10), None)
    assert found.estimate is None
    assert (found.low, found.high) == pytest.approx((0.040695, 70.7686))
    assert "from that of Sweden (41 g/kWh) to that of South Africa" in grid_sentence(None)


def test_with_a_country_a_range_of_energy_stays_a_range() -> None:
    found = carbon(Range(1, 3, 2), find_grid("France"))
    assert (found.low, found.estimate, found.high) == pytest.approx((0.056039, 0.112078, 0.168117))
