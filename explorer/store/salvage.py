"""Copy what can be read of a damaged index."""

import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from explorer.errors import IndexDamaged, StoreError
from explorer.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from sqlite3 import Connection

# Triggers count anew, and the journal is read anew.
_NOT_COPIED = {"image_counts", "answer_counts", "journal"}


def salvage(path: "Path", new: Database) -> None:
    """Copy every row that can be read into an empty database, which gets the version of the file.

    Nothing is copied where not even the first page can be read.
    """
    damaged, version = _opened(path)
    with closing(damaged):
        if version:
            new.create(version)
            # The end of reading reports the damage once more.
            with suppress(IndexDamaged), damaged.reading() as source, new.writing() as target:
                for table in _tables(target):
                    _copy(source, target, table)


def _opened(path: "Path") -> tuple[Database, int]:
    """Return the file, without what lies beside it where that cannot be read, and its version.

    The version is 0 where nothing can be read.
    """
    for alone in (False, True):
        damaged = Database.immutable(path, alone=alone)
        with suppress(StoreError):
            return damaged, damaged.version()
    return damaged, 0


def _tables(connection: "Connection") -> list[str]:
    """Return the tables to copy; each comes after those that its rows refer to."""
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid"
    return [name for (name,) in connection.execute(query) if name not in _NOT_COPIED]


def _copy(source: "Connection", target: "Connection", table: str) -> None:
    """Copy a table's rows from its start up to the damage, and from its end down to it."""
    columns = target.execute(f"PRAGMA table_info({table})").fetchall()
    names = ", ".join(name for _, name, *_ in columns)
    keys = [name for _, name, *_, key in columns if key]
    insert = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})"
    for direction in ("ASC", "DESC"):
        order = ", ".join(f"{key} {direction}" for key in keys)
        for row in _readable(source, f"SELECT {names} FROM {table} ORDER BY {order}"):
            # A row that refers to a lost one is lost, too.
            with suppress(sqlite3.IntegrityError):
                target.execute(insert, row)


def _readable(source: "Connection", query: str) -> "Iterator[tuple[object, ...]]":
    with suppress(sqlite3.DatabaseError):
        yield from source.execute(query)
