"""Classify what an image shows: captions, a face count, and whether it has colour."""

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
    """Tells images of one person from those of several, of nobody, and of no photograph.

    Drawings by the bundled generators are what was asked for and are not refused as drawings: of
    them only the colour is looked at.
    """

    def __init__(self, spec: "ClassifierSpec", clip: "ClipClassifier | None") -> None:
        """Remember how faces are found, and the CLIP that reads the captions.

        `clip` is None for bundled art, of which no caption is asked.
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
        for image, (label, faces) in zip(shown, self._look(shown, axis), strict=True):
            reason = UNSURE if label is None else None
            key = image.request.key
            yield Perception(key, axis.name, instrument, label, reason, (float(faces),))

    def _look(self, shown: "Sequence[Image]", axis: "Axis") -> "Iterator[tuple[str | None, int]]":
        """Yield what each image shows, and how many faces."""
        grey = [image.pixels is not None and is_grey(image.pixels) for image in shown]
        if self._clip is None:
            yield from ((subject(ONE, None, 1, grey=one), 1) for one in grey)
            return
        people, medium = (list(self._clip.classify(shown, one)) for one in axis.contrasts)
        for place, image in enumerate(shown):
            assert image.pixels is not None, "only shown images are looked at"  # noqa: S101
            faces = len(find_faces(image.pixels, self._spec.detector or "Haar"))
            answers = people[place].label, medium[place].label
            yield subject(*answers, faces, grey=grey[place]), faces
