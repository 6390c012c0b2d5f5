"""Preview latents without decoding them, because decoding takes twice as long as generating.

Each 2 x 2 block of pixels is approximately a linear function of the latents around it. That is
enough to compare faces and hair, though not for viewing.
"""

from dataclasses import dataclass

import torch
from torch.nn import functional as F

# The number of image pixels per preview pixel, along each side.
COARSENESS = 2
# Keeps weights small in directions in which the latents hardly vary.
RIDGE = 1e-3


@dataclass(frozen=True, slots=True)
class Preview:
    """A linear substitute for a decoder; `weights` (inputs, outputs) are for one latent cell."""

    weights: torch.Tensor

    def __call__(self, latents: torch.Tensor) -> torch.Tensor:
        """Return images of latents at half the size, about -1..1, (N, 3, 48, 48)."""
        cells = (_around(latents) @ self.weights).transpose(1, 2)
        side = int((cells.shape[1] // 3) ** 0.5)
        return F.fold(cells, side * latents.shape[-1], side, stride=side)


def fit_preview(latents: torch.Tensor, images: torch.Tensor) -> Preview:
    """Return the least-squares preview for latents and their decoded images."""
    given = _around(latents).flatten(0, 1)
    small = F.avg_pool2d(images, COARSENESS)
    side = small.shape[-1] // latents.shape[-1]
    wanted = F.unfold(small, side, stride=side).transpose(1, 2).flatten(0, 1)
    ridge = RIDGE * len(given) * torch.eye(given.shape[1])
    return Preview(torch.linalg.solve(given.T @ given + ridge, given.T @ wanted))


def _around(latents: torch.Tensor) -> torch.Tensor:
    """Return each cell with its eight neighbours and a constant, (N, cells, 9 * channels + 1)."""
    padded = F.pad(latents, (1, 1, 1, 1), mode="replicate")
    cells = F.unfold(padded, 3).transpose(1, 2)
    return F.pad(cells, (0, 1), value=1.0)
