"""Find out what the denoiser draws when asked for a mix, and what to ask for to get the design.

A denoiser that learned for an hour follows the mix it is asked for, but not exactly, and each
costume has a bent of its own. Drawing mixes at random and counting what comes out shows the bent;
asking for its opposite removes it.
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
# Keeps slopes of a costume with few images near 1 and its offsets near 0.
PRIOR_WEIGHT = 2.0


@dataclass(frozen=True, slots=True)
class Bent:
    """How each costume (row) turns the log odds it is asked for into those it draws.

    drawn = slope x asked + offset, for women and neutral persons (C,), and for the log shares of
    the tones up to their sum, slope (C,) and offset (C, 5).
    """

    women: torch.Tensor
    neutral: torch.Tensor
    tone_slope: torch.Tensor
    tone_offset: torch.Tensor

    def drawn(self, asked: Mixes) -> Mixes:
        """Return the mixes that are drawn when these are asked for."""
        c = asked.costume
        tones = self.tone_slope[c, None] * asked.tones + self.tone_offset[c]
        return replace(
            asked,
            women=self.women[c, 0] * asked.women + self.women[c, 1],
            neutral=self.neutral[c, 0] * asked.neutral + self.neutral[c, 1],
            tones=tones.log_softmax(1),
        )

    def aim(self, wanted: Mixes) -> Mixes:
        """Return the mixes to ask for so that the wanted ones are drawn; empty captions stay."""
        known = wanted.costume != EMPTY
        mixes = wanted[known]
        c = mixes.costume
        tones = (mixes.tones - self.tone_offset[c]) / self.tone_slope[c, None]
        asked = {
            "women": (mixes.women - self.women[c, 1]) / self.women[c, 0],
            "neutral": (mixes.neutral - self.neutral[c, 1]) / self.neutral[c, 0],
            "tones": tones.log_softmax(1),
        }
        return replace(wanted, **{n: _put(getattr(wanted, n), known, v) for n, v in asked.items()})

    def save(self, path: "Path") -> None:
        """Write the numbers as JSON."""
        kept = {name: getattr(self, name).tolist() for name in self.__slots__}
        path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def read_bent(path: "Path") -> Bent:
    """Read what `save` wrote."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Bent(**{name: torch.tensor(values) for name, values in kept.items()})


def _put(values: torch.Tensor, where: torch.Tensor, new: torch.Tensor) -> torch.Tensor:
    changed = values.clone()
    changed[where] = new
    return changed


def draw_mixes(unet: "UNet2DConditionModel", number: int, seed: int) -> tuple[Mixes, torch.Tensor]:
    """Draw random mixes, as many as `number`; return them and their latents, (N, 8, 12, 12)."""
    torch.manual_seed(seed)
    asked = random_mixes(number)
    drawn = []
    for start in range(0, number, BATCH):
        drawn.append(draw_latents(unet, asked[torch.arange(start, min(start + BATCH, number))]))
        if start % (50 * BATCH) == 0:
            print(f"mixes: {start} of {number}", flush=True)
    return asked, torch.cat(drawn)


def draw_latents(unet: "UNet2DConditionModel", mixes: Mixes) -> torch.Tensor:
    """Draw one latent for each mix as the pipeline would, (N, 8, 12, 12)."""
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


def fit_bent(asked: Mixes, shown: torch.Tensor) -> Bent:
    """Return the bent of greatest likelihood given what was asked and what images show (N, 3)."""
    costumes = len(ALL_COSTUMES)
    women, neutral = torch.tensor([1.0, 0.0]).repeat(2, costumes, 1)
    start = Bent(women, neutral, torch.ones(costumes), torch.zeros(costumes, len(TONES)))
    free = [getattr(start, name).requires_grad_() for name in Bent.__slots__]
    optimizer = torch.optim.LBFGS(free, max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = _misfit(_bent(free), asked, shown)
        value.backward()
        return value

    optimizer.step(loss)
    return _bent([values.detach() for values in free])


def _bent(values: list[torch.Tensor]) -> Bent:
    women, neutral, tone_slope, tone_offset = values
    return Bent(women, neutral, tone_slope, tone_offset)


def _misfit(bent: Bent, asked: Mixes, shown: torch.Tensor) -> torch.Tensor:
    drawn = bent.drawn(asked)
    genders = F.nll_loss(drawn.log_genders(), shown[:, 0], reduction="sum")
    tones = F.nll_loss(drawn.tones, shown[:, 1], reduction="sum")
    usual = torch.tensor([1.0, 0.0])
    away = sum((line - usual).square().sum() for line in (bent.women, bent.neutral))
    away = away + (bent.tone_slope - 1).square().sum() + bent.tone_offset.square().sum()
    return genders + tones + PRIOR_WEIGHT * away
