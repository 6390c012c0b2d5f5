"""An index that is damaged, older, or on a disk that cannot be written."""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from filelock import FileLock

from explorer.errors import IndexDamaged, StoreBusy, StoreUnwritable
from explorer.models.requests import Asked
from explorer.perception.annotations import Annotation
from explorer.perception.axes import load_axes
from explorer.store import opening
from explorer.store.index import Store
from explorer.store.verification import Flaw, Problem
from tests.fakes import FakeClassifier, refuse_writing
from tests.store.generate_and_die import (
    INSTRUMENTS,
    generator,
    is_filtered,
    missing,
    requests,
    same,
)
from tests.store.plain_counts import check_counts
from tests.store.test_schema import ANNOTATIONS, MODEL, OTHER, SAMPLES, old_index

ASKED = requests(40)
SHOWN = [request for request in ASKED if not is_filtered(request)]
SAID = tuple(
    Annotation(one.key, "gender", "Ada", "feminine", f"2026-11-{day:02}")
    for day, one in enumerate(SHOWN[:20], start=1)
)
REFUSAL = StoreUnwritable("This disk is full.")


@pytest.fixture
def index(cache: Path) -> Path:
    """Return the index of a closed store with forty classified images and twenty annotations."""
    with closing(Store.open(cache)) as store:
        store.save(generator().generate(ASKED))
        images = [store.load(request) for request in SHOWN]
        store.save_perceptions(FakeClassifier().classify_all(images, load_axes()))
        store.annotations.save(SAID)
    return cache / "index.sqlite3"


def harm(index: Path, how: str) -> None:
    data = index.read_bytes()
    half = len(data) // 2
    damaged = {
        "text": b"not an index at all " * 400,
        "empty": b"",
        "first page": data[:40] + bytes(4056) + data[4096:],
        "later pages": data[:4096] + b"\x07" * (len(data) - 4096),
        "cut off": data[:half],
        "a page": data[:half] + b"\x07" * 4096 + data[half + 4096 :],
    }
    index.write_bytes(damaged[how])


def journal_mode(index: Path) -> str:
    with closing(sqlite3.connect(index)) as connection:
        return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def look(store: Store) -> None:
    """Read all tables, as a person does who asks for everything."""
    missing(store, ASKED)
    store.observations(ASKED, INSTRUMENTS)
    store.annotations.all()


HARMS = ["text", "empty", "first page", "later pages", "cut off", "a page"]


@pytest.mark.parametrize("how", HARMS)
def test_a_damaged_index_is_rebuilt_with_all_images_and_annotations(index: Path, how: str) -> None:
    harm(index, how)
    # Damage is found on opening, or later; then the next opening rebuilds the index.
    with suppress(IndexDamaged), closing(Store.open(index.parent)) as store:
        look(store)
    with closing(Store.open(index.parent)) as store:
        look(store)
        assert missing(store, ASKED) == ()
        assert store.annotations.all() == SAID
        assert store.size().filtered == 4
        for image in generator().generate(ASKED):
            assert same(store.load(image.request), image)
    check_counts(index.parent)
    with closing(Store.open(index.parent)) as store:
        assert store.notices == (), "it is told once"


