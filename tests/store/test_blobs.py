import errno
import os
import time
from pathlib import Path

import pytest

from explorer.errors import StoreUnwritable
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


def test_opening_removes_what_a_killed_run_left_and_spares_what_is_being_written(
    store: Store,
) -> None:
    partial = store.root / "partial"
    for name in ("old", "new"):
        (partial / name).mkdir()
        (partial / name / "half").write_bytes(b"RIFF")
    os.utime(partial / "old", (time.time() - 7200,) * 2)
    Store.open(store.root).close()
    assert [path.name for path in partial.iterdir()] == ["new"]
