"""Energy and lifecycle of a model, as a card tells them."""

from typing import TYPE_CHECKING

from explorer.footprint.amounts import Range, carbon_text, energy_text
from explorer.footprint.energy import MEASURED, energy_of, no_energy_sentence
from explorer.footprint.grids import carbon
from explorer.footprint.lifecycle import Lifecycle as Life
from explorer.footprint.lifecycle_report import (
    lifecycle_headline,
    lifecycle_sentences,
    lifecycle_sources,
    lifecycle_table,
)
from explorer.footprint.measured import measured
from explorer.footprint.measured_report import energy_line
from explorer.footprint.training import find_training
from explorer.report.card import Energy, Lacking, Lifecycle, Number
from explorer.report.results import rounded
from explorer.report.stored import command
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.footprint.grids import Grid
    from explorer.footprint.hardware import Hardware
    from explorer.models.catalog import ModelCard
    from explorer.store.index import Store

_THOUSAND = 1000


def energy(
    card: "ModelCard",
    store: "Store",
    device: str,
    place: "Grid | None",
    hardware: "Hardware | None" = None,
) -> Energy:
    """Return the energy of 1,000 images: measured on this machine, else published or counted."""
    made = measured(store, card.spec, place)
    if made:
        kwh = Range(made.kwh_per_1000, made.kwh_per_1000, made.kwh_per_1000)
        kg = made.g_per_1000.times(1 / _THOUSAND)
        return _energy(card, kwh, kg, MEASURED, energy_line(card, store, place))
    found = energy_of(card, hardware=hardware, device=device)
    if found is None:
        unknown = _("not known")
        return Energy(
            card.title, None, None, None, unknown, unknown, "unknown", no_energy_sentence(card)
        )
    kwh = found.kwh.times(_THOUSAND)
    return _energy(card, kwh, carbon(kwh, place), found.basis, found.told)


def _energy(card: "ModelCard", kwh: Range, kg: Range, basis: str, sentence: str) -> Energy:
    middle = kwh.low if kwh.estimate is None else kwh.estimate
    return Energy(
        model=card.title,
        kwh=Number(*map(rounded, (middle, kwh.low, kwh.high))),
        kg_low=rounded(kg.low),
        kg_high=rounded(kg.high),
        energy=energy_text(kwh),
        emissions=carbon_text(kg),
        basis=basis,
        sentence=sentence,
    )


def lifecycle(card: "ModelCard", place: "Grid | None") -> Lifecycle:
    """Return training, idle machines, hardware and use, as far as they are known."""
    life = Life(card.title, (card.spec.repo,), find_training(card.spec.repo), grid=place)
    return Lifecycle(
        headline=lifecycle_headline(life),
        sentences=(*lifecycle_sentences(life), *lifecycle_sources(life)),
        parts=tuple(lifecycle_table(life)),
        lacking=None if life.images_until_even else _lacking(card),
    )


def _lacking(card: "ModelCard") -> Lacking:
    return Lacking(
        _("If you know what training took, enter it:"),
        command(
            *("footprint", "lifecycle", card.spec.repo),
            *("--training-kwh", "10000", "--kwh-per-1000", "2"),
        ),
    )
