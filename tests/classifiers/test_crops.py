from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.classifiers.clip import ClipClassifier
from explorer.classifiers.crops import FaceClassifier
from explorer.classifiers.faces import NO_FACE, SEVERAL_FACES, Box, crop, only_face
from explorer.classifiers.find import classifiers
from explorer.perception.axes import find_axis
from explorer.perception.instruments import ClassifierSpec, Instrument
from tests.classifiers.shown import images
from tests.fakes import FakeClassifier

pytestmark = pytest.mark.usefixtures("no_yunet")

GENDER, TONE = map(find_axis, ("gender", "tone"))


def test_the_face_is_classified_instead_of_the_image_under_a_name_of_its_own(
    clip: Path, astronaut: NDArray[np.uint8]
) -> None:
    face = only_face(astronaut, "Haar")
    assert isinstance(face, Box)
    (image,) = images(astronaut)
    cropped = replace(image, pixels=crop(astronaut, face))
    on_face = ClassifierSpec("face", "Haar", str(clip))
    on_image = ClassifierSpec("captions", None, str(clip))
    (seen,) = classifiers("cpu")(on_face).classify([image], GENDER)
    (expected,) = ClipClassifier(on_image, "cpu").classify([cropped], GENDER)
    (whole,) = ClipClassifier(on_image, "cpu").classify([image], GENDER)
    assert seen.scores == expected.scores != whole.scores
    assert seen.instrument == Instrument.of(on_face, GENDER)
    assert str(seen.instrument) == f"Haar face: {whole.instrument}"


def test_images_without_one_face_are_no_answer_and_keep_their_places(
    clip: Path, astronaut: NDArray[np.uint8]
) -> None:
    blank = np.full((200, 200, 3), 128, dtype=np.uint8)
    shown = images(blank, astronaut, np.hstack([astronaut, astronaut]))
    on_face = ClassifierSpec("face", "Haar", str(clip))
    seen = list(classifiers("cpu")(on_face).classify(shown, GENDER))
    assert [each.image_key for each in seen] == [each.request.key for each in shown]
    assert seen[0].reason == NO_FACE
    assert len(seen[1].scores) == 2
    assert seen[2].reason == SEVERAL_FACES


def test_faces_are_looked_for_once_for_all_axes(
    astronaut: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def look(_: object, by: str) -> Box:
        asked.append(by)
        return Box(100, 100, 60, 60)

    monkeypatch.setattr("explorer.classifiers.crops.only_face", look)
    classifier = FaceClassifier(ClassifierSpec("face", "Haar", "fake-clip"), FakeClassifier())
    for axis in (GENDER, TONE):
        assert len(list(classifier.classify(images(astronaut), axis))) == 1
    assert asked == ["Haar"]
