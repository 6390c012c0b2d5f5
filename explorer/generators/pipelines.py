"""Find a model's files, download them if they are missing, and load the pipeline."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import ExplorerError, ModelBroken, ModelNotFound
from explorer.failures import load_failure, require_device
from explorer.generators.components import load_components
from explorer.generators.reading import readers
from explorer.log import quieten
from explorer.models.catalog import weights_folder
from explorer.models.downloads import progress_bar
from explorer.models.folders import listed, read_config, safe_index
from explorer.models.hub import fetched_index, model_info
from explorer.models.weights import INDEX, loaded_files, parts
from explorer.torchvision_schemas import load_torchvision
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diffusers import DiffusionPipeline

    from explorer.models.requests import ModelSpec

# The loading options of the supported pipeline classes that keep pixels unchanged.
_PIPELINES: dict[str, dict[str, object]] = {
    "StableDiffusionPipeline": {},
    # By default it adds a watermark if the package invisible-watermark is installed.
    "StableDiffusionXLPipeline": {"add_watermarker": False},
}
# They warn of tensors that do not fit, black images and truncated prompts, which this tool reports
# itself, and of half precision without a graphics card, which is slow but works.
_LOUD = (
    "diffusers.models.modeling_utils",
    "diffusers.pipelines.pipeline_loading_utils",
    "diffusers.pipelines.pipeline_utils",
    "diffusers.pipelines.stable_diffusion.safety_checker",
    "diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion",
    "diffusers.pipelines.stable_diffusion_xl.pipeline_stable_diffusion_xl",
    "transformers.distributed.tensor_parallel",
    "transformers.modeling_utils",
    "transformers.tokenization_utils_base",
)
_SCHEDULERS: dict[str, tuple[str, dict[str, object]]] = {
    "ddim": ("DDIMScheduler", {}),
    "ddpm": ("DDPMScheduler", {}),
    "dpm++": ("DPMSolverMultistepScheduler", {}),
    "dpm++-karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler-ancestral": ("EulerAncestralDiscreteScheduler", {}),
    "heun": ("HeunDiscreteScheduler", {}),
    "lms": ("LMSDiscreteScheduler", {}),
    "pndm": ("PNDMScheduler", {"skip_prk_steps": True}),
    "unipc": ("UniPCMultistepScheduler", {}),
}


def load_pipeline(spec: "ModelSpec", device: str) -> "DiffusionPipeline":
    """Load a model's pipeline onto a device, ready to generate.

    Only safetensors weights are read, and code that comes with the model is never run. A model that
    is on this machine is loaded without contacting the hub.

    Args:
        spec: the model; its scheduler replaces the checkpoint's own unless it is "default".
        device: "cpu", "cuda" or "mps".

    Raises:
        ModelNotFound: there is no such folder or hub id.
        ModelAccessDenied: the hub requires a token or the acceptance of a licence.
        ModelUnreachable: the model is not on this machine and the hub does not respond.
        ModelBroken: the files do not load, are only pickles, or hold another kind of model.
        OutOfMemory: the model does not fit.
        InvalidData: the installed torch cannot use the device.
    """
    require_device(device)
    folder, index = _fetched(spec)
    try:
        with warnings.catch_warnings():
            # diffusers updates the settings of old models at loading; its warnings help nobody.
            warnings.simplefilter("ignore", FutureWarning)
            pipeline = _load(spec, folder, index).to(device)
    except ExplorerError:
        raise
    except Exception as error:
        raise load_failure(spec.repo, error) from error
    _set_scheduler(pipeline, spec.diffusion.scheduler)
    _lay_out(pipeline, device)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def fetch(spec: "ModelSpec") -> Path:
    """Return the folder of a model's files, downloaded if they are missing.

    Raises:
        ModelNotFound: there is no such folder or hub id.
        ModelAccessDenied: the hub requires a token or the acceptance of a licence.
        ModelUnreachable: the model is not on this machine and the hub does not respond.
        ModelBroken: the hub holds only pickles, or another kind of model.
    """
    return _fetched(spec)[0]


def stored_folder(spec: "ModelSpec") -> Path | None:
    """Return the folder of a model's files, None if they are not all on this machine.

    Raises:
        ModelBroken: its model_index.json cannot be read, or its weights are only pickles.
    """
    own = _own_folder(spec)
    if own is None:
        return _cached(spec)
    return own if own.is_dir() else None


def _fetched(spec: "ModelSpec") -> tuple[Path, dict[str, Any]]:
    """Return the folder of a model's files and the content of its model_index.json."""
    load_torchvision()
    _quieten()
    try:
        folder = _folder(spec)
        index = safe_index(folder)
    except ExplorerError:
        raise
    except Exception as error:
        raise load_failure(spec.repo, error) from error
    _require_parts(spec, folder, index)
    return folder, index


