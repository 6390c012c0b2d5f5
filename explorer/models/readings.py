"""Readings: the energy that a batch of images took, and how it was obtained."""

from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any, Literal

Done = Literal["generated", "classified"]
GENERATED: Done = "generated"
CLASSIFIED: Done = "classified"
# How a figure is obtained: by a counter, by a model, or not at all.
RAPL, NVML, AMD_SMI = "RAPL", "NVML", "AMD SMI"
LOAD, CONSTANT, SAMPLED = "load model", "constant", "sampled power"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The run, the machine and the grid of a reading.

    `run` is the id of the run. `device` is "cpu", "cuda" or "mps". `cpu` and `gpu` name the
    hardware. Each method says how a figure is obtained, such as "RAPL", "NVML", "load model" or
    "constant"; it is None where nothing is read. `cpu_watts` is the power at full load that a
    load model assumes. `country` is the key of a grid, None if nobody has named one; `g_per_kwh`
    is its carbon intensity, with source and year. `pue` is the energy of the data centre for each
    unit that its computers use, from 1.
    """

    run: str
    device: str
    cpu: str | None = None
    threads: int | None = None
    cpu_watts: float | None = None
    gpu: str | None = None
    ram_gb: float | None = None
    cpu_method: str | None = None
    gpu_method: str | None = None
    ram_method: str | None = None
    country: str | None = None
    g_per_kwh: float | None = None
    grid_source: str | None = None
    grid_year: int | None = None
    pue: float = 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """The energy of the images of one model that were generated, or classified, in one go.

    `model` is the name that the run has for the model. `started` is the time in UTC. Energies are
    those of the whole machine without the overhead of a data centre, times `share`: the part of the
    machine's energy that is counted here, below 1 where other runs were metered at the same time.
    They are None where they were not measured.
    """

    where: Circumstances
    model: str
    done: Done
    started: str
    images: int
    seconds: float
    cpu_kwh: float | None = None
    gpu_kwh: float | None = None
    ram_kwh: float | None = None
    share: float = 1.0

    @property
    def machine_kwh(self) -> float | None:
        """The energy of the machine.

        None where that of the device which did the work is unknown: 0 is no reading either.
        """
        if not (self.cpu_kwh if self.where.device == "cpu" else self.gpu_kwh):
            return None
        return sum(filter(None, (self.cpu_kwh, self.gpu_kwh, self.ram_kwh)))


def reading_fields(reading: Reading) -> dict[str, Any]:
    """Return a reading as a mapping, its circumstances as another one below "where"."""
    own = {one.name: getattr(reading, one.name) for one in fields(reading)}
    return own | {"where": circumstances_fields(reading.where)}


@cache
def circumstances_fields(where: Circumstances) -> dict[str, Any]:
    """Return circumstances as a mapping, which all batches of a run share."""
    return asdict(where)
