"""Clusters of images by their embeddings, and what fills each; nobody is given a label."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.errors import OutOfRange
from explorer.likeness.pool import kept

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from explorer.likeness.pool import Pool
    from explorer.models.requests import ImageRequest

MOST = 24
# The usual numbers tried; fewer than ten images for each would be anecdotes.
_TRIED = range(2, 13)
_FEWEST = 10
# Silhouettes compare every image with every other.
_SAMPLE = 1_000
_ROOM = 2_000
_ROUNDS = 50
_SEED = 0


@dataclass(frozen=True, slots=True)
class Cluster:
    """Images that are near each other, those nearest to its middle first.

    `models`, `professions` and `adjectives` count its images; an adjective of None is the prompt
    without one.
    """

    images: "tuple[ImageRequest, ...]"
    models: "Counter[str]"
    professions: "Counter[str]"
    adjectives: "Counter[str | None]"


@dataclass(frozen=True, slots=True)
class Clusters:
    """All clusters, the largest first.

    `silhouette` is how much nearer images are to their own cluster than to the next, from 0, where
    clusters are arbitrary cuts, to 1; None for one cluster. `chosen` says whether the number of
    clusters is the one of up to twelve with the highest silhouette. `among` is the number of images
    of which those in the clusters were drawn, where there were too many to cluster them all.
    """

    clusters: tuple[Cluster, ...]
    silhouette: float | None
    chosen: bool
    among: int


@kept
def clusters(pool: "Pool", number: int | None = None) -> Clusters:
    """Return clusters of the images of a pool, the same ones each time.

    Source: Arthur and Vassilvitskii 2007, "k-means++: the advantages of careful seeding";
    Rousseeuw 1987, "Silhouettes: a graphical aid to the interpretation and validation of cluster
    analysis", for their number.

    Args:
        pool: the images.
        number: the number of clusters; None for the one with the highest silhouette.

    Raises:
        OutOfRange: there are too few images for so many clusters.
    """
    among = len(pool.images)
    pool = _drawn(pool)
    images = len(pool.images)
    if number is not None and not 1 <= number <= min(MOST, images):
        raise OutOfRange(
            f"The number of clusters is {number!r}. Give one from 1 to {min(MOST, images)}: there "
            f"are {images} encoded images."
        )
    usual = [one for one in _TRIED if one * _FEWEST <= images] or [1] * bool(images)
    found = [_labels(pool.vectors, one) for one in ([number] if number else usual)]
    if not found:
        return Clusters((), None, number is None, among)
    silhouettes = _silhouettes(pool.vectors, found)
    best = max(range(len(found)), key=lambda one: silhouettes[one] or 0.0)
    return Clusters(_described(pool, found[best]), silhouettes[best], number is None, among)


def _drawn(pool: "Pool") -> "Pool":
    """Return a pool of as many images as are clustered in a few seconds, drawn at random."""
    import numpy as np

    if len(pool.images) <= _ROOM:
        return pool
    places = np.sort(np.random.default_rng(_SEED).permutation(len(pool.images))[:_ROOM])
    return replace(
        pool, images=tuple(pool.images[place] for place in places), vectors=pool.vectors[places]
    )


def _labels(vectors: "NDArray[np.float32]", number: int) -> "NDArray[np.int32]":
    from sklearn.cluster import KMeans

    means = KMeans(number, n_init=1, max_iter=_ROUNDS, random_state=_SEED)
    found: NDArray[np.int32] = means.fit_predict(vectors)
    return found


def _silhouettes(
    vectors: "NDArray[np.float32]", splits: "list[NDArray[np.int32]]"
) -> list[float | None]:
    """Return the mean silhouette of a sample in each split; None for one cluster."""
    import numpy as np
    from sklearn.metrics import silhouette_score

    some = np.random.default_rng(_SEED).permutation(len(vectors))[:_SAMPLE]
    distances = np.clip(1 - vectors[some] @ vectors[some].T, 0, None)
    np.fill_diagonal(distances, 0)
    return [
        float(silhouette_score(distances, labels[some], metric="precomputed"))
        if 1 < len(np.unique(labels[some])) < len(some)
        else None
        for labels in splits
    ]


def _described(pool: "Pool", labels: "NDArray[np.int32]") -> tuple[Cluster, ...]:
    import numpy as np

    made = []
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        middle = pool.vectors[places].mean(axis=0)
        nearest = places[np.argsort(-(pool.vectors[places] @ middle), kind="stable")]
        made.append(_cluster(tuple(pool.images[place] for place in nearest)))
    return tuple(sorted(made, key=lambda one: -len(one.images)))


def _cluster(images: "tuple[ImageRequest, ...]") -> Cluster:
    return Cluster(
        images,
        Counter(image.model.name for image in images),
        Counter(image.prompt.profession for image in images),
        Counter(image.prompt.adjective for image in images),
    )
