"""What a study will take, estimated before it starts, and the cheapest one that answers as much."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.findings.plans import POINTS, Size, plan, plan_rows
from explorer.findings.sentences import points
from explorer.footprint.amounts import Range, carbon_text, energy_text, time_text, total
from explorer.footprint.energy import Energy, energy_of, no_energy_sentence
from explorer.footprint.equivalents import equivalents_sentence
from explorer.footprint.grids import carbon, grid_sentence
from explorer.models.speed import guessed_rate_of
from explorer.translations import gettext as _
from explorer.translations import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from explorer.findings.tables import Row
    from explorer.footprint.embodied import Embodied
    from explorer.footprint.grids import Grid
    from explorer.footprint.hardware import Hardware
    from explorer.footprint.measured import Measured
    from explorer.models.catalog import ModelCard
    from explorer.study import Study

PROFESSION, MODEL = "profession", "model"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a study runs, and on what; None where it is not named.

    `device` is the kind of device of this machine, and `measured` are its earlier runs. With
    `embodied` None, the making of the hardware is left out.
    """

    device: str
    grid: "Grid | None" = None
    hardware: "Hardware | None" = None
    embodied: "Embodied | None" = None
    measured: "Sequence[Measured]" = ()


@dataclass(frozen=True, slots=True)
class ModelEstimate:
    """What the images of one model take; `energy` is None where it is unknown."""

    card: "ModelCard"
    images: int
    energy: Energy | None
    place: Place

    @property
    def seconds(self) -> float:
        """The time on this machine."""
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
        if energy is None or constants is None or not energy.hardware or not energy.device_hours:
            return None
        return constants.kg(energy.hardware.kind, energy.device_hours * self.images)

    @property
    def kg(self) -> Range | None:
        """All emissions, as far as they are known."""
        return total(part for part in (self.operational_kg, self.embodied_kg) if part)


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
    """Return the energy and time of the images of each model."""
    return tuple(
        ModelEstimate(
            card, images, energy_of(card, place.measured, place.hardware, place.device), place
        )
        for card, images in work
    )


def of_study(study: "Study", place: Place) -> tuple[ModelEstimate, ...]:
    """Return the energy and time of all images of a study, as if none were stored."""
    images = _size(study).of_model
    return estimate(((card, images) for card in study.models), place)


def cheapest(study: "Study") -> Cheapest:
    """Return the smallest study that still answers a 10-point question."""
    size, needed = _size(study), plan(POINTS).needed
    if size.of_profession >= needed:
        return Cheapest(PROFESSION, size.professions, needed)
    return Cheapest(MODEL, size.professions, math.ceil(needed / size.professions))


def estimate_rows(study: "Study", found: "Iterable[ModelEstimate]") -> "list[Row]":
    """Return one row for each model of a study.

    Columns:
        model, images, seconds: the images asked for and the time they take on this machine.
        basis, basis_hardware: measured, published or counted, and the device of these figures;
            empty where nothing is known.
        kwh, kwh_least, kwh_most: energy.
        kg, kg_least, kg_most: kg CO2e of electricity and hardware; kg is empty without a country.
        operational_kg, embodied_kg: its parts.
        embodied_share: the part of the hardware in kg, 0..1.
        grid, g_per_kwh, grid_source, grid_year: the grid; empty without a country.
        half_width_profession, half_width_model: half the width of the 95% interval of a share of
            50%, 0..1; None below 10 images.
        cheapest_images, cheapest_kwh: the smallest study that answers a 10-point question.
    """
    (precision,) = plan_rows(plan(POINTS), [_size(study)])
    least = cheapest(study)
    return [
        {
            **_amounts(one),
            "half_width_profession": precision["half_width_profession"],
            "half_width_model": precision["half_width_model"],
            "cheapest_images": least.of_model,
            "cheapest_kwh": one.energy and _middle(one.energy.kwh.times(least.of_model)),
        }
        for one in found
    ]


def estimate_sentences(study: "Study", found: "Sequence[ModelEstimate]") -> "Iterator[str]":
    """Yield sentences on what the study takes, their basis, and a smaller study that would do."""
    yield from _totals(found)
    yield _precision_sentence(study)
    yield from _cheapest_sentences(study, found)
    for one in found:
        if one.energy is None:
            yield no_energy_sentence(one.card)
        else:
            yield f"{one.card.title}: {one.energy.told}"
    if found:
        yield grid_sentence(found[0].place.grid)
    yield _("Images that are stored already are not generated again and take nothing.")


