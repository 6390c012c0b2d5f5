"""The images that a view compares with each other: where each comes from, and its embedding."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from explorer.errors import InvalidData, UnknownName
from explorer.likeness.encoding import encoder_of
from explorer.models.requests import ImageRequest
from explorer.store.embeddings import numbers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from explorer.perception.instruments import ClassifierSpec
    from explorer.store.index import Store
    from explorer.study import Study

_SHORTEST = 8
# Each holds all embeddings of a study, some 60 MB for 30,000 images.
_KEPT = 2


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Stored images that one encoder has encoded, and a row of length 1 for each."""

    encoder: "ClassifierSpec"
    images: tuple[ImageRequest, ...]
    vectors: "NDArray[np.float32]"

    def place(self, key: str) -> int:
        """Return the place of the image with a key, of which the first digits may be given.

        Raises:
            UnknownName: there is no such image.
        """
        if len(key) >= _SHORTEST:
            for place, image in enumerate(self.images):
                if image.key.startswith(key):
                    return place
        raise UnknownName(
            "image",
            key,
            (),
            f"Give at least {_SHORTEST} digits of the key of an image that is stored and encoded.",
        )


def pool(study: "Study", store: "Store") -> Pool:
    """Return the stored images of a study that are encoded, by model, prompt and replicate.

    Raises:
        InvalidData: the models are seen by different encoders, whose embeddings have nothing in
            common.
    """
    by = {encoder_of(study, card): card.spec.name for card in study.models}
    if len(by) > 1:
        told = " and ".join(f"{str(spec)!r} ({name!r})" for spec, name in by.items())
        raise InvalidData(
            f"The images of these models are encoded by different classifiers: {told}. Their "
            "embeddings cannot be compared. Ask about one model, or name one --classifier."
        )
    (encoder,) = by
    return _pool(study, store, encoder, store.embeddings.state(encoder))


@lru_cache(maxsize=_KEPT)
def _pool(
    study: "Study", store: "Store", encoder: "ClassifierSpec", state: tuple[int, int]
) -> Pool:
    """Return the pool; `state` tells whether the one that is kept is still true."""
    del state
    images, vectors = [], []
    prompts = {prompt.text: (place, prompt) for place, prompt in enumerate(study.prompts)}
    for card in study.models:
        found = store.embeddings.of(study.asked(card), encoder)
        for one in sorted(found, key=lambda one: (prompts[one.text][0], one.replicate)):
            prompt = prompts[one.text][1]
            images.append(ImageRequest.known(card.spec, prompt, one.replicate, one.key))
            vectors.append(one.vector)
    return Pool(encoder, tuple(images), numbers(vectors))
