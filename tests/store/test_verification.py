"""Every kind of flaw is found, and repaired where that loses nothing."""

import io
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from explorer.models.requests import ImageRequest
from explorer.store.blobs import Blobs
from explorer.store.index import Store
from explorer.store.verification import Problem
from tests.store.generate_and_die import generator, missing, requests, same
from tests.store.plain_counts import check_counts

ASKED = requests(6)
FIRST, SECOND = ASKED[:2]


def harm_image(store: Store) -> Path:
    path = store.image_path(FIRST.key)
    path.write_bytes(bytes(path.stat().st_size))
    return path


def exchange_image(store: Store) -> Path:
    path, other = store.image_path(FIRST.key), store.image_path(SECOND.key).read_bytes()
    size = path.stat().st_size
    path.write_bytes(other[:size].ljust(size, b"\0"))
    return path


def lose_image(store: Store) -> Path:
    path = store.image_path(FIRST.key)
    path.unlink()
    return path


def lose_thumbnail(store: Store) -> Path:
    path = store.thumbnail_path(FIRST.key)
    path.unlink()
    return path


def garble_thumbnail(store: Store) -> Path:
    path = store.thumbnail_path(FIRST.key)
    path.write_bytes(b"garbage")
    return path


def exchange_thumbnail(store: Store) -> Path:
    path = store.thumbnail_path(FIRST.key)
    shutil.copy(store.thumbnail_path(SECOND.key), path)
    return path


def forget_row(store: Store) -> Path:
    with closing(sqlite3.connect(store.root / "index.sqlite3")) as connection, connection:
        connection.execute("DELETE FROM images WHERE key = ?", (FIRST.key,))
    store.thumbnail_path(FIRST.key).unlink()
    return store.image_path(FIRST.key)


def add_file(store: Store) -> Path:
    path = store.images_root / "00" / "holiday.webp"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"mine")
    (store.images_root / "00" / "._holiday.webp").write_bytes(b"what macOS leaves")
    (store.images_root / "notes.txt").write_text("mine")
    return path


def copy_file(store: Store) -> Path:
    path = store.images_root / "zz" / f"{FIRST.key}.webp"
    path.parent.mkdir()
    shutil.copy(store.image_path(FIRST.key), path)
    return path


def add_thumbnail(store: Store) -> Path:
    path = store.thumbnail_path("ab" + "0" * 62)
    path.parent.mkdir(exist_ok=True)
    shutil.copy(store.thumbnail_path(FIRST.key), path)
    return path


def leave_folder(store: Store) -> Path:
    path = store.root / "partial" / "of a killed run"
    path.mkdir()
    return path


REPAIRED = [
    (harm_image, Problem.DAMAGED),
    (exchange_image, Problem.DAMAGED),
    (lose_image, Problem.DAMAGED),
    (lose_thumbnail, Problem.THUMBNAIL),
    (garble_thumbnail, Problem.THUMBNAIL),
    (exchange_thumbnail, Problem.THUMBNAIL),
    (forget_row, Problem.UNLISTED),
    (add_thumbnail, Problem.LONE_THUMBNAIL),
]
LEFT_ALONE = [add_file, copy_file]


@pytest.fixture
def full(store: Store) -> Store:
    store.save(generator().generate(ASKED))
    return store


def found(store: Store, *, repair: bool) -> list[tuple[Problem, Path, bool]]:
    steps = list(store.verify(repair=repair))
    assert all(step.total == steps[0].total for step in steps)
    assert steps[-1].done == steps[-1].total
    return [(flaw.problem, flaw.path, flaw.repaired) for step in steps for flaw in step.flaws]


def snapshot(store: Store) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in store.root.rglob("*.webp")}


def test_nothing_is_wrong_with_what_was_stored(full: Store) -> None:
    before = snapshot(full)
    assert found(full, repair=True) == []
    assert snapshot(full) == before


@pytest.mark.parametrize(("harm", "problem"), REPAIRED)
def test_what_is_wrong_is_found_and_repaired(
    full: Store, harm: Callable[[Store], Path], problem: Problem
) -> None:
    path = harm(full)
    before = snapshot(full)
    assert found(full, repair=False) == [(problem, path, False)]
    assert snapshot(full) == before, "without --repair, nothing changes"
    assert found(full, repair=True) == [(problem, path, True)]
    assert found(full, repair=True) == []
    full.save(generator().generate(missing(full, ASKED)))
    assert found(full, repair=False) == []
    for image in generator().generate(ASKED):
        assert same(full.load(image.request), image)
    check_counts(full.root)


@pytest.mark.parametrize("harm", LEFT_ALONE)
def test_a_file_that_cannot_be_made_again_is_left_alone(
    full: Store, harm: Callable[[Store], Path]
) -> None:
    path = harm(full)
    for _ in range(2):
        assert found(full, repair=True) == [(Problem.STRANGE, path, False)]


def test_a_leftover_is_told_once_and_what_is_being_written_is_spared(full: Store) -> None:
    path = leave_folder(full)
    os.utime(path)
    with Blobs(full.root).staging() as written:
        assert found(full, repair=False) == [(Problem.LEFTOVER, path, True)]
        assert written.is_dir()
    with closing(Store.open(full.root)) as again:
        assert found(again, repair=False) == []


def test_a_thumbnail_of_another_version_of_the_encoder_is_kept(full: Store) -> None:
    path = full.thumbnail_path(FIRST.key)
    with Image.open(path) as image:
        stream = io.BytesIO()
        image.save(stream, "WEBP", quality=95, method=0)
    assert stream.getvalue() != path.read_bytes()
    path.write_bytes(stream.getvalue())
    assert found(full, repair=False) == []


def test_an_image_that_may_not_be_read_is_told_and_kept(
    full: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes
    path = full.image_path(FIRST.key)

    def refuse(self: Path) -> bytes:
        if self == path:
            raise PermissionError(13, "Permission denied")
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert found(full, repair=True) == [(Problem.UNREADABLE, path, False)]
    assert path.exists()


@pytest.mark.parametrize("repair", [False, True])
def test_an_image_that_another_process_replaces_meanwhile_is_no_flaw(
    full: Store, *, repair: bool
) -> None:
    steps = full.verify(repair=repair)
    next(steps)
    # Generated again after the index was read, in another batch.
    lose_image(full)
    with closing(Store.open(full.root)) as other:
        missing(other, ASKED)
        (image,) = generator().generate([FIRST])
        assert image.pixels is not None
        image.pixels[-1] += 1
        other.save([image])
    assert [flaw for step in steps for flaw in step.flaws] == []


def test_a_damaged_index_is_told(full: Store) -> None:
    full.close()
    path = full.root / "index.sqlite3"
    data = bytearray(path.read_bytes())
    # The last page holds rows or an index; the first ones hold the schema.
    data[-4096:] = bytes(range(256)) * 16
    path.write_bytes(data)
    assert (Problem.INDEX, path, False) in found(full, repair=False)


def test_a_torn_line_of_the_journal_is_told(full: Store) -> None:
    journal = full.root / "journal.jsonl"
    with journal.open("ab") as file:
        file.write(b'{"annotation": {"ima\n')
    assert found(full, repair=True) == [(Problem.JOURNAL, journal, False)]


def test_a_file_whose_row_is_being_written_is_not_unknown(full: Store) -> None:
    more: tuple[ImageRequest, ...] = requests(12)
    steps = full.verify(repair=False)
    next(steps)
    with closing(Store.open(full.root)) as other:
        other.save(generator().generate(more))
    assert [flaw for step in steps for flaw in step.flaws] == []
