"""The lifecycle of a model in rows and in sentences."""

from typing import TYPE_CHECKING

from explorer.footprint.amounts import (
    carbon_text,
    energy_text,
    figure,
    plural,
    range_text,
    time_text,
)
from explorer.footprint.energy import published_sentence
from explorer.footprint.equivalents import equivalents_sentence
from explorer.footprint.grids import grid_sentence
from explorer.footprint.hardware import GPU
from explorer.footprint.lifecycle import EMBODIED, IDLE, MAKING, REQUEST, TRAINING, USE
from explorer.footprint.training import NOT_DISCLOSED, training_sentence, training_source
from explorer.translations import gettext as _
from explorer.translations import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.findings.tables import Row
    from explorer.footprint.lifecycle import Lifecycle


def part_name(part: str) -> str:
    """Return the name of a part of a lifecycle, for people."""
    return {
        TRAINING: _("Training"),
        IDLE: _("Idle machines and overhead"),
        EMBODIED: _("Making the hardware"),
        MAKING: _("Making the model, in all"),
        USE: _("Using the model"),
    }[part]


def lifecycle_rows(life: "Lifecycle") -> "list[Row]":
    """Return one row for each part of a lifecycle.

    Columns:
        model, part: the model, and training, idle, embodied, making (their sum) or use.
        known: whether there are emissions; a sum is known where all of its parts are.
        kwh, kwh_least, kwh_most, kg, kg_least, kg_most: energy and kg CO2e. kg is empty where only
            a range is known.
        images_a_day, days: the use. images_until_even: the images after which use has taken as much
            energy as making the model.
        training: disclosed, hours only, not disclosed, not checked, entered or unknown;
            training_source, training_year, training_licence: where the figures come from.
        energy_source, energy_year, energy_licence: where the energy of the use comes from.
        grid, g_per_kwh, grid_source, grid_year: the grid of the use; empty without a country.
    """
    training, even, used = life.training, life.images_until_even, life.used
    return [
        {
            "model": life.title,
            "part": line.part,
            "known": line.kg is not None and not (line.part == MAKING and life.unknown),
            "kwh": line.kwh and line.kwh.estimate,
            "kwh_least": line.kwh and line.kwh.low,
            "kwh_most": line.kwh and line.kwh.high,
            "kg": line.kg and line.kg.estimate,
            "kg_least": line.kg and line.kg.low,
            "kg_most": line.kg and line.kg.high,
            "images_a_day": life.use.a_day,
            "days": life.use.days,
            "images_until_even": even and even.estimate,
            "training": training.status if training else "unknown",
            "training_source": training and training.source,
            "training_year": training and training.year,
            "training_licence": training and training.licence,
            "energy_source": used and used.source,
            "energy_year": used and used.year,
            "energy_licence": used and used.licence,
            "grid": life.grid and life.grid.name,
            "g_per_kwh": life.grid and life.grid.intensity,
            "grid_source": life.grid and life.grid.source,
            "grid_year": life.grid and life.grid.year,
        }
        for line in life.lines
    ]


def lifecycle_headline(life: "Lifecycle") -> str:
    """Return after how much use generating exceeds training, or why that is not known."""
    even = life.images_until_even
    if even is not None:
        return _("After {uses}, using {model} has taken more {what} than making it.").format(
            uses=_uses(life, range_text(even)),
            model=life.title,
            what=_("energy") if life.making_kwh is not None else _("emissions"),
        )
    if life.training is None or not life.training.is_known:
        hidden = life.training is not None and life.training.status == NOT_DISCLOSED
        pattern = (
            _("Only its makers can say what training {model} took: they do not disclose it.")
            if hidden
            else _("What training {model} took is not known here.")
        )
        return pattern.format(model=life.title)
    if life.per_use is None:
        return _(
            "Nobody can say when using {model} exceeds its training: its energy per image is not "
            "published. Enter one if you know it."
        ).format(model=life.title)
    return _(
        "Only the emissions of training {model} are disclosed. Name the country in which it is "
        "used to compare them."
    ).format(model=life.title)


def lifecycle_sentences(life: "Lifecycle") -> "Iterator[str]":
    """Yield a sentence on each part: its figure, or that none is known."""
    yield from _even_days(life)
    yield from _use_sentences(life)
    yield training_sentence(life.title, life.training)
    yield from _missing_sentences(life)


def lifecycle_sources(life: "Lifecycle") -> "Iterator[str]":
    """Yield the sources of the figures."""
    if life.training is not None:
        yield training_source(life.training)
    yield _energy_sentence(life)
    yield grid_sentence(life.grid)
    if EMBODIED not in life.unknown:
        hardware = life.training and life.training.hardware
        yield life.embodied.sentence(hardware.kind if hardware else GPU)


def lifecycle_table(life: "Lifecycle") -> "Iterator[tuple[str, str, str]]":
    """Yield the name of each part, its energy and its emissions, for people to read."""
    for line in life.lines:
        energy = "\N{EN DASH}" if line.kwh is None else energy_text(line.kwh, figure)
        emitted = _("not known") if line.kg is None else carbon_text(line.kg, figure)
        if line.part == MAKING and life.unknown and line.kg is not None:
            emitted = _("at least {amount}").format(amount=emitted)
        yield part_name(line.part), energy, emitted


def _even_days(life: "Lifecycle") -> "Iterator[str]":
    even = life.images_until_even
    if even is not None:
        seconds = even.times(24 * 3600 / life.use.a_day)
        yield _("At {uses} a day, that is {time}.").format(
            uses=_uses(life, figure(life.use.a_day)), time=time_text(seconds)
        )


def _use_sentences(life: "Lifecycle") -> "Iterator[str]":
    used = life.lines[-1]
    if used.kwh is None or used.kg is None or life.per_use is None:
        return
    days = figure(life.use.days)
    yield _("{a_day} a day for {days} make {uses}: {energy}, {carbon}.").format(
        a_day=_uses(life, figure(life.use.a_day)),
        days=ngettext("{number} day", "{number} days", plural(days)).format(number=days),
        uses=_uses(life, figure(life.use.images)),
        energy=energy_text(used.kwh),
        carbon=carbon_text(used.kg),
    )
    yield equivalents_sentence(used.kg)


def _uses(life: "Lifecycle", number: str) -> str:
    """Return a number of images or requests."""
    if life.unit == REQUEST:
        return ngettext("{number} request", "{number} requests", plural(number)).format(
            number=number
        )
    return ngettext("{number} image", "{number} images", plural(number)).format(number=number)


def _missing_sentences(life: "Lifecycle") -> "Iterator[str]":
    if life.training is None or not life.training.is_known:
        return
    if IDLE in life.unknown:
        yield _(
            "The energy of idle machines is not disclosed. For BLOOM it was 0.59 of that of "
            "training, so the sum is a lower bound."
        )
    if EMBODIED in life.unknown:
        yield _(
            "The making of the hardware cannot be shared out without the hours of training in a "
            "server."
        )


def _energy_sentence(life: "Lifecycle") -> str:
    if life.use.kwh_per_1000 is not None:
        return _("The energy per 1,000 images is as you entered it: {energy}.").format(
            energy=energy_text(life.use.kwh_per_1000)
        )
    if life.used is None:
        return _("No energy per image is published for {model}.").format(model=life.title)
    return published_sentence(life.published, life.used)
