"""A rough estimate of a model's work and speed, for use before any measurement."""

import math
from typing import TYPE_CHECKING

from explorer.models.backends import Diffusers

if TYPE_CHECKING:
    from explorer.models.catalog import ModelCard

# One forward pass of the Stable Diffusion 1.5 UNet at 512 px, the decoding of an image of that
# size, and speeds that devices reach. Attention makes large images dearer than their area: with
# this exponent, SDXL at 1024 px comes to 6.4e12, and 6.8e12 were counted.
_PASS_FLOP = 0.8e12
_DECODE_FLOP = 2.5e12
_PASS_PX = 512 * 512
_PASS_EXPONENT = 1.5
_FLOPS = {"cpu": 1.5e11, "mps": 3e12, "cuda": 5e13}
# Counted with torch's FlopCounterMode: a bundled generator at 96 px and 5 steps.
_BUNDLED_FLOP = 1.76e9
# Images per second of a bundled generator on two CPU cores, 96 px and 12 steps at batch 32.
_BUNDLED_RATE = 10.0
# A service takes about ten seconds per image.
_SERVICE_RATE = 0.1


def operations(settings: "Diffusers") -> float:
    """Return the floating-point operations of one image of a full-size Stable Diffusion model."""
    passes = settings.steps * (2 if settings.guidance > 1 else 1)
    area = settings.width_px * settings.height_px / _PASS_PX
    return passes * _PASS_FLOP * math.pow(area, _PASS_EXPONENT) + _DECODE_FLOP * area


def operations_of(card: "ModelCard") -> float | None:
    """Return the operations of one image of a model; None where another machine does them."""
    if card.bundled:
        return _BUNDLED_FLOP
    settings = card.spec.settings
    return operations(settings) if isinstance(settings, Diffusers) else None


def guessed_rate(settings: "Diffusers", device: str) -> float:
    """Return the images per second of a full-size Stable Diffusion model on a device."""
    return _FLOPS[device] / operations(settings)


def guessed_rate_of(card: "ModelCard", device: str) -> float:
    """Return the images per second of any model on a device."""
    settings = card.spec.settings
    if card.bundled:
        return _BUNDLED_RATE
    if not isinstance(settings, Diffusers):
        return _SERVICE_RATE
    return guessed_rate(settings, device)
