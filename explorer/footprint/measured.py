"""The energy that was measured on this machine: of runs, and of models over all their runs."""

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from explorer.footprint.amounts import Range, total
from explorer.footprint.grids import Grid, carbon, load_grids
from explorer.models.readings import GENERATED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.findings.tables import Row
    from explorer.models.readings import Circumstances, Reading
    from explorer.models.requests import ModelSpec
    from explorer.store.index import Store

RUN, MODEL = "run", "model"
_THOUSAND = 1000
MEASURED_COLUMNS = (
    *("level", "run", "started", "model", "done", "images", "seconds"),
    *("kwh", "cpu_kwh", "gpu_kwh", "ram_kwh", "kwh_per_1000"),
    *("kg", "kg_least", "kg_most", "g_per_1000", "g_per_1000_least", "g_per_1000_most"),
    *("cpu_method", "gpu_method", "ram_method"),
    *("cpu", "threads", "cpu_watts", "gpu", "ram_gb", "device"),
    *("grid", "g_per_kwh", "grid_source", "grid_year", "pue", "share", "unmeasured"),
)
_COMMON = (
    *("cpu_method", "gpu_method", "ram_method"),
    *("cpu", "threads", "cpu_watts", "gpu", "ram_gb", "device"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What images of one model took, in one run or in several.

    `runs` are those with a reading: one whose device gave none, or 0 kWh, is not measured, and its
    images are counted in `unmeasured`. `grid` is where the electricity comes from for runs that
    named no country; without one, their emissions are a range over grids.
    """

    model: "ModelSpec"
    runs: "tuple[Reading, ...]"
    unmeasured: int = 0
    grid: Grid | None = None

    @property
    def images(self) -> int:
        """The number of images whose energy was measured."""
        return sum(run.images for run in self.runs)

    @property
    def seconds(self) -> float:
        """The time that they took."""
        return sum(run.seconds for run in self.runs)

    @property
    def cpu_kwh(self) -> float | None:
        """The energy of processors, without the overhead of a data centre; None if unknown."""
        return _sum(run.cpu_kwh for run in self.runs)

    @property
    def gpu_kwh(self) -> float | None:
        """The energy of graphics cards, without the overhead of a data centre; None if unknown."""
        return _sum(run.gpu_kwh for run in self.runs)

    @property
    def ram_kwh(self) -> float | None:
        """The energy of memory, without the overhead of a data centre; None if unknown."""
        return _sum(run.ram_kwh for run in self.runs)

    @property
    def kwh(self) -> float:
        """The energy at the meter of the data centre, which is that of the machine times PUE."""
        return sum(map(_kwh, self.runs))

    @property
    def kwh_per_1000(self) -> float:
        """The energy of a thousand images."""
        return self.kwh / self.images * _THOUSAND

    @property
    def kg(self) -> Range:
        """The kilograms of CO2e; a range over grids where no country was named."""
        parts = [carbon(_kwh(run), grid_of(run.where) or self.grid) for run in self.runs]
        return total(parts) or Range(0, 0, 0)

    @property
    def g_per_1000(self) -> Range:
        """The grams of CO2e of a thousand images."""
        return self.kg.times(_THOUSAND * _THOUSAND / self.images)

    @property
    def circumstances(self) -> "tuple[Circumstances, ...]":
        """The circumstances of its runs, the latest first."""
        return tuple(run.where for run in reversed(self.runs))

    @property
    def pue(self) -> float:
        """The overhead of the data centre, on average."""
        machine = sum(run.machine_kwh or 0 for run in self.runs)
        return self.kwh / machine

    @property
    def device(self) -> str:
        """The kind of device of its latest run: "cpu", "cuda" or "mps"."""
        return self.circumstances[0].device

    @property
    def hardware(self) -> str | None:
        """The name of the device of its latest run, without the number of such devices."""
        where = self.circumstances[0]
        return where.cpu if where.device == "cpu" else (where.gpu or "").partition(" x ")[2]


def measured(
    store: "Store",
    model: "ModelSpec",
    grid: Grid | None = None,
    done: str = GENERATED,
    run: str | None = None,
) -> Measured | None:
    """Return the energy of a model's images on this machine; None if unknown.

    Args:
        store: the store with the readings.
        model: the model, by whatever name.
        grid: where the electricity comes from for runs that named no country.
        done: GENERATED or CLASSIFIED.
        run: the id of a run; None for all.
    """
    runs = [
        one
        for _, one in store.energy.runs(model)
        if one.done == done and run in {None, one.where.run}
    ]
    return _of(model, runs, grid)


def earlier_runs(
    store: "Store", models: "Iterable[ModelSpec]", device: str
) -> tuple[Measured, ...]:
    """Return the runs that generated images of these models on a kind of device, with readings."""
    return tuple(
        Measured(model, (run,))
        for model in models
        for _, run in store.energy.runs(model)
        if run.done == GENERATED and run.where.device == device and run.machine_kwh
    )


def unmeasured(store: "Store", model: "ModelSpec") -> int:
    """Return the number of a model's images whose generation gave no reading."""
    found = store.energy.runs(model)
    return sum(run.images for _, run in found if run.done == GENERATED and not run.machine_kwh)


def grid_of(where: "Circumstances") -> Grid | None:
    """Return the grid that a run named, with the figure of that time; None if it named none."""
    if where.g_per_kwh is None:
        return None
    names = {grid.key: grid.name for grid in load_grids()}
    return Grid(
        where.country or "",
        names.get(where.country or "", where.country or ""),
        where.g_per_kwh,
        source=where.grid_source or "",
        year=where.grid_year,
    )


def measured_rows(
    store: "Store", grid: Grid | None = None, models: "Iterable[ModelSpec] | None" = None
) -> "list[Row]":
    """Return one row for each run of each model, and one for each model over all its runs.

    Columns:
        level: "run" or "model". run, started: the id of a run, and when it began; empty for models.
        model, done: the name of the model; "generated" or "classified".
        images, seconds: those of the batches that were measured.
        kwh: the energy at the meter of the data centre. cpu_kwh, gpu_kwh, ram_kwh: its parts in the
            machine, without PUE. All are empty where they are not measured.
        kwh_per_1000: the energy of a thousand images.
        kg, kg_least, kg_most, g_per_1000, g_per_1000_least, g_per_1000_most: CO2e; kg and
            g_per_1000 are empty without a country, and the others are a range over grids.
        cpu_method, gpu_method, ram_method: how each part was obtained.
        cpu, threads, cpu_watts, gpu, ram_gb, device: the hardware.
        grid, g_per_kwh, grid_source, grid_year, pue: where the electricity comes from.
        share: the part of the machine's energy that is counted here.
        unmeasured: the number of images without a reading.

    Args:
        store: the store with the readings.
        grid: where the electricity comes from for runs that named no country.
        models: the models; None for all.
    """
    wanted = None if models is None else {model.identity for model in models}
    found = [
        (model, run)
        for model, run in store.energy.runs()
        if wanted is None or model.identity in wanted
    ]
    return [*_rows(RUN, found, grid), *_rows(MODEL, found, grid)]


def _rows(
    level: str, found: "list[tuple[ModelSpec, Reading]]", grid: Grid | None
) -> "Iterable[Row]":
    def key(one: "tuple[ModelSpec, Reading]") -> tuple[str, ...]:
        model, reading = one
        run = reading.where.run if level == RUN else ""
        return run, model.identity, reading.done

    order = {key(one): place for place, one in reversed(list(enumerate(found)))}
    for _, group in groupby(sorted(found, key=lambda one: order[key(one)]), key):
        some = list(group)
        yield _row(level, some[0][0], [run for _, run in some], grid)


def _row(level: str, model: "ModelSpec", runs: "list[Reading]", grid: Grid | None) -> "Row":
    found = _of(model, runs, grid)
    wheres = found.circumstances if found else tuple(run.where for run in reversed(runs))
    where = wheres[0]
    kg, each = (found.kg, found.g_per_1000) if found else (None, None)
    return {
        "level": level,
        "run": where.run if level == RUN else None,
        "started": runs[0].started if level == RUN else None,
        "model": model.name,
        "done": runs[0].done,
        "images": found and found.images,
        "seconds": found and found.seconds,
        "kwh": found and found.kwh,
        "cpu_kwh": found and found.cpu_kwh,
        "gpu_kwh": found and found.gpu_kwh,
        "ram_kwh": found and found.ram_kwh,
        "kwh_per_1000": found and found.kwh_per_1000,
        "kg": kg and kg.estimate,
        "kg_least": kg and kg.low,
        "kg_most": kg and kg.high,
        "g_per_1000": each and each.estimate,
        "g_per_1000_least": each and each.low,
        "g_per_1000_most": each and each.high,
        **{name: _common(wheres, name) for name in _COMMON},
        **_grid_columns([grid_of(one) or grid for one in wheres]),
        "pue": found.pue if found else where.pue,
        "share": _share(runs),
        "unmeasured": found.unmeasured if found else sum(run.images for run in runs),
    }


def _grid_columns(grids: "list[Grid | None]") -> "Row":
    """Return the columns of the grid; empty where the runs differ."""
    (one,) = set(grids) if len(set(grids)) == 1 else (None,)
    return {
        "grid": one and one.name,
        "g_per_kwh": one and one.intensity,
        "grid_source": one and one.source,
        "grid_year": one and one.year,
    }


def _common(wheres: "tuple[Circumstances, ...]", name: str) -> object:
    """Return the value that runs have in common; texts that differ stand side by side."""
    values = dict.fromkeys(getattr(where, name) for where in wheres)
    if len(values) == 1:
        return next(iter(values))
    texts = [value for value in values if isinstance(value, str)]
    return "; ".join(texts) or None


def _of(model: "ModelSpec", runs: "list[Reading]", grid: Grid | None) -> Measured | None:
    read = tuple(run for run in runs if run.machine_kwh)
    unread = sum(run.images for run in runs if not run.machine_kwh)
    return Measured(model, read, unread, grid) if read else None


def _kwh(run: "Reading") -> float:
    return (run.machine_kwh or 0.0) * run.where.pue


def _sum(parts: "Iterable[float | None]") -> float | None:
    """Return the sum of what is known; 0 is no reading."""
    return sum(part for part in parts if part) or None


def _share(runs: "list[Reading]") -> float:
    return sum(run.share * run.images for run in runs) / sum(run.images for run in runs)
