"""Prepare the index of a cache folder: create, upgrade or rebuild it, or only read it."""

import logging
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from explorer.errors import IndexDamaged, StoreBusy, StoreCorrupt, StoreUnwritable
from explorer.store import rows, webp
from explorer.store.blobs import Blobs, writing
from explorer.store.database import Database, damage_mark
from explorer.store.journal import JOURNAL, Journal
from explorer.store.readonly import ReadonlyBlobs
from explorer.store.salvage import salvage
from explorer.store.schema import MIGRATIONS
from explorer.translations import gettext as _

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

INDEX = "index.sqlite3"

# An index of a million images is rebuilt within minutes.
_REBUILDING_SECONDS = 3600

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What an index holds that had to be rebuilt.

    `damaged` is the path of the damaged file, None if there was none.
    """

    size: rows.Size
    annotations: int
    damaged: "Path | None"

    @property
    def sentence(self) -> str:
        """What was rebuilt and what was kept, for people."""
        pattern = _(
            "It has been rebuilt from the image files and the journal, and holds images: {images} "
            "(filtered: {filtered}), annotations: {annotations}, answers of classifiers: {answers}."
            " No annotation of the journal is lost. The next run classifies what has no answer."
        )
        parts = [
            _("The index was damaged.") if self.damaged else _("The index was missing."),
            pattern.format(
                images=self.size.images,
                filtered=self.size.filtered,
                annotations=self.annotations,
                answers=self.size.perceptions,
            ),
        ]
        if self.damaged:
            kept = _("The damaged file is kept as {path!r}.")
            parts.append(kept.format(path=str(self.damaged)))
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a store; `notices` are sentences for people about its state."""

    blobs: Blobs
    database: Database
    journal: Journal
    notices: tuple[str, ...]


def prepare(root: "Path", busy_seconds: float) -> Parts:
    """Return the parts of a store in a folder, with an index that is complete and up to date.

    Raises:
        StoreError: the folder or the index cannot be used.
    """
    blobs, journal = Blobs(root), Journal(root / JOURNAL)
    blobs.prepare()
    database = Database(root / INDEX, busy_seconds)
    rebuilt = _prepare_or_rebuild(database, journal, blobs)
    return Parts(blobs, database, journal, (rebuilt.sentence,) if rebuilt else ())


def prepare_reading(root: "Path", refusal: StoreUnwritable) -> Parts:
    """Return the parts of a store that is only read, for the reason given.

    Raises:
        StoreError: there is no such folder, or its index cannot be used.
    """
    if not root.is_dir():
        raise refusal
    blobs, journal = ReadonlyBlobs(root, str(refusal)), Journal(root / JOURNAL)
    database, rebuilt = _read(root / INDEX, journal, blobs)
    database.refusal = str(refusal)
    told = _("This cache can only be read, so nothing can be generated, classified or annotated.")
    sentences = (f"{told} {refusal}", *([rebuilt.sentence] if rebuilt else ()))
    return Parts(blobs, database, journal, sentences)


def _prepare_or_rebuild(database: Database, journal: Journal, blobs: Blobs) -> Rebuilt | None:
    """Prepare the index, and return what it holds if it had to be rebuilt."""
    try:
        return _prepare(database, journal, blobs)
    except IndexDamaged:
        database.close()
        with _alone(database.path):
            try:
                # Another process may have rebuilt it meanwhile.
                return _prepare(database, journal, blobs)
            except IndexDamaged:
                database.close()
                return _rebuild(database, journal, blobs)


@contextmanager
def _alone(path: "Path") -> "Iterator[None]":
    """Let one process at a time rebuild an index."""
    from filelock import FileLock, Timeout

    lock = FileLock(path.with_suffix(".lock"), timeout=_REBUILDING_SECONDS)
    with writing(path.parent):
        try:
            lock.acquire()
        except Timeout as error:
            raise StoreBusy(
                _(
                    "Another process is rebuilding the index {path!r} and does not end. "
                    "End it, or choose another cache folder with --cache or EXPLORER_CACHE."
                ).format(path=str(path))
            ) from error
    try:
        yield
    finally:
        lock.release()


