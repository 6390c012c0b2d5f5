"""Find a model's files, download them if they are missing, and load the pipeline."""

import json
import logging
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import ExplorerError, ModelBroken, ModelNotFound
from explorer.failures import load_failure, require_device
from explorer.generators.components import load_components
from explorer.generators.reading import readers
from explorer.models.catalog import weights_folder
from explorer.models.folders import require_safe_folder
from explorer.torchvision_schemas import load_torchvision

if TYPE_CHECKING:
    from diffusers import DiffusionPipeline

    from explorer.models.requests import ModelSpec

_HUB_SECONDS = 10.0
# The supported pipeline classes, with the loading options that keep pixels unchanged.
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
    folder = fetch(spec)
    try:
        with warnings.catch_warnings():
            # diffusers updates the settings of old models at loading; its warnings help nobody.
            warnings.simplefilter("ignore", FutureWarning)
            pipeline = _load(spec, folder).to(device)
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
    load_torchvision()
    _quieten()
    try:
        folder = _folder(spec)
        require_safe_folder(folder)
        _index(spec, folder)
    except ExplorerError:
        raise
    except Exception as error:
        raise load_failure(spec.repo, error) from error
    return folder


def _quieten() -> None:
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.ERROR)


def _folder(spec: "ModelSpec") -> Path:
    if Path(spec.repo).is_absolute():
        return Path(spec.repo)
    if "/" in spec.repo:
        variants = ("fp16", None) if spec.diffusion.dtype == "float16" else (None,)
        return _cached(spec, variants) or _download(spec, variants)
    bundled = weights_folder(spec.repo)
    if not bundled.is_dir():
        raise ModelNotFound(
            f"The bundled model {spec.repo!r} is not in {str(bundled)!r}. Restore that folder "
            "from the repository."
        )
    return bundled


def _cached(spec: "ModelSpec", variants: tuple[str | None, ...]) -> Path | None:
    from diffusers import DiffusionPipeline

    for variant in variants:
        try:
            folder = DiffusionPipeline.download(
                spec.repo,
                revision=spec.revision,
                variant=variant,
                use_safetensors=True,
                local_files_only=True,
            )
        except (OSError, ValueError):
            continue
        if (Path(folder) / "model_index.json").is_file():
            return Path(folder)
    return None


def _download(spec: "ModelSpec", variants: tuple[str | None, ...]) -> Path:
    from diffusers import DiffusionPipeline
    from huggingface_hub import HfApi

    # A request with a timeout comes first, because diffusers would wait without a limit.
    model = HfApi().model_info(spec.repo, revision=spec.revision, timeout=_HUB_SECONDS)
    names = [file.rfilename for file in model.siblings or ()]
    if "model_index.json" not in names:
        raise ModelBroken(
            f"The model {spec.repo!r} on the hub has no model_index.json, so this tool cannot "
            "generate with it. Choose a model that is marked 'Diffusers' on the hub."
        )
    variant = next((name for name in variants if _has_variant(names, name)), None)
    try:
        folder = DiffusionPipeline.download(
            spec.repo, revision=spec.revision, variant=variant, use_safetensors=True
        )
    except OSError as error:
        if "Could not find the necessary `safetensors` weights" not in str(error):
            raise
        raise ModelBroken(
            f"The model {spec.repo!r} on the hub has only pickle files for weights, which can run "
            "programs when they are opened. Choose a version with .safetensors files."
        ) from error
    return Path(folder)


def _has_variant(names: list[str], variant: str | None) -> bool:
    return variant is not None and any(
        f".{variant}." in name and name.endswith(".safetensors") for name in names
    )


def _load(spec: "ModelSpec", folder: Path) -> "DiffusionPipeline":
    import diffusers
    import torch

    index = _index(spec, folder)
    readers(spec, folder)
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


def _index(spec: "ModelSpec", folder: Path) -> dict[str, Any]:
    index: dict[str, Any] = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))
    if str(index.get("_class_name")) not in _PIPELINES:
        raise ModelBroken(
            f"The model {spec.repo!r} is a {index.get('_class_name')!r}. This tool generates with "
            f"{' or '.join(map(repr, _PIPELINES))}. Choose a Stable Diffusion model."
        )
    # Without its folder, a tokenizer would load empty and encode all prompts alike.
    for part, kind in index.items():
        if isinstance(kind, list) and kind[0] and not (folder / part).is_dir():
            raise ModelBroken(
                f"The model {spec.repo!r} lacks its component {part!r}: there is no folder "
                f"{str(folder / part)!r}. Save or download it again."
            )
    return index


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
