"""Damaged images: noticed when they are looked at, reported, removed and so generated again."""

import logging
from typing import TYPE_CHECKING

from explorer.errors import StoreCorrupt, StoreUnwritable
from explorer.store import rows, webp

if TYPE_CHECKING:
    import numpy as np

    from explorer.store.blobs import Blobs
    from explorer.store.database import Database

_log = logging.getLogger(__name__)


class Damage:
    """Compares image files with their rows, and removes those that do not fit."""

    def __init__(self, blobs: "Blobs", database: "Database") -> None:
        """Keep the parts of a store."""
        self._blobs = blobs
        self._database = database

    def is_whole(self, row: rows.Row) -> bool:
        """Return whether an image passes the cheap checks, and restore a missing thumbnail."""
        if row.digest is None:
            return True
        if self._blobs.size(row.key) != row.size:
            return not self.forget(row.key)
        if not self._blobs.has_thumbnail(row.key):
            return self._restore_thumbnail(row.key, row.digest)
        return True

    def _restore_thumbnail(self, key: str, digest: str) -> bool:
        """Restore a thumbnail and return whether the image was intact."""
        try:
            _, pixels = self._blobs.read(key, digest)
        except StoreCorrupt:
            return not self.forget(key)
        try:
            self._blobs.restore_thumbnail(key, webp.thumbnail(pixels))
        except StoreUnwritable as error:
            _log.warning("A missing thumbnail is not restored: %s", error)
        return True

    def forget(self, key: str) -> bool:
        """Remove an image if it is damaged, and return whether it is of no use."""
        try:
            return self._dropped(key)
        except StoreUnwritable as error:
            _log.warning("A damaged image is not removed: %s", error)
            return True

    def _dropped(self, key: str) -> bool:
        with self._database.writing() as connection:
            row = next(rows.stored(connection, [key]), None)
            if row is None:
                return True
            try:
                # Another process may have removed and regenerated it already.
                self._blobs.read(key, row.digest)
            except StoreCorrupt as damage:
                rows.drop_image(connection, key)
                self._blobs.remove(key)
                _log.warning("%s", damage)
                return True
        return False

    def read(self, row: rows.Row) -> "tuple[bytes, np.ndarray]":
        """Return the bytes and pixels of an image, or remove it if it is damaged."""
        try:
            return self._blobs.read(row.key, row.digest)
        except StoreCorrupt:
            self.forget(row.key)
            raise
