"""Readings as a meter gives them."""

from dataclasses import replace
from typing import Any

from explorer.footprint.measured import Measured
from explorer.models.readings import GENERATED, Circumstances, Done, Reading
from explorer.models.requests import ModelSpec

LAPTOP = Circumstances(
    run="r1",
    device="cpu",
    cpu="AMD EPYC 7763",
    threads=2,
    cpu_watts=8.0,
    ram_gb=16.0,
    cpu_method="load model",
    ram_method="constant",
)
SERVER = replace(LAPTOP, run="r2", device="cuda", gpu="1 x T4", gpu_method="NVML")


def reading(
    images: int = 10,
    seconds: float = 20.0,
    cpu_kwh: float | None = 0.001,
    where: Circumstances = LAPTOP,
    done: Done = GENERATED,
    started: str = "2026-11-28T10:00:00+00:00",
    **energies: Any,
) -> Reading:
    """Return a reading, of a processor alone unless other energies are given."""
    return Reading(where, "mine", done, started, images, seconds, cpu_kwh, **energies)


def run_of(model: ModelSpec, images: int, seconds: float, kwh: float, gpu: str = "T4") -> Measured:
    """Return a run on a graphics card, which alone is read."""
    where = replace(SERVER, gpu=f"1 x {gpu}")
    return Measured(model, (reading(images, seconds, None, where, gpu_kwh=kwh),))
