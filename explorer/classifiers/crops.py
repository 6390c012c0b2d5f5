"""Classify the face alone: the same classifier, given a crop instead of the whole image."""

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from explorer.classifiers.clip import same
from explorer.classifiers.faces import crop, only_face
from explorer.perception.axes import Perception
from explorer.perception.instruments import Instrument

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from explorer.models.requests import Image
    from explorer.perception.axes import Axis
    from explorer.perception.instruments import ClassifierSpec


class _Classifier(Protocol):
    def classify(self, images: "Sequence[Image]", axis: "Axis") -> "Iterator[Perception]": ...


class FaceClassifier:
    """Finds the face in each image and lets a CLIP classify it.

    It is a separate classifier, whose name begins with that of the face detector. It abstains,
    with the reason, if an image has no face or several.
    """

    def __init__(self, spec: "ClassifierSpec", clip: _Classifier) -> None:
        """Remember the face detector, and the CLIP that classifies the faces."""
        self._spec = spec
        self._clip = clip
        self._seen: tuple[NDArray[np.uint8] | None, ...] = ()
        self._faces: tuple[NDArray[np.uint8] | str, ...] = ()

    def classify(self, images: "Sequence[Image]", axis: "Axis") -> "Iterator[Perception]":
        """Yield one perception per image, in order; a filtered image has none.

        Raises:
            ModelError: the detector or the classifier cannot be used.
        """
        instrument = Instrument.of(self._spec, axis)
        shown = [image for image in images if image.pixels is not None]
        faces = self._cropped(shown)
        found = [
            replace(image, pixels=face)
            for image, face in zip(shown, faces, strict=True)
            if not isinstance(face, str)
        ]
        classified = iter(self._clip.classify(found, axis))
        for image, face in zip(shown, faces, strict=True):
            if isinstance(face, str):
                yield Perception(image.request.key, axis.name, instrument, None, face, ())
            else:
                yield replace(next(classified), instrument=instrument)

    def _cropped(self, shown: "Sequence[Image]") -> "tuple[NDArray[np.uint8] | str, ...]":
        """Return the face of each image, or the reason why there is none, and cache them."""
        arrays = tuple(image.pixels for image in shown)
        if not same(arrays, self._seen):
            by = self._spec.detector or "Haar"
            found = ((array, only_face(array, by)) for array in arrays if array is not None)
            self._faces = tuple(
                face if isinstance(face, str) else crop(array, face) for array, face in found
            )
            self._seen = arrays
        return self._faces