def estimate_line(found: "Sequence[ModelEstimate]") -> str:
    """Return the energy and emissions in one short sentence; empty where nothing is known."""
    kwh = total(one.kwh for one in found if one.kwh)
    kg = total(one.kg for one in found if one.kg)
    if kwh is None or kg is None:
        return ""
    bases = {one.energy.basis for one in found if one.energy}
    return _("About {energy} and {carbon} ({basis}).").format(
        energy=energy_text(_middle(kwh)),
        carbon=carbon_text(kg if kg.estimate is None else kg.estimate),
        basis=" / ".join(_basis_text(basis) for basis in sorted(bases)),
    )


def _amounts(one: ModelEstimate) -> "Row":
    grid, kwh, kg = one.place.grid, one.kwh, one.kg
    operational, embodied = one.operational_kg, one.embodied_kg
    hardware = one.energy and one.energy.hardware
    return {
        "model": one.card.spec.name,
        "images": one.images,
        "seconds": one.seconds,
        "basis": one.energy and one.energy.basis,
        "basis_hardware": hardware and hardware.name,
        "kwh": kwh and kwh.estimate,
        "kwh_least": kwh and kwh.low,
        "kwh_most": kwh and kwh.high,
        "kg": kg and kg.estimate,
        "kg_least": kg and kg.low,
        "kg_most": kg and kg.high,
        "operational_kg": operational and operational.estimate,
        "embodied_kg": embodied and embodied.estimate,
        "embodied_share": _share(one),
        "grid": grid and grid.name,
        "g_per_kwh": grid and grid.intensity,
        "grid_source": grid and grid.source,
        "grid_year": grid and grid.year,
    }


def _share(one: ModelEstimate) -> float | None:
    if one.embodied_kg is None or one.kg is None or not one.kg.estimate:
        return None
    return (one.embodied_kg.estimate or 0) / one.kg.estimate


def _size(study: "Study") -> Size:
    return Size("asked for", len(study.professions), len(study.adjectives), study.images)


def _totals(found: "Sequence[ModelEstimate]") -> "Iterator[str]":
    kwh = total(one.kwh for one in found if one.kwh)
    kg = total(one.kg for one in found if one.kg)
    images = sum(one.images for one in found)
    counted = ngettext("{number} image", "{number} images", images).format(number=f"{images:,}")
    if kwh is None or kg is None:
        yield _("{images}; their energy is not known.").format(images=counted)
        return
    yield _("{images} will take {energy} and {time} on this machine, and emit {carbon}.").format(
        images=counted,
        time=time_text(sum(one.seconds for one in found)),
        energy=energy_text(kwh),
        carbon=carbon_text(kg),
    )
    yield equivalents_sentence(kg)
    embodied = total(one.embodied_kg for one in found if one.embodied_kg)
    if embodied is not None:
        yield _("Of these emissions, {carbon} are from making the hardware.").format(
            carbon=carbon_text(embodied)
        )


def _precision_sentence(study: "Study") -> str:
    (row,) = plan_rows(plan(POINTS), [_size(study)])
    of_profession, of_model = row["half_width_profession"], row["half_width_model"]
    if not isinstance(of_model, float):
        return _("So few images give counts and no shares.")
    model = _("a share near 50% is accurate to about {points} for the model").format(
        points=points(of_model)
    )
    if not isinstance(of_profession, float):
        return _("With these images, {model}; for one profession there are only counts.").format(
            model=model
        )
    return _("With these images, {model} and {points} for one profession.").format(
        model=model, points=points(of_profession)
    )


def _cheapest_sentences(study: "Study", found: "Sequence[ModelEstimate]") -> "Iterator[str]":
    least, asked = cheapest(study), _size(study).of_model
    energies = [one.energy.kwh for one in found if one.energy]
    if not energies:
        return
    each = sum(map(_middle, energies))
    pattern = (
        _(
            "To tell two models 10 points apart in each profession, {fewer} images of each model "
            "would do instead of {asked} ({images} per profession, no adjectives): {less} instead "
            "of {energy}."
        )
        if least.level == PROFESSION
        else _(
            "To tell two models 10 points apart over all professions together, {fewer} images of "
            "each model would do instead of {asked} ({images} per profession, no adjectives): "
            "{less} instead of {energy}."
        )
    )
    if least.of_model == asked:
        yield _("To tell two models 10 points apart, no smaller study would do.")
        return
    if least.of_model > asked:
        pattern = _(
            "To tell two models 10 points apart, {fewer} images of each are needed, which is more "
            "than asked for: {less} instead of {energy}."
        )
    yield pattern.format(
        fewer=f"{least.of_model:,}",
        asked=f"{asked:,}",
        images=least.images,
        less=energy_text(each * least.of_model),
        energy=energy_text(each * asked),
    )


def _middle(found: Range) -> float:
    return (found.low + found.high) / 2 if found.estimate is None else found.estimate


def _basis_text(basis: str) -> str:
    return {
        "measured": _("measured on this machine"),
        "published": _("from published figures"),
        "counted": _("counted from operations"),
    }[basis]
