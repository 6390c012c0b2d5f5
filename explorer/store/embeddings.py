"""The embeddings of a store's images: one vector for each image and classifier.

They can be computed anew at any time, so the journal does not repeat them: a damaged index keeps
those that can be read.
"""

from typing import TYPE_CHECKING, NamedTuple

from explorer.store import counts, rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from explorer.models.requests import Asked
    from explorer.perception.instruments import ClassifierSpec
    from explorer.store.database import Database

# Half precision changes a cosine by less than a thousandth.
_HALF = "<f2"

_NUMBER = "SELECT id FROM encoders WHERE name = ?"
_ADD = "INSERT INTO encoders (name) VALUES (?) ON CONFLICT DO NOTHING"
_KEEP = """
    INSERT INTO embeddings (encoder, image, vector)
    SELECT ?, id, ? FROM images WHERE key = ? ON CONFLICT DO NOTHING"""
_STATE = "SELECT count(*), coalesce(max(rowid), 0) FROM embeddings WHERE encoder = ?"


class Embedded(NamedTuple):
    """A stored image with its vector, in half precision."""

    text: str
    replicate: int
    key: str
    vector: bytes


class Embeddings:
    """The embeddings of a store; an encoder is the classifier that sees whole images."""

    def __init__(self, database: "Database") -> None:
        """Keep the database."""
        self._database = database

    def save(self, vectors: "Mapping[str, NDArray[np.floating]]", by: "ClassifierSpec") -> None:
        """Store the vectors of images by key, all or none; those already stored are not changed.

        Images that are not stored, or no longer stored, are ignored.
        """
        values = [(vector.astype(_HALF).tobytes(), key) for key, vector in vectors.items()]
        with self._database.writing() as connection:
            connection.execute(_ADD, (str(by),))
            encoder = _number(connection, by)
            connection.executemany(_KEEP, [(encoder, *value) for value in values])

    def lacking(self, keys: "Iterable[str]", by: "ClassifierSpec") -> set[str]:
        """Return the keys of the stored images that have no vector and are not filtered."""
        with self._database.reading() as connection:
            return rows.unencoded(connection, keys, _number(connection, by))

    def lacking_of(self, asked: "Asked", by: "ClassifierSpec") -> "set[tuple[str, int]]":
        """Return text and replicate of every stored image that has no vector."""
        with self._database.reading() as connection:
            return set(counts.unencoded(connection, asked, _number(connection, by)))

    def of(self, asked: "Asked", by: "ClassifierSpec") -> "list[Embedded]":
        """Return every stored image that has a vector."""
        with self._database.reading() as connection:
            found = counts.embeddings(connection, asked, _number(connection, by))
            return [Embedded(*row) for row in found]

    def state(self, by: "ClassifierSpec") -> tuple[int, int]:
        """Return two numbers that change whenever vectors are added or removed."""
        with self._database.reading() as connection:
            number = _number(connection, by)
            vectors, last = connection.execute(_STATE, (number,)).fetchone()
            return vectors, last


def numbers(vectors: "Iterable[bytes]") -> "NDArray[np.float32]":
    """Return stored vectors as rows of length 1."""
    import numpy as np

    stored = list(vectors)
    found = np.frombuffer(b"".join(stored), _HALF).astype(np.float32)
    table = found.reshape(len(stored), -1) if stored else found.reshape(0, 0)
    # Rounding has changed the lengths a little.
    return np.asarray(table / np.linalg.norm(table, axis=1, keepdims=True))


def _number(connection: "sqlite3.Connection", by: "ClassifierSpec") -> int | None:
    found = connection.execute(_NUMBER, (str(by),)).fetchone()
    return found[0] if found else None
