"""Classify the subject of an image by captions, the number of faces and whether it has colour."""

from typing import TYPE_CHECKING

from explorer.classifiers.faces import find_faces
from explorer.perception.axes import Perception
from explorer.perception.decide import UNSURE
from explorer.perception.instruments import Instrument
from explorer.perception.skin import is_grey
from explorer.perception.subject import ONE, subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from explorer.classifiers.clip import ClipClassifier
    from explorer.models.requests import Image
    from explorer.perception.axes import Axis
    from explorer.perception.instruments import ClassifierSpec


class SubjectClassifier:
    """Distinguishes photographs of one person from other images.

    The bundled generators generate drawings by design, so their images are never refused as
    drawings: for them, only the colour is checked.
    """

    def __init__(self, spec: "ClassifierSpec", clip: "ClipClassifier | None") -> None:
        """Remember the face detector and the CLIP.

        `clip` is None for the bundled generators, whose images need no captions.
        """
        self._spec = spec
        self._clip = clip

    def classify(self, images: "Sequence[Image]", axis: "Axis") -> "Iterator[Perception]":
        """Yield one perception per image, in order; a filtered image has none.

        Raises:
            ModelError: the detector or the classifier cannot be used.
        """
        instrument = Instrument.of(self._spec, axis)
        shown = [image for image in images if image.pixels is not None]
        for image, (label, faces) in zip(shown, self._answers(shown, axis), strict=True):
            reason = UNSURE if label is None else None
            key = image.request.key
            yield Perception(key, axis.name, instrument, label, reason, (float(faces),))

    def _answers(
        self, shown: "Sequence[Image]", axis: "Axis"
    ) -> "Iterator[tuple[str | None, int]]":
        """Yield the subject of each image and the number of its faces."""
        grey = [image.pixels is not None and is_grey(image.pixels) for image in shown]
        if self._clip is None:
            yield from ((subject(ONE, None, 1, grey=one), 1) for one in grey)
            return
        people, medium = (list(self._clip.classify(shown, one)) for one in axis.contrasts)
        for place, image in enumerate(shown):
            assert image.pixels is not None, "filtered images are left out"  # noqa: S101
            faces = len(find_faces(image.pixels, self._spec.detector or "Haar"))
            answers = people[place].label, medium[place].label
            yield subject(*answers, faces, grey=grey[place]), faces
