"""Find a classifier's files, download them if they are missing, and load it with open_clip."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import ExplorerError, InvalidData, ModelBroken, ModelNotFound, UnknownName
from explorer.failures import first_line, load_failure, require_device
from explorer.models.catalog import EMOJI_CLASSIFIER, weights_folder
from explorer.models.downloads import progress_bar
from explorer.models.hub import model_info
from explorer.models.names import FolderName, cleaned, folder_name, hub_name, refuse_address
from explorer.models.tokens import require_vocabulary
from explorer.perception.axes import find_axis
from explorer.perception.decide import Calibration
from explorer.torchvision_schemas import load_torchvision
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

# The files that open_clip looks for if a hub id has no file name, the safe format first.
_USUAL_FILES = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded CLIP with its image transform and tokenizer.

    `prepare` turns a PIL image into a tensor (3, height, width), `tokenize` turns captions into
    token ids (captions, length). `calibrations` holds the calibrations in its folder, by axis.
    """

    clip: Any
    prepare: "Callable[[Any], Tensor]"
    tokenize: "Callable[[list[str]], Tensor]"
    calibrations: "Mapping[str, Calibration]"


def load_model(name: str, device: str) -> Model:
    """Load a classifier onto a device.

    A classifier that is on this machine is loaded without contacting the hub.

    Args:
        name: "emoji-clip", a "MODEL/PRETRAINED" from open_clip's list, or a folder.
        device: "cpu", "cuda" or "mps".

    Raises:
        UnknownName: there is no such classifier; the message suggests a similar name.
        ModelNotFound: there is no such folder.
        ModelUnreachable: the weights are not on this machine and the hub does not respond.
        ModelBroken: the files do not load, or are not a classifier.
        OutOfMemory: the model does not fit.
        InvalidData: instrument.json or the device is unusable.
    """
    load_torchvision()
    require_device(device)
    folder = _folder(name)
    repo = None
    try:
        if folder:
            model = _open(f"local-dir:{folder}", None, device, _calibrations(folder))
            _refuse_resized(name, folder, model.clip)
            _refuse_other_tokenizer(name, model)
            return model
        kind, tag = _known(name)
        repo = _weights(kind, tag).get("hf_hub", "").rpartition("/")[0]
        _fetch(kind, tag)
        return _open(kind, tag, device, {})
    except ExplorerError:
        raise
    except Exception as error:
        raise load_failure(name, error, repo) from error


def _folder(name: str) -> Path | None:
    """Return the folder of that name, None if the name is not a folder."""
    named = FolderName(weights_folder(name)) if name == EMOJI_CLASSIFIER else folder_name(name)
    if named is None:
        return None
    folder = named.path
    if not folder.is_dir():
        raise ModelNotFound(
            _(
                "The classifier {name!r} is not on this machine: there is no folder "
                "{folder!r}. Restore it, or choose another classifier."
            ).format(name=name, folder=str(folder))
        )
    if not (folder / "open_clip_config.json").is_file() or not any(folder.glob("*.safetensors")):
        raise ModelBroken(
            _(
                "The folder {folder!r} is not a classifier. It needs "
                "open_clip_config.json, weights in a .safetensors file, and the files "
                "of the tokenizer."
            ).format(folder=str(folder))
        )
    return folder.resolve()


def _refuse_resized(name: str, folder: Path, clip: Any) -> None:
    """Refuse weights that open_clip has resized to fit, which it does to positions in silence."""
    from safetensors import safe_open

    usual = folder / _USUAL_FILES[0]
    own = {key: tuple(tensor.shape) for key, tensor in clip.state_dict().items()}
    with safe_open(usual if usual.is_file() else min(folder.glob("*.safetensors")), "pt") as file:
        keys = file.keys()
        stored = {key: tuple(file.get_slice(key).get_shape()) for key in keys}
    # Scalars are stored in two shapes that are worth the same.
    resized = [key for key in sorted(own.keys() & stored) if own[key] and own[key] != stored[key]]
    if resized:
        raise ModelBroken(
            _(
                "The weights of the classifier {name!r} do not fit its "
                "open_clip_config.json: {resized!r} has the shape {stored} instead of "
                "{own}. Save or download the classifier again, or choose another one."
            ).format(name=name, resized=resized[0], stored=stored[resized[0]], own=own[resized[0]])
        )


def _refuse_other_tokenizer(name: str, model: Model) -> None:
    text = getattr(model.clip, "text", model.clip)
    rows = getattr(text, "token_embedding", None) or text.transformer.get_input_embeddings()
    inner = getattr(model.tokenize, "tokenizer", None)
    known = len(inner) if inner else getattr(model.tokenize, "vocab_size", 0)
    require_vocabulary(name, known, rows.num_embeddings)


