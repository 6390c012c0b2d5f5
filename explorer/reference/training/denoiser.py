"""Train the denoiser on exact posterior means instead of single noisy samples.

The training images are finite and the mix of every caption is known, so the best possible
prediction at any noise level can be computed: the mean of the images, each weighted by its
designed share and its likelihood given the noisy input. Learning this target instead of one
sampled image removes the noise from training and keeps the generated mix close to the design. The
mixes are random, so that the denoiser also learns those between the captions.
Source: Xu, Tong and Jaakkola (2023), Stable Target Field for Reduced Variance Score Estimation.
"""

import copy
import math
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
from explorer.reference.training.steps import timed_steps

if TYPE_CHECKING:
    from explorer.reference.training.images import TrainingSet

BATCH = 64
EMPTY_SHARE = 0.08
STEPS = 5
OWN_STEPS_SHARE = 0.75
LATENT_SHAPE = (8, 12, 12)
# With this weight, both parts of the loss are of similar size.
CONTRAST_WEIGHT = 0.1
# The error of a text encoder that the denoiser has to tolerate.
TEXT_NOISE = 0.03


@dataclass(frozen=True, slots=True)
class Gallery:
    """The training latents by costume: C costumes of K images each.

    `latents` is flat (C, K, D), `gender` and `tone` are (C, K). `contrasts` (C + 1, 14, D) holds
    the directions in which the genders and tones of each costume differ, then those in which the
    costumes differ.
    """

    latents: torch.Tensor
    gender: torch.Tensor
    tone: torch.Tensor
    contrasts: torch.Tensor


def new_scheduler() -> DPMSolverMultistepScheduler:
    """Return the sampler that the generators ship with."""
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
    """Return an untrained UNet of about 4 M parameters that pools the text itself.

    It has few channels at full resolution, where generating takes most of its time.
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
    """Return the denoiser in training mode, with its weights channels last."""
    return unet.to(memory_format=torch.channels_last).train()


def new_gallery(data: "TrainingSet", latents: torch.Tensor) -> Gallery:
    """Return the latents of the training images by costume, repeated for the smaller costumes."""
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
    costumes = flat.mean(1)
    between = torch.linalg.svd(costumes - costumes.mean(0), full_matrices=False).Vh
    spread = torch.cat([means - means.mean(1, keepdim=True), between[None, :groups]])
    # There are as many directions as differences between the groups.
    return torch.linalg.svd(spread, full_matrices=False).Vh[:, : groups - 1].contiguous()


def posterior_mean(
    noisy: torch.Tensor,
    alpha: torch.Tensor,
    sigma: torch.Tensor,
    choices: torch.Tensor,
    shares: torch.Tensor,
) -> torch.Tensor:
    """Return the posterior mean of choices (K, D) given noisy latents, (N, D).

    Args:
        noisy: the noisy latents, (N, D).
        alpha: the signal level of each, (N, 1).
        sigma: the noise level of each, (N, 1).
        choices: the possible latents, (K, D).
        shares: the log share of each choice for each of the noisy latents, (N, K).
    """
    # The squared distance without the terms that are the same for all choices.
    fit = (alpha * (noisy @ choices.T) - alpha**2 / 2 * choices.square().sum(1)) / sigma**2
    return torch.softmax(fit + shares, 1) @ choices


def choices_of(gallery: Gallery, costume: int, mixes: Mixes) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the latents (K, D) that mixes of one costume allow, and their log shares (N, K).

    An empty caption allows any image; a fresh random sample of all images stands for it.
    """
    costumes, most, _ = gallery.latents.shape
    row, place = torch.full((most,), costume), torch.arange(most)
    if costume == EMPTY:
        row, place = torch.randint(costumes, (most,)), torch.randint(most, (most,))
    genders = mixes.log_genders()[:, gallery.gender[row, place]]
    return gallery.latents[row, place], genders + mixes.tones[:, gallery.tone[row, place]]


