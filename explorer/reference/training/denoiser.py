"""Train the denoiser on exact posterior means instead of single noisy samples.

The training pictures are finite and the mix of every caption is known, so the best possible
prediction at any noise level can be computed: the mean of the pictures, each weighted by its
designed share and by how well it explains the noisy input. Learning this target instead of one
sampled picture takes the noise out of training and keeps the drawn mix close to the design.
Source: Xu, Tong and Jaakkola (2023), Stable Target Field for Reduced Variance Score Estimation.
"""

import copy
import math
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from diffusers import DPMSolverMultistepScheduler, UNet2DConditionModel

from explorer.reference.training.captions import Caption, draw_caption
from explorer.reference.training.pictures import ALL_COSTUMES
from explorer.reference.training.text import tokenize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import CLIPTextModel, CLIPTokenizer

    from explorer.reference.training.pictures import TrainingSet

BATCH = 32
EMPTY_SHARE = 0.1
# An empty caption may show anything; a fresh sample of everything stands for it.
EMPTY_CHOICES = 400
CAPTIONS_PER_MODEL = 10_000
STEPS = 8
OWN_STEPS_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Gallery:
    """All training latents, flat (N, D), and for each costume which they are."""

    latents: torch.Tensor
    gender: torch.Tensor
    tone: torch.Tensor
    members: tuple[torch.Tensor, ...]


def new_scheduler() -> DPMSolverMultistepScheduler:
    """Return the sampler the generators ship with."""
    return DPMSolverMultistepScheduler(
        beta_schedule="linear",
        prediction_type="v_prediction",
        algorithm_type="dpmsolver++",
        solver_order=2,
        timestep_spacing="trailing",
        final_sigmas_type="zero",
        steps_offset=1,
    )


def new_denoiser(text_width: int) -> UNet2DConditionModel:
    """Return an untrained UNet of about 5.6 M parameters that pools the text by itself."""
    unet = UNet2DConditionModel(
        sample_size=12,
        in_channels=8,
        out_channels=8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(64, 96, 128),
        layers_per_block=1,
        cross_attention_dim=text_width,
        attention_head_dim=4,
        norm_num_groups=16,
        addition_embed_type="text",
        addition_embed_type_num_heads=4,
    )
    return prepared(unet)


def prepared(unet: UNet2DConditionModel) -> UNet2DConditionModel:
    """Lay the weights out channels last and make them trainable."""
    return unet.to(memory_format=torch.channels_last).train()


def gallery(data: "TrainingSet", latents: torch.Tensor) -> Gallery:
    """Sort the latents of the training pictures by costume."""
    costume = torch.as_tensor(data.costume)
    return Gallery(
        latents=latents.flatten(1).contiguous(),
        gender=torch.as_tensor(data.gender),
        tone=torch.as_tensor(data.tone),
        members=tuple((costume == index).nonzero()[:, 0] for index in range(len(ALL_COSTUMES))),
    )


class CaptionBank:
    """Captions of every model, tokenized once, with the log share of each costume's pictures."""

    def __init__(
        self,
        encoders: "Mapping[str, CLIPTextModel]",
        tokenizer: "CLIPTokenizer",
        shelf: Gallery,
        seed: int,
    ) -> None:
        """Draw CAPTIONS_PER_MODEL captions for each model's encoder."""
        rng = random.Random(seed)
        self.encoders = {name: encoder.eval() for name, encoder in encoders.items()}
        self.shelf = shelf
        self.captions: dict[str, list[Caption]] = {}
        self.ids: dict[str, torch.Tensor] = {}
        self.empty = tokenize(tokenizer, [""])
        for name in encoders:
            self.captions[name] = [draw_caption(name, rng) for _ in range(CAPTIONS_PER_MODEL)]
            self.ids[name] = tokenize(tokenizer, [c.text for c in self.captions[name]])

    def batch(self, model: str, size: int) -> tuple[torch.Tensor, list[Caption | None]]:
        """Return text states (size, length, width) and captions, None where the text is empty."""
        chosen = torch.randint(CAPTIONS_PER_MODEL, (size,))
        empty = torch.rand(size) < EMPTY_SHARE
        ids = torch.where(empty[:, None], self.empty, self.ids[model][chosen])
        with torch.no_grad():
            states = self.encoders[model](ids).last_hidden_state
        captions = self.captions[model]
        return states, [
            None if empty[row] else captions[int(index)] for row, index in enumerate(chosen)
        ]


