"""Variants: models with changed settings, which are part of their names."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from explorer.errors import OutOfRange, UnknownName
from explorer.models.backends import Diffusers
from explorer.models.folders import find_folder

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
MAX_STEPS = 1000
MAX_GUIDANCE = 50.0
MIN_SIZE_PX = 8
MAX_SIZE_PX = 2048
_VARIANT = re.compile(r"(?P<name>.+) \((?P<settings>[^()]+)\)")


def read_variant(name: str) -> tuple[str, dict[str, Any]]:
    """Return the name of the model and the changed settings in the name of a variant.

    "emoji-skewed (guidance 3)" is emoji-skewed with a guidance of 3. The name of an existing folder
    is not that of a variant.
    """
    found = _VARIANT.fullmatch(name.strip())
    if not found or find_folder(name):
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
    return ("scheduler", text) if text in SCHEDULERS else None


def changed(spec: "ModelSpec", changes: "Mapping[str, Any]") -> "ModelSpec":
    """Return a variant of a model, with changed settings and its own name.

    Args:
        spec: a model for diffusers.
        changes: any of steps, guidance, size and scheduler.

    Raises:
        InvalidData: the model has another backend.
        UnknownName: there is no such scheduler.
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
    )
    return replace(spec, settings=settings, name=_variant_name(spec.name, own, settings))


def _variant_name(name: str, own: Diffusers, settings: Diffusers) -> str:
    words = {
        "guidance": f"guidance {settings.guidance:g}",
        "steps": f"{settings.steps} step{'s' if settings.steps != 1 else ''}",
        "width_px": f"{settings.width_px} px",
        "scheduler": settings.scheduler,
    }
    parts = [text for one, text in words.items() if getattr(own, one) != getattr(settings, one)]
    return f"{name} ({', '.join(parts)})" if parts else name


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
