"""Judge the face alone: the same classifier, shown a crop instead of the whole picture."""

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from explorer.classifiers.clip import same
from explorer.classifiers.faces import crop, only_face
from explorer.perception.axes import Perception
from explorer.perception.decide import instrument_name
from explorer.pictures.catalog import classifier_version, split_view

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from explorer.classifiers.faces import Detector
    from explorer.perception.axes import Axis
    from explorer.pictures.requests import Picture


class _Classifier(Protocol):
    def classify(self, pictures: "Sequence[Picture]", axis: "Axis") -> "Iterator[Perception]": ...


class FaceClassifier:
    """Finds the one face of each picture and lets another classifier judge it.

    An instrument of its own: its name begins with the detector's. Without a face, or with several,
    it abstains and says so.
    """

    def __init__(self, name: str, judge: _Classifier) -> None:
        """Remember who judges.

        Args:
            name: "YuNet face: emoji-clip", the detector and the classifier.
            judge: the classifier of that name.
        """
        self.name = name
        view, _ = split_view(name)
        self._by: Detector = "YuNet" if "YuNet" in view else "Haar"
        self._judge = judge
        self._seen: tuple[NDArray[np.uint8] | None, ...] = ()
        self._faces: tuple[NDArray[np.uint8] | str, ...] = ()

    def classify(self, pictures: "Sequence[Picture]", axis: "Axis") -> "Iterator[Perception]":
        """Yield one perception per picture, in order; a withheld picture has none.

        Raises:
            ModelError: the detector or the classifier cannot be used.
        """
        instrument = instrument_name(classifier_version(self.name), axis)
        shown = [picture for picture in pictures if picture.pixels is not None]
        faces = self._cropped(shown)
        found = [
            replace(picture, pixels=face)
            for picture, face in zip(shown, faces, strict=True)
            if not isinstance(face, str)
        ]
        judged = iter(self._judge.classify(found, axis))
        for picture, face in zip(shown, faces, strict=True):
            if isinstance(face, str):
                yield Perception(picture.request.key, axis.name, instrument, None, face, ())
            else:
                yield replace(next(judged), instrument=instrument)

    def _cropped(self, shown: "Sequence[Picture]") -> "tuple[NDArray[np.uint8] | str, ...]":
        """Return each picture's face or why there is none; the last pictures' are kept."""
        arrays = tuple(picture.pixels for picture in shown)
        if not same(arrays, self._seen):
            self._faces = tuple(self._face(array) for array in arrays if array is not None)
            self._seen = arrays
        return self._faces

    def _face(self, pixels: "NDArray[np.uint8]") -> "NDArray[np.uint8] | str":
        face = only_face(pixels, self._by)
        return face if isinstance(face, str) else crop(pixels, face)
