"""The images that are nearest to one, by the cosine of their embeddings."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from explorer.likeness.pool import Pool
    from explorer.models.requests import ImageRequest


class Near(NamedTuple):
    """An image and its cosine distance, from 0 for the same picture."""

    image: "ImageRequest"
    distance: float


def nearest(pool: "Pool", place: int, number: int) -> tuple[Near, ...]:
    """Return the images nearest to the one at a place, the nearest first, without itself."""
    import numpy as np

    distances = 1 - pool.vectors @ pool.vectors[place]
    # Itself comes last, whatever rounding makes of its distance.
    distances[place] = np.inf
    number = min(number, len(distances) - 1)
    if number < 1:
        return ()
    found = np.argpartition(distances, number - 1)[:number]
    return tuple(
        Near(pool.images[one], max(0.0, float(distances[one])))
        for one in found[np.lexsort((found, distances[found]))]
    )