def train_denoiser(
    unet: UNet2DConditionModel, gallery: Gallery, minutes: float, seed: int
) -> UNet2DConditionModel:
    """Train with a cosine learning rate; return the denoiser with averaged weights."""
    torch.manual_seed(seed)
    average = copy.deepcopy(unet).eval()
    optimizer = torch.optim.AdamW(unet.parameters(), lr=1e-3, weight_decay=1e-3)
    cumulative = new_scheduler().alphas_cumprod
    alphas, sigmas = cumulative.sqrt(), (1 - cumulative).sqrt()
    recent = 0.0
    for step, fraction in timed_steps(minutes):
        cosine = 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, fraction)))
        optimizer.param_groups[0]["lr"] = 1.5e-3 * min(1, step / 200) * cosine
        loss = _loss(unet, gallery, alphas, sigmas)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
        optimizer.step()
        _follow(average, unet, min(0.998, (1 + step) / (10 + step)))
        recent += (loss.item() - recent) * 0.02
        if step % 100 == 0:
            print(f"denoiser step {step} loss {recent:.4f} done {fraction:.0%}", flush=True)
    return average


def _timesteps(size: int) -> torch.Tensor:
    """Return random time steps: most are the sampler's own, the others any, noisy ones more often.

    Gender, tone and costume are decided at high noise, details at low noise.
    """
    scheduler = new_scheduler()
    scheduler.set_timesteps(STEPS)
    own = scheduler.timesteps[torch.arange(size) % STEPS]
    stratified = (torch.arange(size) + torch.rand(size)) / size
    anywhere = (1000 * stratified**0.7).long().clamp(0, 999)
    return torch.where(torch.rand(size) < OWN_STEPS_SHARE, own, anywhere)


def _loss(
    unet: UNet2DConditionModel, gallery: Gallery, alphas: torch.Tensor, sigmas: torch.Tensor
) -> torch.Tensor:
    mixes, times = random_mixes(BATCH, EMPTY_SHARE), _timesteps(BATCH)
    alpha, sigma = alphas[times][:, None], sigmas[times][:, None]
    noisy, target = torch.empty(2, BATCH, math.prod(LATENT_SHAPE))
    for costume in mixes.costume.unique().tolist():
        mine = mixes.costume == costume
        noisy[mine], target[mine] = _examples(
            gallery, costume, mixes[mine], alpha[mine], sigma[mine]
        )
    states = text_states(mixes.features(), torch.randint(SHORTEST, LONGEST, (BATCH,)))
    states = states + TEXT_NOISE * torch.randn(BATCH, LENGTH, WIDTH)
    seen = noisy.view(BATCH, *LATENT_SHAPE).contiguous(memory_format=torch.channels_last)
    off = unet(seen, times, states).sample.flatten(1) - target
    # The mix depends on few of the directions in which a prediction can be wrong.
    contrast = torch.einsum("nkd,nd->nk", gallery.contrasts[mixes.costume], off)
    return off.square().mean() + CONTRAST_WEIGHT * contrast.square().mean()


def _examples(
    gallery: Gallery, costume: int, mixes: Mixes, alpha: torch.Tensor, sigma: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return noisy latents and the velocities that a perfect denoiser would predict, (N, D)."""
    choices, shares = choices_of(gallery, costume, mixes)
    chosen = choices[torch.multinomial(shares.softmax(1), 1)[:, 0]]
    noisy = alpha * chosen + sigma * torch.randn_like(chosen)
    clean = posterior_mean(noisy, alpha, sigma, choices, shares)
    return noisy, alpha * (noisy - alpha * clean) / sigma - sigma * clean


def _follow(average: torch.nn.Module, model: torch.nn.Module, decay: float) -> None:
    with torch.no_grad():
        for kept, new in zip(average.parameters(), model.parameters(), strict=True):
            kept.lerp_(new, 1 - decay)
