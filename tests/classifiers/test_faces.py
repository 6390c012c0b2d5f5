import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.classifiers import faces
from explorer.classifiers.faces import (
    NO_FACE,
    SEVERAL_FACES,
    Box,
    cheeks,
    crop,
    detector,
    eyes,
    fetch_detector,
    find_faces,
    only_face,
)
from explorer.classifiers.find import classifier_of
from explorer.errors import ModelBroken, ModelError
from explorer.perception.axes import find_axis
from explorer.perception.instruments import ClassifierSpec
from tests.fakes import fake_card
from tests.hub import COMMIT, Hub, running, use

pytestmark = pytest.mark.usefixtures("no_yunet")

HAAR_SKIN = ClassifierSpec("pixels", "Haar")
GENDER, PIXEL_TONE = map(find_axis, ("gender", "pixel-tone"))


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


def test_the_eyes_of_a_photograph_are_found(astronaut: NDArray[np.uint8]) -> None:
    found = eyes(astronaut, "Haar")
    assert found is not None
    # The pupils, read off the enlarged photograph.
    assert found.left == pytest.approx((107, 101), abs=3)
    assert found.right == pytest.approx((151, 103.5), abs=3)


def test_no_face_and_several_faces_have_no_eyes(astronaut: NDArray[np.uint8]) -> None:
    assert eyes(np.full((200, 200, 3), 128, dtype=np.uint8), "Haar") is None
    assert eyes(np.hstack([astronaut, astronaut]), "Haar") is None


def test_yunets_eyes_are_read_from_its_rows(
    hub: Hub, astronaut: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    import cv2

    class Net:
        def detect(self, _image: Any) -> tuple[int, Any]:
            # The right eye of a person is on the left of the image.
            marks = [200.5, 100.0, 240.0, 104.0, *[0.0] * 6]
            return 1, np.array([[177.4, 66.6, 93.0, 94.0, *marks, 0.93]], dtype=np.float32)

    monkeypatch.setattr(cv2.FaceDetectorYN, "create", lambda *_: Net())
    assert hub.models
    fetch_detector()
    assert eyes(astronaut, "YuNet") == ((200.5, 100.0), (240.0, 104.0))
