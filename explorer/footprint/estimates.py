"""What a study will take, estimated before it starts, and the cheapest one that answers as much."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.findings.plans import POINTS, Size, plan, plan_rows
from explorer.footprint.amounts import Range, total
from explorer.footprint.energy import Energy, energy_of
from explorer.footprint.grids import carbon
from explorer.models.backends import Imported
from explorer.models.prices import price_of
from explorer.models.speed import guessed_rate_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from explorer.findings.tables import Row
    from explorer.footprint.embodied import Embodied
    from explorer.footprint.grids import Grid
    from explorer.footprint.hardware import Hardware
    from explorer.footprint.measured import Measured
    from explorer.models.catalog import ModelCard
    from explorer.models.prices import Price
    from explorer.study import Study

# Listed prices have four digits behind the point.
_DIGITS = 4
PROFESSION, MODEL = "profession", "model"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a study runs, on what and at which price; None where it is not named.

    `device` is the kind of device of this machine, and `measured` are its earlier runs. With
    `embodied` None, the making of the hardware is left out. `price_usd` replaces the listed price
    of an image of a service.
    """

    device: str
    grid: "Grid | None" = None
    hardware: "Hardware | None" = None
    embodied: "Embodied | None" = None
    measured: "Sequence[Measured]" = ()
    price_usd: float | None = None


@dataclass(frozen=True, slots=True)
class ModelEstimate:
    """What the images of one model take; `energy` is None where it is unknown."""

    card: "ModelCard"
    images: int
    energy: Energy | None
    place: Place

    @property
    def seconds(self) -> float | None:
        """The time on the device that is named, else on this machine; None for imported images."""
        if isinstance(self.card.spec.settings, Imported):
            return None
        rate = guessed_rate_of(self.card, self.place.device)
        return self.images * (self.energy.seconds if self.energy else 1 / rate)

    @property
    def kwh(self) -> Range | None:
        """The energy."""
        return self.energy.kwh.times(self.images) if self.energy else None

    @property
    def operational_kg(self) -> Range | None:
        """The emissions of the electricity."""
        return self.kwh and carbon(self.kwh, self.place.grid)

    @property
    def embodied_kg(self) -> Range | None:
        """The emissions of making the hardware, shared out over its hours of use."""
        energy, constants = self.energy, self.place.embodied
        if energy is None or constants is None or energy.hardware is None:
            return None
        return constants.kg(energy.hardware.kind, energy.device_hours * self.images)

    @property
    def kg(self) -> Range | None:
        """All emissions, as far as they are known."""
        return total(part for part in (self.operational_kg, self.embodied_kg) if part)

    @property
    def price(self) -> "Price | None":
        """The price of one image of a service; None where it is unknown or there is none."""
        return price_of(self.card.spec, self.place.price_usd)

    @property
    def usd(self) -> float | None:
        """The money that a service asks."""
        return self.usd_of(self.images)

    def usd_of(self, images: int) -> float | None:
        """Return the money that a service asks for some images."""
        return round(images * self.price.usd, _DIGITS) if self.price else None


@dataclass(frozen=True, slots=True)
class Cheapest:
    """The smallest study that tells two shares 10 points apart, about as finely as the one asked.

    `level` is PROFESSION where each profession has enough images, MODEL where only all of them
    together have. `images` is the number for each profession, without adjectives.
    """

    level: str
    professions: int
    images: int

    @property
    def of_model(self) -> int:
        """The number of images of one model."""
        return self.professions * self.images


def estimate(work: "Iterable[tuple[ModelCard, int]]", place: Place) -> tuple[ModelEstimate, ...]:
    """Return the energy, time and money of the images of each model."""
    return tuple(
        ModelEstimate(
            card, images, energy_of(card, place.measured, place.hardware, place.device), place
        )
        for card, images in work
    )


def of_study(study: "Study", place: Place) -> tuple[ModelEstimate, ...]:
    """Return the energy, time and money of all images of a study, as if none were stored."""
    images = size_of(study).of_model
    return estimate(((card, images) for card in study.models), place)


def cheapest(study: "Study") -> Cheapest:
    """Return the smallest study that still answers a 10-point question."""
    size, needed = size_of(study), plan(POINTS).needed
    if size.of_profession >= needed:
        return Cheapest(PROFESSION, size.professions, needed)
    return Cheapest(MODEL, size.professions, math.ceil(needed / size.professions))


