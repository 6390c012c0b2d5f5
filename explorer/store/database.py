"""The SQLite file behind the index: connections, transactions, migrations and what went wrong."""

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

# How SQLite's header tells our files from other programs'.
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
    """An SQLite file that any number of threads and processes use at once.

    A thread takes an idle connection for the time of one transaction, or opens one.
    """

    def __init__(self, path: "Path", busy_seconds: float) -> None:
        """Name the file; `migrate` makes it."""
        self._path = path
        self._busy_seconds = busy_seconds
        self._idle: deque[Connection] = deque()

    def migrate(self, fill: "Callable[[Connection], None]") -> None:
        """Bring the file to the newest version, making it first if there is none.

        Args:
            fill: puts into a new index what is already known, in the transaction that makes it.

        Raises:
            StoreCorrupt: it is damaged, another program's, or newer than this version.
        """
        with self._connection() as connection:
            self._check(connection)
            if _number(connection, "user_version") == len(MIGRATIONS):
                return
            self._write_ahead(connection)
        with self.writing() as connection:
            # Another process may have been faster.
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

    @contextmanager
    def reading(self) -> "Iterator[Connection]":
        """Give one unchanging view of the file for the time of the block.

        Raises:
            StoreError: the file cannot be read.
        """
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> "Iterator[Connection]":
        """Keep all that the block writes, or nothing; one block at a time over all processes.

        Raises:
            StoreError: the file cannot be written.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def close(self) -> None:
        """Close what no thread is using."""
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
                # A full disk has already rolled it back.
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
            told = self._told(error)
            if told is None:
                raise
            raise told from error

    def _take(self) -> Connection:
        with suppress(IndexError):
            return self._idle.pop()
        connection = sqlite3.connect(
            self._path,
            timeout=self._busy_seconds,
            isolation_level=None,
            check_same_thread=False,
            factory=Connection,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        # In WAL mode a crash of the machine can lose the last transactions, never break the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def _write_ahead(self, connection: Connection) -> None:
        # The one statement that does not wait by itself: several may be opening a new file.
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
                f"The index {str(self._path)!r} has version {version}, and this Bias Explorer "
                f"knows versions up to {len(MIGRATIONS)}. Update Bias Explorer, or choose another "
                "cache folder with --cache or EXPLORER_CACHE."
            )
        empty = not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if not empty and _number(connection, "application_id") != APPLICATION_ID:
            raise StoreCorrupt(
                f"The file {str(self._path)!r} belongs to another program. Choose another cache "
                "folder with --cache or EXPLORER_CACHE."
            )

    def _told(self, error: sqlite3.Error) -> StoreError | None:
        # The lowest byte is the kind of error, the others say more than we use.
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        path = str(self._path)
        if code in _BUSY:
            return StoreBusy(
                f"Another process has kept the index {path!r} to itself for more than "
                f"{self._busy_seconds:g} seconds. Wait until it ends, or choose another cache "
                "folder with --cache or EXPLORER_CACHE."
            )
        if code in _UNWRITABLE:
            return StoreUnwritable(
                f"The index {path!r} cannot be written: {error}. Free some space or give yourself "
                "permission, or choose another cache folder with --cache or EXPLORER_CACHE. What "
                "was stored before is untouched."
            )
        if code in _DAMAGED:
            return StoreCorrupt(
                f"The index {path!r} is damaged: {error}. The images are kept: stop all that "
                f"uses this cache, delete the files {path + '*'!r} and start again; the index is "
                "then rebuilt from the images, and only the classifying is done again."
            )
        return None


def _number(connection: Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
