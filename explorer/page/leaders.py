"""The overviews of models: those that ship with the tool, and those of stored images."""

from typing import TYPE_CHECKING

from explorer.errors import ExplorerError, InvalidData
from explorer.models.pins import pinned_names
from explorer.overview.shipped import overview_of, shipped
from explorer.report.stored import stored_studies
from explorer.statistics.amplification import FEWEST
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.models.catalog import ModelCard
    from explorer.overview.results import Overview
    from explorer.page.desk import Desk

MOST_MODELS = 4


def overviews(desk: "Desk", models: "Sequence[str]") -> "tuple[Overview, ...]":
    """Return the overview of each model: the shipped one, or that of its stored images.

    Raises:
        InvalidData: too many are named, or nothing of one is stored.
        InputError: there is no such model.
        ModelError: the model's folder cannot be used.
    """
    if len(models) > MOST_MODELS:
        raise InvalidData(
            _("{number} models are named. Show at most {most} side by side.").format(
                number=len(models), most=MOST_MODELS
            )
        )
    cards = (desk.find_model(name, desk.settings.device) for name in models)
    return tuple(overview_of(card, desk.store) for card in cards)


def others_stored(desk: "Desk", models: "Sequence[str]") -> "tuple[Overview, ...]":
    """Return the overviews of all other models with stored images of ten professions or more."""
    cards = {card.spec.name: card for card in (*desk.models, *_pinned(desk))}
    others = [card for name, card in cards.items() if name not in {*models, *shipped()}]
    return tuple(overview_of(card, desk.store) for card in others if _has_many(desk, card))


def _pinned(desk: "Desk") -> "list[ModelCard]":
    """Return the models of the Hub that images were asked of here."""
    found = []
    for name in pinned_names(desk.settings.cache):
        try:
            found.append(desk.find_model(name, desk.settings.device))
        except ExplorerError:
            # Its own view says what is wrong with it.
            continue
    return found


def _has_many(desk: "Desk", card: "ModelCard") -> bool:
    try:
        return len(stored_studies(card, desk.store).main.professions) >= FEWEST
    except InvalidData:
        return False
