"""The images that a view compares with each other: where each comes from, and its embedding."""

from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from explorer.errors import InvalidData, UnknownName
from explorer.likeness.encoding import encoder_of
from explorer.models.requests import ImageRequest
from explorer.store.embeddings import numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from explorer.perception.instruments import ClassifierSpec
    from explorer.store.index import Store
    from explorer.study import Study

_SHORTEST = 8
# All embeddings of 30,000 images take some 60 MB. Visitors change between many small studies.
_FEW, _KEPT_OF_FEW, _KEPT_OF_MANY = 1_000, 32, 2

_F = TypeVar("_F", bound="Callable[..., Any]")


def kept(make: _F) -> _F:
    """Keep what a function has made of the last studies or pools, fewer of those of many images."""
    of_few, of_many = lru_cache(_KEPT_OF_FEW)(make), lru_cache(_KEPT_OF_MANY)(make)

    @wraps(make)
    def find(of: "Study | Pool", *others: Any) -> Any:
        return (of_few if of.size <= _FEW else of_many)(of, *others)

    return cast("_F", find)


@dataclass(frozen=True, slots=True)
class Pool:
    """Stored images that one encoder has encoded, and a row of length 1 for each."""

    encoder: "ClassifierSpec"
    images: tuple[ImageRequest, ...]
    # Those of the same images are the same.
    vectors: "NDArray[np.float32]" = field(compare=False)

    @property
    def size(self) -> int:
        """The number of its images."""
        return len(self.images)

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


@kept
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
