"""See what latents show without decoding them: decoding takes twice as long as drawing.

Each 2 x 2 block of pixels is close to a linear function of the latents around it. That is enough to
tell faces and hair apart, though not to look at.
"""

from dataclasses import dataclass

import torch
from torch.nn import functional as F

# Pixels of the image that become one of the preview, along each side.
COARSENESS = 2
# Keeps the fit apart from directions that the latents hardly vary in.
RIDGE = 1e-3


@dataclass(frozen=True, slots=True)
class Preview:
    """A linear stand-in for a decoder, `weights` (inputs, outputs) of one cell of the latents."""

    weights: torch.Tensor

    def __call__(self, latents: torch.Tensor) -> torch.Tensor:
        """Return images in about -1..1 at half the size, (N, 3, 48, 48), of latents."""
        cells = (_around(latents) @ self.weights).transpose(1, 2)
        side = _side(cells.shape[1])
        return F.fold(cells, side * latents.shape[-1], side, stride=side)


def fit_preview(latents: torch.Tensor, images: torch.Tensor) -> Preview:
    """Return the preview of least square error for latents and their decoded images."""
    given = _around(latents).flatten(0, 1)
    small = F.avg_pool2d(images, COARSENESS)
    side = small.shape[-1] // latents.shape[-1]
    wanted = F.unfold(small, side, stride=side).transpose(1, 2).flatten(0, 1)
    ridge = RIDGE * len(given) * torch.eye(given.shape[1])
    return Preview(torch.linalg.solve(given.T @ given + ridge, given.T @ wanted))


def _around(latents: torch.Tensor) -> torch.Tensor:
    """Return each cell with its eight neighbours and a constant, (N, cells, 9 channels + 1)."""
    padded = F.pad(latents, (1, 1, 1, 1), mode="replicate")
    cells = F.unfold(padded, 3).transpose(1, 2)
    return F.pad(cells, (0, 1), value=1.0)


def _side(values: int) -> int:
    return int((values // 3) ** 0.5)
