"""Variants: models with changed settings, which are part of their names."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict

from explorer.errors import OutOfRange, UnknownName
from explorer.models.backends import Diffusers
from explorer.models.names import is_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.models.requests import ModelSpec

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
PRECISIONS = ("float32", "float16", "bfloat16")
MAX_STEPS = 1000
MAX_GUIDANCE = 50.0
MIN_SIZE_PX = 8
MAX_SIZE_PX = 2048
_VARIANT = re.compile(r"(?P<name>.+) \((?P<settings>[^()]+)\)")


class Changes(TypedDict, total=False):
    """Settings that replace a model's defaults; None keeps the default.

    `size` is width and height in pixels, a multiple of 8. `scheduler` is one of SCHEDULERS and
    `precision` one of PRECISIONS, the number format.
    """

    steps: int | None
    guidance: float | None
    size: int | None
    scheduler: str | None
    precision: str | None


def read_variant(name: str) -> tuple[str, dict[str, Any]]:
    """Return the name of the model and the changed settings in the name of a variant.

    "emoji-skewed (guidance 3)" is emoji-skewed with a guidance of 3. The name of an existing folder
    is not that of a variant.
    """
    found = _VARIANT.fullmatch(name.strip())
    if not found or is_folder(name):
        return name, {}
    changes = [_read_change(change) for change in found["settings"].split(", ")]
    if None in changes:
        return name, {}
    return found["name"], dict(change for change in changes if change)


def _read_change(text: str) -> tuple[str, Any] | None:
    if match := re.fullmatch(r"guidance (\d+(?:\.\d+)?)", text):
        return "guidance", float(match[1])
    if match := re.fullmatch(r"(\d{1,9}) steps?", text):
        return "steps", int(match[1])
    if match := re.fullmatch(r"(\d{1,9}) px", text):
        return "size", int(match[1])
    if text in PRECISIONS:
        return "precision", text
    return ("scheduler", text) if text in SCHEDULERS else None


def changed(spec: "ModelSpec", changes: "Mapping[str, Any]") -> "ModelSpec":
    """Return a variant of a model, with changed settings and its own name.

    Args:
        spec: a model for diffusers.
        changes: any of steps, guidance, size, scheduler and precision.

    Raises:
        InvalidData: the model has another backend.
        UnknownName: there is no such scheduler or precision.
        OutOfRange: steps, guidance or size is outside its limits.
    """
    _check(changes)
    own = spec.diffusion
    settings = replace(
        own,
        steps=changes.get("steps", own.steps),
        guidance=float(changes.get("guidance", own.guidance)),
        width_px=changes.get("size", own.width_px),
        height_px=changes.get("size", own.height_px),
        scheduler=changes.get("scheduler", own.scheduler),
        dtype=changes.get("precision", own.dtype),
    )
    return replace(spec, settings=settings, name=_variant_name(spec.name, own, settings))


def in_precision(name: str, precision: str) -> str:
    """Return the name of a model's variant in another number format: "mine (float32)"."""
    _base, own = read_variant(name)
    return f"{name.removesuffix(')')}, {precision})" if own else f"{name} ({precision})"


def _variant_name(name: str, own: Diffusers, settings: Diffusers) -> str:
    plural = "s" if settings.steps != 1 else ""
    sizes = [(one.width_px, one.height_px) for one in (own, settings)]
    words = (
        (own.guidance != settings.guidance, f"guidance {settings.guidance:g}"),
        (own.steps != settings.steps, f"{settings.steps} step{plural}"),
        (sizes[0] != sizes[1], f"{settings.width_px} px"),
        (own.scheduler != settings.scheduler, settings.scheduler),
        (own.dtype != settings.dtype, settings.dtype),
    )
    parts = [text for differs, text in words if differs]
    return f"{name} ({', '.join(parts)})" if parts else name


def _check(changes: "Mapping[str, Any]") -> None:
    if changes.get("scheduler", "default") not in SCHEDULERS:
        raise UnknownName("scheduler", changes["scheduler"], SCHEDULERS)
    if changes.get("precision", PRECISIONS[0]) not in PRECISIONS:
        raise UnknownName("precision", changes["precision"], PRECISIONS)
    _check_range("steps", changes.get("steps", 1), 1, MAX_STEPS)
    _check_range("guidance", changes.get("guidance", 0), 0, MAX_GUIDANCE)
    size = changes.get("size", MIN_SIZE_PX)
    _check_range("size", size, MIN_SIZE_PX, MAX_SIZE_PX)
    if size % 8:
        raise OutOfRange(f"size is {size!r}. Give a multiple of 8, {size // 8 * 8} for instance.")


def _check_range(setting: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise OutOfRange(f"{setting} is {value!r}. Give a number from {low:g} to {high:g}.")
