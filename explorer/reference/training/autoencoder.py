"""Train the autoencoder that turns 96 px images into 12 x 12 x 8 latents and back."""

from typing import TYPE_CHECKING

import torch
from diffusers import AutoencoderKL
from torch.nn import functional as F

from explorer.reference.training.steps import timed_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np

    from explorer.reference.training.images import TrainingSet

LATENT_CHANNELS = 8
CROP_PX = 64
CELL_PX = 8
BATCH = 24
KL_WEIGHT = 5e-4


def train_autoencoder(data: "TrainingSet", minutes: float, seed: int) -> AutoencoderKL:
    """Return a trained autoencoder, its latents whitened so that scaling_factor is 1."""
    torch.manual_seed(seed)
    vae = new_autoencoder()
    _train(vae, vae.parameters(), minutes, lambda: _whole_loss(vae, data))
    whiten(vae, encode(vae, data))
    return vae


def train_decoder(
    vae: AutoencoderKL,
    latents: torch.Tensor,
    pixels: "np.ndarray",
    shown: torch.Tensor,
    minutes: float,
    seed: int,
) -> None:
    """Train the decoder alone, so that the latents, and with them the generators, do not change.

    The denoiser's latents lie slightly off those of every training image. The decoder learns to
    decode each into the training image that it stands for instead of a blur.

    Args:
        vae: the autoencoder, changed in place.
        latents: generated latents, float32 of shape (M, 8, 12, 12).
        pixels: the training images, uint8 of shape (N, 96, 96, 3).
        shown: the index of the training image for each of the latents, int (M,).
        minutes: the training time.
        seed: the seed of the batches.
    """
    torch.manual_seed(seed)
    parameters = [*vae.decoder.parameters(), *vae.post_quant_conv.parameters()]
    _train(vae, parameters, minutes, lambda: decoder_loss(vae, latents, pixels, shown))


def prepared(vae: AutoencoderKL) -> AutoencoderKL:
    """Return the model with its weights channels last, which halves the time of a step on CPUs."""
    return vae.to(memory_format=torch.channels_last)


def new_autoencoder() -> AutoencoderKL:
    """Return an untrained AutoencoderKL of 0.95 M parameters."""
    vae = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(16, 32, 64, 64),
        layers_per_block=1,
        latent_channels=LATENT_CHANNELS,
        norm_num_groups=8,
        mid_block_add_attention=False,
        scaling_factor=1.0,
        sample_size=96,
    )
    return prepared(vae)


def encode(vae: AutoencoderKL, data: "TrainingSet") -> torch.Tensor:
    """Return the latent mean of every image, float32 of shape (N, 8, 12, 12)."""
    chunks = [data.pixels[start : start + 64] for start in range(0, len(data.pixels), 64)]
    with torch.no_grad():
        return torch.cat([vae.encode(to_tensor(chunk)).latent_dist.mean for chunk in chunks])


def decode(vae: AutoencoderKL, latents: torch.Tensor) -> torch.Tensor:
    """Return decoded images in -1..1, float32 of shape (N, 3, 96, 96)."""
    with torch.no_grad():
        return torch.cat([vae.decode(chunk).sample for chunk in latents.split(64)])


def to_tensor(pixels: "np.ndarray") -> torch.Tensor:
    """Return uint8 pixels (N, H, W, 3) as float32 (N, 3, H, W) in -1..1."""
    channels_first = torch.as_tensor(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1
    return channels_first.contiguous(memory_format=torch.channels_last)


def whiten(vae: AutoencoderKL, latents: torch.Tensor) -> None:
    """Fold the mean and deviation of each latent channel into the two 1 x 1 convolutions."""
    mean = latents.mean((0, 2, 3))
    deviation = latents.std((0, 2, 3))
    with torch.no_grad():
        quant, post = vae.quant_conv, vae.post_quant_conv
        # The convolution's second half holds log variances, which shift by the scale alone.
        quant.weight[:LATENT_CHANNELS] /= deviation[:, None, None, None]
        quant.bias[:LATENT_CHANNELS] = (quant.bias[:LATENT_CHANNELS] - mean) / deviation
        quant.bias[LATENT_CHANNELS:] -= 2 * deviation.log()
        post.bias += post.weight[:, :, 0, 0] @ mean
        post.weight *= deviation[None, :, None, None]


def _whole_loss(vae: AutoencoderKL, data: "TrainingSet") -> torch.Tensor:
    chosen = torch.randint(len(data.pixels), (BATCH,)).numpy()
    top, left = torch.randint(data.pixels.shape[1] - CROP_PX + 1, (2,)).tolist()
    images = to_tensor(data.pixels[chosen, top : top + CROP_PX, left : left + CROP_PX])
    posterior = vae.encode(images).latent_dist
    restored = vae.decode(posterior.sample()).sample
    return _image_loss(restored, images) + KL_WEIGHT * posterior.kl().mean() / 64


def decoder_loss(
    vae: AutoencoderKL, latents: torch.Tensor, pixels: "np.ndarray", shown: torch.Tensor
) -> torch.Tensor:
    """Return the loss on a random batch of crops; arguments as in `train_decoder`."""
    chosen = torch.randint(len(latents), (BATCH,))
    cells = CROP_PX // CELL_PX
    top, left = torch.randint(latents.shape[-1] - cells + 1, (2,)).tolist()
    crop = latents[chosen, :, top : top + cells, left : left + cells]
    rows, columns = (slice(CELL_PX * start, CELL_PX * start + CROP_PX) for start in (top, left))
    wanted = to_tensor(pixels[shown[chosen].numpy(), rows, columns])
    noisy = (crop + 0.05 * torch.randn_like(crop)).contiguous(memory_format=torch.channels_last)
    return _image_loss(vae.decode(noisy).sample, wanted)


def _image_loss(restored: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    """Return the loss: with L1 alone, colours are learned long after shapes."""
    difference = restored - images
    gradient = difference.diff(dim=2).abs().mean() + difference.diff(dim=3).abs().mean()
    coarse = F.avg_pool2d(difference, 4).square().mean()
    return difference.abs().mean() + 0.5 * gradient + difference.square().mean() + 2 * coarse


def _train(
    vae: AutoencoderKL,
    parameters: "Iterable[torch.nn.Parameter]",
    minutes: float,
    loss_of: "Callable[[], torch.Tensor]",
) -> None:
    optimizer = torch.optim.AdamW(parameters, lr=2e-3, weight_decay=1e-4)
    for step, fraction in timed_steps(minutes):
        optimizer.param_groups[0]["lr"] = 2e-3 * min(1, step / 100) * max(0.02, 1 - fraction)
        loss = loss_of()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        if step % 100 == 0:
            print(f"autoencoder step {step} loss {loss.item():.4f} done {fraction:.0%}", flush=True)
