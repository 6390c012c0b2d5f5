"""codecarbon's tracker: what the whole machine takes, and how each figure is obtained.

codecarbon is given every setting here and finds no other; it opens no connection and writes
nothing. Its choice of a grid is not used: what it measures is energy. Source: codecarbon 3.3.2.
"""

import logging
import math
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer import settings
from explorer.footprint.sharing import Sharing
from explorer.models.readings import AMD_SMI, CONSTANT, LOAD, NVML, RAPL, SAMPLED

_MODES = {
    "intel_rapl": RAPL,
    "windows_emi": "EMI",
    "intel_power_gadget": "Power Gadget",
    "cpu_load": LOAD,
    "constant": CONSTANT,
}


@dataclass(frozen=True, slots=True)
class Hardware:
    """The hardware of this machine, and the method of each figure; None where nothing is read."""

    cpu: str | None
    threads: int | None
    cpu_watts: float | None
    gpu: str | None
    ram_gb: float | None
    cpu_method: str | None
    gpu_method: str | None
    ram_method: str | None


@dataclass(frozen=True, slots=True)
class Energies:
    """What a batch took of the machine; None where it was not measured."""

    cpu_kwh: float | None = None
    gpu_kwh: float | None = None
    ram_kwh: float | None = None
    share: float = 1.0


class Tracker:
    """Measures one batch at a time."""

    def __init__(self) -> None:
        """Start codecarbon, which takes seconds."""
        folder = shared_folder()
        self._sharing, self._tracker = Sharing(folder), _started(folder)
        self.hardware = _hardware(self._tracker)

    def begin(self) -> None:
        """Begin a batch."""
        self._sharing.sit()
        self._tracker.start_task()

    def end(self) -> Energies:
        """End a batch, and return what is its own of what the machine took."""
        read, share = self._tracker.stop_task(), self._sharing.leave()
        if not read.energy_consumed or not math.isfinite(read.energy_consumed):
            return Energies(share=share)
        known = self.hardware
        return Energies(
            read.cpu_energy * share if known.cpu_method else None,
            read.gpu_energy * share if known.gpu_method else None,
            read.ram_energy * share if known.ram_method else None,
            share,
        )


def shared_folder() -> Path:
    """Return a folder for what meters share, and for the files that codecarbon reads on a Mac."""
    try:
        return _writable(settings.own_cache() / "meter")
    except OSError:
        return _writable(Path(tempfile.gettempdir()) / "bias-explorer" / "meter")


def _writable(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "clock.lock").touch()
    return folder


def _started(folder: Path) -> Any:
    """Return a tracker that knows the hardware."""
    # Without a handler of ours, it would write dozens of lines on standard error.
    logging.getLogger("codecarbon").disabled = True
    from codecarbon import OfflineEmissionsTracker, emissions_tracker

    # It reads its configuration files and variables here alone, and some open connections.
    emissions_tracker.get_hierarchical_config = dict
    tracker = OfflineEmissionsTracker(
        output_methods=[],
        output_dir=str(folder),
        emissions_endpoint=None,
        electricitymaps_api_token="",
        # Of no use here, but without it codecarbon looks for a grid.
        force_carbon_intensity_g_co2e_kwh=1.0,
        allow_multiple_runs=True,
        tracking_mode="machine",
        log_level="critical",
    )
    # Its first task finds out about the hardware.
    tracker.start_task()
    tracker.stop_task()
    return tracker


def _hardware(tracker: Any) -> Hardware:
    found = tracker.get_detected_hardware()
    # Told nowhere else, so a test pins what stands behind these names.
    parts = tracker._hardware  # noqa: SLF001
    methods = dict(map(method_of, parts))
    rated = [part._tdp for part in parts if method_of(part) == ("cpu", LOAD)]  # noqa: SLF001
    return Hardware(
        cpu=found["cpu_model"] or None,
        threads=found["cpu_count"],
        cpu_watts=float(rated[0]) if rated else None,
        gpu=found["gpu_model"] or None,
        ram_gb=found["ram_total_size"],
        cpu_method=methods.get("cpu"),
        gpu_method=methods.get("gpu"),
        ram_method=methods.get("ram"),
    )


def method_of(part: Any) -> tuple[str, str]:
    """Return whether a part is "cpu", "gpu" or "ram", and how its figure is obtained."""
    kind = type(part).__name__
    if kind == "CPU":
        return "cpu", _MODES[part._mode]  # noqa: SLF001
    if kind == "GPU":
        devices = part.devices.devices
        if any(device._use_power_fallback for device in devices):  # noqa: SLF001
            return "gpu", SAMPLED
        return "gpu", AMD_SMI if "AMD" in type(devices[0]).__name__.upper() else NVML
    if kind == "RAM":
        return "ram", CONSTANT
    # A chip of Apple, or a Raspberry Pi, whose parts have meters.
    return part.chip_part.lower(), kind
