"""The models people can choose, and how a name becomes a ModelSpec."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import InvalidData, ModelBroken, ModelNotFound, OutOfRange, UnknownName
from explorer.models.requests import ModelSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

EMOJI_CLASSIFIER = "emoji-clip"
PHOTO_CLASSIFIER = "ViT-L-14-quickgelu/openai"
SCHEDULERS = (
    "default",
    "ddim",
    "ddpm",
    "dpm++",
    "dpm++-karras",
    "euler",
    "euler-ancestral",
    "heun",
    "lms",
    "pndm",
    "unipc",
)
MAX_STEPS = 1000
MAX_GUIDANCE = 50.0
MIN_SIZE_PX = 8
MAX_SIZE_PX = 2048
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_VARIANT = re.compile(r"(?P<name>.+) \((?P<settings>[^()]+)\)")
_VIEW = re.compile(r"(?P<view>(?:(?:YuNet|Haar) face|subject \((?:YuNet|Haar)\)): )(?P<name>.+)")
_PICKLES = {".bin", ".ckpt", ".msgpack", ".pkl", ".pickle", ".pt", ".pth"}


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model as people choose it.

    `classifier` is the one its images are classified with unless people choose another.
    """

    spec: ModelSpec
    title: str
    description: str
    bundled: bool
    classifier: str


def known_models(device: str = "cpu") -> tuple[ModelCard, ...]:
    """Return the models that have a name here, the bundled ones first."""
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
    """Return the model of that name, with the settings people changed.

    Args:
        name: a name of the catalog, any hub id "owner/name", or the path of a model folder; a
            variant's name such as "emoji-skewed (guidance 3)" finds the same variant again.
        device: "cpu", "cuda" or "mps"; decides the number format.
        steps: how many denoising steps; None for the model's own.
        guidance: how strongly the prompt steers; None for the model's own.
        size: width and height in pixels, a multiple of 8; None for the model's own.
        scheduler: one of SCHEDULERS; None for the model's own.

    Raises:
        UnknownName: no such model or scheduler; the message names the nearest.
        OutOfRange: steps, guidance or size lie outside what a model can do.
        ModelNotFound: the name is a path and there is no such folder.
        ModelBroken: the folder holds no model, or one that is not safe to load.
    """
    given = {"steps": steps, "guidance": guidance, "size": size, "scheduler": scheduler}
    base, named = _read_variant(name)
    changes = named | {key: value for key, value in given.items() if value is not None}
    card = _find_card(base, device)
    return replace(card, spec=_change(card.spec, changes))


def weights_folder(name: str) -> Path:
    """Return where the weights of a bundled generator or classifier lie, there or not."""
    return Path(__file__).resolve().parents[1] / "reference" / "weights" / name


def classifier_version(name: str) -> str:
    """Return a classifier's name with the version of the files that it stands for.

    "emoji-clip@1a2b3c4d": other weights or another calibration in the same place are another
    instrument, and what the earlier one said is not taken for its word. Names of open_clip's list
    stand for the same weights everywhere and come back as they are. What a classifier is shown of an
    image stays in front: "YuNet face: emoji-clip@1a2b3c4d".
    """
    view, name = split_view(name)
    return view + _versioned(name)


def split_view(name: str) -> tuple[str, str]:
    """Return what a classifier is shown or asked, and its own name.

    The first is "YuNet face: ", "subject (YuNet): " or, for all of an image, "".
    """
    found = _VIEW.fullmatch(name)
    return (found["view"], found["name"]) if found else ("", name)


def _versioned(name: str) -> str:
    if name == EMOJI_CLASSIFIER:
        revision = _config(weights_folder(name) / "instrument.json").get("revision")
        return f"{name}@{revision}"
    folder = Path(name).expanduser()
    return f"{name}@{_fingerprint(folder)[:8]}" if folder.is_dir() else name


def require_safe_folder(folder: Path) -> None:
    """Refuse a model folder that is not there, holds no pipeline, or holds pickles only.

    Raises:
        ModelNotFound: there is no such folder.
        ModelBroken: it has no model_index.json, or a part of it has no safetensors weights.
    """
    if not folder.is_dir():
        raise ModelNotFound(
            f"There is no folder {str(folder)!r}. Give the path of a folder that holds a "
            "model_index.json."
        )
    if not (folder / "model_index.json").is_file():
        raise ModelBroken(
            f"The folder {str(folder)!r} holds no model_index.json, so it is no model this tool "
            "can generate with. Give the folder that a diffusers pipeline was saved to."
        )
    _refuse_pickles(folder)


def _known_card(entry: "Mapping[str, Any]", device: str) -> ModelCard:
    trained = _trained(entry["name"]) if entry["bundled"] else {}
    spec = _spec(entry["name"], entry["name"], {**entry, **trained}, _dtype(entry, device))
    return ModelCard(
        spec=spec,
        title=entry["title"],
        description=entry["description"],
        bundled=entry["bundled"],
        classifier=entry["classifier"],
    )


def _trained(name: str) -> dict[str, Any]:
    return _read_settings(weights_folder(name) / "model.json")


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
    return ModelSpec(
        name=name,
        backend="diffusers",
        repo=repo,
        revision=settings["revision"],
        scheduler=settings["scheduler"],
        steps=int(settings["steps"]),
        guidance=float(settings["guidance"]),
        width_px=int(settings["size_px"]),
        height_px=int(settings["size_px"]),
        dtype=dtype,
    )


