"""Judge what a picture shows: captions, a face count, and whether it has colour."""

from typing import TYPE_CHECKING

from explorer.classifiers.faces import find_faces
from explorer.perception.axes import Perception
from explorer.perception.decide import UNSURE, instrument_name
from explorer.perception.skin import is_grey
from explorer.perception.subject import ONE, subject
from explorer.pictures.catalog import classifier_version, split_view

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from explorer.classifiers.clip import ClipClassifier
    from explorer.classifiers.faces import Detector
    from explorer.perception.axes import Axis
    from explorer.pictures.requests import Picture

# The bundled generators draw one person each time, as their designers' art shows one.
EMOJI_SUBJECT = "subject: bundled art"


class SubjectClassifier:
    """Tells pictures of one person from those of several, of nobody, and of no photograph.

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

    def classify(self, pictures: "Sequence[Picture]", axis: "Axis") -> "Iterator[Perception]":
        """Yield one perception per picture, in order; a withheld picture has none.

        Raises:
            ModelError: the detector or the classifier cannot be used.
        """
        instrument = instrument_name(classifier_version(self.name), axis)
        shown = [picture for picture in pictures if picture.pixels is not None]
        for picture, (label, faces) in zip(shown, self._look(shown, axis), strict=True):
            reason = UNSURE if label is None else None
            key = picture.request.key
            yield Perception(key, axis.name, instrument, label, reason, (float(faces),))

    def _look(self, shown: "Sequence[Picture]", axis: "Axis") -> "Iterator[tuple[str | None, int]]":
        """Yield what each picture shows, and how many faces."""
        grey = [picture.pixels is not None and is_grey(picture.pixels) for picture in shown]
        if self._clip is None:
            yield from ((subject(ONE, None, 1, grey=one), 1) for one in grey)
            return
        people, medium = (list(self._clip.classify(shown, one)) for one in axis.contrasts)
        for place, picture in enumerate(shown):
            assert picture.pixels is not None, "only shown pictures are looked at"  # noqa: S101
            faces = len(find_faces(picture.pixels, self._by))
            answers = people[place].label, medium[place].label
            yield subject(*answers, faces, grey=grey[place]), faces
