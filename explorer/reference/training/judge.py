"""Say what a generated picture shows by its nearest training picture; never by a CLIP."""

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from explorer.reference.training.pictures import TrainingSet


class NearestSource:
    """Compares faces and hair with those of every training picture.

    Pictures may be latents or pixels, as long as the training pictures came the same way: encoded,
    or encoded and decoded again. Latents spare the decoding, which takes longer than drawing.
    """

    def __init__(self, data: "TrainingSet", pictures: torch.Tensor) -> None:
        """Remember the training pictures, float32 of shape (N, channels, size, size)."""
        self._heads = _heads(pictures)
        shows = (data.gender, data.tone, data.costume)
        self._shows = torch.stack([torch.as_tensor(each) for each in shows], 1)

    def judge(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return gender, tone and costume of each picture's nearest source, int (M, 3)."""
        return self._shows[torch.cdist(_heads(pictures), self._heads).argmin(1)]


def _heads(pictures: torch.Tensor) -> torch.Tensor:
    """Cut out the upper two thirds without the margins at both sides."""
    size = pictures.shape[-1]
    return pictures[:, :, : size * 2 // 3, size // 8 : size - size // 8].flatten(1)
