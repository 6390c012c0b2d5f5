"""Find a classifier's files, download them if they are missing, and load it with open_clip."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import ExplorerError, InvalidData, ModelBroken, ModelNotFound, UnknownName
from explorer.failures import first_line, load_failure, require_device
from explorer.models.catalog import EMOJI_CLASSIFIER, weights_folder
from explorer.models.folders import find_folder
from explorer.perception.axes import find_axis
from explorer.perception.decide import Calibration
from explorer.torchvision_schemas import load_torchvision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

_HUB_SECONDS = 10.0
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
            return _open(f"local-dir:{folder}", None, device, _calibrations(folder))
        model, tag = _known(name)
        repo = _weights(model, tag).get("hf_hub", "").rpartition("/")[0]
        _fetch(model, tag)
        return _open(model, tag, device, {})
    except ExplorerError:
        raise
    except Exception as error:
        raise load_failure(name, error, repo) from error


def _folder(name: str) -> Path | None:
    """Return the folder of that name, None if the name is not a folder."""
    bundled = name == EMOJI_CLASSIFIER
    path = str(weights_folder(name)) if bundled else name
    folder = find_folder(path)
    if folder is None:
        if bundled or name.startswith((".", "/", "~")):
            raise ModelNotFound(
                f"The classifier {name!r:.200} is not on this machine: there is no folder "
                f"{path!r:.200}. Restore it, or choose another classifier."
            )
        return None
    if not (folder / "open_clip_config.json").is_file() or not any(folder.glob("*.safetensors")):
        raise ModelBroken(
            f"The folder {str(folder)!r} is not a classifier. It needs open_clip_config.json, "
            "weights in a .safetensors file, and the files of the tokenizer."
        )
    return folder


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
            f"{str(path)!r} has no valid temperatures. Write "
            f'{{"temperature": {{"gender": 0.01}}}}, or remove it. Details: {first_line(error)}'
        ) from error
    for axis, calibration in calibrations.items():
        _check(calibration, axis, path)
    return calibrations


def _check(calibration: Calibration, axis: str, path: Path) -> None:
    if not calibration.temperature > 0:
        raise InvalidData(
            f"{str(path)!r} sets the temperature {calibration.temperature!r} for {axis!r}. Give a "
            "number above 0."
        )
    labels = len(find_axis(axis).labels)
    if calibration.bias and (
        len(calibration.bias) != labels or not all(map(math.isfinite, calibration.bias))
    ):
        raise InvalidData(
            f"{str(path)!r} sets the bias {list(calibration.bias)!r} for {axis!r}. Give one number "
            f"for each of its {labels} labels, or none."
        )


def _known(name: str) -> tuple[str, str]:
    """Return open_clip's names of the model and of its weights."""
    import open_clip

    known = {f"{model}/{tag}": (model, tag) for model, tag in open_clip.list_pretrained()}
    if name not in known:
        raise UnknownName(
            "classifier",
            name,
            (EMOJI_CLASSIFIER, *known),
            "You can also give the folder of a model in open_clip's layout.",
        )
    return known[name]


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
    from huggingface_hub import HfApi, hf_hub_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    names = (Path(file).with_suffix(".safetensors").name, file) if file else _USUAL_FILES
    for name in names:
        try:
            return hf_hub_download(repo, name, local_files_only=True)
        except LocalEntryNotFoundError:
            continue
    siblings = HfApi().model_info(repo, timeout=_HUB_SECONDS).siblings or ()
    listed = {sibling.rfilename for sibling in siblings}
    return hf_hub_download(repo, next((name for name in names if name in listed), names[-1]))


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
