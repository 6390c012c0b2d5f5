"""The SQLite file of the index: connections, transactions, migrations and errors."""

import sqlite3
import time
from collections import deque
from contextlib import contextmanager, suppress
from sqlite3 import Connection
from typing import TYPE_CHECKING

from explorer.errors import StoreBusy, StoreCorrupt, StoreError, StoreUnwritable
from explorer.store.schema import MIGRATIONS

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

    For each transaction, a thread takes an idle connection or opens a new one.
    """

    def __init__(self, path: "Path", busy_seconds: float) -> None:
        """Set the file, which `migrate` creates."""
        self.path = path
        self._busy_seconds = busy_seconds
        self._idle: deque[Connection] = deque()

    def migrate(self, fill: "Callable[[Connection], None]") -> None:
        """Upgrade the file to the newest version, creating it if it does not exist.

        Args:
            fill: fills a new index, in the transaction that creates it.

        Raises:
            StoreCorrupt: the file is damaged, belongs to another program, or is newer than this
                version.
        """
        with self._connection() as connection:
            self._check(connection)
            if _number(connection, "user_version") == len(MIGRATIONS):
                return
            self._write_ahead(connection)
        with self.writing() as connection:
            # Another process may have upgraded it meanwhile.
            self._check(connection)
            version = _number(connection, "user_version")
            for step in (step for entry in MIGRATIONS[version:] for step in entry):
                if callable(step):
                    step(connection)
                else:
                    connection.execute(step)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
            if version == 0:
                fill(connection)

    def is_sound(self) -> bool:
        """Return whether no damage is found in the whole file."""
        with self.reading() as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))

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
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

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
            self.path,
            timeout=self._busy_seconds,
            isolation_level=None,
            check_same_thread=False,
            factory=Connection,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        # In WAL mode, a system crash can lose the last transactions but never damage the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

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

    def _check(self, connection: Connection) -> None:
        version = _number(connection, "user_version")
        if version > len(MIGRATIONS):
            raise StoreCorrupt(
                f"The index {str(self.path)!r} has version {version}, and this Bias Explorer "
                f"knows versions up to {len(MIGRATIONS)}. Update Bias Explorer, or choose another "
                "cache folder with --cache or EXPLORER_CACHE."
            )
        empty = not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if not empty and _number(connection, "application_id") != APPLICATION_ID:
            raise StoreCorrupt(
                f"The file {str(self.path)!r} belongs to another program. Choose another cache "
                "folder with --cache or EXPLORER_CACHE."
            )

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
        if code in _UNWRITABLE:
            return StoreUnwritable(
                f"The index {path!r} cannot be written: {error}. Free some space or give yourself "
                "permission, or choose another cache folder with --cache or EXPLORER_CACHE. "
                "Stored images are untouched."
            )
        if code in _DAMAGED:
            return StoreCorrupt(
                f"The index {path!r} is damaged: {error}. The images are kept: stop all programs "
                f"that use this cache, delete the files {path + '*'!r} and start again. The index "
                "is then rebuilt from the images, and only the classification is repeated."
            )
        return None


def _number(connection: Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
