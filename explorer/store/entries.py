"""An image as it lies in the store: its bytes, their checksum, and what was seen in it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.store import webp
from explorer.store.blobs import write

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.models.requests import Image, ImageRequest
    from explorer.perception.axes import Perception


@dataclass(frozen=True, slots=True)
class Entry:
    """An image as it lies in the store: its WebP bytes, or the reason why there are none.

    `digest` is the checksum of its pixels. `perceptions` are what was seen in exactly these pixels.
    """

    request: "ImageRequest"
    filtered: str | None
    digest: str | None = None
    image: bytes | None = None
    thumbnail: bytes | None = None
    perceptions: "tuple[Perception, ...]" = ()

    @property
    def name(self) -> str:
        """The name of its files while they are not in their place; keys can be alike."""
        return f"{self.request.key}.{self.request.replicate}"


def encoded(image: "Image") -> Entry:
    """Return an image as it will lie in the store."""
    request, pixels = image.request, image.pixels
    if pixels is None:
        return Entry(request, image.filtered or "no reason given")
    data, thumbnail = webp.encode(request, pixels), webp.thumbnail(pixels)
    return Entry(request, None, webp.digest(pixels), data, thumbnail)


def stage(folder: "Path", entry: Entry) -> Entry:
    """Write an entry's files where they are not yet seen."""
    if entry.image is not None:
        write(folder / entry.name, entry.image)
    if entry.thumbnail is not None:
        write(folder / f"{entry.name}.thumbnail", entry.thumbnail)
    return entry
