"""Classify skin tone by the colour of pixels, without captions or a CLIP."""

from typing import TYPE_CHECKING

from explorer.classifiers.faces import cheeks, only_face
from explorer.perception.instruments import Instrument
from explorer.perception.skin import DRAWING, GREY, PHOTOGRAPH, answer, is_grey, measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from explorer.models.requests import Image
    from explorer.perception.axes import Axis, Perception
    from explorer.perception.instruments import ClassifierSpec
    from explorer.perception.skin import Skin

# The bundled generators place every portrait alike: in faces of any size, eyes and mouth are within
# these parts of the height and width.
_EMOJI_ROWS = (0.375, 0.605)
_EMOJI_COLUMNS = (0.345, 0.655)


class SkinClassifier:
    """Measures the skin of the face in an image.

    The position of the face is known for the bundled generators; otherwise a detector finds it.
    """

    def __init__(self, spec: "ClassifierSpec") -> None:
        """Remember the face detector."""
        self._spec = spec

    def classify(self, images: "Sequence[Image]", axis: "Axis") -> "Iterator[Perception]":
        """Yield one perception per image, in order; a filtered image has none.

        Raises:
            ModelError: the face detector cannot be used.
        """
        instrument = Instrument.of(self._spec, axis)
        for image in images:
            if image.pixels is not None:
                skin = self._measure(image.pixels)
                yield answer(image.request.key, axis, instrument, skin)

    def _measure(self, pixels: "NDArray[np.uint8]") -> "Skin | str":
        if is_grey(pixels):
            return GREY
        if self._spec.detector is None:
            height, width = pixels.shape[:2]
            rows = slice(*(round(part * height) for part in _EMOJI_ROWS))
            columns = slice(*(round(part * width) for part in _EMOJI_COLUMNS))
            return measure(pixels[rows, columns], DRAWING)
        face = only_face(pixels, self._spec.detector)
        return face if isinstance(face, str) else measure(cheeks(pixels, face), PHOTOGRAPH)
