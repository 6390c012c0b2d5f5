"""Image files of a cache folder that cannot be written, and images held in memory beside them."""

from contextlib import contextmanager
from typing import TYPE_CHECKING

from explorer.errors import StoreCorrupt, StoreUnwritable
from explorer.store import rows, webp
from explorer.store.blobs import Blobs
from explorer.translations import gettext as _

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import numpy as np

    from explorer.store.entries import Entry


class ReadonlyBlobs(Blobs):
    """The image files in a folder that is only read.

    `held` has the bytes of images that are not in the folder, by key, such as those of the sample
    study. They serve as their own thumbnails.
    """

    def __init__(self, root: "Path", refusal: str) -> None:
        """Set the folder, and the sentence that says why it cannot be written."""
        super().__init__(root)
        self.held: dict[str, bytes] = {}
        self._refusal = refusal

    @contextmanager
    def staging(self) -> "Iterator[Path]":
        """Refuse to write."""
        raise StoreUnwritable(self._refusal)
        yield

    def read(self, key: str, digest: str | None) -> "tuple[bytes, np.ndarray]":
        """Return an image's bytes and pixels, from memory or checked against their digest."""
        if key in self.held:
            return self.held[key], webp.decode(self.held[key], key)
        try:
            return super().read(key, digest)
        except StoreCorrupt as damage:
            raise StoreCorrupt(
                _(
                    "The stored image {image_path!r} is missing or damaged, and cannot be "
                    "generated again here. {refusal}"
                ).format(image_path=str(self.image_path(key)), refusal=self._refusal)
            ) from damage

    def size(self, key: str) -> int | None:
        """Return the size of the image in bytes, None if there is no image."""
        return len(self.held[key]) if key in self.held else super().size(key)

    def has_thumbnail(self, key: str) -> bool:
        """Return whether there is a thumbnail, or an image in memory in its place."""
        return key in self.held or super().has_thumbnail(key)


def hold(connection: "sqlite3.Connection", blobs: ReadonlyBlobs, entries: "Iterable[Entry]") -> int:
    """Add images to an index in memory and hold their bytes; return the number of new ones."""
    new = 0
    for entry in entries:
        if rows.add_image(connection, entry.request, entry.row):
            new += 1
            rows.keep_perceptions(connection, entry.perceptions)
            if entry.image is not None:
                blobs.held[entry.request.key] = entry.image
    return new
