"""Train the denoiser on exact posterior means instead of single noisy samples.

The training images are finite and the mix of every caption is known, so the best possible
prediction at any noise level can be computed: the mean of the images, each weighted by its
designed share and by how well it explains the noisy input. Learning this target instead of one
sampled image takes the noise out of training and keeps the drawn mix close to the design.
The mixes are drawn at random, so that the denoiser knows all there may be between the captions.
Source: Xu, Tong and Jaakkola (2023), Stable Target Field for Reduced Variance Score Estimation.
"""

import copy
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from diffusers import DPMSolverMultistepScheduler, UNet2DConditionModel

from explorer.reference.training.art import GENDERS, TONES
from explorer.reference.training.conditions import (
    EMPTY,
    LENGTH,
    LONGEST,
    SHORTEST,
    WIDTH,
    Mixes,
    random_mixes,
    text_states,
)
from explorer.reference.training.images import ALL_COSTUMES

if TYPE_CHECKING:
    from explorer.reference.training.images import TrainingSet

BATCH = 64
EMPTY_SHARE = 0.08
STEPS = 5
OWN_STEPS_SHARE = 0.75
LATENT_SHAPE = (8, 12, 12)
# Latents vary most along these directions: so weighted, both parts of the loss are alike.
CONTRAST_WEIGHT = 0.1
# How far a text encoder may be off what it should say.
TEXT_NOISE = 0.03


@dataclass(frozen=True, slots=True)
class Gallery:
    """The training latents by costume, each costume's as many: C costumes of K images.

    `latents` is flat (C, K, D), `gender` and `tone` (C, K). `contrasts` (C + 1, 14, D) are the
    directions in which a costume's genders and tones differ, and, last, those in which the
    costumes do.
    """

    latents: torch.Tensor
    gender: torch.Tensor
    tone: torch.Tensor
    contrasts: torch.Tensor


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


