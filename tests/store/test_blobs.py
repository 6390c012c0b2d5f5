import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from explorer.errors import StoreUnwritable
from explorer.settings import repository
from explorer.store.blobs import Blobs, write
from explorer.store.index import Store
from tests.fakes import refuse_writing
from tests.store.generate_and_die import generator, missing, requests


def files(store: Store) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file() and path.suffix == ".webp"]


def test_images_and_thumbnails_lie_under_their_key(store: Store) -> None:
    (request,) = requests(1)
    store.save(generator().generate([request]))
    key = request.key
    assert store.image_path(key) == store.root / "images" / key[:2] / f"{key}.webp"
    assert store.thumbnail_path(key) == store.root / "thumbs" / key[:2] / f"{key}.webp"
    assert store.image_path(key).is_relative_to(store.images_root)
    assert store.thumbnail_path(key).is_relative_to(store.thumbnails_root)
    assert sorted(files(store)) == [store.image_path(key), store.thumbnail_path(key)]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (errno.ENOSPC, "there is no space left. Free some, or choose another folder"),
        (errno.EDQUOT, "your disk quota is used up"),
        (errno.EACCES, "you may not write there. Give yourself permission"),
        (errno.EROFS, "it is on a read-only disk"),
        (errno.EIO, "Input/output error. Please choose another folder"),
    ],
)
def test_a_disk_that_refuses_is_reported_and_nothing_is_half_written(
    store: Store, monkeypatch: pytest.MonkeyPatch, code: int, message: str
) -> None:
    store.save(generator().generate(requests(5)))
    before = files(store)
    with monkeypatch.context() as patch:
        refuse_writing(patch, code, after=7)
        with pytest.raises(StoreUnwritable, match=message) as caught:
            store.save(generator().generate(requests(20)))
    assert repr(str(store.root)) in str(caught.value)
    assert files(store) == before
    assert list((store.root / "partial").iterdir()) == []
    assert missing(store, requests(20)) == requests(20)[5:]
    store.save(generator().generate(requests(20)))
    assert missing(store, requests(20)) == ()


def test_a_file_that_cannot_be_moved_to_its_place_leaves_no_row(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace(self: Path, _: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        with pytest.raises(StoreUnwritable):
            store.save(generator().generate(requests(5)))
    assert store.size().images == 0
    assert files(store) == []


def test_a_cache_below_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreUnwritable, match="a file is in place of a folder"):
        Store.open(tmp_path / "file")
    with pytest.raises(StoreUnwritable, match="a file is in place of a folder"):
        Store.open(tmp_path / "file" / "cache")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_cache_that_may_not_be_made_is_reported(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mkdir(self: Path, **_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", mkdir)
    with pytest.raises(StoreUnwritable, match=r"--cache or EXPLORER_CACHE"):
        Store.open(cache)


STAGES = """
import sys
from pathlib import Path
from explorer.store.blobs import Blobs, write

with Blobs(Path(sys.argv[1])).staging() as folder:
    write(folder / "half", b"RIFF")
    print(folder, flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process_that_writes(store: Store) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    command = [sys.executable, "-c", STAGES, str(store.root)]
    with subprocess.Popen(
        command, cwd=repository(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())


def test_opening_removes_what_a_killed_run_left_and_spares_what_is_being_written(
    store: Store,
) -> None:
    (store.root / "partial" / "of an earlier version").mkdir()
    with (
        another_process_that_writes(store) as (killed, left),
        another_process_that_writes(store) as (_, written),
    ):
        # The clock may jump: how old a folder looks does not matter.
        os.utime(written, (0, 0))
        Store.open(store.root).close()
        assert {left, written} == set((store.root / "partial").iterdir())
        killed.kill()
        killed.wait()
        Store.open(store.root).close()
        assert list((store.root / "partial").iterdir()) == [written]
        assert (written / "half").read_bytes() == b"RIFF"
    assert list((store.root / "partial").iterdir()) == []


def test_threads_and_the_own_process_do_not_sweep_what_they_write(store: Store) -> None:
    with Blobs(store.root).staging() as folder:
        write(folder / "half", b"RIFF")
        Store.open(store.root).close()
        assert (folder / "half").exists()
    assert not folder.exists()


def test_a_folder_that_is_taken_before_it_is_locked_is_replaced(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    acquire, taken = FileLock.acquire, []

    def acquired(lock: FileLock) -> None:
        acquire(lock)
        taken.append(Path(lock.lock_file).parent)
        if len(taken) == 1:
            shutil.rmtree(taken[0])

    monkeypatch.setattr(FileLock, "acquire", acquired)
    with Blobs(store.root).staging() as folder:
        assert folder == taken[1]
        assert folder.is_dir()


@pytest.mark.parametrize("error", [FileNotFoundError, FileExistsError])
def test_a_folder_that_is_taken_while_it_is_locked_is_replaced(
    store: Store, monkeypatch: pytest.MonkeyPatch, error: type[OSError]
) -> None:
    acquire, taken = FileLock.acquire, []

    def acquired(lock: FileLock) -> None:
        taken.append(Path(lock.lock_file).parent)
        if len(taken) == 1:
            raise error(taken[0])
        acquire(lock)

    monkeypatch.setattr(FileLock, "acquire", acquired)
    with Blobs(store.root).staging() as folder:
        assert folder == taken[1]
