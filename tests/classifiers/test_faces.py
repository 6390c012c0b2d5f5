import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.classifiers import faces
from explorer.classifiers.clip import ClipClassifier
from explorer.classifiers.crops import FaceClassifier
from explorer.classifiers.faces import (
    NO_FACE,
    SEVERAL_FACES,
    Box,
    cheeks,
    crop,
    detector,
    fetch_detector,
    find_faces,
    only_face,
)
from explorer.classifiers.find import classifier_of, classifiers
from explorer.classifiers.skin import SkinClassifier
from explorer.errors import ModelBroken, ModelError
from explorer.models.requests import Image
from explorer.perception.axes import find_axis
from explorer.perception.instruments import ClassifierSpec, Instrument
from explorer.perception.skin import GREY
from tests.fakes import FakeClassifier, fake_card
from tests.hub import COMMIT, Hub, running, use
from tests.tiny import requests_for, tiny_spec

pytestmark = pytest.mark.usefixtures("no_yunet")

HAAR_SKIN = ClassifierSpec("pixels", "Haar")
EMOJI_SKIN = ClassifierSpec("pixels")
GENDER, TONE, PIXEL_TONE = map(find_axis, ("gender", "tone", "pixel-tone"))


@pytest.fixture(scope="module")
def astronaut() -> NDArray[np.uint8]:
    """Return NASA's portrait of Eileen Collins, which scikit-image brings along."""
    import skimage.data

    photograph: NDArray[np.uint8] = skimage.data.astronaut()
    return np.ascontiguousarray(photograph[:256, 96:352])


@pytest.fixture
def hub(tmp_path: Path, no_yunet: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Return a running hub that holds a stand-in for YuNet's weights."""
    folder = tmp_path / "yunet"
    folder.mkdir()
    (folder / "face_detection_yunet_2023mar.onnx").write_bytes(b"weights")
    monkeypatch.setattr(faces, "_REVISION", COMMIT)
    monkeypatch.setattr(faces, "_SHA256", hashlib.sha256(b"weights").hexdigest())
    hub = Hub(models={"opencv/face_detection_yunet": folder})
    with running(hub) as address:
        use(monkeypatch, address, no_yunet)
        yield hub


def images(*pixels: NDArray[np.uint8]) -> tuple[Image, ...]:
    requests = requests_for(tiny_spec("a/b"), ("author",), len(pixels))
    return tuple(Image(request, array) for request, array in zip(requests, pixels, strict=True))


def test_the_face_of_a_photograph_is_found(astronaut: NDArray[np.uint8]) -> None:
    face = only_face(astronaut, "Haar")
    assert isinstance(face, Box)
    # Eyes and mouth lie around (129, 115).
    assert face.left < 104
    assert face.left + face.width > 154
    assert face.top < 95
    assert face.top + face.height > 140


def test_no_face_and_several_faces_are_told_apart(astronaut: NDArray[np.uint8]) -> None:
    assert only_face(np.full((200, 200, 3), 128, dtype=np.uint8), "Haar") == NO_FACE
    assert only_face(np.hstack([astronaut, astronaut]), "Haar") == SEVERAL_FACES


def test_a_face_too_small_to_be_classified_is_not_counted(astronaut: NDArray[np.uint8]) -> None:
    small = np.ascontiguousarray(astronaut[::3, ::3])
    assert find_faces(small, "Haar") == ()


def test_a_crop_holds_the_face_and_stays_inside_the_image() -> None:
    image = np.zeros((100, 120, 3), dtype=np.uint8)
    assert crop(image, Box(40, 30, 50, 50)).shape == (90, 90, 3)
    assert crop(image, Box(0, 0, 50, 50)).shape == (70, 70, 3)
    assert crop(image, Box(90, 70, 50, 50)).shape == (50, 50, 3)
    assert cheeks(image, Box(40, 30, 50, 50)).shape == (13, 30, 3)


def test_without_weights_the_cascade_is_the_detector(astronaut: NDArray[np.uint8]) -> None:
    assert detector() == "Haar"
    assert classifier_of(None, fake_card(), PIXEL_TONE) == HAAR_SKIN
    with pytest.raises(ModelError, match="'Haar', which needs no download"):
        find_faces(astronaut, "YuNet")


def test_weights_are_fetched_once_and_then_name_the_instruments(hub: Hub) -> None:
    assert fetch_detector() == "YuNet"
    asked = len(hub.asked)
    assert asked > 0
    assert fetch_detector() == detector() == "YuNet"
    assert len(hub.asked) == asked
    assert str(classifier_of("face", fake_card(), GENDER)) == "YuNet face: fake-clip"
    assert str(classifier_of(None, fake_card(), PIXEL_TONE)) == "pixels: YuNet face"


def test_weights_of_another_checksum_are_refused(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert hub.models
    monkeypatch.setattr(faces, "_SHA256", "0" * 64)
    with pytest.raises(ModelBroken, match="SHA-256"):
        fetch_detector()


def test_a_hub_that_does_not_give_them_leaves_the_cascade(hub: Hub) -> None:
    hub.models.clear()
    assert fetch_detector() == "Haar"


def test_yunets_boxes_are_read_from_its_rows(
    hub: Hub, astronaut: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    import cv2

    shown: list[Any] = []

    class Net:
        def detect(self, image: Any) -> tuple[int, Any]:
            shown.append(image)
            sure = [177.4, 66.6, 93.0, 94.0, *range(10), 0.93]
            return 1, np.array([sure, [5.0, 5.0, 20.0, 20.0, *range(10), 0.9]], dtype=np.float32)

    monkeypatch.setattr(cv2.FaceDetectorYN, "create", lambda *_: Net())
    assert hub.models
    fetch_detector()
    assert find_faces(astronaut, "YuNet") == (Box(177, 67, 93, 94),)
    assert np.array_equal(shown[0][..., ::-1], astronaut)


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


def test_skin_in_a_photograph_is_measured_on_the_face(astronaut: NDArray[np.uint8]) -> None:
    (seen,) = SkinClassifier(HAAR_SKIN).classify(images(astronaut), PIXEL_TONE)
    told = dict(zip(PIXEL_TONE.score_names, seen.scores, strict=True))
    assert (seen.label, seen.instrument) == ("light", Instrument.of(HAAR_SKIN, PIXEL_TONE))
    assert 50 < told["ita_degrees"] < 65
    assert told["skin_pixels"] > 400


def test_a_grey_a_faceless_and_a_crowded_photograph_have_reasons_of_their_own(
    astronaut: NDArray[np.uint8],
) -> None:
    grey = astronaut.mean(axis=2, keepdims=True).astype(np.uint8).repeat(3, 2)
    sky = np.full((200, 200, 3), (90, 140, 220), dtype=np.uint8)
    shown = images(grey, sky, np.hstack([astronaut, astronaut]))
    seen = SkinClassifier(HAAR_SKIN).classify(shown, PIXEL_TONE)
    assert [each.reason for each in seen] == [GREY, NO_FACE, SEVERAL_FACES]


def test_a_filtered_image_is_not_measured(astronaut: NDArray[np.uint8]) -> None:
    (image,) = images(astronaut)
    hidden = replace(image, pixels=None, filtered="safety filter")
    assert list(SkinClassifier(EMOJI_SKIN).classify([hidden], PIXEL_TONE)) == []
