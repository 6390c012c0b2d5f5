"""The model that a name stands for, with its training and the names of its published figures."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import UnknownName
from explorer.footprint.tables import near_names, plain
from explorer.footprint.training import find_training, load_trainings
from explorer.models.catalog import find_model, known_models
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.footprint.training import Training


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A model by its title, the ids of its published figures, and its training if known here."""

    title: str
    ids: tuple[str, ...]
    training: "Training | None"


def find_model_training(name: str, device: str) -> NamedModel:
    """Return the model of a name: a title, an id on the Hub, or a model folder.

    Raises:
        UnknownName: there is no such model; the nearest is suggested.
        ModelError: a model's folder cannot be used.
    """
    asked = plain(name)
    for card in known_models(device):
        if asked in {plain(card.title), plain(card.spec.name)}:
            return NamedModel(card.title, (card.spec.repo,), find_training(card.spec.repo))
    if training := find_training(name):
        # A training may be that of several models, whose energy per image differs.
        ids = (name,) if name in training.models else training.models[:1]
        return NamedModel(training.title, ids, training)
    try:
        card = find_model(name, device)
    except UnknownName as unlisted:
        titles = [card.title for card in known_models(device)]
        titles += [one.title for one in load_trainings()]
        if near := near_names(name, titles):
            remedy = _("Any model's id on the Hub works too.")
            raise UnknownName("model", name, titles, remedy, near) from unlisted
        raise
    return NamedModel(card.title, (card.spec.repo,), find_training(card.spec.repo))
