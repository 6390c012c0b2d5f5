"""Say what a generated image shows by its nearest training image; never by a CLIP."""

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.reference.training.images import TrainingSet


class NearestSource:
    """Compares faces and hair with those of every training image, then the face for its tone.

    These drawings darken the hair with the skin, and hair covers more of an image than the face:
    the nearest image as a whole may have another tone than the face one sees.
    """

    def __init__(
        self,
        data: "TrainingSet",
        latents: torch.Tensor,
        look: "Callable[[torch.Tensor], torch.Tensor]",
    ) -> None:
        """Remember what the training images look like.

        Args:
            data: what each training image shows.
            latents: theirs, float32 of shape (N, 8, 12, 12).
            look: turns latents into images (N, 3, size, size): a decoder or a preview of it.
        """
        self._look = look
        images = look(latents)
        self._heads, self._faces = _heads(images), _faces(images)
        columns = (data.gender, data.tone, data.costume, data.source)
        gender, tone, costume, source = (torch.as_tensor(each) for each in columns)
        self._shows = torch.stack([gender, tone, costume], 1)
        self._drawing = torch.stack([gender, costume, source], 1).unique(
            dim=0, return_inverse=True
        )[1]

    def classify(self, latents: torch.Tensor) -> torch.Tensor:
        """Return gender, tone and costume of each image's nearest source, int (M, 3)."""
        return self._shows[self.nearest(latents)]

    def nearest(self, latents: torch.Tensor) -> torch.Tensor:
        """Return the index of each image's nearest source, int (M,)."""
        images = self._look(latents)
        apart = torch.cdist(_heads(images), self._heads)
        same = self._drawing == self._drawing[apart.argmin(1)][:, None]
        faces = torch.cdist(_faces(images), self._faces).masked_fill(~same, torch.inf)
        tone = self._shows[:, 1]
        same &= tone == tone[faces.argmin(1)][:, None]
        return apart.masked_fill(~same, torch.inf).argmin(1)


def _heads(images: torch.Tensor) -> torch.Tensor:
    """Cut out the upper two thirds without the margins at both sides."""
    size = images.shape[-1]
    return images[:, :, : size * 2 // 3, size // 8 : size - size // 8].flatten(1)


def _faces(images: torch.Tensor) -> torch.Tensor:
    """Cut out the middle third of the width, from brow to chin."""
    size = images.shape[-1]
    third = size // 3
    return images[:, :, third - size // 24 : 2 * third, third : 2 * third].flatten(1)
