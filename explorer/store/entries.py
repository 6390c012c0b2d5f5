"""A picture as it lies in the store: its bytes, their checksum, and what was seen in it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.store import webp
from explorer.store.blobs import write

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.perception.axes import Perception
    from explorer.pictures.requests import ImageRequest, Picture


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture as it lies in the store: its WebP bytes, or the reason why there are none.

    `digest` is the checksum of its pixels. `perceptions` are what was seen in exactly these pixels.
    """

    request: "ImageRequest"
    withheld: str | None
    digest: str | None = None
    image: bytes | None = None
    thumbnail: bytes | None = None
    perceptions: "tuple[Perception, ...]" = ()


def encoded(picture: "Picture") -> Entry:
    """Return a picture as it will lie in the store."""
    request, pixels = picture.request, picture.pixels
    if pixels is None:
        return Entry(request, picture.withheld or "no reason given")
    image, thumbnail = webp.encode(request, pixels), webp.thumbnail(pixels)
    return Entry(request, None, webp.digest(pixels), image, thumbnail)


def stage(folder: "Path", entry: Entry) -> Entry:
    """Write an entry's files where they are not yet seen."""
    key = entry.request.key
    if entry.image is not None:
        write(folder / key, entry.image)
    if entry.thumbnail is not None:
        write(folder / f"{key}.thumbnail", entry.thumbnail)
    return entry