def test_what_can_be_read_of_a_damaged_index_is_kept_and_the_file_too(index: Path) -> None:
    connection = sqlite3.connect(index)
    query = "SELECT rootpage FROM sqlite_schema WHERE name = 'images_by_key'"
    (page,) = connection.execute(query).fetchone()
    connection.close()
    data = bytearray(index.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\x07" * 4096
    index.write_bytes(data)
    with (
        closing(Store.open(index.parent)) as store,
        pytest.raises(
            IndexDamaged,
            match="start again: the index is then rebuilt, with all images and annotations",
        ),
    ):
        look(store)
    with closing(Store.open(index.parent)) as store:
        assert store.size().perceptions == 2 * len(SHOWN), "no image is classified again"
        (notice,) = store.notices
    assert journal_mode(index) == "wal"
    (kept,) = index.parent.glob("index.damaged-*.sqlite3")
    assert kept.read_bytes() == data
    assert repr(str(kept)) in notice


def test_an_index_with_another_journal_is_made_write_ahead(index: Path) -> None:
    with closing(sqlite3.connect(index)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    assert journal_mode(index) == "delete"
    Store.open(index.parent).close()
    assert journal_mode(index) == "wal"


def test_damage_that_only_a_verification_finds_is_rebuilt_at_the_next_start(index: Path) -> None:
    data = bytearray(index.read_bytes())
    # The number of free pages, of which there are none.
    data[36:40] = (5).to_bytes(4, "big")
    index.write_bytes(data)
    with closing(Store.open(index.parent)) as store:
        look(store)
        flaws = [flaw for step in store.verify(repair=False) for flaw in step.flaws]
        assert flaws == [Flaw(Problem.INDEX, index, repaired=False)]
    with closing(Store.open(index.parent)) as store:
        assert "The index was damaged." in store.notices[0]
        assert store.annotations.all() == SAID
        assert [flaw for step in store.verify(repair=False) for flaw in step.flaws] == []


def test_one_process_rebuilds_and_others_wait(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    harm(index, "text")
    monkeypatch.setattr(opening, "_REBUILDING_SECONDS", 0.1)
    with (
        FileLock(index.with_suffix(".lock")),
        pytest.raises(StoreBusy, match="is rebuilding the index"),
    ):
        Store.open(index.parent)
    assert index.read_bytes().startswith(b"not an index")
    with closing(Store.open(index.parent)) as store:
        assert store.annotations.all() == SAID


def test_a_lock_that_an_earlier_version_left_is_taken(index: Path) -> None:
    sqlite3.connect(index.with_suffix(".lock")).close()
    harm(index, "text")
    with closing(Store.open(index.parent)) as store:
        assert store.annotations.all() == SAID


def test_annotations_of_an_older_damaged_index_are_salvaged(cache: Path) -> None:
    cache.mkdir()
    old_index(cache, 2)
    index = cache / "index.sqlite3"
    connection = sqlite3.connect(index)
    query = "SELECT rootpage FROM sqlite_schema WHERE name = 'perceptions'"
    (page,) = connection.execute(query).fetchone()
    connection.close()
    data = bytearray(index.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\x07" * 4096
    index.write_bytes(data)
    with closing(Store.open(cache)) as store:
        assert set(store.annotations.all()) == set(ANNOTATIONS)
        assert "The index was damaged" in store.notices[0]
        assert store.annotations.sample(OTHER, "gender", INSTRUMENTS["gender"]) == SAMPLES[OTHER]
        assert store.size().images > 10
    check_counts(cache)


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_index_is_saved_before_it_is_upgraded(cache: Path, version: int) -> None:
    cache.mkdir()
    old_index(cache, version)
    Store.open(cache).close()
    with closing(sqlite3.connect(cache / f"index.version-{version}.sqlite3")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)
        assert connection.execute("SELECT count(*) FROM pictures").fetchone() != (0,)
    Store.open(cache).close()
    assert len(list(cache.glob("index.version-*"))) == 1


def test_annotations_of_an_older_index_then_outlive_it(cache: Path) -> None:
    cache.mkdir()
    old_index(cache, 2)
    Store.open(cache).close()
    for path in cache.glob("index*"):
        path.unlink()
    with closing(Store.open(cache)) as store:
        assert set(store.annotations.all()) == set(ANNOTATIONS)
        assert store.annotations.sample(MODEL, "gender", INSTRUMENTS["gender"])
        assert store.size().filtered > 0


def test_a_rebuilding_that_is_killed_loses_nothing(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    harm(index, "text")
    for moment in range(1, 4):
        left = [moment]
        replace = Path.replace

        def killed(self: Path, target: Path) -> Path:
            left[0] -= 1  # noqa: B023 - it is called before the loop goes on
            if not left[0]:  # noqa: B023
                raise KeyboardInterrupt
            return replace(self, target)  # noqa: B023

        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", killed)
            try:
                Store.open(index.parent).close()
            except KeyboardInterrupt:
                continue
    with closing(Store.open(index.parent)) as store:
        assert store.annotations.all() == SAID
        assert missing(store, ASKED) == ()


def full(index: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Return the store as a new process opens it on a full disk."""
    refuse_writing(monkeypatch)
    with pytest.raises(StoreUnwritable) as refused:
        Store.open(index.parent)
    return Store.open_reading(index.parent, refused.value)


def files(folder: Path) -> dict[Path, bytes]:
    """Return the files of a folder, but for the mark that lets the next start rebuild the index."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in found if path.name != "index.damaged"}


@pytest.mark.parametrize("how", ["whole", "missing", *HARMS])
def test_a_cache_that_cannot_be_written_is_read_and_left_alone(
    index: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "missing":
        index.unlink()
    elif how != "whole":
        harm(index, how)
    before = files(index.parent)
    with closing(full(index, monkeypatch)) as store:
        look(store)
        assert missing(store, ASKED) == ()
        assert store.annotations.all() == SAID
        assert "can only be read" in store.notices[0]
        assert "there is no space left" in store.notices[0]
        told = {"whole": [], "missing": ["The index was missing."]}.get(
            how, ["The index was damaged.", f"The damaged file is kept as {str(index)!r}."]
        )
        assert len(store.notices) == (2 if told else 1)
        assert all(one in store.notices[-1] for one in told)
        for image in generator().generate(ASKED):
            assert same(store.load(image.request), image)
    assert files(index.parent) == before


def test_an_older_index_that_cannot_be_written_is_read(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.mkdir()
    old_index(cache, 2)
    before = files(cache)
    with closing(full(cache / "index.sqlite3", monkeypatch)) as store:
        assert set(store.annotations.all()) == set(ANNOTATIONS)
        assert store.size().images > 0
    assert files(cache) == before


WRITES: dict[str, Callable[[Store], object]] = {
    "images": lambda store: store.save(generator().generate(requests(41)[40:])),
    "perceptions": lambda store: store.save_perceptions([]),
    "annotations": lambda store: store.annotations.save(SAID[:1]),
    "undoing": lambda store: store.annotations.drop(SAID[0].image, "gender", "Ada"),
}


@pytest.mark.parametrize("write", WRITES)
def test_whatever_would_be_written_is_refused_with_the_reason(index: Path, write: str) -> None:
    with closing(Store.open_reading(index.parent, REFUSAL)) as store:
        with pytest.raises(StoreUnwritable, match="This disk is full"):
            WRITES[write](store)
        with pytest.raises(StoreUnwritable, match="This disk is full"):
            store.require_writable()
        assert not store.is_writable


def test_a_refusal_does_not_grow_with_each_attempt(index: Path) -> None:
    with closing(Store.open_reading(index.parent, REFUSAL)) as store:
        depths = []
        for _ in range(3):
            with pytest.raises(StoreUnwritable) as refused:
                store.save_perceptions([])
            depths.append(len(refused.traceback))
        assert len(set(depths)) == 1


def test_a_lost_image_or_thumbnail_stops_no_reading(index: Path) -> None:
    with closing(Store.open_reading(index.parent, REFUSAL)) as store:
        store.image_path(SHOWN[0].key).unlink()
        store.thumbnail_path(SHOWN[1].key).unlink()
        store.check(Asked(ASKED[0].model, (ASKED[0].prompt.text,), 40))
        assert len(store.observations(ASKED, INSTRUMENTS)) == len(ASKED) - 1


def test_a_folder_that_does_not_exist_is_no_cache_to_read(tmp_path: Path) -> None:
    with pytest.raises(StoreUnwritable, match="This disk is full"):
        Store.open_reading(tmp_path / "nowhere", REFUSAL)


def test_an_index_that_a_killed_process_left_is_read_with_its_last_changes(
    index: Path, tmp_path: Path
) -> None:
    with closing(Store.open(index.parent)) as store:
        store.save(generator().generate(requests(45)[40:]))
        copy = tmp_path / "copy"
        copy.mkdir()
        for path in index.parent.glob("index.sqlite3*"):
            (copy / path.name).write_bytes(path.read_bytes())
    assert (copy / "index.sqlite3-wal").stat().st_size > 0
    with closing(Store.open_reading(copy, REFUSAL)) as store:
        assert store.size().images == 45


def test_the_newest_version_is_read_where_it_lies(index: Path) -> None:
    parts = opening.prepare_reading(index.parent, REFUSAL)
    with parts.database.reading() as connection:
        (_, _, file), *_ = connection.execute("PRAGMA database_list")
    parts.database.close()
    assert file == str(index)
