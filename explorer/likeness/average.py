"""The average of images, moved so that their eyes lie upon each other where they are found."""

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from explorer.classifiers.faces import eyes
from explorer.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from explorer.classifiers.faces import Eyes
    from explorer.perception.instruments import Detector
    from explorer.store.index import Store

    Pixels = NDArray[np.uint8]

# More images change an average no more than its noise, and take a second for each hundred.
ROOM = 200
_WIDTH_PX = 256
_QUALITY = 90
_KEPT = 512


@dataclass(frozen=True, slots=True)
class Average:
    """An average as WebP, with the numbers of images in it.

    `aligned` were moved by their eyes, `as_they_are` were not, since no single face with two eyes
    was found in them, or nobody looked for one.
    """

    webp: bytes
    aligned: int
    as_they_are: int


@lru_cache(maxsize=_KEPT)
def average(store: "Store", keys: tuple[str, ...], by: "Detector | None") -> Average | None:
    """Return the average of stored images, None where none of them can be read.

    Eyes are moved to where those of these images lie on average, so that images without a face fit
    them as well as they can. Images of other sizes than the first are scaled to it.

    Args:
        store: the store.
        keys: the images, of which the first 200 are averaged.
        by: the face detector; None looks for no faces.
    """
    images = _read(store, keys[:ROOM])
    if not images:
        return None
    import numpy as np

    found = [eyes(image, by) if by else None for image in images]
    places = np.array([one for one in found if one])
    total = np.zeros(images[0].shape)
    for image, one in zip(images, found, strict=True):
        total += _moved(image, one, places.mean(axis=0)) if one else image
    mean = np.asarray((total / len(images)).round(), dtype=np.uint8)
    return Average(_webp(mean), len(places), len(images) - len(places))


def _read(store: "Store", keys: "Sequence[str]") -> "list[Pixels]":
    """Return the pixels of the images that can be read, in the size of the first."""
    import cv2

    images: list[Pixels] = []
    for key in keys:
        try:
            pixels = store.pixels(key)
        except StoreError:
            continue
        if images and pixels.shape != images[0].shape:
            height, width = images[0].shape[:2]
            pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
        images.append(pixels)
    return images


def _moved(image: "Pixels", found: "Eyes", places: "NDArray[np.float64]") -> "Pixels":
    """Return an image turned, scaled and shifted so that its eyes come to lie at two places."""
    import cv2
    import numpy as np

    # Multiplying complex numbers turns and scales.
    left, right = (complex(*point) for point in found)
    new_left, new_right = (complex(*point) for point in places)
    turn = (new_right - new_left) / (right - left)
    shift = new_left - turn * left
    matrix = np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])
    height, width = image.shape[:2]
    moved: Pixels = cv2.warpAffine(
        image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return moved


def _webp(pixels: "Pixels") -> bytes:
    from PIL import Image

    picture = Image.fromarray(pixels)
    if picture.width > _WIDTH_PX:
        picture = picture.resize((_WIDTH_PX, round(picture.height * _WIDTH_PX / picture.width)))
    stream = io.BytesIO()
    picture.save(stream, "WEBP", quality=_QUALITY)
    return stream.getvalue()
