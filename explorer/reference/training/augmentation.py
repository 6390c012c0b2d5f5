"""Augment portraits with random placement, backgrounds, light and sharpness."""

import torch
from torch.nn import functional as F

SIZE_PX = 64

# Luma and two colour differences (NTSC constants), in which hue is an angle.
_TO_YIQ = torch.tensor([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
_FROM_YIQ = torch.linalg.inv(_TO_YIQ)


def augment(rgba: torch.Tensor) -> torch.Tensor:
    """Return randomly augmented images of figures, float (N, 3, 64, 64) in -1..1."""
    figures = rgba.float() / 255
    alpha = figures[:, 3:]
    figures = torch.cat([figures[:, :3] * alpha, alpha], 1)
    moved = F.grid_sample(figures, _places(len(figures)), align_corners=False)
    images = _outlined(moved[:, :3]) + (1 - moved[:, 3:]) * _backgrounds(len(figures))
    images = _relit(images)
    images = _blurred(images) + 0.02 * torch.randn_like(images)
    return images.clamp(0, 1) * 2 - 1


def _places(size: int) -> torch.Tensor:
    """Return sampling grids that scale, shift, mirror, and slightly rotate and stretch figures."""
    scale = torch.empty(size).uniform_(0.65, 1.25)
    stretch = torch.empty(size).uniform_(0.92, 1.08)
    turn = torch.empty(size).uniform_(-0.12, 0.12)
    mirror = torch.where(torch.rand(size) < 0.5, -1.0, 1.0)
    shift = torch.empty(size, 2).uniform_(-0.18, 0.18)
    rows = [
        torch.stack([mirror * scale * stretch * turn.cos(), -scale * turn.sin(), shift[:, 0]], 1),
        torch.stack([mirror * scale * turn.sin(), scale / stretch * turn.cos(), shift[:, 1]], 1),
    ]
    return F.affine_grid(torch.stack(rows, 1), [size, 4, SIZE_PX, SIZE_PX], align_corners=False)


def _outlined(colour: torch.Tensor) -> torch.Tensor:
    """Return figures, some with darker edges: sets differ most in their line style."""
    grey = colour.mean(1, keepdim=True)
    edges = F.max_pool2d(grey, 3, 1, 1) + F.max_pool2d(-grey, 3, 1, 1)
    strength = torch.rand(len(colour), 1, 1, 1) * (torch.rand(len(colour), 1, 1, 1) < 0.3)
    return colour * (1 - strength * (3 * edges).clamp(0, 1))


def _backgrounds(size: int) -> torch.Tensor:
    """Return plain, shaded and white backgrounds (N, 3, 64, 64) in 0..1."""
    one, other = torch.rand(2, size, 3, 1, 1) * 0.8 + 0.2
    slope = torch.linspace(0, 1, SIZE_PX).view(1, 1, -1, 1) * torch.rand(size, 1, 1, 1).round()
    shaded = one * (1 - slope) + other * slope
    white = (torch.rand(size, 1, 1, 1) < 0.25).float()
    return (white + (1 - white) * shaded).expand(-1, -1, SIZE_PX, SIZE_PX)


def _relit(images: torch.Tensor) -> torch.Tensor:
    """Return images with slightly changed exposure, contrast, saturation and white balance."""
    size = len(images)
    luma, first, second = _turned(images).split(1, 1)
    saturation = torch.empty(size, 1, 1, 1).uniform_(0.6, 1.4)
    # Some become almost grey: hair has any colour in art, and lightness alone still shows the tone.
    saturation *= torch.where(torch.rand(size, 1, 1, 1) < 0.2, torch.rand(size, 1, 1, 1), 1.0)
    chroma = torch.cat([torch.zeros_like(luma), first, second], 1) * saturation
    images = luma + torch.einsum("ij,njhw->nihw", _FROM_YIQ, chroma)
    gain = torch.empty(size, 1, 1, 1).uniform_(0.9, 1.1)
    balance = torch.empty(size, 3, 1, 1).uniform_(0.95, 1.05)
    contrast = torch.empty(size, 1, 1, 1).uniform_(0.85, 1.15)
    return ((images - 0.5) * contrast + 0.5) * gain * balance


def _turned(images: torch.Tensor) -> torch.Tensor:
    """Return luma and the two colour differences (N, 3, H, W), with slightly shifted hues."""
    luma, first, second = torch.einsum("ij,njhw->nihw", _TO_YIQ, images).split(1, 1)
    turn = torch.empty(len(images), 1, 1, 1).normal_(0, 0.15)
    turned = (first * turn.cos() - second * turn.sin(), first * turn.sin() + second * turn.cos())
    return torch.cat([luma, *turned], 1)


def _blurred(images: torch.Tensor) -> torch.Tensor:
    """Return images with softer or sharper edges."""
    soft = F.avg_pool2d(F.pad(images, (1, 1, 1, 1), mode="replicate"), 3, 1)
    share = torch.empty(len(images), 1, 1, 1).uniform_(-0.5, 1)
    return images + share * (soft - images)
