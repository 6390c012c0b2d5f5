"""The disk space of a store's images, and the images that make room first."""

import json
from typing import TYPE_CHECKING

from explorer.store import rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.store.blobs import Blobs
    from explorer.store.database import Database

# The images of words that people have added, the oldest first.
_OWN_WORDS = """
SELECT images.key, images.bytes FROM images JOIN prompts ON prompts.id = images.prompt
WHERE images.bytes IS NOT NULL AND (
    prompts.profession NOT IN (SELECT value FROM json_each(:professions))
    OR prompts.adjective NOT IN (SELECT value FROM json_each(:adjectives))
) ORDER BY images.id
"""


class Room:
    """The space that images take."""

    def __init__(self, blobs: "Blobs", database: "Database") -> None:
        """Keep the parts of a store."""
        self._blobs = blobs
        self._database = database

    @property
    def used_bytes(self) -> int:
        """The bytes of all images, without thumbnails and index."""
        with self._database.reading() as connection:
            return rows.size(connection).image_bytes

    def make(self, wanted_bytes: int, listed: "tuple[Iterable[str], Iterable[str]]") -> int:
        """Remove images of words that are not listed, the oldest first.

        Args:
            wanted_bytes: the bytes to free.
            listed: the professions and the adjectives whose images stay.

        Returns:
            The bytes that are freed, fewer than wanted where there are no more such images.
        """
        professions, adjectives = (json.dumps(list(words)) for words in listed)
        freed = 0
        with self._database.writing() as connection:
            asked = {"professions": professions, "adjectives": adjectives}
            for key, size in connection.execute(_OWN_WORDS, asked).fetchall():
                if freed >= wanted_bytes:
                    break
                # Without its file, an image does not come back where the index is rebuilt.
                self._blobs.remove(key)
                rows.drop_image(connection, key)
                freed += size
        return freed
