"""The calculator, against the ML CO2 Impact calculator and published model cards."""

import pytest

from explorer.errors import OutOfRange
from explorer.footprint.calculator import Usage, formulas, headline, usage_row, usage_sources
from explorer.footprint.embodied import BLOOM
from explorer.footprint.grids import find_grid
from explorer.footprint.hardware import find_hardware

A100 = find_hardware("A100 PCIe 40GB")
ASIA = find_grid(None, "gcp/asia-east1")


@pytest.mark.parametrize(
    ("hours", "intensity", "kg"),
    [
        (2, 557, 0.2785),
        (150_000, 300, 11_250),
        (200_000, 300, 15_000),
        (150_000, 367.8, 13_792.5),
        (200_000, 367.8, 18_390),
        (24_602, 370, 2_275.685),
    ],
)
def test_the_examples_of_the_ml_co2_impact_calculator_are_met(
    hours: float, intensity: float, kg: float
) -> None:
    found = Usage(A100, hours, grid=find_grid(intensity=intensity))
    assert found.kg.estimate == pytest.approx(kg)


def test_its_table_is_told_where_it_differs_from_ours() -> None:
    told = " ".join(usage_sources(Usage(A100, 2, pue=1, grid=ASIA)))
    assert "puts this grid at 557 g/kWh, which gives 0.279 kg CO2e" in told


def test_its_amazon_regions_are_ours() -> None:
    found = Usage(A100, 150_000, grid=find_grid(None, "aws/us-east-1"))
    assert found.kg.estimate == pytest.approx(13_792.5)


def test_devices_utilisation_and_pue_multiply_the_energy() -> None:
    found = Usage(A100, 10, devices=4, utilisation=0.5, pue=1.2)
    assert found.kwh == pytest.approx(10 * 4 * 0.25 * 0.5 * 1.2)


def test_the_pue_of_a_cloud_region_counts_unless_another_is_given() -> None:
    assert Usage(A100, 1, grid=ASIA).overhead == 1.12
    assert Usage(A100, 1, grid=ASIA, pue=1).overhead == 1
    assert Usage(A100, 1).overhead == 1
    assert "1.12 is that of the cloud region" in " ".join(usage_sources(Usage(A100, 1, grid=ASIA)))


def test_the_formula_stands_in_words_and_numbers() -> None:
    energy, electricity, made = formulas(Usage(A100, 2, grid=ASIA, pue=1, embodied=BLOOM))
    assert energy.endswith("PUE = 1 x 2 h x 0.25 kW x 1 x 1 = 0.5 kWh.")
    assert electricity.endswith("= 0.5 kWh x 451 g/kWh = 0.226 kg CO2e.")
    assert made.endswith("= 2 h x 0.0103 kg = about 20.7 (10.3 to 62.1) g CO2e.")


def test_without_a_country_there_is_no_single_figure_of_emissions() -> None:
    found = Usage(A100, 2)
    row = usage_row(found)
    assert (row["kg"], row["grid"]) == (None, None)
    assert row["kwh"] == 0.5
    assert headline(found).endswith("use 0.5 kWh and emit 0.0203 to 0.354 kg CO2e.")
    assert "40.7 to 708 g/kWh" in " ".join(formulas(found))


@pytest.mark.parametrize(
    ("hours", "said"),
    [(1, "1 hour on"), (1.001, "1 hour on"), (0.5, "0.5 hours on"), (2, "2 hours on")],
)
def test_one_hour_is_one_and_all_other_numbers_are_several(hours: float, said: str) -> None:
    assert headline(Usage(A100, hours)).startswith(said)


def test_making_the_hardware_is_counted_on_request() -> None:
    without, counted = Usage(A100, 2, grid=ASIA), Usage(A100, 2, grid=ASIA, embodied=BLOOM)
    assert without.embodied_kg is None
    assert counted.kg.high > counted.kg.low > (without.kg.estimate or 0)
    assert "left out" in " ".join(usage_sources(without))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"hours": 0}, "number of hours is 0"),
        ({"hours": -3}, "number of hours is -3"),
        ({"hours": float("nan")}, "number of hours is nan"),
        ({"hours": 1, "devices": 0}, "number of devices is 0"),
        ({"hours": 1, "utilisation": 1.2}, "utilisation is 1.2"),
        ({"hours": 1, "utilisation": 0}, "utilisation is 0"),
        ({"hours": 1, "pue": 0.9}, "PUE is 0.9"),
    ],
)
def test_numbers_outside_their_limits_are_refused(wrong: dict[str, float], message: str) -> None:
    with pytest.raises(OutOfRange, match=message):
        Usage(A100, **wrong)  # type: ignore[arg-type]
