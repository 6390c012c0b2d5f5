"""Embodied emissions by the method of BLOOM."""

import pytest

from explorer.errors import OutOfRange
from explorer.footprint.embodied import BLOOM, Embodied
from explorer.footprint.hardware import CPU, GPU, SOC

HOURS = 1_082_990


def test_the_published_embodied_emissions_of_bloom_are_met() -> None:
    found = BLOOM.kg(GPU, HOURS)
    assert found is not None
    assert found.estimate == pytest.approx(11_204, abs=0.5)
    assert (found.low, found.high) == pytest.approx((11_203.78 / 2, 11_203.78 * 3), rel=1e-5)


def test_its_parts_are_met() -> None:
    accelerators = Embodied(server_kg=1e-9).kg(GPU, HOURS)
    servers = Embodied(device_kg=1e-9).kg(GPU, HOURS)
    assert accelerators is not None
    assert servers is not None
    assert accelerators.estimate == pytest.approx(3_633.66, abs=0.01)
    assert servers.estimate == pytest.approx(7_570.12, abs=0.01)


def test_a_processor_bears_its_server_and_a_laptop_is_not_known() -> None:
    found = BLOOM.kg(CPU, 1)
    assert found is not None
    assert found.estimate == pytest.approx(0.05592, abs=1e-5)
    assert BLOOM.rate(CPU) == found.estimate
    assert BLOOM.rate(GPU) == pytest.approx(0.01035, abs=1e-5)
    assert BLOOM.kg(SOC, 1) is None
    assert "not known here" in BLOOM.sentence(SOC)


def test_the_constants_are_told_as_they_are_set() -> None:
    told = Embodied(device_kg=318, devices_per_server=4).sentence(GPU)
    assert "318 kg CO2e for the accelerator and one part in 4 of 2,500 kg" in told


@pytest.mark.parametrize(
    "wrong", [{"server_kg": 0}, {"devices_per_server": 0}, {"lifetime_years": -1}, {"in_use": 1.1}]
)
def test_constants_outside_their_limits_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(OutOfRange):
        Embodied(**wrong)  # type: ignore[arg-type]