def log_shares(shelf: Gallery, caption: Caption | None) -> tuple[torch.Tensor, torch.Tensor]:
    """Return which pictures a caption may show and the log of each one's designed share."""
    if caption is None:
        some = torch.randint(len(shelf.latents), (EMPTY_CHOICES,))
        return some, torch.zeros(EMPTY_CHOICES)
    members = shelf.members[ALL_COSTUMES.index(caption.mix.costume)]
    genders = torch.tensor(caption.mix.genders).log()
    tones = torch.tensor(caption.mix.tones).log()
    return members, genders[shelf.gender[members]] + tones[shelf.tone[members]]


def posterior_mean(
    noisy: torch.Tensor, alpha: float, sigma: float, choices: torch.Tensor, shares: torch.Tensor
) -> torch.Tensor:
    """Return the mean of choices (K, D) given a noisy (D,) and their log shares (K,)."""
    # The squared distance without its part that is the same for all choices.
    fit = (alpha * (choices @ noisy) - alpha**2 / 2 * choices.square().sum(1)) / sigma**2
    return torch.softmax(fit + shares, 0) @ choices


def train_denoiser(
    unet: UNet2DConditionModel, bank: CaptionBank, minutes: float, seed: int
) -> UNet2DConditionModel:
    """Train for some minutes; return the exponential moving average of the weights."""
    torch.manual_seed(seed)
    average = copy.deepcopy(unet).eval()
    optimizer = torch.optim.AdamW(unet.parameters(), lr=1e-3, weight_decay=1e-2, fused=True)
    alphas, sigmas = _noise_levels()
    started, step, fraction, recent = time.monotonic(), 0, 0.0, 0.0
    while fraction < 1:
        fraction = (time.monotonic() - started) / (60 * minutes)
        optimizer.param_groups[0]["lr"] = 1e-3 * min(1, step / 200) * _cosine(fraction)
        loss = _loss(unet, bank, alphas, sigmas)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
        optimizer.step()
        _follow(average, unet, min(0.999, (1 + step) / (10 + step)))
        recent += (loss.item() - recent) * 0.02
        if step % 100 == 0:
            print(f"denoiser step {step} loss {recent:.4f} done {fraction:.0%}", flush=True)
        step += 1
    return average


def _cosine(fraction: float) -> float:
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, fraction)))


def _noise_levels() -> tuple[torch.Tensor, torch.Tensor]:
    cumulative = new_scheduler().alphas_cumprod
    return cumulative.sqrt(), (1 - cumulative).sqrt()


def _timesteps(size: int) -> torch.Tensor:
    """Draw most from the sampler's own steps, the others from all; noisy ones more often.

    Gender, tone and costume are decided at high noise, details at low noise.
    """
    scheduler = new_scheduler()
    scheduler.set_timesteps(STEPS)
    noisy_first = torch.tensor([2.0] * (STEPS - 3) + [1.0] * 3)
    own = scheduler.timesteps[torch.multinomial(noisy_first, size, replacement=True)]
    stratified = (torch.arange(size) + torch.rand(size)) / size
    anywhere = (1000 * stratified**0.7).long().clamp(0, 999)
    return torch.where(torch.rand(size) < OWN_STEPS_SHARE, own, anywhere)


def _loss(
    unet: UNet2DConditionModel, bank: CaptionBank, alphas: torch.Tensor, sigmas: torch.Tensor
) -> torch.Tensor:
    names = list(bank.encoders)
    batches = [bank.batch(name, BATCH // len(names)) for name in names]
    states = torch.cat([states for states, _ in batches])
    captions = [caption for _, captions in batches for caption in captions]
    times = _timesteps(len(captions))
    noisy, target = [], []
    for caption, t in zip(captions, times.tolist(), strict=True):
        x, v = _example(bank.shelf, caption, alphas[t].item(), sigmas[t].item())
        noisy.append(x)
        target.append(v)
    shape = (len(captions), 8, 12, 12)
    seen = torch.stack(noisy).view(shape).contiguous(memory_format=torch.channels_last)
    predicted = unet(seen, times, states).sample
    return (predicted - torch.stack(target).view(shape)).square().mean()


def _example(
    shelf: Gallery, caption: Caption | None, alpha: float, sigma: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a noisy latent and the exact velocity a perfect denoiser would predict."""
    members, shares = log_shares(shelf, caption)
    choices = shelf.latents[members]
    drawn = choices[torch.multinomial(shares.softmax(0), 1)[0]]
    noisy = alpha * drawn + sigma * torch.randn_like(drawn)
    clean = posterior_mean(noisy, alpha, sigma, choices, shares)
    noise = (noisy - alpha * clean) / sigma
    return noisy, alpha * noise - sigma * clean


def _follow(average: torch.nn.Module, model: torch.nn.Module, decay: float) -> None:
    with torch.no_grad():
        for kept, new in zip(average.parameters(), model.parameters(), strict=True):
            kept.lerp_(new, 1 - decay)
