"""The catalog of models, and the search for a model by name."""

import json
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import InvalidData, ModelNotFound, UnknownName
from explorer.failures import unreadable
from explorer.models.backends import Diffusers
from explorer.models.fingerprints import pipeline_fingerprint
from explorer.models.folders import checked_name, own_settings, safe_index
from explorer.models.names import (
    FolderName,
    HubName,
    cleaned,
    folder_name,
    hub_name,
    in_local_cache,
    refuse_address,
)
from explorer.models.pins import find_pin
from explorer.models.requests import ModelSpec
from explorer.models.services import ServiceName, service_name, service_spec
from explorer.models.variants import changed, read_variant
from explorer.numbers import decimal
from explorer.translations import gettext as _
from explorer.translations import word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from explorer.models.variants import Changes

_WEIGHTS = Path(__file__).resolve().parents[1] / "reference" / "weights"
EMOJI_CLASSIFIER = "emoji-clip"
PHOTO_CLASSIFIER = "ViT-L-14-quickgelu/openai"
_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}
# The defaults of diffusers.
_USUAL = {"scheduler": "default", "steps": 50, "guidance": 7.5, "size_px": 512}


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model with its title and description.

    `classifier` is the default classifier of its images. `licence` and `parameters_m`, the millions
    of parameters of all of its parts, are None where they are not known here.
    """

    spec: ModelSpec
    title: str
    description: str
    bundled: bool
    classifier: str
    licence: str | None = None
    parameters_m: float | None = None

    @property
    def weights_gb(self) -> float | None:
        """The size of its weights in its number format, None where it is not known."""
        if self.parameters_m is None:
            return None
        return self.parameters_m * _BYTES[self.spec.diffusion.dtype] / 1000

    @property
    def described(self) -> str:
        """Its description with its size, where it is to be downloaded, and its licence."""
        told = [word("model", self.description)]
        if self.weights_gb and not self.bundled:
            told.append(_("About {size} GB.").format(size=decimal(self.weights_gb, 1)))
        if self.licence:
            told.append(_("Licence: {licence}.").format(licence=word("model", self.licence)))
        return " ".join(told)


def known_models(device: str = "cpu") -> tuple[ModelCard, ...]:
    """Return the models in the catalog, the bundled ones first."""
    return tuple(_known_card(entry, device) for entry in _entries())


def find_model(
    name: str, device: str, *, cache: Path | None = None, **given: "Unpack[Changes]"
) -> ModelCard:
    """Return the model with a name, with changed settings; the hub is not asked.

    Args:
        name: a name or title in the catalog, a hub id "owner/name" or "owner/name@revision", the
            address of a model's page on the hub, the path of a model folder, or the model of a
            service, "openai:MODEL" or "hf:PROVIDER/OWNER/NAME"; the name of a variant, such as
            "emoji-skewed (guidance 3)", finds the same variant again.
        device: "cpu", "cuda" or "mps"; determines the number format.
        cache: the folder of images and index, which knows the commits of its models.
        given: changed settings.

    Raises:
        InvalidData: the name has a character that no name may have, or what the cache knows of the
            model is damaged.
        UnknownName: there is no such model, scheduler or precision; the nearest is suggested.
        OutOfRange: steps, guidance or size is outside its limits.
        ModelNotFound: the name is a path and there is no such folder, or an address that is not
            one of a model, or the model has been withdrawn.
        ModelBroken: the folder contains no model, or one that is not safe to load.
    """
    base, named = read_variant(checked_name("model", name))
    changes = named | {key: value for key, value in given.items() if value is not None}
    card = _find_card(base, device, cache, changes.get("precision"))
    return replace(card, spec=changed(card.spec, changes))


def weights_folder(name: str) -> Path:
    """Return the folder for the weights of a bundled generator or classifier."""
    return _WEIGHTS / name


@cache
def _entries() -> "Sequence[Mapping[str, Any]]":
    path = Path(__file__).with_name("catalog.json")
    entries: Sequence[Mapping[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return entries


def _known_card(entry: "Mapping[str, Any]", device: str) -> ModelCard:
    return ModelCard(
        spec=_known_spec(entry, device),
        title=entry["title"],
        description=entry["description"],
        bundled=entry["bundled"],
        classifier=entry["classifier"],
        licence=entry["licence"],
        parameters_m=entry.get("parameters_m"),
    )


def _known_spec(entry: "Mapping[str, Any]", device: str) -> ModelSpec:
    if service := service_name(entry["name"]):
        return service_spec(service, entry)
    path = weights_folder(entry["name"]) / "model.json"
    trained = _read_settings(path) if entry["bundled"] else {}
    return _spec(entry["name"], entry["name"], {**entry, **trained}, _dtype(entry, device))


def _read_settings(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InvalidData(
            _("{path!r} is not valid JSON ({error}). Restore or remove it.").format(
                path=str(path), error=error
            )
        ) from error
    known = {"revision", "steps", "guidance", "size_px", "scheduler"}
    return {key: value for key, value in settings.items() if key in known}


def _spec(name: str, repo: str, settings: "Mapping[str, Any]", dtype: str) -> ModelSpec:
    size = settings["size_px"]
    width_px, height_px = (size, size) if isinstance(size, int) else size
    generated_by = Diffusers(
        scheduler=settings["scheduler"],
        steps=int(settings["steps"]),
        guidance=float(settings["guidance"]),
        width_px=width_px,
        height_px=height_px,
        dtype=dtype,
    )
    return ModelSpec(name, repo, settings["revision"], generated_by)


def _dtype(entry: "Mapping[str, Any]", device: str) -> str:
    # The bundled models are small enough for float32, which keeps devices comparable.
    return "float16" if device == "cuda" and not entry["bundled"] else "float32"


def asked_of_hub(name: str) -> HubName | None:
    """Return the model of the hub that a name stands for, None for any other or a listed one.

    Raises:
        ModelError, UnknownName: no model can have that name; the message says why.
    """
    found = _find(read_variant(name)[0], "cpu")
    return found if isinstance(found, HubName) else None


def _find(name: str, device: str) -> ModelCard | FolderName | HubName | ServiceName:
    """Return the listed model, folder, or model of the hub or a service that a name stands for."""
    text = cleaned(name)
    listed = _by_name()
    if entry := listed.get(" ".join(text.casefold().split())):
        return _known_card(entry, device)
    if service := service_name(text):
        return service
    if folder := folder_name(text):
        return folder
    if asked := hub_name(text):
        entry = listed.get(str(asked).casefold())
        return _known_card(entry, device) if entry else asked
    refuse_address(text)
    raise UnknownName(
        "model",
        name,
        [known for entry in listed.values() for known in (entry["name"], entry["title"])],
        "A hub id such as 'owner/name', the path of a model folder, and the model of a service, "
        "'openai:MODEL' or 'hf:PROVIDER/OWNER/NAME', work too.",
    )


@cache
def _by_name() -> "Mapping[str, Mapping[str, Any]]":
    titles = {entry["title"].casefold(): entry for entry in _entries()}
    return titles | {entry["name"].casefold(): entry for entry in _entries()}


def _find_card(name: str, device: str, cache: Path | None, precision: str | None) -> ModelCard:
    found = _find(name, device)
    if isinstance(found, ModelCard):
        return found
    if isinstance(found, FolderName):
        return _folder_card(cleaned(name), found, device, precision)
    if isinstance(found, ServiceName):
        return _service_card(found)
    return _hub_card(found, device, cache)


def _hub_card(asked: HubName, device: str, cache: Path | None) -> ModelCard:
    pin = find_pin(cache, asked) if cache else None
    # Until a study starts, nobody has asked the hub, and there are no images to be found.
    settings = asdict(pin) if pin else {"revision": asked.revision or "main", **_USUAL}
    if pin is None:
        _refuse_withdrawn(asked)
    name = str(asked)
    spec = _spec(name, asked.repo, settings, _dtype({"bundled": False}, device))
    description = _("A model from the Hugging Face hub. See its page for its licence.")
    return ModelCard(spec, name, description, bundled=False, classifier=PHOTO_CLASSIFIER)


def _service_card(asked: ServiceName) -> ModelCard:
    listed = next((entry for entry in _entries() if entry["name"] == asked.repo), None)
    spec = service_spec(asked, listed)
    description = _(
        "A model that a service generates with. What the service does with a prompt before the "
        "model sees it is not known; its terms apply."
    )
    return ModelCard(spec, spec.name, description, bundled=False, classifier=PHOTO_CLASSIFIER)


def _refuse_withdrawn(asked: HubName) -> None:
    """Refuse a model that is no longer on the hub, unless this machine has it."""
    copies = {old.casefold(): entry for entry in _entries() for old in entry.get("formerly", ())}
    copy = copies.get(asked.repo.casefold())
    if copy is None or asked.revision or in_local_cache(asked.repo):
        return
    raise ModelNotFound(
        _(
            "{repo!r} has been withdrawn from the hub by its makers. A copy of it "
            "is listed as {copy!r}: give {copy_2!r}."
        ).format(repo=asked.repo, copy=copy["title"], copy_2=copy["name"])
    )


def _folder_card(name: str, asked: FolderName, device: str, precision: str | None) -> ModelCard:
    """Return the model in a folder; its fingerprint is that of the weights in this precision."""
    folder, dtype = asked.path, _dtype({"bundled": False}, device)
    try:
        settings = {
            **own_settings(folder, safe_index(folder)),
            **_read_settings(folder / "model.json"),
            "revision": asked.revision or pipeline_fingerprint(folder, precision or dtype),
        }
    except OSError as error:
        raise unreadable(error.filename or folder, error) from error
    spec = _spec(name, str(folder), settings, dtype)
    description = _("A model on this machine, in {folder}.").format(folder=folder)
    return ModelCard(spec, folder.name, description, bundled=False, classifier=PHOTO_CLASSIFIER)