def _dtype(entry: "Mapping[str, Any]", device: str) -> str:
    # The bundled models are small enough for float32 everywhere, which keeps devices comparable.
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
    return name.startswith((".", "/", "~", "\\")) or name.count("/") > 1 or _is_folder(name)


def _is_folder(name: str) -> bool:
    return bool(name.strip()) and Path(name).is_dir()


def _hub_card(name: str, device: str) -> ModelCard:
    # The values that diffusers itself generates with when nothing is said.
    usual = {"scheduler": "default", "steps": 50, "guidance": 7.5, "size_px": 512}
    spec = _spec(name, name, {"revision": "main", **usual}, _dtype({"bundled": False}, device))
    description = "A model from the Hugging Face hub. Read its page for its licence."
    return ModelCard(spec, name, description, bundled=False, classifier=PHOTO_CLASSIFIER)


def _folder_card(name: str, device: str) -> ModelCard:
    folder = Path(name).expanduser().resolve()
    require_safe_folder(folder)
    usual = {"scheduler": "default", "steps": 50, "guidance": 7.5, "size_px": _native_size(folder)}
    settings = {**usual, **_read_settings(folder / "model.json"), "revision": _fingerprint(folder)}
    spec = _spec(name, str(folder), settings, _dtype({"bundled": False}, device))
    description = f"A model on this machine, in {folder}."
    return ModelCard(spec, folder.name, description, bundled=False, classifier=PHOTO_CLASSIFIER)


def _native_size(folder: Path) -> int:
    unet, vae = (_config(folder / part / "config.json") for part in ("unet", "vae"))
    sample = unet.get("sample_size", 64)
    blocks = vae.get("block_out_channels", (0, 0, 0, 0))
    side = int(sample if isinstance(sample, int) else max(sample))
    return side << (len(blocks) - 1)


def _config(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ModelBroken(
            f"{str(path)!r} cannot be read ({error}). Save or download the model again."
        ) from error


def _fingerprint(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    facts = [(str(path.relative_to(folder)), _size_and_time(path)) for path in files]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _size_and_time(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _refuse_pickles(folder: Path) -> None:
    for part in (folder, *sorted(path for path in folder.iterdir() if path.is_dir())):
        suffixes = {path.suffix for path in part.iterdir() if path.is_file()}
        pickles = suffixes & _PICKLES
        if pickles and ".safetensors" not in suffixes and part != folder:
            raise ModelBroken(
                f"The model folder {str(folder)!r} keeps the weights of {part.name!r} in a "
                f"{min(pickles)} file only, which can run programs when it is opened. Use a "
                "version with .safetensors files, or convert it with diffusers' "
                "save_pretrained(..., safe_serialization=True)."
            )


def _read_variant(name: str) -> tuple[str, dict[str, Any]]:
    found = _VARIANT.fullmatch(name.strip())
    if not found or _is_folder(name):
        return name, {}
    changes = [_read_change(change) for change in found["settings"].split(", ")]
    if None in changes:
        return name, {}
    return found["name"], dict(change for change in changes if change)


def _read_change(text: str) -> tuple[str, Any] | None:
    if match := re.fullmatch(r"guidance (\d+(?:\.\d+)?)", text):
        return "guidance", float(match[1])
    if match := re.fullmatch(r"(\d+) steps?", text):
        return "steps", int(match[1])
    if match := re.fullmatch(r"(\d+) px", text):
        return "size", int(match[1])
    return ("scheduler", text) if text in SCHEDULERS else None


def _change(spec: ModelSpec, changes: "Mapping[str, Any]") -> ModelSpec:
    _check(changes)
    size = changes.get("size", spec.width_px)
    changed = replace(
        spec,
        steps=changes.get("steps", spec.steps),
        guidance=float(changes.get("guidance", spec.guidance)),
        width_px=size,
        height_px=size if "size" in changes else spec.height_px,
        scheduler=changes.get("scheduler", spec.scheduler),
    )
    return replace(changed, name=_variant_name(spec, changed))


def _variant_name(spec: ModelSpec, changed: ModelSpec) -> str:
    old, new = asdict(spec), asdict(changed)
    words = {
        "guidance": f"guidance {changed.guidance:g}",
        "steps": f"{changed.steps} step{'s' if changed.steps != 1 else ''}",
        "width_px": f"{changed.width_px} px",
        "scheduler": changed.scheduler,
    }
    parts = [text for field, text in words.items() if old[field] != new[field]]
    return f"{spec.name} ({', '.join(parts)})" if parts else spec.name


def _check(changes: "Mapping[str, Any]") -> None:
    if changes.get("scheduler", "default") not in SCHEDULERS:
        raise UnknownName("scheduler", changes["scheduler"], SCHEDULERS)
    _check_range("steps", changes.get("steps", 1), 1, MAX_STEPS)
    _check_range("guidance", changes.get("guidance", 0), 0, MAX_GUIDANCE)
    size = changes.get("size", MIN_SIZE_PX)
    _check_range("size", size, MIN_SIZE_PX, MAX_SIZE_PX)
    if size % 8:
        raise OutOfRange(f"size is {size!r}. Give a multiple of 8, {size // 8 * 8} for instance.")


def _check_range(setting: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise OutOfRange(f"{setting} is {value!r}. Give a number from {low:g} to {high:g}.")
