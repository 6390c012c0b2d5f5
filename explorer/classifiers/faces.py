"""Find faces: with YuNet where its weights are or can be fetched, else with OpenCV's Haar cascade.

The two find other faces, so each makes instruments of its own name, and their answers are never
counted together.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from explorer.errors import ModelBroken, ModelError
from explorer.failures import load_failure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from explorer.perception.instruments import Detector

NO_FACE = "no face found"
SEVERAL_FACES = "several faces"

# OpenCV's own upload of the model (MIT licence), by the version whose file has this checksum.
_REPO = "opencv/face_detection_yunet"
_REVISION = "3cc26e7f1014a5ee5d74a42acee58bafc9d0a310"
_FILE = "face_detection_yunet_2023mar.onnx"
_SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
_SECONDS = 10.0

# A smaller face shows too little to be classified, and is often somebody in the background.
_SMALLEST_PX = 48
# The model's makers take 0.9; drawn faces are less sure than photographed ones.
_SUREST_ENOUGH = 0.8
# How much is added on each side of a face for hair and chin, in widths of the face.
_MARGIN = 0.4
_CASCADE = "haarcascade_frontalface_default.xml"
# Steps between sizes that are searched, and how many neighbouring hits make a face.
_SCALE, _NEIGHBOURS = 1.1, 8


class Box(NamedTuple):
    """Where a face is, in pixels: its upper left corner, width and height."""

    left: int
    top: int
    width: int
    height: int


def detector() -> "Detector":
    """Return which detector finds faces on this machine: YuNet if its weights are here."""
    return "Haar" if _stored() is None else "YuNet"


def fetch_detector() -> "Detector":
    """Fetch YuNet's weights unless they are here; return which detector finds faces now.

    Raises:
        ModelBroken: the weights are not those that are known.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

    if detector() == "Haar":
        try:
            # Asked once here whether the hub answers; a download asks again for half a minute.
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
    """Return the faces of an image (height, width, 3), sRGB, that are large enough to be classified.

    Raises:
        ModelError: YuNet's weights are not here, or are not those that are known.
    """
    found = _yunet(pixels) if by == "YuNet" else _haar(pixels)
    return tuple(box for box in found if min(box.width, box.height) >= _SMALLEST_PX)


def only_face(pixels: "NDArray[np.uint8]", by: "Detector") -> Box | str:
    """Return the one face of an image, or the reason why there is not one.

    Raises:
        ModelError: YuNet's weights are not here, or are not those that are known.
    """
    faces = find_faces(pixels, by)
    if len(faces) == 1:
        return faces[0]
    return SEVERAL_FACES if faces else NO_FACE


def crop(pixels: "NDArray[np.uint8]", face: Box) -> "NDArray[np.uint8]":
    """Return a face with hair and chin, as far as the image goes."""
    margin = round(_MARGIN * face.width)
    top, left = max(0, face.top - margin), max(0, face.left - margin)
    bottom, right = face.top + face.height + margin, face.left + face.width + margin
    return pixels[top:bottom, left:right]


def cheeks(pixels: "NDArray[np.uint8]", face: Box) -> "NDArray[np.uint8]":
    """Return the middle of a face, from below the eyes to above the mouth and cheek to cheek."""
    top, bottom = (face.top + round(part * face.height) for part in (0.45, 0.7))
    left, right = (face.left + round(part * face.width) for part in (0.2, 0.8))
    return pixels[max(0, top) : bottom, max(0, left) : right]


def _haar(pixels: "NDArray[np.uint8]") -> list[Box]:
    import cv2

    grey = cv2.equalizeHist(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    least = (_SMALLEST_PX, _SMALLEST_PX)
    found = _cascade().detectMultiScale(grey, _SCALE, _NEIGHBOURS, minSize=least)
    return [Box(*map(int, box)) for box in found]


def _yunet(pixels: "NDArray[np.uint8]") -> list[Box]:
    import cv2

    height, width = pixels.shape[:2]
    net = cv2.FaceDetectorYN.create(str(_weights()), "", (width, height), _SUREST_ENOUGH)
    _, found = net.detect(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return [] if found is None else [Box(*map(round, map(float, row[:4]))) for row in found]


@cache
def _cascade() -> Any:
    import cv2

    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / _CASCADE))


def _weights() -> Path:
    """Return the file of YuNet's weights, its checksum compared."""
    path = _stored()
    if path is None:
        raise ModelError(
            "The face detector 'YuNet' is not on this machine. Connect to the internet and draw or "
            "classify again, or take 'Haar', which needs no download."
        )
    return _checked(path)


@cache
def _checked(path: Path) -> Path:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != _SHA256:
        raise ModelBroken(
            f"The face detector in {str(path)!r} is not the one that is known: its SHA-256 is "
            f"{digest!r}. Remove the file and try again."
        )
    return path


def _stored() -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(_REPO, _FILE, revision=_REVISION)
    return Path(found) if isinstance(found, str) else None
