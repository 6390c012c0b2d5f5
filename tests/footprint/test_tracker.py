"""codecarbon's tracker, which is given every setting and finds no other."""

import logging
import math
import socket
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from explorer.footprint.tracker import Energies, Tracker, method_of, shared_folder

TRAPS = {
    "electricitymaps_api_token": "abc",
    "co2_signal_api_token": "abc",
    "emissions_endpoint": "http://127.0.0.1:9/",
    "save_to_api": "true",
    "output_methods": "csv,api",
    "allow_multiple_runs": "false",
    "tracking_mode": "process",
    "force_ram_power": "5000",
    "force_cpu_power": "5000",
    "pue": "9",
    "log_level": "debug",
    "output_dir": "/no/such/folder",
    "measure_power_secs": "0.01",
}


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return the addresses that somebody tries to reach; there should be none."""
    reached: list[object] = []

    def connect(_: socket.socket, address: object) -> None:
        reached.append(address)
        raise OSError(address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return reached


@pytest.fixture
def traps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder to work in, with settings of codecarbon there, at home and in variables."""
    work, home = tmp_path / "work", tmp_path / "home"
    lines = ["[codecarbon]", *(f"{name} = {value}" for name, value in TRAPS.items())]
    for folder in (work, home):
        folder.mkdir()
        (folder / ".codecarbon.config").write_text("\n".join(lines))
    monkeypatch.chdir(work)
    monkeypatch.setenv("HOME", str(home))
    for name, value in TRAPS.items():
        monkeypatch.setenv(f"CODECARBON_{name.upper()}", value)
    return work


def batch(tracker: Tracker, seconds: float = 0.3) -> Energies:
    tracker.begin()
    time.sleep(seconds)
    return tracker.end()


def watts(energies: Energies, seconds: float) -> tuple[float, float]:
    assert energies.cpu_kwh is not None
    assert energies.ram_kwh is not None
    return energies.cpu_kwh * 3.6e6 / seconds, energies.ram_kwh * 3.6e6 / seconds


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_it_obeys_no_file_and_no_variable_opens_no_connection_and_leaves_nothing(
    traps: Path, offline: list[object], capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before, lock = files(tmp_path), Path(tempfile.gettempdir()) / ".codecarbon.lock"
    locked = lock.exists()
    tracker = Tracker()
    read = batch(tracker)
    cpu, ram = watts(read, 0.3)
    assert 0 < cpu < 1000
    assert 5 < ram < 500
    assert offline == []
    left = {path.relative_to(tmp_path).parts[:2] for path in files(tmp_path) - before}
    assert left == {("machine", "meter")}
    assert lock.exists() == locked
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
    assert traps == Path.cwd()


def test_a_configuration_file_that_cannot_be_read_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".codecarbon.config").write_text("no section = at all")
    monkeypatch.chdir(tmp_path)
    assert batch(Tracker(), 0.05).ram_kwh


def test_a_lock_that_a_killed_process_left_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from codecarbon import lock

    stale = tmp_path / ".codecarbon.lock"
    stale.touch()
    monkeypatch.setattr(lock, "LOCKFILE", str(stale))
    assert batch(Tracker(), 0.05).ram_kwh
    assert stale.exists()


def test_two_at_a_time_do_not_count_the_machine_twice() -> None:
    left, right = Tracker(), Tracker()
    since = time.perf_counter()
    left.begin()
    right.begin()
    time.sleep(0.6)
    both = left.end(), right.end()
    took = time.perf_counter() - since
    assert all(0.4 < one.share < 0.8 for one in both)
    alone = batch(left, 0.6)
    assert alone.share == 1
    most = watts(alone, 0.6)[1] * took
    assert 0.5 * most < sum(one.ram_kwh or 0 for one in both) * 3.6e6 < 1.1 * most


