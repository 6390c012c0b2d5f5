"""Label the stored images of a check, so that only the instrument's errors remain."""

from typing import TYPE_CHECKING

import numpy as np

from explorer.models.catalog import find_model
from explorer.models.requests import ImageRequest
from explorer.reference.design import designed_mix
from explorer.reference.training.art import GENDERS, TONES
from explorer.reference.training.autoencoder import to_tensor
from explorer.reference.training.measure import mix_of
from explorer.words.prompts import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.reference.design import Mix
    from explorer.reference.training.nearest import NearestSource
    from explorer.store.index import Store


def shown_in(
    store: "Store", nearest_source: "NearestSource", images: int, device: str
) -> "Callable[[str, str], Mix]":
    """Return a function that returns the mix in a model's stored images of a profession.

    Args:
        store: holds the images of the check.
        nearest_source: labels images, not latents.
        images: the number of images of each profession.
        device: the device that they were generated on.
    """

    def shown(model: str, profession: str) -> "Mix":
        spec, prompt = find_model(model, device).spec, Prompt(profession)
        stored = (store.load(ImageRequest(spec, prompt, number)).pixels for number in range(images))
        pixels = np.stack([image for image in stored if image is not None])
        gender, tone, _ = nearest_source.classify(to_tensor(pixels)).T.numpy()
        counts = np.zeros((len(GENDERS), len(TONES)), int)
        np.add.at(counts, (gender, tone), 1)
        return mix_of(counts, designed_mix(model, profession).costume)

    return shown
