"""The SQLite file of the index: connections, transactions, migrations and errors."""

import sqlite3
import time
from collections import deque
from contextlib import closing, contextmanager, suppress
from sqlite3 import Connection
from typing import TYPE_CHECKING
from uuid import uuid4

from explorer.errors import IndexDamaged, StoreBusy, StoreCorrupt, StoreError, StoreUnwritable
from explorer.store.schema import MIGRATIONS
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Identifies our files in SQLite's header.
APPLICATION_ID = int.from_bytes(b"BiEx", "big")

_UNWRITABLE = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


class Database:
    """An SQLite file that any number of threads and processes can use at once.

    For each transaction, a thread takes an idle connection or opens a new one. A database with a
    `refusal` is only read.
    """

    def __init__(self, path: "Path", busy_seconds: float, address: str | None = None) -> None:
        """Set the file, which `migrate` creates.

        Args:
            path: the file, as messages name it.
            busy_seconds: the longest time to wait for another process that is writing.
            address: the URI to open in place of the file.
        """
        self.path = path
        self.refusal: str | None = None
        self._busy_seconds = busy_seconds
        self._address = address or f"{path.absolute().as_uri()}?mode=rwc"
        self._idle: deque[Connection] = deque()

    @classmethod
    def immutable(cls, path: "Path", *, alone: bool = False) -> "Database":
        """Return a file that is only read, without locks or other files beside it.

        Args:
            path: the file.
            alone: leave out what a killed process has written beside it.
        """
        beside = path.with_name(f"{path.name}-wal")
        alone = alone or not beside.exists()
        return cls(path, 0, f"{path.as_uri()}?mode=ro{'&immutable=1' if alone else ''}")

    @classmethod
    def in_memory(cls, path: "Path") -> "Database":
        """Return a new database in memory in place of a file; it lasts until `close`."""
        return cls(path, 0, f"file:{uuid4()}?mode=memory&cache=shared")

    def copy(self, source: "Database") -> None:
        """Make this a copy of another database."""
        with source.reading() as connection, self._connection() as target:
            connection.backup(target)

    def migrate(self, fill: "Callable[[Connection], None]", backup: "Path | None" = None) -> int:
        """Upgrade the file to the newest version, creating it if it does not exist.

        Args:
            fill: fills a new index, in the transaction that creates it.
            backup: the folder to save an older file in before it is upgraded.

        Returns:
            The version before, 0 for a new file.

        Raises:
            IndexDamaged: the file is damaged.
            StoreCorrupt: it belongs to another program, or is newer than this version.
            StoreUnwritable: the file or its backup cannot be written.
        """
        version = self.version()
        with self._connection() as connection:
            self._write_ahead(connection)
        if version < len(MIGRATIONS):
            version = self._upgrade(fill, backup)
        # A file that is deleted from now on is missed, not created anew without tables.
        self._address = self._address.replace("?mode=rwc", "?mode=rw")
        return version

    def _upgrade(self, fill: "Callable[[Connection], None]", backup: "Path | None") -> int:
        with self.writing() as connection:
            # Another process may have upgraded it meanwhile.
            version = self._version(connection)
            if backup and 0 < version < len(MIGRATIONS):
                self._back_up(backup / f"{self.path.stem}.version-{version}{self.path.suffix}")
            _upgrade(connection, version, len(MIGRATIONS))
            if version == 0:
                fill(connection)
        return version

    def create(self, version: int) -> None:
        """Create the tables of an earlier version in an empty database."""
        with self.writing() as connection:
            _upgrade(connection, 0, version)

    def version(self) -> int:
        """Return the version of the file, 0 for an empty one.

        Raises:
            IndexDamaged: the file is damaged.
            StoreCorrupt: it belongs to another program, or is newer than this version.
        """
        with self._connection() as connection:
            return self._version(connection)

    def is_sound(self) -> bool:
        """Return whether no damage is found in the whole file, which the next start rebuilds."""
        with self.reading() as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        sound = bool(found == "ok")
        if not sound:
            self._mark()
        return sound

    @contextmanager
    def reading(self) -> "Iterator[Connection]":
        """Yield a connection with a consistent view of the file during the block.

        Raises:
            StoreError: the file cannot be read.
        """
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> "Iterator[Connection]":
        """Yield a connection whose writes are kept all or none; one block runs at a time.

        Raises:
            StoreError: the file cannot be written.
        """
        self.require_writable()
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def require_writable(self) -> None:
        """Refuse a database that is only read.

        Raises:
            StoreUnwritable: it says why.
        """
        if self.refusal is not None:
            raise StoreUnwritable(self.refusal)

    def close(self) -> None:
        """Close all idle connections."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    @contextmanager
    def _transaction(self, begin: str) -> "Iterator[Connection]":
        with self._connection() as connection:
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # With a full disk, SQLite has already rolled back.
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _connection(self) -> "Iterator[Connection]":
        try:
            connection = self._take()
            try:
                yield connection
            finally:
                self._idle.append(connection)
        except sqlite3.Error as error:
            translated = self._translated(error)
            if translated is None:
                raise
            raise translated from error

    def _take(self) -> Connection:
        with suppress(IndexError):
            return self._idle.pop()
        connection = sqlite3.connect(
            self._address,
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,
            check_same_thread=False,
            factory=Connection,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        # In WAL mode, a system crash can lose the last transactions but never damage the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def _back_up(self, target: "Path") -> None:
        partial = target.with_name(f"{target.name}.partial")
        partial.unlink(missing_ok=True)
        with closing(Database(partial, 0)) as saved:
            saved.copy(self)
        partial.replace(target)

    def _write_ahead(self, connection: Connection) -> None:
        # This statement does not wait by itself, and several processes may open a new file.
        deadline = time.monotonic() + self._busy_seconds
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode not in _BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return

    def _version(self, connection: Connection) -> int:
        version = _number(connection, "user_version")
        if version > len(MIGRATIONS):
            raise StoreCorrupt(
                _(
                    "The index {path!r} has version {version}, and this Bias Explorer "
                    "knows versions up to {migrations}. Update Bias Explorer, or choose "
                    "another cache folder with --cache or EXPLORER_CACHE."
                ).format(path=str(self.path), version=version, migrations=len(MIGRATIONS))
            )
        empty = not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if not empty and _number(connection, "application_id") != APPLICATION_ID:
            raise StoreCorrupt(
                _(
                    "The file {path!r} belongs to another program. Choose another cache "
                    "folder with --cache or EXPLORER_CACHE."
                ).format(path=str(self.path))
            )
        return version

    def _is_gone(self) -> bool:
        """Return whether a file that was there is missing, not only refused."""
        if self._address.endswith("?mode=rw"):
            try:
                self.path.stat()
            except FileNotFoundError:
                return True
            except OSError:
                return False
        return False

    def _mark(self) -> None:
        """Let the next start rebuild the file."""
        with suppress(OSError):
            damage_mark(self.path).touch()

    def _translated(self, error: sqlite3.Error) -> StoreError | None:
        # The lowest byte is the primary error code.
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        path = str(self.path)
        if code in _BUSY:
            return StoreBusy(
                f"Another process has locked the index {path!r} for more than "
                f"{self._busy_seconds:g} seconds. Wait until it ends, or choose another cache "
                "folder with --cache or EXPLORER_CACHE."
            )
        if code == sqlite3.SQLITE_CANTOPEN and self._is_gone():
            return IndexDamaged(
                f"The index {path!r} is gone. Stop all programs that use this cache and start "
                "again: it is then rebuilt, with all images and annotations."
            )
        if code in _UNWRITABLE:
            return StoreUnwritable(
                f"The index {path!r} cannot be written: {error}. Free some space or give yourself "
                "permission, or choose another cache folder with --cache or EXPLORER_CACHE. "
                "Stored images are untouched."
            )
        if code in _DAMAGED:
            self._mark()
            return IndexDamaged(
                f"The index {path!r} is damaged: {error}. Stop all programs that use this cache "
                "and start again: the index is then rebuilt, with all images and annotations, and "
                "the damaged file is kept beside it."
            )
        return None


def damage_mark(path: "Path") -> "Path":
    """Return the path of the empty file that says that an index is damaged."""
    return path.with_suffix(".damaged")


def _upgrade(connection: Connection, old: int, new: int) -> None:
    for step in (step for entry in MIGRATIONS[old:new] for step in entry):
        if callable(step):
            step(connection)
        else:
            connection.execute(step)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {new}")


def _number(connection: Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
