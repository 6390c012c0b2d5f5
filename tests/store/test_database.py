import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from explorer.errors import IndexDamaged, StoreBusy, StoreCorrupt, StoreUnwritable
from explorer.store import database
from explorer.store.index import Store
from explorer.store.schema import MIGRATIONS
from tests.store.generate_and_die import generator, missing, requests


@pytest.fixture
def index(cache: Path) -> Path:
    """Return the index of a closed store with forty images."""
    store = Store.open(cache)
    store.save(generator().generate(requests(40)))
    store.close()
    return cache / "index.sqlite3"


def test_the_index_is_write_ahead_and_numbered(index: Path) -> None:
    connection = sqlite3.connect(index)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    connection.close()


def test_an_older_index_is_brought_up_to_date_with_all_it_holds(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = ("ALTER TABLE images ADD COLUMN note TEXT",)
    monkeypatch.setattr(database, "MIGRATIONS", (*MIGRATIONS, added))
    store = Store.open(index.parent)
    assert missing(store, requests(40)) == ()
    store.close()
    connection = sqlite3.connect(index)
    assert connection.execute("SELECT DISTINCT note FROM images").fetchall() == [(None,)]
    connection.close()


def test_a_migration_that_fails_leaves_the_index_as_it_was(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        broken = ("ALTER TABLE images ADD COLUMN note TEXT", "NO SQL")
        patch.setattr(database, "MIGRATIONS", (*MIGRATIONS, broken))
        with pytest.raises(sqlite3.OperationalError):
            Store.open(index.parent)
    store = Store.open(index.parent)
    assert missing(store, requests(40)) == ()
    store.close()


def test_an_index_of_a_newer_version_is_refused(index: Path) -> None:
    connection = sqlite3.connect(index)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreCorrupt, match=r"has version 99.*Update Bias Explorer, or choose"):
        Store.open(index.parent)


def test_another_programs_database_is_refused_and_left_alone(cache: Path) -> None:
    cache.mkdir()
    connection = sqlite3.connect(cache / "index.sqlite3")
    connection.execute("CREATE TABLE bookmarks (address TEXT)")
    connection.close()
    with pytest.raises(StoreCorrupt, match="belongs to another program"):
        Store.open(cache)
    connection = sqlite3.connect(cache / "index.sqlite3")
    assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("bookmarks",)]
    connection.close()


def test_a_writer_that_never_ends_is_reported_as_busy(index: Path) -> None:
    store = Store.open(index.parent, busy_seconds=0.05)
    other = sqlite3.connect(index, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match=r"more than 0\.05 seconds\. Wait until it ends"):
        store.save(generator().generate(requests(41)[40:]))
    assert missing(store, requests(40)) == (), "reading goes on"
    other.execute("ROLLBACK")
    other.close()
    store.save(generator().generate(requests(41)[40:]))
    assert missing(store, requests(41)) == ()
    store.close()


def test_a_writer_that_ends_in_time_is_waited_for(index: Path) -> None:
    store = Store.open(index.parent)
    other = sqlite3.connect(index, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.2, lambda: other.execute("COMMIT"))
    release.start()
    store.save(generator().generate(requests(41)[40:]))
    release.join()
    other.close()
    assert missing(store, requests(41)) == ()
    store.close()


def test_an_index_without_room_is_reported_and_nothing_half_written(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(index.parent)
    with monkeypatch.context() as patch:
        patch.setattr(database, "Connection", Cramped)
        store.close()
        with pytest.raises(StoreUnwritable, match=r"cannot be written: database or disk is full"):
            store.save(generator().generate(requests(2000)[40:]))
    store.close()
    assert missing(store, requests(40)) == ()
    kept = 2000 - len(missing(store, requests(2000)))
    assert kept == store.size().images
    assert kept % 32 == 40 % 32, "whole batches"
    assert list((store.root / "partial").iterdir()) == []
    store.save(generator().generate(requests(kept + 5)[kept:]))
    assert missing(store, requests(kept + 5)) == ()
    store.close()


def test_an_index_that_may_only_be_read_is_reported(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(index.parent)
    store.close()
    monkeypatch.setattr(database, "Connection", ReadOnly)
    with pytest.raises(StoreUnwritable, match="attempt to write a readonly database"):
        store.save(generator().generate(requests(41)[40:]))
    assert missing(store, requests(40)) == ()
    store.close()


def test_only_an_index_that_is_missing_is_called_gone(index: Path) -> None:
    store = Store.open(index.parent)
    store.close()
    index.unlink()
    with pytest.raises(IndexDamaged, match="is gone"):
        missing(store, requests(40))
    # A folder in its place cannot be opened either, but is something else.
    index.mkdir()
    with pytest.raises(StoreUnwritable, match="unable to open"):
        missing(store, requests(40))


def test_an_index_that_is_a_folder_is_reported(cache: Path) -> None:
    (cache / "index.sqlite3").mkdir(parents=True)
    with pytest.raises(StoreUnwritable, match="choose another cache folder"):
        Store.open(cache)


class Cramped(sqlite3.Connection):
    """A connection whose file has room for four pages more."""

    def execute(self, sql: str, values: Any = ()) -> sqlite3.Cursor:
        if sql.startswith("BEGIN"):
            (pages,) = super().execute("PRAGMA page_count").fetchone()
            room = getattr(self, "room", pages + 4)
            self.room = room
            super().execute(f"PRAGMA max_page_count = {room}")
        return super().execute(sql, values)


class ReadOnly(sqlite3.Connection):
    """A connection that may only read, as for a user without permission (tests may be root)."""

    def execute(self, sql: str, values: Any = ()) -> sqlite3.Cursor:
        super().execute("PRAGMA query_only = ON")
        return super().execute(sql, values)
