"""Hardware by its names."""

import pytest

from explorer.errors import UnknownName
from explorer.footprint.hardware import find_hardware, load_hardware


@pytest.mark.parametrize(
    "name",
    ["NVIDIA A100 PCIe 40GB", "a100 pcie 40gb", "A100-PCIe-40GB", " nvidia a100  PCIe 40gb "],
)
def test_a_device_is_found_with_or_without_its_maker(name: str) -> None:
    assert find_hardware(name).name == "NVIDIA A100 PCIe 40GB"


def test_every_name_finds_its_own_device() -> None:
    assert all(find_hardware(one.name) is one for one in load_hardware())


def test_half_a_name_gets_all_that_begin_so() -> None:
    with pytest.raises(UnknownName, match="'NVIDIA H100 PCIe 80GB' or 'NVIDIA H100 NVL 94GB'"):
        find_hardware("h100")


def test_each_kind_is_a_device_of_torch() -> None:
    names = {"EPYC 7763": "cpu", "Apple M2": "mps", "L4": "cuda", "TPU v4": "cuda"}
    assert {name: find_hardware(name).device for name in names} == names
