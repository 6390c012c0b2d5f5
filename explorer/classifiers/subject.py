"""Classify what an image shows: captions, a face count, and whether it has colour."""

from typing import TYPE_CHECKING

from explorer.classifiers.faces import find_faces
from explorer.models.catalog import classifier_version, split_view
from explorer.perception.axes import Perception
from explorer.perception.decide import UNSURE, instrument_name
from explorer.perception.skin import is_grey
from explorer.perception.subject import ONE, subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from explorer.classifiers.clip import ClipClassifier
    from explorer.classifiers.faces import Detector
    from explorer.models.requests import Image
    from explorer.perception.axes import Axis

# The bundled generators draw one person each time, as their designers' art shows one.
EMOJI_SUBJECT = "subject: bundled art"


class SubjectClassifier:
    """Tells images of one person from those of several, of nobody, and of no photograph.

    Drawings by the bundled generators are what was asked for and are not refused as drawings: of
    them only the colour is looked at.
    """

    def __init__(self, name: str, clip: "ClipClassifier | None") -> None:
        """Remember who reads the captions.

        Args:
            name: "subject (YuNet): ViT-L-14-quickgelu/openai", or the bundled art's.
            clip: the classifier of that name; None for bundled art, of which no caption is asked.
        """
        self.name = name
        self._clip = clip
        self._by: Detector = "YuNet" if "YuNet" in split_view(name)[0] else "Haar"

    def classify(self, images: "Sequence[Image]", axis: "Axis") -> "Iterator[Perception]":
        """Yield one perception per image, in order; a filtered image has none.

        Raises:
            ModelError: the detector or the classifier cannot be used.
        """
        instrument = instrument_name(classifier_version(self.name), axis)
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
            faces = len(find_faces(image.pixels, self._by))
            answers = people[place].label, medium[place].label
            yield subject(*answers, faces, grey=grey[place]), faces
