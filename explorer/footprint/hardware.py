"""Accelerators and processors: the power they draw and the speed they reach."""

from dataclasses import dataclass
from functools import cache

from explorer.footprint.tables import number, plain, read_table, unknown

GPU, TPU, CPU, SOC = "gpu", "tpu", "cpu", "soc"
_MAKERS = ("nvidia geforce ", "nvidia ", "amd instinct ", "amd ", "intel ", "google ", "apple ")


@dataclass(frozen=True, slots=True)
class Hardware:
    """A device with its rated power.

    `kind` is GPU, TPU, CPU or SOC, a processor with graphics. `peak_tflops` is the peak of dense
    half-precision arithmetic, None where it is unknown.
    """

    name: str
    kind: str
    watts: float
    peak_tflops: float | None = None
    source: str = ""
    year: int | None = None
    licence: str = ""
    note: str = ""

    @property
    def device(self) -> str:
        """The name by which torch knows devices of this kind."""
        return {CPU: "cpu", SOC: "mps"}.get(self.kind, "cuda")


@cache
def load_hardware() -> tuple[Hardware, ...]:
    """Return every device of the table."""
    return tuple(
        Hardware(
            name=row["name"],
            kind=row["kind"],
            watts=float(row["watts"]),
            peak_tflops=number(row["peak_tflops"]),
            source=row["source"],
            year=int(row["year"]),
            licence=row["licence"],
            note=row["note"],
        )
        for row in read_table("hardware")
    )


def find_hardware(name: str) -> Hardware:
    """Return the device of a name, with or without its maker: "A100 PCIe 40GB", "RTX 4090".

    Raises:
        UnknownName: there is none of that name; the nearest are suggested.
    """
    if found := _by_name().get(plain(name)):
        return found
    known = (one.name for one in load_hardware())
    raise unknown("hardware", name, known, "footprint hardware")


@cache
def _by_name() -> dict[str, Hardware]:
    short = {
        plain(one.name).removeprefix(maker): one for maker in _MAKERS for one in load_hardware()
    }
    return short | {plain(one.name): one for one in load_hardware()}
