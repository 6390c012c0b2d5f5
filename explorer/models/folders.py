"""Local model folders: their content, their safety, and the settings that their configs ask for."""

import json
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import InvalidData, ModelBroken, ModelNotFound
from explorer.failures import unreadable
from explorer.models.names import is_folder
from explorer.models.weights import INDEX, loaded_files
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

# The supported pipeline classes: the steps and guidance of diffusers, and the side of the latents
# where the UNet's own configuration has none.
PIPELINES = {"StableDiffusionPipeline": (50, 7.5, 64), "StableDiffusionXLPipeline": (50, 5.0, 128)}
# Models with such a scheduler are distilled, and generate in a few steps without guidance.
_DISTILLED = {"LCMScheduler": (4, 1.0), "TCDScheduler": (4, 1.0)}
_USUAL_BLOCKS = 4
_MAX_LATENT = 512


def checked_name(kind: str, name: str) -> str:
    """Return the name or path of a model or classifier unchanged.

    Raises:
        InvalidData: it has a character that neither a file nor an index can hold.
    """
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        raise InvalidData(
            _(
                "The {kind} {name!r:.120} has a character that no name may have. Type "
                "the name anew; rename a folder whose name is not UTF-8."
            ).format(kind=kind, name=name)
        )
    return name


def safe_index(folder: Path) -> dict[str, Any]:
    """Return the content of the model_index.json of a folder that can be generated with safely.

    Raises:
        ModelNotFound: there is no such folder.
        ModelBroken: it has no model_index.json or one of another kind of pipeline, or a component
            of it has no safetensors weights.
    """
    if not is_folder(str(folder)):
        raise ModelNotFound(
            _(
                "There is no folder {folder!r:.200}. Give the path of a folder with a "
                "model_index.json."
            ).format(folder=str(folder))
        )
    if not (folder / INDEX).is_file():
        raise ModelBroken(
            _(
                "The folder {folder!r} contains no model_index.json, so this tool "
                "cannot generate with it. Give the folder that a diffusers pipeline "
                "was saved to."
            ).format(folder=str(folder))
        )
    index = read_config(folder / INDEX)
    require_supported(str(folder), index)
    loaded_files(str(folder), listed(folder), index, "float32")
    return index


def require_supported(name: str, index: "Mapping[str, Any]") -> str:
    """Return the class of a pipeline.

    Args:
        name: the model, for messages.
        index: the content of its model_index.json.

    Raises:
        ModelBroken: it is another kind of pipeline.
    """
    kind = index.get("_class_name")
    if not isinstance(kind, str) or kind not in PIPELINES:
        raise ModelBroken(
            _(
                "The model {name!r} is a {kind!r}. This tool generates with {known}. "
                "Choose a Stable Diffusion model."
            ).format(name=name, kind=kind, known=" or ".join(map(repr, PIPELINES)))
        )
    return kind


def listed(folder: Path) -> tuple[str, ...]:
    """Return the files of a folder and of its subfolders, relative to it, sorted."""
    paths = list(folder.iterdir())
    deeper = (path for part in paths if part.is_dir() for path in part.iterdir())
    files = (path for path in (*paths, *deeper) if path.is_file())
    return tuple(sorted(path.relative_to(folder).as_posix() for path in files))


def own_settings(folder: Path, index: "Mapping[str, Any]") -> dict[str, Any]:
    """Return the scheduler, steps, guidance and size that a pipeline's configurations ask for.

    Args:
        folder: the configurations.
        index: the content of its model_index.json.

    Raises:
        ModelBroken: a configuration cannot be read, or the pipeline is of another kind.
    """
    kind = require_supported(str(folder), index)
    steps, guidance, _side = PIPELINES[kind]
    scheduler = folder / "scheduler/scheduler_config.json"
    if scheduler.is_file():
        few = _DISTILLED.get(str(read_config(scheduler).get("_class_name")))
        steps, guidance = few or (steps, guidance)
    size = native_size(folder, kind)
    return {"scheduler": "default", "steps": steps, "guidance": guidance, "size_px": size}


def native_size(folder: Path, kind: str) -> tuple[int, int]:
    """Return the width and height, in pixels, of the images that a model was trained on.

    Raises:
        ModelBroken: a configuration cannot be read, or has an impossible size.
    """
    unet, vae = (read_config(folder / part / "config.json") for part in ("unet", "vae"))
    sample = unet.get("sample_size")
    given = PIPELINES[kind][2] if sample is None else sample
    sides = given if isinstance(given, list) else [given, given]
    possible = len(sides) == len("hw") and all(
        type(side) is int and 0 < side <= _MAX_LATENT for side in sides
    )
    if not possible:
        raise ModelBroken(
            _(
                "{folder!r} has the sample_size {sample!r}. Write one whole number, or "
                "height and width, or null."
            ).format(folder=str(folder / "unet/config.json"), sample=sample)
        )
    blocks = vae.get("block_out_channels") or (0,) * _USUAL_BLOCKS
    height, width = (side << (len(blocks) - 1) for side in sides)
    return width, height


def read_config(path: Path) -> dict[str, Any]:
    """Return the content of a JSON file of a model.

    Raises:
        ModelBroken: it cannot be read, or may not be.
    """
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except PermissionError as error:
        raise unreadable(path, error) from error
    except (OSError, ValueError, TypeError) as error:
        raise ModelBroken(
            _("{path!r} cannot be read ({error}). Save or download the model again.").format(
                path=str(path), error=error
            )
        ) from error