def size_of(study: "Study") -> Size:
    """Return the size of a study of one of its models."""
    return Size("asked for", len(study.professions), len(study.adjectives), study.images)


def middle(found: Range) -> float:
    """Return the estimate of a range, or the middle of one without."""
    return (found.low + found.high) / 2 if found.estimate is None else found.estimate


def embodied_share(found: "Sequence[ModelEstimate]") -> Range | None:
    """Return the share of making the hardware in all emissions, 0..1, by the middle figures.

    It is a range where no country is named, and None where making is left out, or unknown of one of
    the models.
    """
    known = [one for one in found if one.kwh]
    kwh = total(one.kwh for one in known if one.kwh)
    made = total(one.embodied_kg for one in known if one.embodied_kg)
    if made is None or kwh is None or any(one.embodied_kg is None for one in known):
        return None
    kg, used = middle(made), carbon(middle(kwh), known[0].place.grid)
    estimate = None if used.estimate is None else kg / (used.estimate + kg)
    return Range(kg / (used.high + kg), kg / (used.low + kg), estimate)


def estimate_rows(study: "Study", found: "Iterable[ModelEstimate]") -> "list[Row]":
    """Return one row for each model of a study.

    Columns:
        model, images, seconds: the images asked for and the time they take on the device that is
            named, else on this machine.
        basis, basis_hardware: measured, published or counted, and the device of these figures;
            empty where nothing is known. basis_source, basis_year, basis_licence, basis_note: of a
            published figure.
        kwh, kwh_least, kwh_most: energy.
        kg, kg_least, kg_most: kg CO2e of electricity and hardware; kg is empty without a country.
        operational_kg, embodied_kg: its parts.
        embodied_share, embodied_share_least, embodied_share_most: the part of the hardware in kg,
            0..1.
        grid, g_per_kwh, grid_source, grid_year: the grid; empty without a country.
        usd, usd_per_image, price_basis, price_source, price_date: the money that a service asks.
        half_width_profession, half_width_model: half the width of the 95% interval of a share of
            50%, 0..1; None below 10 images.
        cheapest_images, cheapest_kwh, cheapest_usd: the smallest study that answers a 10-point
            question.
    """
    (precision,) = plan_rows(plan(POINTS), [size_of(study)])
    images = cheapest(study).of_model
    return [
        {
            **_amounts(one),
            **_money(one),
            "half_width_profession": precision["half_width_profession"],
            "half_width_model": precision["half_width_model"],
            "cheapest_images": images,
            "cheapest_kwh": one.energy and middle(one.energy.kwh.times(images)),
            "cheapest_usd": one.usd_of(images),
        }
        for one in found
    ]


def _amounts(one: ModelEstimate) -> "Row":
    grid, kwh, kg = one.place.grid, one.kwh, one.kg
    operational, embodied = one.operational_kg, one.embodied_kg
    share = embodied_share([one])
    return {
        "model": one.card.spec.name,
        "images": one.images,
        "seconds": one.seconds,
        **_basis(one.energy),
        "kwh": kwh and kwh.estimate,
        "kwh_least": kwh and kwh.low,
        "kwh_most": kwh and kwh.high,
        "kg": kg and kg.estimate,
        "kg_least": kg and kg.low,
        "kg_most": kg and kg.high,
        "operational_kg": operational and operational.estimate,
        "embodied_kg": embodied and embodied.estimate,
        "embodied_share": share and share.estimate,
        "embodied_share_least": share and share.low,
        "embodied_share_most": share and share.high,
        "grid": grid and grid.name,
        "g_per_kwh": grid and grid.intensity,
        "grid_source": grid and grid.source,
        "grid_year": grid and grid.year,
    }


def _basis(energy: Energy | None) -> "Row":
    hardware, used = energy and energy.hardware, energy and energy.used
    return {
        "basis": energy and energy.basis,
        "basis_hardware": hardware and hardware.name,
        "basis_source": used and used.source,
        "basis_year": used and used.year,
        "basis_licence": used and used.licence,
        "basis_note": used and used.note,
    }


def _money(one: ModelEstimate) -> "Row":
    price = one.price
    return {
        "usd": one.usd,
        "usd_per_image": price and price.usd,
        "price_basis": price and price.basis,
        "price_source": price and price.source,
        "price_date": price and price.date,
    }