def _calibrations(folder: Path) -> dict[str, Calibration]:
    """Return the calibrations in the folder's instrument.json, by axis."""
    path = folder / "instrument.json"
    if not path.is_file():
        return {}
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
        biases = settings.get("bias", {})
        calibrations = {
            axis: Calibration(float(value), tuple(map(float, biases.get(axis, ()))))
            for axis, value in settings["temperature"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidData(
            _(
                '{path!r} has no valid temperatures. Write {{"temperature": '
                '{{"gender": 0.01}}}}, or remove it. Details: {first_line}'
            ).format(path=str(path), first_line=first_line(error))
        ) from error
    for axis, calibration in calibrations.items():
        _check(calibration, axis, path)
    return calibrations


def _check(calibration: Calibration, axis: str, path: Path) -> None:
    if not calibration.temperature > 0:
        raise InvalidData(
            _(
                "{path!r} sets the temperature {temperature!r} for {axis!r}. Give a number above 0."
            ).format(path=str(path), temperature=calibration.temperature, axis=axis)
        )
    labels = len(find_axis(axis).labels)
    if calibration.bias and (
        len(calibration.bias) != labels or not all(map(math.isfinite, calibration.bias))
    ):
        raise InvalidData(
            _(
                "{path!r} sets the bias {bias!r} for {axis!r}. Give one number for "
                "each of its {labels} labels, or none."
            ).format(path=str(path), bias=list(calibration.bias), axis=axis, labels=labels)
        )


def _known(name: str) -> tuple[str, str]:
    """Return open_clip's names of the model and of its weights."""
    import open_clip

    known = {f"{model}/{tag}": (model, tag) for model, tag in open_clip.list_pretrained()}
    if name not in known:
        _refuse_hub_name(name, known)
        raise UnknownName(
            "classifier",
            name,
            (EMOJI_CLASSIFIER, *known),
            "You can also give the folder of a model in open_clip's layout.",
        )
    return known[name]


def _refuse_hub_name(name: str, known: "Mapping[str, tuple[str, str]]") -> None:
    """Refuse the address or "hf-hub:" name of a classifier on the hub, and say how to use it."""
    pasted = cleaned(name)
    asked = hub_name(pasted.removeprefix("hf-hub:"))
    if asked is None:
        refuse_address(pasted)
        return
    repos = {own: _weights(*key).get("hf_hub", "").rpartition("/")[0] for own, key in known.items()}
    own_names = [own for own, repo in repos.items() if repo == asked.repo]
    if own_names:
        raise ModelNotFound(
            _(
                "The classifier {name!r} has another name in open_clip's list: give {own_names!r}."
            ).format(name=name, own_names=own_names[0])
        )
    if pasted.startswith("hf-hub:") or "//" in pasted:
        raise ModelNotFound(
            _(
                "The classifier {name!r} is not in open_clip's list. Download it with "
                "'hf download {repo} --local-dir FOLDER' and give that folder: so its "
                "version is fixed."
            ).format(name=name, repo=asked.repo)
        )


def _weights(model: str, tag: str | None) -> dict[str, Any]:
    """Return open_clip's configuration of the weights: their location and options."""
    from open_clip.pretrained import get_pretrained_cfg

    weights: dict[str, Any] = get_pretrained_cfg(model, tag) if tag else {}
    return weights


def _fetch(model: str, tag: str) -> None:
    """Download weights from the hub if they are missing, and give open_clip their path.

    On its own, open_clip contacts the hub even for stored weights, and waits for minutes if the hub
    does not respond.
    """
    weights = _weights(model, tag)
    repo, _, file = weights.get("hf_hub", "").rpartition("/")
    if repo and not Path(weights.get("file", "")).is_file():
        weights["file"] = _fetch_file(repo, file)


def _fetch_file(repo: str, file: str) -> str:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    names = (Path(file).with_suffix(".safetensors").name, file) if file else _USUAL_FILES
    for name in names:
        try:
            return hf_hub_download(repo, name, local_files_only=True)
        except LocalEntryNotFoundError:
            continue
    listed = {sibling.rfilename for sibling in model_info(repo, None).siblings or ()}
    name = next((name for name in names if name in listed), names[-1])
    return hf_hub_download(repo, name, tqdm_class=progress_bar())


def _open(
    source: str, tag: str | None, device: str, calibrations: "Mapping[str, Calibration]"
) -> Model:
    import open_clip

    # Some weights need another activation than the model of their name; open_clip only warns.
    quick_gelu = bool(_weights(source, tag).get("quick_gelu"))
    clip, prepare = open_clip.create_model_from_pretrained(
        source, pretrained=tag, device=device, force_quick_gelu=quick_gelu
    )
    return Model(clip.eval(), prepare, open_clip.get_tokenizer(source), calibrations)
