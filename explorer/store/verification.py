"""Verification of a store: every file against the index, and the repair of what is wrong."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING

from explorer.errors import StoreCorrupt, StoreError
from explorer.store import rows, webp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from explorer.store.blobs import Blobs
    from explorer.store.database import Database
    from explorer.store.journal import Journal

_BATCH = 64
_READERS = min(4, os.cpu_count() or 1)


class Problem(StrEnum):
    """The kinds of what can be wrong with a store."""

    INDEX = "damaged index"
    JOURNAL = "unreadable line of the journal"
    DAMAGED = "damaged or missing image"
    UNREADABLE = "unreadable image"
    THUMBNAIL = "damaged or missing thumbnail"
    UNLISTED = "image that the index lacks"
    STRANGE = "unknown file"
    LONE_THUMBNAIL = "thumbnail without an image"
    LEFTOVER = "leftover of a killed run"
    ANSWERS = "damaged answers of a language model"


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong, the file or folder that shows it, and whether it is repaired."""

    problem: Problem
    path: "Path"
    repaired: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a verification: the images checked so far, of all, and the flaws of this step."""

    done: int
    total: int
    flaws: tuple[Flaw, ...]


class Verification:
    """Checks the files of a store and, if asked, repairs what it can.

    Other processes may generate meanwhile: what looks wrong is looked at again while none of them
    writes. Repair removes only what can be made again.
    """

    def __init__(
        self,
        blobs: "Blobs",
        database: "Database",
        journal: "Journal",
        forget: "Callable[[str], bool]",
        *,
        repair: bool,
    ) -> None:
        """Keep the parts of a store; `forget` removes the image with a key if it is damaged."""
        self._blobs = blobs
        self._database = database
        self._journal = journal
        self._forget = forget
        self._repair = repair

    def steps(self) -> "Iterator[Step]":
        """Yield the flaws of index and journal, of the images by batches, and of other files."""
        with self._database.reading() as connection:
            listed = {row.key: row for row in rows.files(connection)}
        done, waiting = 0, iter(listed.values())
        yield Step(done, len(listed), tuple(self._index()))
        with ThreadPoolExecutor(_READERS) as readers:
            while batch := tuple(islice(waiting, _BATCH)):
                done += len(batch)
                found = readers.map(self._image, batch)
                yield Step(done, len(listed), tuple(filter(None, found)))
        self._blobs.sweep()
        swept = (Flaw(Problem.LEFTOVER, folder, repaired=True) for folder in self._blobs.swept)
        beside = (*self._unlisted(listed), *self._lone_thumbnails(listed), *swept)
        yield Step(done, len(listed), beside)

    def _index(self) -> "Iterator[Flaw]":
        if not self._database.is_sound():
            yield Flaw(Problem.INDEX, self._database.path, repaired=False)
        for _ in range(self._journal.unreadable()):
            yield Flaw(Problem.JOURNAL, self._journal.path, repaired=False)

    def _image(self, row: rows.Row) -> Flaw | None:
        path = self._blobs.image_path(row.key)
        try:
            _, pixels = self._blobs.read(row.key, row.digest)
        except StoreCorrupt:
            return self._damaged(row.key)
        except StoreError:
            return Flaw(Problem.UNREADABLE, path, repaired=False)
        return self._thumbnail(row.key, webp.thumbnail(pixels))

    def _damaged(self, key: str) -> Flaw | None:
        """Return the flaw of an image, unless another process has removed or replaced it."""
        path = self._blobs.image_path(key)
        if self._repair:
            return Flaw(Problem.DAMAGED, path, repaired=True) if self._forget(key) else None
        with self._database.reading() as connection:
            row = next(rows.stored(connection, [key]), None)
        with suppress(StoreCorrupt):
            if row is not None:
                self._blobs.read(key, row.digest)
            return None
        return Flaw(Problem.DAMAGED, path, repaired=False)

    def _thumbnail(self, key: str, expected: bytes) -> Flaw | None:
        path = self._blobs.thumbnail_path(key)
        with suppress(OSError):
            if webp.looks_like(path.read_bytes(), expected):
                return None
        if self._repair:
            self._blobs.restore_thumbnail(key, expected)
        return Flaw(Problem.THUMBNAIL, path, repaired=self._repair)

    def _unlisted(self, listed: "Mapping[str, rows.Row]") -> "Iterator[Flaw]":
        """Yield the image files that the index lacks; whole ones can be added to it."""
        for path in self._blobs.files():
            key = path.stem
            placed = path == self._blobs.image_path(key)
            if placed and (key in listed or self._is_stored(key)):
                continue
            try:
                data = path.read_bytes() if placed else b""
                found = webp.describe(data, key)
                _, pixels = self._blobs.read(key, found.digest)
            except (OSError, StoreError):
                yield Flaw(Problem.STRANGE, path, repaired=False)
                continue
            if self._repair:
                with self._database.writing() as connection:
                    row = rows.Row(key, None, found.digest, len(data), found.revised)
                    rows.add_image(connection, found.request, row)
                self._thumbnail(key, webp.thumbnail(pixels))
            yield Flaw(Problem.UNLISTED, path, repaired=self._repair)

    def _lone_thumbnails(self, listed: "Mapping[str, rows.Row]") -> "Iterator[Flaw]":
        for path in self._blobs.thumbnail_files():
            key = path.stem
            if key in listed or self._blobs.size(key) is not None or self._is_stored(key):
                continue
            if self._repair:
                path.unlink(missing_ok=True)
            yield Flaw(Problem.LONE_THUMBNAIL, path, repaired=self._repair)

    def _is_stored(self, key: str) -> bool:
        """Return whether the index has a key, once nobody is writing: files come before rows."""
        only_read = self._database.refusal is not None
        quiet = self._database.reading if only_read else self._database.writing
        with quiet() as connection:
            return any(rows.stored(connection, [key]))
