"""A rough estimate of a model's speed, for use before any measurement."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.models.backends import Diffusers

# One forward pass of the Stable Diffusion 1.5 UNet at 512 px, and speeds that devices reach.
_PASS_FLOP = 0.8e12
_PASS_PX = 512 * 512
_FLOPS = {"cpu": 1.5e11, "mps": 3e12, "cuda": 5e13}


def guessed_rate(settings: "Diffusers", device: str) -> float:
    """Return the images per second of a full-size Stable Diffusion model on a device."""
    passes = settings.steps * (2 if settings.guidance > 1 else 1)
    size = settings.width_px * settings.height_px / _PASS_PX
    return _FLOPS[device] / (_PASS_FLOP * passes * size)
