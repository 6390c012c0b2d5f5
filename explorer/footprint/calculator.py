"""The calculator: energy and emissions of some hours of some hardware.

Source: Lacoste, Luccioni, Schmidt and Dandres 2019, "Quantifying the Carbon Emissions of Machine
Learning", arXiv 1910.09700, extended by utilisation, PUE and embodied emissions.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.footprint.amounts import (
    Range,
    carbon_text,
    energy_text,
    figure,
    plural,
    range_text,
    require,
    total,
)
from explorer.footprint.equivalents import KG_PER_CHARGE, KG_PER_KM
from explorer.footprint.grids import carbon, grid_sentence, spread
from explorer.numbers import figures
from explorer.translations import gettext as _
from explorer.translations import ngettext, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.findings.tables import Row
    from explorer.footprint.embodied import Embodied
    from explorer.footprint.grids import Grid
    from explorer.footprint.hardware import Hardware

MAX_PUE = 10


@dataclass(frozen=True, slots=True)
class Usage:
    """Some hours of some devices.

    `utilisation` is the share of the rated power that they draw. `pue` is the overhead of the data
    centre; None takes that of the cloud region, or 1. Without a grid, emissions are a range over
    grids; with `embodied` None, the making of the hardware is left out.

    Raises:
        OutOfRange: a number is outside its limits.
    """

    hardware: "Hardware"
    hours: float
    devices: int = 1
    utilisation: float = 1.0
    pue: float | None = None
    grid: "Grid | None" = None
    embodied: "Embodied | None" = None

    def __post_init__(self) -> None:
        """Refuse numbers outside their limits."""
        require(_("The number of hours"), self.hours, 0)
        require(_("The number of devices"), self.devices, 0)
        require(_("The utilisation"), self.utilisation, 0, 1)
        if self.pue is not None:
            require(_("The PUE"), self.pue, 1, MAX_PUE, from_low=True)

    @property
    def overhead(self) -> float:
        """The PUE that counts."""
        return self.pue or (self.grid and self.grid.pue) or 1.0

    @property
    def device_hours(self) -> float:
        """The hours of all devices together."""
        return self.devices * self.hours

    @property
    def kwh(self) -> float:
        """The energy at the meter of the data centre."""
        watts = self.hardware.watts * self.utilisation * self.overhead
        return self.device_hours * watts / 1000

    @property
    def operational_kg(self) -> Range:
        """The emissions of the electricity."""
        return carbon(self.kwh, self.grid)

    @property
    def embodied_kg(self) -> Range | None:
        """The emissions of making the hardware; None where they are left out or unknown."""
        if self.embodied is None:
            return None
        return self.embodied.kg(self.hardware.kind, self.device_hours)

    @property
    def kg(self) -> Range:
        """All emissions, as far as they are known."""
        return total(filter(None, (self.operational_kg, self.embodied_kg))) or self.operational_kg


def usage_row(usage: Usage) -> "Row":
    """Return a calculation as one row.

    Columns:
        hardware, devices, hours, watts, utilisation, pue: what was put in.
        grid, g_per_kwh, grid_source, grid_year: the grid; empty without a country.
        kwh: energy. kg_least, kg, kg_most: all emissions, kg CO2e; kg is empty where only a range
            is known. operational_kg, embodied_kg, embodied_kg_least, embodied_kg_most: its parts.
        km_by_car, phone_charges: equivalents of kg.
    """
    grid, embodied, kg = usage.grid, usage.embodied_kg, usage.kg
    return {
        "hardware": usage.hardware.name,
        "devices": usage.devices,
        "hours": usage.hours,
        "watts": usage.hardware.watts,
        "utilisation": usage.utilisation,
        "pue": usage.overhead,
        "grid": grid and grid.name,
        "g_per_kwh": grid and grid.intensity,
        "grid_source": grid and grid.source,
        "grid_year": grid and grid.year,
        "kwh": usage.kwh,
        "kg_least": kg.low,
        "kg": kg.estimate,
        "kg_most": kg.high,
        "operational_kg": usage.operational_kg.estimate,
        "embodied_kg": embodied and embodied.estimate,
        "embodied_kg_least": embodied and embodied.low,
        "embodied_kg_most": embodied and embodied.high,
        "km_by_car": None if kg.estimate is None else kg.estimate / KG_PER_KM,
        "phone_charges": None if kg.estimate is None else kg.estimate / KG_PER_CHARGE,
        "hardware_source": usage.hardware.source,
        "hardware_licence": usage.hardware.licence,
    }


def headline(usage: Usage) -> str:
    """Return the result in one sentence."""
    number = figure(usage.hours)
    hours = ngettext("{number} hour", "{number} hours", plural(number)).format(number=number)
    return _("{hours} on {devices} x {hardware} use {energy} and emit {carbon}.").format(
        hours=hours,
        devices=usage.devices,
        hardware=usage.hardware.name,
        energy=energy_text(usage.kwh, figure),
        carbon=_carbon(usage.kg),
    )


def usage_sources(usage: Usage) -> "Iterator[str]":
    """Yield the sources of the figures."""
    yield grid_sentence(usage.grid)
    yield from _second_table(usage)
    if usage.pue is None and usage.overhead != 1:
        yield _("The PUE of {pue} is that of the cloud region.").format(pue=figures(usage.overhead))
    if usage.embodied is None:
        yield _("The making of the hardware is left out.")
    else:
        yield usage.embodied.sentence(usage.hardware.kind)
    yield _hardware_sentence(usage.hardware)


def formulas(usage: Usage) -> "Iterator[str]":
    """Yield each step of the calculation, in words and in numbers."""
    yield _(
        "Energy = devices x hours x rated power x utilisation x PUE = {devices} x {hours} h x "
        "{kw} kW x {utilisation} x {pue} = {energy}."
    ).format(
        devices=usage.devices,
        hours=figure(usage.hours),
        kw=figures(usage.hardware.watts / 1000),
        utilisation=figures(usage.utilisation),
        pue=figures(usage.overhead),
        energy=energy_text(usage.kwh, figure),
    )
    grids = (usage.grid,) if usage.grid else spread()
    yield _(
        "Emissions of the electricity = energy x carbon intensity = {energy} x {intensity} g/kWh = "
        "{carbon}."
    ).format(
        energy=energy_text(usage.kwh, figure),
        intensity=range_text(Range(grids[0].intensity, grids[-1].intensity), figure),
        carbon=_carbon(usage.operational_kg),
    )
    if usage.embodied and usage.embodied_kg:
        yield _(
            "Embodied emissions = hours of all devices x kg per hour of use = {hours} h x {rate} "
            "kg = {carbon}."
        ).format(
            hours=figure(usage.device_hours),
            rate=figure(usage.embodied.rate(usage.hardware.kind)),
            carbon=_carbon(usage.embodied_kg),
        )


def _second_table(usage: Usage) -> "Iterator[str]":
    other = usage.grid and usage.grid.other_g_per_kwh
    if other:
        yield _(
            "The table of the ML CO2 Impact calculator puts this grid at {figure} g/kWh, which "
            "gives {carbon} for the electricity."
        ).format(figure=figures(other), carbon=_carbon(usage.kwh * other / 1000))


def _hardware_sentence(hardware: "Hardware") -> str:
    facts = ", ".join(
        filter(None, (hardware.source, hardware.licence, word("note", hardware.note)))
    )
    return _("Rated power of {hardware}: {watts} W ({facts}).").format(
        hardware=hardware.name, watts=figures(hardware.watts), facts=facts
    )


def _carbon(kg: float | Range) -> str:
    return carbon_text(kg, figure)
