"""Say what a generated picture shows by its nearest training picture; never by a CLIP."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional as F

if TYPE_CHECKING:
    from explorer.reference.training.pictures import TrainingSet

# Face and hair: the upper two thirds, without the margins at both sides.
HEAD = (slice(0, 66), slice(12, 84))


class NearestSource:
    """Compares the heads of pictures with the heads of every training picture."""

    def __init__(self, data: "TrainingSet") -> None:
        """Prepare the heads; (N, D) float32 with D = 3 x 33 x 36."""
        self.heads = _heads(data.pixels)
        self.gender = data.gender
        self.tone = data.tone
        self.costume = data.costume

    def judge(self, pixels: np.ndarray) -> np.ndarray:
        """Return gender, tone and costume of the nearest source, int (N, 3).

        Args:
            pixels: uint8 of shape (N, 96, 96, 3).
        """
        nearest = torch.cdist(_heads(pixels), self.heads).argmin(1).numpy()
        return np.stack([self.gender[nearest], self.tone[nearest], self.costume[nearest]], 1)


def _heads(pixels: np.ndarray) -> torch.Tensor:
    heads = torch.as_tensor(np.ascontiguousarray(pixels[:, HEAD[0], HEAD[1]]))
    return F.avg_pool2d(heads.permute(0, 3, 1, 2).float(), 2).flatten(1)