def new_denoiser() -> UNet2DConditionModel:
    """Return an untrained UNet of about 4 M parameters that pools the text by itself.

    It is narrow where the latents are wide: that is what drawing takes its time for.
    """
    unet = UNet2DConditionModel(
        sample_size=LATENT_SHAPE[1],
        in_channels=LATENT_SHAPE[0],
        out_channels=LATENT_SHAPE[0],
        down_block_types=("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
        block_out_channels=(32, 64, 128),
        layers_per_block=1,
        cross_attention_dim=WIDTH,
        attention_head_dim=4,
        norm_num_groups=8,
        addition_embed_type="text",
        addition_embed_type_num_heads=4,
    )
    return prepared(unet)


def prepared(unet: UNet2DConditionModel) -> UNet2DConditionModel:
    """Lay the weights out channels last and make them trainable."""
    return unet.to(memory_format=torch.channels_last).train()


def gallery(data: "TrainingSet", latents: torch.Tensor) -> Gallery:
    """Sort the latents of the training images by costume; repeat them where there are fewer."""
    costume = torch.as_tensor(data.costume)
    members = [(costume == index).nonzero()[:, 0] for index in range(len(ALL_COSTUMES))]
    most = max(map(len, members))
    chosen = torch.stack([each.repeat(-(-most // len(each)))[:most] for each in members])
    flat = latents.flatten(1)[chosen]
    gender, tone = torch.as_tensor(data.gender)[chosen], torch.as_tensor(data.tone)[chosen]
    return Gallery(flat.contiguous(), gender, tone, _contrasts(flat, gender, tone))


def _contrasts(flat: torch.Tensor, gender: torch.Tensor, tone: torch.Tensor) -> torch.Tensor:
    group = gender * len(TONES) + tone
    groups = len(GENDERS) * len(TONES)
    means = torch.stack(
        [
            torch.stack([images[mine == index].mean(0) for index in range(groups)])
            for images, mine in zip(flat, group, strict=True)
        ]
    )
    spread = torch.cat([means - means.mean(1, keepdim=True), _of_costumes(flat)[None, :groups]])
    # As many directions as there are differences between the groups.
    return torch.linalg.svd(spread, full_matrices=False).Vh[:, : groups - 1].contiguous()


def _of_costumes(flat: torch.Tensor) -> torch.Tensor:
    means = flat.mean(1)
    return torch.linalg.svd(means - means.mean(0), full_matrices=False).Vh


def posterior_mean(
    noisy: torch.Tensor,
    alpha: torch.Tensor,
    sigma: torch.Tensor,
    choices: torch.Tensor,
    shares: torch.Tensor,
) -> torch.Tensor:
    """Return the mean of choices (K, D) given noisy (N, D) and their log shares (N, K).

    alpha and sigma are the noise levels, (N, 1).
    """
    # The squared distance without its part that is the same for all choices.
    fit = (alpha * (noisy @ choices.T) - alpha**2 / 2 * choices.square().sum(1)) / sigma**2
    return torch.softmax(fit + shares, 1) @ choices


def choices_of(shelf: Gallery, costume: int, mixes: Mixes) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the images (K, D) that mixes of one costume may show, and their log shares (N, K).

    An empty caption may show anything; a fresh sample of everything stands for it.
    """
    costumes, most, _ = shelf.latents.shape
    row, place = torch.full((most,), costume), torch.arange(most)
    if costume == EMPTY:
        row, place = torch.randint(costumes, (most,)), torch.randint(most, (most,))
    genders = mixes.log_genders()[:, shelf.gender[row, place]]
    return shelf.latents[row, place], genders + mixes.tones[:, shelf.tone[row, place]]


def train_denoiser(
    unet: UNet2DConditionModel, shelf: Gallery, minutes: float, seed: int
) -> UNet2DConditionModel:
    """Train for some minutes and return the averaged weights; the rate follows a cosine."""
    torch.manual_seed(seed)
    average = copy.deepcopy(unet).eval()
    optimizer = torch.optim.AdamW(unet.parameters(), lr=1e-3, weight_decay=1e-3)
    alphas, sigmas = _noise_levels()
    started, step, fraction, recent = time.monotonic(), 0, 0.0, 0.0
    while fraction < 1:
        fraction = (time.monotonic() - started) / (60 * minutes)
        optimizer.param_groups[0]["lr"] = 1.5e-3 * min(1, step / 200) * _cosine(fraction)
        loss = _loss(unet, shelf, alphas, sigmas)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
        optimizer.step()
        _follow(average, unet, min(0.998, (1 + step) / (10 + step)))
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
    own = scheduler.timesteps[torch.arange(size) % STEPS]
    stratified = (torch.arange(size) + torch.rand(size)) / size
    anywhere = (1000 * stratified**0.7).long().clamp(0, 999)
    return torch.where(torch.rand(size) < OWN_STEPS_SHARE, own, anywhere)


def _loss(
    unet: UNet2DConditionModel, shelf: Gallery, alphas: torch.Tensor, sigmas: torch.Tensor
) -> torch.Tensor:
    mixes, times = random_mixes(BATCH, EMPTY_SHARE), _timesteps(BATCH)
    alpha, sigma = alphas[times][:, None], sigmas[times][:, None]
    noisy, target = torch.empty(2, BATCH, math.prod(LATENT_SHAPE))
    for costume in mixes.costume.unique().tolist():
        mine = mixes.costume == costume
        noisy[mine], target[mine] = _examples(shelf, costume, mixes[mine], alpha[mine], sigma[mine])
    states = text_states(mixes.features(), torch.randint(SHORTEST, LONGEST, (BATCH,)))
    states = states + TEXT_NOISE * torch.randn(BATCH, LENGTH, WIDTH)
    seen = noisy.view(BATCH, *LATENT_SHAPE).contiguous(memory_format=torch.channels_last)
    off = unet(seen, times, states).sample.flatten(1) - target
    # The mix hangs on few of the directions in which a prediction can be off.
    contrast = torch.einsum("nkd,nd->nk", shelf.contrasts[mixes.costume], off)
    return off.square().mean() + CONTRAST_WEIGHT * contrast.square().mean()


def _examples(
    shelf: Gallery, costume: int, mixes: Mixes, alpha: torch.Tensor, sigma: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return noisy latents and the exact velocities a perfect denoiser would predict, (N, D)."""
    choices, shares = choices_of(shelf, costume, mixes)
    drawn = choices[torch.multinomial(shares.softmax(1), 1)[:, 0]]
    noisy = alpha * drawn + sigma * torch.randn_like(drawn)
    clean = posterior_mean(noisy, alpha, sigma, choices, shares)
    return noisy, alpha * (noisy - alpha * clean) / sigma - sigma * clean


def _follow(average: torch.nn.Module, model: torch.nn.Module, decay: float) -> None:
    with torch.no_grad():
        for kept, new in zip(average.parameters(), model.parameters(), strict=True):
            kept.lerp_(new, 1 - decay)
