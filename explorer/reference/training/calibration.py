"""Measure the mixes that the denoiser generates, and correct the requests for them.

A denoiser trained for an hour follows the requested mix, but not exactly, and each costume distorts
it in its own way. Generating random mixes and counting the results shows the distortion; requesting
its inverse removes it.
"""

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F

from explorer.reference.training.art import GENDERS, TONES
from explorer.reference.training.conditions import (
    EMPTY,
    LONGEST,
    SHORTEST,
    Mixes,
    random_mixes,
    text_states,
)
from explorer.reference.training.denoiser import LATENT_SHAPE, STEPS, new_scheduler
from explorer.reference.training.images import ALL_COSTUMES

if TYPE_CHECKING:
    from pathlib import Path

    from diffusers import UNet2DConditionModel

BATCH = 64
PERSON = GENDERS.index("person")
# Keeps the slopes of a costume with few images near 1 and its offsets near 0.
PRIOR_WEIGHT = 2.0


@dataclass(frozen=True, slots=True)
class Distortion:
    """The difference between requested and generated log odds, for each costume (row).

    generated = slope x requested + offset. `women` and `neutral` (C, 2) hold slope and offset. The
    log shares of the tones have one slope (C,) and five offsets (C, 5), before they are normalised.
    """

    women: torch.Tensor
    neutral: torch.Tensor
    tone_slope: torch.Tensor
    tone_offset: torch.Tensor

    def generated(self, requested: Mixes) -> Mixes:
        """Return the mixes that are generated for the requested ones."""
        c = requested.costume
        tones = self.tone_slope[c, None] * requested.tones + self.tone_offset[c]
        return replace(
            requested,
            women=self.women[c, 0] * requested.women + self.women[c, 1],
            neutral=self.neutral[c, 0] * requested.neutral + self.neutral[c, 1],
            tones=tones.log_softmax(1),
        )

    def aim(self, wanted: Mixes) -> Mixes:
        """Return the mixes to request in order to generate the wanted ones; empty captions stay."""
        known = wanted.costume != EMPTY
        mixes = wanted[known]
        c = mixes.costume
        tones = (mixes.tones - self.tone_offset[c]) / self.tone_slope[c, None]
        requested = {
            "women": (mixes.women - self.women[c, 1]) / self.women[c, 0],
            "neutral": (mixes.neutral - self.neutral[c, 1]) / self.neutral[c, 0],
            "tones": tones.log_softmax(1),
        }
        return replace(
            wanted, **{n: _put(getattr(wanted, n), known, v) for n, v in requested.items()}
        )

    def save(self, path: "Path") -> None:
        """Write the distortion as JSON."""
        kept = {name: getattr(self, name).tolist() for name in self.__slots__}
        path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def read_distortion(path: "Path") -> Distortion:
    """Return the distortion that `save` wrote."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Distortion(**{name: torch.tensor(values) for name, values in kept.items()})


def _put(values: torch.Tensor, where: torch.Tensor, new: torch.Tensor) -> torch.Tensor:
    changed = values.clone()
    changed[where] = new
    return changed


def generate_drafts(
    unet: "UNet2DConditionModel", number: int, seed: int
) -> tuple[Mixes, torch.Tensor]:
    """Return `number` random mixes, and latents (N, 8, 12, 12) generated for them."""
    torch.manual_seed(seed)
    requested = random_mixes(number)
    latents = []
    for start in range(0, number, BATCH):
        batch = torch.arange(start, min(start + BATCH, number))
        latents.append(generate_latents(unet, requested[batch]))
        if start % (50 * BATCH) == 0:
            print(f"drafts: {start} of {number}", flush=True)
    return requested, torch.cat(latents)


def generate_latents(unet: "UNet2DConditionModel", mixes: Mixes) -> torch.Tensor:
    """Return the latents (N, 8, 12, 12) that the pipeline would generate for mixes."""
    size = len(mixes.costume)
    scheduler = new_scheduler()
    scheduler.set_timesteps(STEPS)
    states = text_states(mixes.features(), torch.randint(SHORTEST, LONGEST, (size,)))
    latents = torch.randn(size, *LATENT_SHAPE).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        for time in scheduler.timesteps:
            velocity = unet(latents, time, states).sample
            latents = scheduler.step(velocity, time, latents).prev_sample
    return latents


def fit_distortion(requested: Mixes, shown: torch.Tensor) -> Distortion:
    """Return the maximum-likelihood distortion.

    Args:
        requested: the requested mixes.
        shown: gender, tone and costume of an image of each, int (N, 3).
    """
    costumes = len(ALL_COSTUMES)
    women, neutral = torch.tensor([1.0, 0.0]).repeat(2, costumes, 1)
    start = Distortion(women, neutral, torch.ones(costumes), torch.zeros(costumes, len(TONES)))
    free = [getattr(start, name).requires_grad_() for name in Distortion.__slots__]
    optimizer = torch.optim.LBFGS(free, max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = _misfit(_distortion(free), requested, shown)
        value.backward()
        return value

    optimizer.step(loss)
    return _distortion([values.detach() for values in free])


def _distortion(values: list[torch.Tensor]) -> Distortion:
    women, neutral, tone_slope, tone_offset = values
    return Distortion(women, neutral, tone_slope, tone_offset)


def _misfit(distortion: Distortion, requested: Mixes, shown: torch.Tensor) -> torch.Tensor:
    generated = distortion.generated(requested)
    genders = F.nll_loss(generated.log_genders(), shown[:, 0], reduction="sum")
    tones = F.nll_loss(generated.tones, shown[:, 1], reduction="sum")
    none = torch.tensor([1.0, 0.0])
    size = sum((line - none).square().sum() for line in (distortion.women, distortion.neutral))
    size = size + (distortion.tone_slope - 1).square().sum() + distortion.tone_offset.square().sum()
    return genders + tones + PRIOR_WEIGHT * size