def _quieten() -> None:
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
    quieten(_LOUD)


def _folder(spec: "ModelSpec") -> Path:
    own = _own_folder(spec)
    if own is None:
        return _cached(spec) or _download(spec)
    if not own.is_dir() and not Path(spec.repo).is_absolute():
        raise ModelNotFound(
            _(
                "The bundled model {repo!r} is not in {own!r}. Restore that folder "
                "from the repository."
            ).format(repo=spec.repo, own=str(own))
        )
    return own


def _own_folder(spec: "ModelSpec") -> Path | None:
    """Return the folder of a bundled model or of one that is given as a folder."""
    if Path(spec.repo).is_absolute():
        return Path(spec.repo)
    return None if "/" in spec.repo else weights_folder(spec.repo)


def _cached(spec: "ModelSpec") -> Path | None:
    """Return the folder of a model in the hub's local cache, None if a file is missing."""
    from huggingface_hub import get_cached_repo_tree, try_to_load_from_cache
    from huggingface_hub.errors import CachedRepoTreeNotFoundError

    path = try_to_load_from_cache(spec.repo, INDEX, revision=spec.revision)
    if not isinstance(path, str):
        return None
    folder, index = Path(path).parent, read_config(Path(path))
    try:
        files = [file.path for file in get_cached_repo_tree(spec.repo, revision=spec.revision)]
    except CachedRepoTreeNotFoundError:
        # An older client or a copy has no list of the files.
        files = list(listed(folder))
        if not all(_has_part(folder / part) for part in parts(index)):
            return None
    wanted = loaded_files(spec.repo, files, index, spec.diffusion.dtype)
    return folder if all((folder / file).is_file() for file in wanted) else None


def _has_part(part: Path) -> bool:
    weights = any(part.glob("*.safetensors")) or not (part / "config.json").is_file()
    return part.is_dir() and weights


def _download(spec: "ModelSpec") -> Path:
    from huggingface_hub import snapshot_download

    # A request with a timeout comes first, because a download would wait without a limit.
    found = model_info(spec.repo, spec.revision)
    files = [file.rfilename for file in found.siblings or ()]
    index = read_config(fetched_index(spec.repo, spec.revision, files))
    wanted = loaded_files(spec.repo, files, index, spec.diffusion.dtype)
    folder = snapshot_download(
        spec.repo,
        revision=spec.revision,
        allow_patterns=list(wanted),
        tqdm_class=progress_bar(),
    )
    return Path(folder)


def _load(spec: "ModelSpec", folder: Path, index: "Mapping[str, Any]") -> "DiffusionPipeline":
    import diffusers
    import torch

    readers(spec, folder, index)
    kind = str(index["_class_name"])
    options = dict(_PIPELINES[kind])
    safety_checker = (index.get("safety_checker") or [None])[0]
    if kind == "StableDiffusionPipeline" and safety_checker is None:
        options["requires_safety_checker"] = False
    return getattr(diffusers, kind).from_pretrained(
        folder,
        dtype=getattr(torch, spec.diffusion.dtype),
        local_files_only=True,
        **load_components(spec, folder, index),
        **options,
    )


def _require_parts(spec: "ModelSpec", folder: Path, index: "Mapping[str, Any]") -> None:
    # Without its folder, a tokenizer would load empty and encode all prompts alike.
    for part in parts(index):
        if not (folder / part).is_dir():
            raise ModelBroken(
                _(
                    "The model {repo!r} lacks its component {part!r}: there is no folder "
                    "{folder!r}. Save or download it again."
                ).format(repo=spec.repo, part=part, folder=str(folder / part))
            )


def _set_scheduler(pipeline: Any, name: str) -> None:
    import diffusers

    if name != "default":
        kind, options = _SCHEDULERS[name]
        config = pipeline.scheduler.config
        pipeline.scheduler = getattr(diffusers, kind).from_config(config, **options)


def _lay_out(pipeline: Any, device: str) -> None:
    """Store weights channels last: a tenth faster, and the same images up to rounding."""
    import torch

    if device != "mps":
        for part in (pipeline.unet, pipeline.vae):
            part.to(memory_format=torch.channels_last)
