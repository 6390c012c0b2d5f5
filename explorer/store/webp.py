"""WebP images with their exact pixels, and with the request and a checksum inside."""

import hashlib
import io
import json
import struct
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from explorer.errors import InvalidData, StoreCorrupt
from explorer.models.requests import ImageRequest, read_spec, spec_fields
from explorer.translations import gettext as _
from explorer.words.prompts import Prompt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

THUMBNAIL_PX = 160

# At most 10% larger than with the best method, in a third of the time or less: 2.7 ms instead of
# 7.8 ms for a generated image of 96 px, 36 ms instead of 250 ms for noise of 512 px.
_LOSSLESS = {"lossless": True, "method": 2, "quality": 25}
_THUMBNAIL = {"quality": 80, "method": 4}
# The mean difference, in levels of 255, up to which a thumbnail may be of another version of the
# encoder. With other qualities and methods, those of the sample's images differ by 3.2 at most;
# those of two images differ by 5.6 at least.
_ENCODERS_DIFFER = 4.0
_IMAGE_DESCRIPTION = 0x010E  # EXIF: free text that image viewers show

# Of pixels on a side, and of images of one prompt: far above the limits of a study.
_MOST = 2**16

# What Pillow raises on damaged files and on those that claim more pixels than anyone generates.
_UNREADABLE = (
    *(OSError, ValueError, SyntaxError, EOFError, struct.error),
    *(Image.DecompressionBombError, Image.DecompressionBombWarning),
)
# What reading a description raises if its text was not written by `encode`.
_UNKNOWN = (ValueError, KeyError, TypeError, RecursionError, InvalidData)


@dataclass(frozen=True, slots=True)
class Description:
    """The description inside an image file.

    `digest` is the checksum of its pixels, `revised` the prompt that a service used in place of the
    one in the request.
    """

    request: ImageRequest
    digest: str
    revised: str | None = None


def encode(request: ImageRequest, pixels: np.ndarray, revised: str | None = None) -> bytes:
    """Return lossless WebP bytes, after checking that they decode to the same pixels.

    Raises:
        StoreCorrupt: they decode to other pixels.
    """
    description = {"request": json.loads(request_text(request)), "pixels_sha256": digest(pixels)}
    if revised is not None:
        description["revised_prompt"] = revised
    exif = Image.Exif()
    exif[_IMAGE_DESCRIPTION] = json.dumps(description)
    data = _webp(Image.fromarray(pixels, "RGB"), exif=exif.tobytes(), **_LOSSLESS)
    # This takes a quarter of the encoding time; a later check would have nothing to compare with.
    if not np.array_equal(decode(data, request.key), pixels):
        raise StoreCorrupt(
            _("The image {key!r} was encoded with loss. Generate it again.").format(key=request.key)
        )
    return data


def thumbnail(pixels: np.ndarray) -> bytes:
    """Return lossy WebP bytes of at most 160 px on the longer side."""
    image = Image.fromarray(pixels, "RGB")
    image.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    return _webp(image, **_THUMBNAIL)


def looks_like(thumbnail: bytes, expected: bytes) -> bool:
    """Return whether a thumbnail shows what is expected, whichever version encoded it."""
    if thumbnail == expected:
        return True
    try:
        with _opened(thumbnail) as one, _opened(expected) as other:
            same_size = one.size == other.size
            shown, wanted = (np.asarray(image, dtype=np.int16) for image in (one, other))
    except StoreCorrupt:
        return False
    return same_size and bool(np.abs(shown - wanted).mean() < _ENCODERS_DIFFER)


def decode(data: bytes, key: str) -> np.ndarray:
    """Return the pixels of the image file with a key, shape (height, width, 3), uint8.

    The size that the file claims is compared with its request before memory is taken for it.

    Raises:
        StoreCorrupt: the file is incomplete, was not written by `encode`, or for another request.
    """
    describe(data, key)
    with _opened(data) as image:
        return np.asarray(image)


def describe(data: bytes, key: str) -> Description:
    """Return the description inside the image file with a key, without decoding its pixels.

    Raises:
        StoreCorrupt: the file was not written by `encode`, or for another request, or it is
            larger than requested.
    """
    with _opened(data) as image:
        try:
            found = json.loads(image.getexif()[_IMAGE_DESCRIPTION])
            request, revised = _request(found["request"]), found.get("revised_prompt")
            used = None if revised is None else str(revised)
            told = Description(request, str(found["pixels_sha256"]), used)
            other = told.request.key != key
        except _UNKNOWN as error:
            raise StoreCorrupt(_("It does not contain its request.")) from error
        if other:
            raise StoreCorrupt(_("It is the image of another request."))
        width, height = told.request.model.size_px or image.size
        if image.width > width or image.height > height:
            raise StoreCorrupt(
                _(
                    "It has {width} x {height} pixels, and {width_2} x {height_2} were requested."
                ).format(width=image.width, height=image.height, width_2=width, height_2=height)
            )
        return told


def digest(pixels: np.ndarray) -> str:
    """Return a checksum of shape and pixels, 64 hexadecimal digits."""
    return hashlib.sha256(f"{pixels.shape}".encode() + pixels.tobytes()).hexdigest()


def request_text(request: ImageRequest) -> str:
    """Return the request as JSON, including the model's name."""
    fields = {
        "model": spec_fields(request.model),
        "prompt": asdict(request.prompt),
        "replicate": request.replicate,
    }
    return json.dumps(fields)


def read_request(text: str) -> ImageRequest:
    """Return the request of a text by `request_text`.

    Raises:
        StoreCorrupt: the text is not a request.
    """
    try:
        return _request(json.loads(text))
    except _UNKNOWN as error:
        raise StoreCorrupt(
            _("{text!r} is not a request for an image.").format(text=text[:80])
        ) from error


@contextmanager
def _opened(data: bytes) -> "Iterator[Image.Image]":
    """Yield an image as `encode` writes it: WebP, one frame, without transparency."""
    try:
        with Image.open(io.BytesIO(data), formats=("WEBP",)) as image:
            if image.mode != "RGB" or getattr(image, "is_animated", False):
                raise StoreCorrupt(_("It is transparent or animated."))
            yield image
    except _UNREADABLE as error:
        raise StoreCorrupt(_("It is not a complete WebP image.")) from error


def _request(fields: "Mapping[str, object]") -> ImageRequest:
    model, prompt, replicate = fields["model"], fields["prompt"], fields["replicate"]
    if not (isinstance(model, dict) and isinstance(prompt, dict) and isinstance(replicate, int)):
        raise TypeError(fields)
    request = ImageRequest(read_spec(model), Prompt(**prompt), replicate)
    words = (request.prompt.profession, request.prompt.adjective or "", request.prompt.template)
    numbers = (replicate, *(request.model.size_px or ()))
    if not all(isinstance(word, str) for word in words):
        raise TypeError(words)
    if not all(isinstance(number, int) and 0 <= number <= _MOST for number in numbers):
        raise ValueError(numbers)
    return request


def _webp(image: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "WEBP", **options)
    return stream.getvalue()
