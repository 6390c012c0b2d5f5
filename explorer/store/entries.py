"""Images in the form in which they are stored: bytes, checksum and perceptions."""

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from explorer.store import rows, webp
from explorer.store.blobs import place, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from explorer.models.requests import Image, ImageRequest
    from explorer.perception.axes import Perception
    from explorer.store.blobs import Blobs

_BATCH = 32

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored image: its WebP bytes, or the reason for filtering it.

    `digest` is the checksum of its pixels. `perceptions` are those of exactly these pixels.
    `revised` is the prompt that a service used in place of the one in the request.
    """

    request: "ImageRequest"
    filtered: str | None
    digest: str | None = None
    image: bytes | None = None
    thumbnail: bytes | None = None
    perceptions: "tuple[Perception, ...]" = ()
    revised: str | None = None

    @property
    def name(self) -> str:
        """The name of its files before they are moved into place; unlike keys, it is unique."""
        return f"{self.request.key}.{self.request.replicate}"

    @property
    def row(self) -> rows.Row:
        """Its row in the index."""
        size = None if self.image is None else len(self.image)
        return rows.Row(self.request.key, self.filtered, self.digest, size, self.revised)


def encoded(image: "Image") -> Entry:
    """Return an image in the form in which it is stored."""
    request, pixels = image.request, image.pixels
    if pixels is None:
        return Entry(request, image.filtered or "no reason given")
    data, thumbnail = webp.encode(request, pixels, image.revised), webp.thumbnail(pixels)
    return Entry(request, None, webp.digest(pixels), data, thumbnail, revised=image.revised)


def stage(folder: "Path", entry: Entry) -> Entry:
    """Write an entry's files into a temporary folder and return the entry."""
    if entry.image is not None:
        write(folder / entry.name, entry.image)
    if entry.thumbnail is not None:
        write(folder / f"{entry.name}.thumbnail", entry.thumbnail)
    return entry


def put(folder: "Path", entry: Entry, blobs: "Blobs") -> None:
    """Move an entry's files from the temporary folder into their places."""
    if entry.image is not None:
        place(folder / entry.name, blobs.image_path(entry.request.key))
    if entry.thumbnail is not None:
        place(folder / f"{entry.name}.thumbnail", blobs.thumbnail_path(entry.request.key))


def batches(items: "Iterable[_T]") -> "Iterator[list[_T]]":
    """Yield the items in lists as long as what is written at once."""
    iterator = iter(items)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
