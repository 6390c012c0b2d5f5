"""Measured energy in words: one line for each model, the methods behind it, and that of a run."""

from typing import TYPE_CHECKING

from explorer.footprint.amounts import carbon_text, energy_text, figure, time_text
from explorer.footprint.energy import no_energy_sentence
from explorer.footprint.grids import grid_sentence
from explorer.footprint.measured import grid_of, measured, unmeasured
from explorer.models.backends import Hosted, Imported
from explorer.models.readings import CLASSIFIED, CONSTANT, LOAD, NVML, RAPL, SAMPLED
from explorer.numbers import grouped, percentage
from explorer.translations import gettext as _
from explorer.translations import ngettext, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.footprint.grids import Grid
    from explorer.footprint.measured import Measured
    from explorer.models.catalog import ModelCard
    from explorer.models.readings import Circumstances
    from explorer.store.index import Store

_WHOLE_PERCENT = 0.995


def energy_line(card: "ModelCard", store: "Store", grid: "Grid | None") -> str:
    """Return the energy of a model's images in one sentence, or why nobody knows it."""
    name = word("model", card.title)
    found = measured(store, card.spec, grid)
    if found is not None:
        return _("{model}: {sentence}").format(model=name, sentence=generating_sentence(found))
    if isinstance(card.spec.settings, Imported | Hosted):
        return no_energy_sentence(card)
    if count := unmeasured(store, card.spec):
        return _("{model}: the energy of {number} images generated here was not measured.").format(
            model=name, number=grouped(count)
        )
    return _(
        "{model}: no image was generated here with a meter. Images that were imported, such as "
        "those that come with the program, have no energy."
    ).format(model=name)


def generating_sentence(found: "Measured") -> str:
    """Return the energy of generating, its parts, and energy and emissions of 1,000 images."""
    return _took(
        ngettext(
            "Generating {number} image took {energy} ({parts}): {each} and {carbon} per 1,000 "
            "images.",
            "Generating {number} images took {energy} ({parts}): {each} and {carbon} per 1,000 "
            "images.",
            found.images,
        ),
        found,
    )


def classifying_sentence(found: "Measured") -> str:
    """Return the energy of classifying, its parts, and energy and emissions of 1,000 images."""
    return _took(
        ngettext(
            "Classifying {number} image took {energy} ({parts}): {each} and {carbon} per 1,000 "
            "images.",
            "Classifying {number} images took {energy} ({parts}): {each} and {carbon} per 1,000 "
            "images.",
            found.images,
        ),
        found,
    )


def detail_sentences(found: "Measured") -> "Iterator[str]":
    """Yield the method of each part, the machine, and the parts that were left out."""
    where = found.circumstances[0]
    yield _machine(where)
    yield from _methods(where)
    yield _(
        "The whole machine is read, whatever else ran on it. Where several runs of this program "
        "are metered at a time, they share what is read."
    )
    share = sum(run.share * run.seconds for run in found.runs) / found.seconds
    if share < _WHOLE_PERCENT:
        yield _("Of what was read, {share} is counted here; the rest belongs to others.").format(
            share=percentage(share)
        )
    if found.pue != 1:
        yield _(
            "The energy is multiplied by the overhead of the data centre, a PUE of {pue}."
        ).format(pue=figure(found.pue))
    if found.unmeasured:
        yield ngettext(
            "{number} image more was generated while nothing was read, and is not counted.",
            "{number} images more were generated while nothing was read, and are not counted.",
            found.unmeasured,
        ).format(number=grouped(found.unmeasured))
    yield _("All of it took {time}.").format(time=time_text(found.seconds))
    yield from dict.fromkeys(grid_sentence(grid_of(run.where) or found.grid) for run in found.runs)


def measured_sentences(store: "Store", grid: "Grid | None") -> "Iterator[str]":
    """Yield the energy of all images of each model, and the method of its parts."""
    names = {model.identity: model for model, _ in store.energy.runs()}
    found = [one for model in names.values() if (one := measured(store, model, grid))]
    if not found:
        yield _("Nothing was measured yet: runs that generate or classify images are metered.")
    for one in found:
        yield f"{one.model.name}: {generating_sentence(one)}"
    yield from dict.fromkeys(line for one in found for line in detail_sentences(one))


def run_sentences(run: str, store: "Store") -> "Iterator[str]":
    """Yield the energy of one run, for generating and classifying the images of each model."""
    found = {model.identity: model for model, one in store.energy.runs() if one.where.run == run}
    for model in found.values():
        made = measured(store, model, run=run)
        seen = measured(store, model, done=CLASSIFIED, run=run)
        told = [generating_sentence(made)] if made else []
        if seen:
            told.append(classifying_sentence(seen))
        if told:
            yield " ".join([f"{model.name}:", *told])


def _took(pattern: str, found: "Measured") -> str:
    return pattern.format(
        number=grouped(found.images),
        energy=energy_text(found.kwh, figure),
        parts=", ".join(_parts(found)),
        each=energy_text(found.kwh_per_1000, figure),
        carbon=carbon_text(found.g_per_1000.times(1 / 1000), figure),
    )


def _parts(found: "Measured") -> "Iterator[str]":
    """Yield each part with its energy, and how it was obtained."""
    where = found.circumstances[0]
    parts = (
        (_("processor {energy} {how}"), found.cpu_kwh, where.cpu_method),
        (_("graphics card {energy} {how}"), found.gpu_kwh, where.gpu_method),
        (_("memory {energy} {how}"), found.ram_kwh, where.ram_method),
    )
    for pattern, kwh, method in parts:
        if kwh is not None:
            yield pattern.format(energy=energy_text(kwh, figure), how=_how(method)).rstrip()


def _how(method: str | None) -> str:
    return {
        RAPL: _("read from its counter"),
        NVML: _("read from its counter"),
        SAMPLED: _("from samples of its power"),
        LOAD: _("estimated from its load"),
        CONSTANT: _("as a constant"),
    }.get(method or "", _("read ({method})").format(method=method) if method else "")


def _machine(where: "Circumstances") -> str:
    parts = (
        where.gpu,
        where.cpu,
        _("{number} threads").format(number=where.threads) if where.threads else None,
        _("{number} GB of memory").format(number=figure(where.ram_gb)) if where.ram_gb else None,
    )
    return _("Machine: {parts}.").format(parts=", ".join(filter(None, parts)))


def _methods(where: "Circumstances") -> "Iterator[str]":
    if where.cpu_method == LOAD:
        yield _(
            "Processor: an estimate. Its load is turned into power by a model that takes it to "
            "draw {watts} W at full load and a tenth of that when idle (load model)."
        ).format(watts=figure(where.cpu_watts or 0))
    elif where.cpu_method == CONSTANT:
        yield _("Processor: half of its rated power, a constant.")
    elif where.cpu_method:
        yield _("Processor: read from its own counter ({method}).").format(method=where.cpu_method)
    if where.gpu_method == SAMPLED:
        yield _("Graphics card: its power was sampled every second, as it has no counter (NVML).")
    elif where.gpu_method:
        yield _("Graphics card: read from its own counter ({method}).").format(
            method=where.gpu_method
        )
    if where.ram_method == CONSTANT:
        yield _(
            "Memory: a constant, by the amount of memory alone. Nothing is measured, and it is "
            "often the largest part."
        )
    elif where.ram_method:
        yield _("Memory: read ({method}).").format(method=where.ram_method)
