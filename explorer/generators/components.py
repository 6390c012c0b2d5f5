"""The parts of a pipeline: their classes, and their weights, which must be complete."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from explorer.errors import ModelBroken
from explorer.models.folders import listed
from explorer.models.weights import parts, variants
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from explorer.models.requests import ModelSpec

# Where the classes are that a model_index.json names. Any other is code that comes with the model.
_PACKAGES = {
    "diffusers": "diffusers",
    "transformers": "transformers",
    "stable_diffusion": "diffusers.pipelines.stable_diffusion",
}
_NAMES_SHOWN = 3


def load_components(
    spec: "ModelSpec", folder: "Path", index: "Mapping[str, Any]"
) -> dict[str, Any]:
    """Return the parts of a model that have weights, by name.

    On their own, the libraries replace tensors that are missing with random ones.

    Args:
        spec: the model.
        folder: its files, in safetensors format.
        index: the content of its model_index.json.

    Raises:
        ModelBroken: a tensor is missing, unexpected or of another shape.
    """
    import torch

    kinds = {part: component_class(index, part) for part in parts(index)}
    weighted = {
        part: kind
        for part, kind in kinds.items()
        if isinstance(kind, type) and issubclass(kind, torch.nn.Module)
    }
    chosen = variants(listed(folder), index, spec.diffusion.dtype)
    return {
        part: _load(spec, folder / part, kind, chosen.get(part)) for part, kind in weighted.items()
    }


def component_class(index: "Mapping[str, Any]", part: str) -> Any:
    """Return the class of a part of a pipeline, None if the libraries have none of that name."""
    package, name = index[part]
    module = _PACKAGES.get(package)
    return getattr(import_module(module), str(name), None) if module else None


def _load(spec: "ModelSpec", folder: "Path", kind: Any, variant: str | None) -> Any:
    import torch

    component, report = kind.from_pretrained(
        folder,
        dtype=getattr(torch, spec.diffusion.dtype),
        variant=variant,
        use_safetensors=True,
        local_files_only=True,
        # A shape that differs is then reported by name.
        ignore_mismatched_sizes=True,
        output_loading_info=True,
    )
    flaws = " ".join(_flaws(report))
    if flaws:
        raise ModelBroken(
            _(
                "The weights of {name!r} in the model {repo!r} do not fit its "
                "config.json: {flaws} Save or download the model again, or choose "
                "another one."
            ).format(name=folder.name, repo=spec.repo, flaws=flaws)
        )
    return component


def _flaws(report: "Mapping[str, Any]") -> "Iterator[str]":
    """Yield a sentence for each kind of tensor that does not fit."""
    kinds = {
        "missing": sorted(report["missing_keys"]),
        "unexpected": sorted(report["unexpected_keys"]),
        "of another shape": sorted(name for name, *_ in report["mismatched_keys"]),
    }
    for kind, names in kinds.items():
        if names:
            shown = ", ".join(map(repr, names[:_NAMES_SHOWN]))
            more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
            yield f"{shown}{more} {'is' if len(names) == 1 else 'are'} {kind}."
