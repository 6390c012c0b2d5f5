"""Files that a cache may hold by accident or by malice, each for the same request."""

import io
import json
from typing import Any

import numpy as np
from PIL import Image

from explorer.models.requests import ImageRequest
from explorer.store import webp

IMAGE_DESCRIPTION = 0x010E


def plain(request: ImageRequest, side_px: int = 32) -> bytes:
    """Return the file of a grey image."""
    return webp.encode(request, np.full((side_px, side_px, 3), 99, dtype=np.uint8))


def strange(request: ImageRequest) -> dict[str, bytes]:
    """Return files under one request's key, none of which is an image that was stored for it."""
    whole = plain(request)
    fields = json.loads(webp.request_text(request))
    return {
        "of no bytes": b"",
        "cut off": whole[: len(whole) // 2],
        "a PNG": saved(request, "PNG"),
        "without a request": _claiming(32, whole=b""),
        "animated": saved(request, "WEBP", save_all=True, append_images=[_image("RGB", 9)]),
        "transparent": saved(request, "WEBP", mode="RGBA"),
        "a bomb": _claiming(16383, whole),
        "half a bomb": _claiming(10_000, whole),
        "larger than requested": _claiming(33, whole),
        "of another request": plain(ImageRequest(request.model, request.prompt, 77)),
        "nested deeply": told("[" * 100_000),
        "told as a list": told("[]"),
        "with a number as profession": told(_changed(fields, prompt={"profession": 5})),
        "with a word as width": told(_changed(fields, model={"width_px": "wide"})),
        "with half a character": told(_changed(fields, prompt={"profession": "\ud800"})),
        "of too many": told(json.dumps({"request": {**fields, "replicate": 10**30}})),
        "of a negative number": told(json.dumps({"request": {**fields, "replicate": -1}})),
    }


def saved(request: ImageRequest, form: str, mode: str = "RGB", **options: Any) -> bytes:
    """Return an image file with the description of a stored one."""
    stream, exif = io.BytesIO(), Image.Exif()
    with Image.open(io.BytesIO(plain(request))) as image:
        exif[IMAGE_DESCRIPTION] = image.getexif()[IMAGE_DESCRIPTION]
    _image(mode, 200).save(stream, form, exif=exif.tobytes(), **options)
    return stream.getvalue()


def told(description: str) -> bytes:
    """Return an image file with a description of its own."""
    stream, exif = io.BytesIO(), Image.Exif()
    exif[IMAGE_DESCRIPTION] = description
    _image("RGB", 200).save(stream, "WEBP", exif=exif.tobytes())
    return stream.getvalue()


def _image(mode: str, level: int) -> Image.Image:
    return Image.new(mode, (32, 32), (level,) * 3 if mode == "RGB" else (level,) * 3 + (9,))


def _changed(fields: dict[str, Any], **parts: dict[str, Any]) -> str:
    changed = {name: {**fields[name], **values} for name, values in parts.items()}
    return json.dumps({"request": {**fields, **changed}, "pixels_sha256": "0"})


def _claiming(side_px: int, whole: bytes) -> bytes:
    """Return a WebP of a few bytes that claims so many pixels, with the description of another."""
    stream = io.BytesIO()
    Image.new("RGB", (2, 2)).save(stream, "WEBP", lossless=True)
    lossless = stream.getvalue()[12:]
    # After eight bytes of chunk header and one of signature, 14 bits each of width and height.
    size = (side_px - 1) | (side_px - 1) << 14
    rest = int.from_bytes(lossless[9:13], "little") >> 28 << 28
    body = lossless[:9] + (size | rest).to_bytes(4, "little") + lossless[13:]
    if whole:
        canvas = (side_px - 1).to_bytes(3, "little")
        exif = whole[whole.index(b"EXIF") :]
        body = b"VP8X\n\0\0\0\x08\0\0\0" + canvas + canvas + body + exif
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body