def _read(path: "Path", journal: Journal, blobs: Blobs) -> tuple[Database, Rebuilt | None]:
    """Return an index that is only read, in memory unless the file can be used as it is.

    The second value is what the index holds if it had to be rebuilt in memory.
    """
    file = Database.immutable(path)
    sound = _is_sound(file)
    if sound and file.version() == len(MIGRATIONS):
        with file.reading() as connection:
            if journal.is_read(connection):
                return file, None
    index = Database.in_memory(path)
    with closing(file):
        index.copy(file) if sound else salvage(path, index)
    index.migrate(lambda _: None)
    with index.writing() as connection:
        if not sound:
            _adopt(connection, blobs)
        journal.read(connection)
    return index, None if sound else _rebuilt(index, path if path.exists() else None)


def _is_sound(file: Database) -> bool:
    """Return whether the file is an index without damage."""
    try:
        return file.version() > 0 and file.is_sound()
    except (IndexDamaged, StoreUnwritable):
        return False


def _prepare(database: Database, journal: Journal, blobs: Blobs) -> Rebuilt | None:
    """Create or upgrade the index, and add what it has not read of the journal yet."""
    mark = damage_mark(database.path)
    if mark.exists() and database.path.exists():
        raise IndexDamaged(
            _("The index {path!r} is damaged. Start again.").format(path=str(database.path))
        )
    mark.unlink(missing_ok=True)

    def fill(connection: "sqlite3.Connection") -> None:
        _adopt(connection, blobs)
        journal.catch_up(connection)

    version = database.migrate(fill, database.path.parent)
    with database.reading() as connection:
        behind = not journal.is_read(connection)
    if behind:
        with database.writing() as connection:
            journal.catch_up(connection)
    return None if version else _rebuilt(database, None)


def _rebuild(database: Database, journal: Journal, blobs: Blobs) -> Rebuilt | None:
    """Build another index, and then put it in place of the damaged one, which is kept.

    What people said is in the journal before the damaged file is touched.
    """
    path = database.path
    partial = path.with_name(f"{path.stem}.partial{path.suffix}")
    _remove(partial)
    with closing(Database(partial, 0)) as index:
        salvage(path, index)
        index.migrate(lambda _: None)
        with index.writing() as connection:
            _adopt(connection, blobs)
            journal.catch_up(connection)
    with writing(path.parent):
        now = f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
        damaged = path.with_name(f"{path.stem}.damaged-{now}{path.suffix}")
        for ending in ("-wal", "", "-shm"):
            file = path.with_name(path.name + ending)
            if file.exists():
                file.replace(damaged.with_name(damaged.name + ending))
        partial.replace(path)
        damage_mark(path).unlink(missing_ok=True)
    return _rebuilt(database, damaged)


def _remove(partial: "Path") -> None:
    """Remove what a killed process has left of an index that it was building."""
    with writing(partial.parent):
        for ending in ("", "-wal", "-shm"):
            partial.with_name(partial.name + ending).unlink(missing_ok=True)


def _adopt(connection: "sqlite3.Connection", blobs: Blobs) -> None:
    """Add every image file that the index lacks."""
    for path in blobs.files():
        try:
            data = path.read_bytes()
            found = webp.describe(data, path.stem)
        except (OSError, StoreCorrupt) as damage:
            _log.warning("The file %r is skipped: %s", str(path), damage)
        else:
            row = rows.Row(path.stem, None, found.digest, len(data), found.revised)
            rows.add_image(connection, found.request, row)


def _rebuilt(database: Database, damaged: "Path | None") -> Rebuilt | None:
    """Return the content of an index; None if it is empty, as in a new cache folder."""
    with database.reading() as connection:
        annotations = sum(1 for _ in rows.all_annotations(connection))
        size = rows.size(connection)
    found = size.images or annotations or damaged
    return Rebuilt(size, annotations, damaged) if found else None
