"""What is known of each model before it is used: where it is, what it takes, who may use it."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.errors import ExplorerError
from explorer.footprint.amounts import energy_text, time_text
from explorer.footprint.estimate_report import basis_text
from explorer.footprint.estimates import estimate, middle
from explorer.generators.budget import dollars
from explorer.models.backends import Diffusers
from explorer.models.names import locally_cached
from explorer.models.pins import pinned_names
from explorer.models.prices import price_of
from explorer.page.choice import COMPARE, EXPLORE, IMAGES, address
from explorer.page.downloads import folder_bytes, folder_of, size_text
from explorer.page.todo import place_of
from explorer.translations import gettext as _
from explorer.words.vocabulary import load_adjectives

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from explorer.models.catalog import ModelCard
    from explorer.page.desk import Desk

BUNDLED, REAL, SERVICE = "bundled", "real", "service"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of a model: its name and what is said of it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Model:
    """A model with what is known of it, and the addresses that open a view with it chosen.

    `kind` is BUNDLED, REAL or SERVICE.
    """

    card: "ModelCard"
    kind: str
    facts: tuple[Fact, ...]
    explore: str
    compare: str


def grid_size() -> int:
    """Return the number of images of one profession, with and without each adjective."""
    return IMAGES * (1 + len(load_adjectives()))


def listed(desk: "Desk") -> tuple[Model, ...]:
    """Return the models that have a name here, with what is known of them; asks no network."""
    return tuple(_model(desk, card) for card in desk.models)


def found_here(desk: "Desk") -> tuple[Model, ...]:
    """Return models that are not listed, but used or downloaded on this machine before."""
    known = {card.spec.repo for card in desk.models}
    names = dict.fromkeys((*pinned_names(desk.settings.cache), *locally_cached()))
    return tuple(_found(desk, [name for name in names if name not in known]))


def _found(desk: "Desk", names: list[str]) -> "Iterator[Model]":
    for name in names:
        try:
            yield _model(desk, desk.find_model(name, desk.settings.device))
        except ExplorerError:
            # Its own view says what is wrong with it.
            continue


def _model(desk: "Desk", card: "ModelCard") -> Model:
    kind, name = _kind(card), card.spec.name
    other = next(one for one in COMPARE.models if one != name)
    return Model(
        card=card,
        kind=kind,
        facts=tuple(_facts(desk, card, kind)),
        explore="explore" + address(replace(EXPLORE, models=(name,))),
        compare="compare" + address(replace(COMPARE, models=(other, name))),
    )


def _kind(card: "ModelCard") -> str:
    if card.bundled:
        return BUNDLED
    return REAL if isinstance(card.spec.settings, Diffusers) else SERVICE


def _facts(desk: "Desk", card: "ModelCard", kind: str) -> "Iterator[Fact]":
    if kind == SERVICE:
        yield from _of_service(card)
    else:
        yield from _of_files(card)
    yield Fact(_("Licence"), card.licence or _("not known here; see its page on the Hub"))
    yield from _of_grid(desk, card)


def _of_service(card: "ModelCard") -> "Iterator[Fact]":
    yield Fact(_("On this machine"), _("no: a service runs it, and prompts are sent there"))
    yield Fact(_("Download"), _("none"))
    price = price_of(card.spec)
    cost = (
        _("{usd} for {number} images").format(
            usd=dollars(price.usd * grid_size()), number=grid_size()
        )
        if price
        else _("not known here; it is the service's to say")
    )
    yield Fact(_("Price"), cost)


def _of_files(card: "ModelCard") -> "Iterator[Fact]":
    try:
        folder = folder_of(card)
    except ExplorerError as error:
        yield Fact(_("On this machine"), str(error))
        return
    unknown = _("not known before it is downloaded")
    size = size_text(card.weights_gb * 1e9) if card.weights_gb else None
    yield Fact(_("On this machine"), _here(card, folder))
    yield Fact(_("Download"), _("none") if folder else size or unknown)
    yield Fact(_("Disk"), size_text(folder_bytes(folder)) if folder else size or unknown)
    memory = _("at least {size}, that of its weights").format(size=size) if size else unknown
    yield Fact(_("Memory"), memory)


def _here(card: "ModelCard", folder: "Path | None") -> str:
    if card.bundled:
        return _("yes, it comes with the tool")
    return _("yes") if folder else _("not yet; its first run downloads it")


def _of_grid(desk: "Desk", card: "ModelCard") -> "Iterator[Fact]":
    """Yield the time and the energy of one profession with all adjectives."""
    name = _("Time here for {number} images").format(number=grid_size())
    pace = desk.pace.estimate([(card, grid_size())])
    pattern = (
        _("about {time}, by images generated here")
        if pace.measured
        else _("about {time}, estimated")
    )
    yield Fact(name, pattern.format(time=time_text(pace.seconds)))
    (found,) = estimate([(card, grid_size())], place_of(desk, [card]))
    if found.kwh and found.energy:
        energy, basis = energy_text(middle(found.kwh)), basis_text(found.energy.basis)
        yield Fact(
            _("Energy for them"), _("about {energy}, {basis}").format(energy=energy, basis=basis)
        )
    else:
        yield Fact(_("Energy for them"), _("not told by the service"))
