"""Find faces with YuNet if its weights are available, otherwise with OpenCV's Haar cascade.

The two find different faces. The name of an instrument therefore includes the detector, and
perceptions by one are never counted together with those by the other.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from explorer.errors import ModelBroken, ModelError
from explorer.failures import load_failure
from explorer.translations import gettext as _

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from explorer.perception.instruments import Detector

NO_FACE = "no face found"
SEVERAL_FACES = "several faces"

# OpenCV's own upload of the model (MIT licence), pinned to the revision with this checksum.
_REPO = "opencv/face_detection_yunet"
_REVISION = "3cc26e7f1014a5ee5d74a42acee58bafc9d0a310"
_FILE = "face_detection_yunet_2023mar.onnx"
_SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
_SECONDS = 10.0

# A smaller face shows too little to classify, and is often somebody in the background.
_SMALLEST_PX = 48
# YuNet's default is 0.9; faces in drawings score lower than those in photographs.
_LOWEST_SCORE = 0.8
# The margin on each side of a face, for hair and chin, in widths of the face.
_MARGIN = 0.4
_CASCADE = "haarcascade_frontalface_default.xml"
# The ratio between the sizes searched, and the number of neighbouring hits that make a face.
_SCALE, _NEIGHBOURS = 1.1, 8
# Eyes lie in the upper part of a face, and a head is inclined by half a right angle at most.
_EYE_CASCADE = "haarcascade_eye.xml"
_EYE_NEIGHBOURS = 5
_EYES_ABOVE = 0.6
_STEEPEST = 1.0


class Box(NamedTuple):
    """The position of a face in pixels: upper left corner, width and height."""

    left: int
    top: int
    width: int
    height: int


class Eyes(NamedTuple):
    """The middles of both eyes in pixels, x and y, that on the left of the image first."""

    left: tuple[float, float]
    right: tuple[float, float]


def detector() -> "Detector":
    """Return the detector used on this machine: YuNet if its weights are stored, else Haar."""
    return "Haar" if _stored() is None else "YuNet"


def fetch_detector() -> "Detector":
    """Download YuNet's weights if they are missing; return the detector that can be used now.

    Raises:
        ModelBroken: the weights do not have the expected checksum.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

    if detector() == "Haar":
        try:
            # One request with a timeout comes first: a download retries for half a minute.
            get_hf_file_metadata(hf_hub_url(_REPO, _FILE, revision=_REVISION), timeout=_SECONDS)
            hf_hub_download(_REPO, _FILE, revision=_REVISION, etag_timeout=_SECONDS)
        except Exception as error:
            failure = load_failure("YuNet", error, _REPO)
            if isinstance(failure, ModelBroken):
                raise failure from error
            return "Haar"
    _weights()
    return "YuNet"


def find_faces(pixels: "NDArray[np.uint8]", by: "Detector") -> tuple[Box, ...]:
    """Return the faces of an image that are large enough to classify.

    Args:
        pixels: the image, uint8 sRGB of shape (height, width, 3).
        by: the detector.

    Raises:
        ModelError: YuNet's weights are missing, or do not have the expected checksum.
    """
    found = _yunet(pixels) if by == "YuNet" else _haar(pixels)
    return tuple(box for box in found if min(box.width, box.height) >= _SMALLEST_PX)


def only_face(pixels: "NDArray[np.uint8]", by: "Detector") -> Box | str:
    """Return the face of an image, or the reason if there is not exactly one.

    Raises:
        ModelError: YuNet's weights are missing, or do not have the expected checksum.
    """
    faces = find_faces(pixels, by)
    if len(faces) == 1:
        return faces[0]
    return SEVERAL_FACES if faces else NO_FACE


def eyes(pixels: "NDArray[np.uint8]", by: "Detector") -> Eyes | None:
    """Return the eyes of the only face of an image, None where they are not found.

    YuNet finds them with the face. In a face that Haar's cascade has found, another cascade looks
    for them.

    Raises:
        ModelError: YuNet's weights are missing, or do not have the expected checksum.
    """
    face = only_face(pixels, by)
    if isinstance(face, str):
        return None
    return _eyes_by_yunet(pixels, face) if by == "YuNet" else _eyes_by_cascade(pixels, face)


