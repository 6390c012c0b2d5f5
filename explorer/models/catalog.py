"""The catalog of models, and the search for a model by name."""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import InvalidData, UnknownName
from explorer.models.backends import Diffusers
from explorer.models.folders import (
    checked_name,
    find_folder,
    fingerprint,
    native_size,
    require_safe_folder,
)
from explorer.models.requests import ModelSpec
from explorer.models.variants import changed, read_variant
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

EMOJI_CLASSIFIER = "emoji-clip"
PHOTO_CLASSIFIER = "ViT-L-14-quickgelu/openai"
# The hub has no longer ids.
_HUB_ID = re.compile(r"(?=.{3,96}\Z)[A-Za-z0-9][\w.-]*/[\w.-]+")


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model with its title and description.

    `classifier` is the default classifier of its images.
    """

    spec: ModelSpec
    title: str
    description: str
    bundled: bool
    classifier: str


def known_models(device: str = "cpu") -> tuple[ModelCard, ...]:
    """Return the models in the catalog, the bundled ones first."""
    path = Path(__file__).with_name("catalog.json")
    entries = json.loads(path.read_text(encoding="utf-8"))
    return tuple(_known_card(entry, device) for entry in entries)


def find_model(
    name: str,
    device: str,
    *,
    steps: int | None = None,
    guidance: float | None = None,
    size: int | None = None,
    scheduler: str | None = None,
) -> ModelCard:
    """Return the model with a name, with changed settings.

    Args:
        name: a name in the catalog, a hub id "owner/name", or the path of a model folder; the name
            of a variant, such as "emoji-skewed (guidance 3)", finds the same variant again.
        device: "cpu", "cuda" or "mps"; determines the number format.
        steps: number of denoising steps; None for the model's default.
        guidance: guidance scale; None for the model's default.
        size: width and height in pixels, a multiple of 8; None for the model's default.
        scheduler: one of SCHEDULERS; None for the model's default.

    Raises:
        InvalidData: the name has a character that no name may have.
        UnknownName: there is no such model or scheduler; the message suggests the nearest name.
        OutOfRange: steps, guidance or size is outside its limits.
        ModelNotFound: the name is a path and there is no such folder.
        ModelBroken: the folder contains no model, or one that is not safe to load.
    """
    given = {"steps": steps, "guidance": guidance, "size": size, "scheduler": scheduler}
    base, named = read_variant(checked_name("model", name))
    changes = named | {key: value for key, value in given.items() if value is not None}
    card = _find_card(base, device)
    return replace(card, spec=changed(card.spec, changes))


def weights_folder(name: str) -> Path:
    """Return the folder for the weights of a bundled generator or classifier."""
    return Path(__file__).resolve().parents[1] / "reference" / "weights" / name


def _known_card(entry: "Mapping[str, Any]", device: str) -> ModelCard:
    path = weights_folder(entry["name"]) / "model.json"
    trained = _read_settings(path) if entry["bundled"] else {}
    spec = _spec(entry["name"], entry["name"], {**entry, **trained}, _dtype(entry, device))
    return ModelCard(
        spec=spec,
        title=entry["title"],
        description=entry["description"],
        bundled=entry["bundled"],
        classifier=entry["classifier"],
    )


def _read_settings(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InvalidData(
            f"{str(path)!r} is not valid JSON ({error}). Restore or remove it."
        ) from error
    known = {"revision", "steps", "guidance", "size_px", "scheduler"}
    return {key: value for key, value in settings.items() if key in known}


def _spec(name: str, repo: str, settings: "Mapping[str, Any]", dtype: str) -> ModelSpec:
    generated_by = Diffusers(
        scheduler=settings["scheduler"],
        steps=int(settings["steps"]),
        guidance=float(settings["guidance"]),
        width_px=int(settings["size_px"]),
        height_px=int(settings["size_px"]),
        dtype=dtype,
    )
    return ModelSpec(name, repo, settings["revision"], generated_by)


def _dtype(entry: "Mapping[str, Any]", device: str) -> str:
    # The bundled models are small enough for float32, which keeps devices comparable.
    return "float16" if device == "cuda" and not entry["bundled"] else "float32"


def _find_card(name: str, device: str) -> ModelCard:
    cards = {card.spec.name.casefold(): card for card in known_models(device)}
    if card := cards.get(name.strip().casefold()):
        return card
    if _looks_like_path(name):
        return _folder_card(name, device)
    if _HUB_ID.fullmatch(name.strip()):
        return _hub_card(name.strip(), device)
    raise UnknownName(
        "model",
        name,
        [card.spec.name for card in cards.values()],
        "A hub id such as 'owner/name' and the path of a model folder work too.",
    )


def _looks_like_path(name: str) -> bool:
    if name.startswith((".", "/", "~", "\\")) or name.count("/") > 1:
        return True
    return find_folder(name) is not None


def _hub_card(name: str, device: str) -> ModelCard:
    # The defaults of diffusers.
    usual = {"scheduler": "default", "steps": 50, "guidance": 7.5, "size_px": 512}
    spec = _spec(name, name, {"revision": "main", **usual}, _dtype({"bundled": False}, device))
    description = _("A model from the Hugging Face hub. See its page for its licence.")
    return ModelCard(spec, name, description, bundled=False, classifier=PHOTO_CLASSIFIER)


def _folder_card(name: str, device: str) -> ModelCard:
    folder = find_folder(name) or Path(name)
    require_safe_folder(folder)
    usual = {"scheduler": "default", "steps": 50, "guidance": 7.5, "size_px": native_size(folder)}
    settings = {**usual, **_read_settings(folder / "model.json"), "revision": fingerprint(folder)}
    spec = _spec(name, str(folder), settings, _dtype({"bundled": False}, device))
    description = _("A model on this machine, in {folder}.").format(folder=folder)
    return ModelCard(spec, folder.name, description, bundled=False, classifier=PHOTO_CLASSIFIER)
