"""Classify skin tone by its pixels: no captions, no CLIP."""

import re
from typing import TYPE_CHECKING

from explorer.classifiers.faces import cheeks, detector, only_face
from explorer.perception.decide import instrument_name
from explorer.perception.skin import DRAWING, GREY, PHOTOGRAPH, answer, is_grey, measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from explorer.classifiers.faces import Detector
    from explorer.models.requests import Image
    from explorer.perception.axes import Axis, Perception
    from explorer.perception.skin import Skin

EMOJI_METHOD = "pixels: lit side of emoji face"
_FACE_METHOD = re.compile("pixels: (YuNet|Haar) face")

# The bundled generators draw every portrait in the same place: eyes and mouth lie in this part of
# the height and width, in small faces and in large ones.
_EMOJI_ROWS = (0.375, 0.605)
_EMOJI_COLUMNS = (0.345, 0.655)


def skin_method(*, bundled: bool) -> str:
    """Return how skin is found in images of bundled or other generators, on this machine."""
    return EMOJI_METHOD if bundled else f"pixels: {detector()} face"


def is_skin_method(name: str) -> bool:
    """Tell whether a name is one that `skin_method` gives."""
    return name == EMOJI_METHOD or _FACE_METHOD.fullmatch(name) is not None


class SkinClassifier:
    """Measures the skin of the one face of an image.

    Where that face is depends on the method, which is the instrument's name: two methods never
    share a name.
    """

    def __init__(self, method: str) -> None:
        """Remember how faces are found, as `skin_method` says it."""
        self.name = method

    def classify(self, images: "Sequence[Image]", axis: "Axis") -> "Iterator[Perception]":
        """Yield one perception per image, in order; a filtered image has none.

        Raises:
            ModelError: the face detector cannot be used.
        """
        instrument = instrument_name(self.name, axis)
        for image in images:
            if image.pixels is not None:
                found = self._look(image.pixels)
                yield answer(image.request.key, axis, instrument, found)

    def _look(self, pixels: "NDArray[np.uint8]") -> "Skin | str":
        if is_grey(pixels):
            return GREY
        if self.name == EMOJI_METHOD:
            return measure(_emoji_face(pixels), DRAWING)
        by: Detector = "YuNet" if "YuNet" in self.name else "Haar"
        face = only_face(pixels, by)
        return face if isinstance(face, str) else measure(cheeks(pixels, face), PHOTOGRAPH)


def _emoji_face(pixels: "NDArray[np.uint8]") -> "NDArray[np.uint8]":
    height, width = pixels.shape[:2]
    rows = slice(*(round(part * height) for part in _EMOJI_ROWS))
    columns = slice(*(round(part * width) for part in _EMOJI_COLUMNS))
    return pixels[rows, columns]
