"""Label generated images by the nearest training image, never by a CLIP."""

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.reference.training.images import TrainingSet


class NearestSource:
    """Finds the training image with the most similar head, then that with the most similar face.

    The second step decides the tone. In this art, hair gets darker with the skin and covers a
    larger area than the face, so the nearest head may have another tone than the visible face.
    """

    def __init__(
        self,
        data: "TrainingSet",
        latents: torch.Tensor,
        to_images: "Callable[[torch.Tensor], torch.Tensor]",
    ) -> None:
        """Remember the heads and faces of the training images.

        Args:
            data: the labels of the training images.
            latents: the latents of the training images, float32 of shape (N, 8, 12, 12).
            to_images: turns latents into images (N, 3, size, size): a decoder or a preview of it.
        """
        self._to_images = to_images
        images = to_images(latents)
        self._heads, self._faces = _heads(images), _faces(images)
        columns = (data.gender, data.tone, data.costume, data.source)
        gender, tone, costume, source = (torch.as_tensor(each) for each in columns)
        self._labels = torch.stack([gender, tone, costume], 1)
        self._portrait = torch.stack([gender, costume, source], 1).unique(
            dim=0, return_inverse=True
        )[1]

    def classify(self, latents: torch.Tensor) -> torch.Tensor:
        """Return gender, tone and costume of the nearest source of each image, int (M, 3)."""
        return self._labels[self.nearest(latents)]

    def nearest(self, latents: torch.Tensor) -> torch.Tensor:
        """Return the index of the nearest source of each image, int (M,)."""
        images = self._to_images(latents)
        apart = torch.cdist(_heads(images), self._heads)
        same = self._portrait == self._portrait[apart.argmin(1)][:, None]
        faces = torch.cdist(_faces(images), self._faces).masked_fill(~same, torch.inf)
        tone = self._labels[:, 1]
        same &= tone == tone[faces.argmin(1)][:, None]
        return apart.masked_fill(~same, torch.inf).argmin(1)


def _heads(images: torch.Tensor) -> torch.Tensor:
    """Return the upper two thirds of images without the margins at both sides, flat."""
    size = images.shape[-1]
    return images[:, :, : size * 2 // 3, size // 8 : size - size // 8].flatten(1)


def _faces(images: torch.Tensor) -> torch.Tensor:
    """Return the middle third of the width of images, from brow to chin, flat."""
    size = images.shape[-1]
    third = size // 3
    return images[:, :, third - size // 24 : 2 * third, third : 2 * third].flatten(1)