def test_what_a_batch_took_before_and_after_is_left_out() -> None:
    tracker = Tracker()
    first = batch(tracker, 0.1)
    time.sleep(0.5)
    second = batch(tracker, 0.1)
    assert first.ram_kwh == pytest.approx(second.ram_kwh, rel=0.5)


def test_the_methods_are_those_that_codecarbon_has_privately() -> None:
    # Its figures do not say how they were obtained, so this reads what another version may rename.
    assert version("codecarbon") == "3.3.2"
    from codecarbon.core.gpu_device import GPUDevice
    from codecarbon.external import hardware
    from codecarbon.external.ram import RAM

    cpu = vars(hardware.CPU(".", "constant", "a processor", 65))
    assert (cpu["_mode"], cpu["_tdp"]) == ("constant", 65)
    assert {hardware.GPU.__name__, RAM.__name__} == {"GPU", "RAM"}
    assert hardware.AppleSiliconChip.__init__.__code__.co_varnames[3] == "chip_part"
    assert hardware.Raspberry.__init__.__code__.co_varnames[3] == "chip_part"
    assert "_use_power_fallback" in GPUDevice.__post_init__.__code__.co_names


@pytest.mark.parametrize(
    ("mode", "method"),
    [
        ("intel_rapl", "RAPL"),
        ("windows_emi", "EMI"),
        ("intel_power_gadget", "Power Gadget"),
        ("cpu_load", "load model"),
        ("constant", "constant"),
    ],
)
def test_the_method_of_a_processor_is_that_of_its_mode(mode: str, method: str) -> None:
    assert method_of(part("CPU", _mode=mode)) == ("cpu", method)


@pytest.mark.parametrize(
    ("device", "falls_back", "method"),
    [
        ("NvidiaGPUDevice", False, "NVML"),
        ("NvidiaGPUDevice", True, "sampled power"),
        ("AMDGPUDevice", False, "AMD SMI"),
    ],
)
def test_a_graphics_card_is_read_from_its_counter_if_it_has_one(
    device: str, falls_back: object, method: str
) -> None:
    card = part(device, _use_power_fallback=falls_back)
    gpu = part("GPU", devices=SimpleNamespace(devices=[card]))
    assert method_of(gpu) == ("gpu", method)


def test_memory_is_a_constant_and_a_chip_of_apple_has_meters() -> None:
    assert method_of(part("RAM")) == ("ram", "constant")
    chip = part("AppleSiliconChip", chip_part="GPU")
    assert method_of(chip) == ("gpu", "AppleSiliconChip")


def part(kind: str, **fields: Any) -> Any:
    """Return something of the class that codecarbon gives a part of the machine."""
    return type(kind, (SimpleNamespace,), {})(**fields)


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Return the readings of the next batch; all of them are 0."""
    read = SimpleNamespace(energy_consumed=0.0, cpu_energy=0.0, gpu_energy=0.0, ram_energy=0.0)
    tracker = Tracker()
    fake = SimpleNamespace(start_task=lambda: None, stop_task=lambda: read)
    monkeypatch.setattr(tracker, "_tracker", fake)
    return SimpleNamespace(tracker=tracker, read=read)


@pytest.mark.parametrize("total", [0.0, math.nan, math.inf, None])
def test_a_reading_of_nothing_is_not_measured_and_never_no_energy(
    silent: SimpleNamespace, total: float | None
) -> None:
    silent.read.energy_consumed = total
    assert batch(silent.tracker, 0) == Energies(None, None, None)


def test_a_part_that_is_not_read_is_none(silent: SimpleNamespace) -> None:
    silent.read.energy_consumed = silent.read.cpu_energy = 0.5
    assert batch(silent.tracker, 0).gpu_kwh is None


def test_a_home_that_cannot_be_written_has_the_temporary_folder_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setattr("explorer.settings.own_cache", lambda: blocked)
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    assert shared_folder() == tmp_path / "bias-explorer" / "meter"


def test_codecarbon_says_nothing_whatever_its_level() -> None:
    Tracker()
    assert logging.getLogger("codecarbon").disabled