def crop(pixels: "NDArray[np.uint8]", face: Box) -> "NDArray[np.uint8]":
    """Return a face with hair and chin, clipped at the edges of the image."""
    margin = round(_MARGIN * face.width)
    top, left = max(0, face.top - margin), max(0, face.left - margin)
    bottom, right = face.top + face.height + margin, face.left + face.width + margin
    return pixels[top:bottom, left:right]


def cheeks(pixels: "NDArray[np.uint8]", face: Box) -> "NDArray[np.uint8]":
    """Return the middle of a face: from below the eyes to above the mouth, cheek to cheek."""
    top, bottom = (face.top + round(part * face.height) for part in (0.45, 0.7))
    left, right = (face.left + round(part * face.width) for part in (0.2, 0.8))
    return pixels[max(0, top) : bottom, max(0, left) : right]


def _haar(pixels: "NDArray[np.uint8]") -> list[Box]:
    import cv2

    grey = cv2.equalizeHist(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    least = (_SMALLEST_PX, _SMALLEST_PX)
    found = _cascade(_CASCADE).detectMultiScale(grey, _SCALE, _NEIGHBOURS, minSize=least)
    return [Box(*map(int, box)) for box in found]


def _yunet(pixels: "NDArray[np.uint8]") -> list[Box]:
    return [_box(row) for row in _yunet_rows(pixels)]


def _yunet_rows(pixels: "NDArray[np.uint8]") -> "list[NDArray[np.float32]]":
    """Return YuNet's faces: box, x and y of right eye, left eye, nose, mouth corners, and score."""
    import cv2

    height, width = pixels.shape[:2]
    net = cv2.FaceDetectorYN.create(str(_weights()), "", (width, height), _LOWEST_SCORE)
    _, found = net.detect(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return [] if found is None else list(found)


def _box(row: "NDArray[np.float32]") -> Box:
    return Box(*map(round, map(float, row[:4])))


def _eyes_by_yunet(pixels: "NDArray[np.uint8]", face: Box) -> Eyes | None:
    row = next(row for row in _yunet_rows(pixels) if _box(row) == face)
    return _eyes([(float(row[4]), float(row[5])), (float(row[6]), float(row[7]))])


def _eyes_by_cascade(pixels: "NDArray[np.uint8]", face: Box) -> Eyes | None:
    import cv2

    bottom = face.top + round(_EYES_ABOVE * face.height)
    upper = pixels[face.top : bottom, face.left : face.left + face.width]
    grey = cv2.equalizeHist(cv2.cvtColor(upper, cv2.COLOR_RGB2GRAY))
    found = _cascade(_EYE_CASCADE).detectMultiScale(grey, _SCALE, _EYE_NEIGHBOURS)
    middles = [(face.left + x + w / 2, face.top + y + h / 2) for x, y, w, h in found]
    return _eyes([(float(x), float(y)) for x, y in middles])


def _eyes(middles: list[tuple[float, float]]) -> Eyes | None:
    """Return two points as eyes, unless they are more or fewer, or one above the other."""
    if len(middles) != 2:  # noqa: PLR2004 - a pair
        return None
    left, right = sorted(middles)
    level = abs(right[1] - left[1]) <= _STEEPEST * (right[0] - left[0])
    return Eyes(left, right) if level else None


@cache
def _cascade(name: str) -> Any:
    import cv2

    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / name))


def _weights() -> Path:
    """Return the path of YuNet's weights after checking their checksum."""
    path = _stored()
    if path is None:
        raise ModelError(
            _(
                "The face detector 'YuNet' is not on this machine. Connect to the "
                "internet and generate or classify again, or use 'Haar', which needs "
                "no download."
            )
        )
    return _checked(path)


@cache
def _checked(path: Path) -> Path:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != _SHA256:
        raise ModelBroken(
            _(
                "The face detector in {path!r} does not have the expected checksum: "
                "its SHA-256 is {digest!r}. Remove the file and try again."
            ).format(path=str(path), digest=digest)
        )
    return path


def _stored() -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(_REPO, _FILE, revision=_REVISION)
    return Path(found) if isinstance(found, str) else None
