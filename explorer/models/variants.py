"""Variants: models with changed settings, which are part of their names."""

import re
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypedDict

from explorer.errors import InvalidData, OutOfRange, UnknownName
from explorer.models.backends import Diffusers, Hosted
from explorer.models.names import is_folder
from explorer.numbers import figures
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from explorer.models.backends import Settings
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
# What services call the quality of an image; each knows some of them.
QUALITIES = ("low", "medium", "high", "xhigh", "max", "auto", "standard", "hd")
MAX_STEPS = 1000
MAX_GUIDANCE = 50.0
MIN_SIZE_PX = 8
MAX_SIZE_PX = 2048
_WORDS: "dict[str, Callable[[Any], str]]" = {
    "guidance": lambda value: f"guidance {value:g}",
    "steps": lambda value: f"{value} step{'s' if value != 1 else ''}",
    "size": lambda value: f"{value[0]} px",
    "quality": str,
    "scheduler": str,
    "dtype": str,
}
_VARIANT = re.compile(r"(?P<name>.+) \((?P<settings>[^()]+)\)")


class Changes(TypedDict, total=False):
    """Settings that replace a model's defaults; None keeps the default.

    `size` is width and height in pixels, a multiple of 8. `scheduler` is one of SCHEDULERS,
    `precision` one of PRECISIONS, the number format, and `quality` one of QUALITIES.
    """

    steps: int | None
    guidance: float | None
    size: int | None
    scheduler: str | None
    precision: str | None
    quality: str | None


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
    if text in QUALITIES:
        return "quality", text
    return ("scheduler", text) if text in SCHEDULERS else None


def changed(spec: "ModelSpec", changes: "Mapping[str, Any]") -> "ModelSpec":
    """Return a variant of a model, with changed settings and its own name.

    Args:
        spec: a model for diffusers, or of a service.
        changes: any of steps, guidance, size, scheduler and precision, or of size and quality.

    Raises:
        InvalidData: the model's backend lacks one of the settings.
        UnknownName: there is no such scheduler, precision or quality.
        OutOfRange: steps, guidance or size is outside its limits.
    """
    _check(changes)
    if not changes:
        return spec
    settings: Settings
    if isinstance(spec.settings, Hosted) and changes.keys() <= {"size", "quality"}:
        settings = _changed_service(spec.settings, changes)
    else:
        settings = _changed_pipeline(spec, changes)
    return replace(spec, settings=settings, name=_variant_name(spec.name, spec.settings, settings))


def _changed_service(own: Hosted, changes: "Mapping[str, Any]") -> Hosted:
    return replace(
        own,
        width_px=changes.get("size", own.width_px),
        height_px=changes.get("size", own.height_px),
        quality=changes.get("quality", own.quality),
    )


def _changed_pipeline(spec: "ModelSpec", changes: "Mapping[str, Any]") -> Diffusers:
    own = spec.diffusion
    if "quality" in changes:
        raise InvalidData(
            _(
                "{name!r} is no model of a service and has no quality {changes!r}. "
                "Leave it out, or change the number of steps."
            ).format(name=spec.name, changes=changes["quality"])
        )
    return replace(
        own,
        steps=changes.get("steps", own.steps),
        guidance=float(changes.get("guidance", own.guidance)),
        width_px=changes.get("size", own.width_px),
        height_px=changes.get("size", own.height_px),
        scheduler=changes.get("scheduler", own.scheduler),
        dtype=changes.get("precision", own.dtype),
    )


def in_precision(name: str, precision: str) -> str:
    """Return the name of a model's variant in another number format: "mine (float32)"."""
    _base, own = read_variant(name)
    return f"{name.removesuffix(')')}, {precision})" if own else f"{name} ({precision})"


def _variant_name(name: str, own: "Settings", settings: "Settings") -> str:
    before, after = _named(own), _named(settings)
    parts = [word(after[key]) for key, word in _WORDS.items() if before.get(key) != after.get(key)]
    return f"{name} ({', '.join(parts)})" if parts else name


def _named(settings: "Settings") -> dict[str, Any]:
    values = {each.name: getattr(settings, each.name) for each in fields(settings)}
    return values | {"size": (values.get("width_px"), values.get("height_px"))}


def _check(changes: "Mapping[str, Any]") -> None:
    if changes.get("scheduler", "default") not in SCHEDULERS:
        raise UnknownName("scheduler", changes["scheduler"], SCHEDULERS)
    if changes.get("precision", PRECISIONS[0]) not in PRECISIONS:
        raise UnknownName("precision", changes["precision"], PRECISIONS)
    if changes.get("quality", QUALITIES[0]) not in QUALITIES:
        raise UnknownName("quality", changes["quality"], QUALITIES)
    _check_range("steps", changes.get("steps", 1), 1, MAX_STEPS)
    _check_range("guidance", changes.get("guidance", 0), 0, MAX_GUIDANCE)
    size = changes.get("size", MIN_SIZE_PX)
    _check_range("size", size, MIN_SIZE_PX, MAX_SIZE_PX)
    if size % 8:
        raise OutOfRange(
            _("size is {size!r}. Give a multiple of 8, {next} for instance.").format(
                size=size, next=size // 8 * 8
            )
        )


def _check_range(setting: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise OutOfRange(
            _("{setting} is {value!r}. Give a number from {low} to {high}.").format(
                setting=setting, value=value, low=figures(low), high=figures(high)
            )
        )
