"""The journal keeps what people said, whatever happens to it, to the index or to a process."""

import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.errors import IndexDamaged, StoreUnwritable
from explorer.models.provenance import Provenance
from explorer.models.requests import Asked
from explorer.perception.annotations import Annotation
from explorer.perception.samples import Sampled
from explorer.store.index import Store
from tests.fakes import FakeGenerator, fake_card, refuse_writing
from tests.store.generate_and_die import INSTRUMENTS, generator, is_filtered, missing, requests

ROOT = Path(__file__).parents[2]
MODEL = fake_card().spec
ASKED = requests(40)
KEYS = [request.key for request in ASKED if not is_filtered(request)]
SAMPLE = tuple(Sampled(key, "gender", INSTRUMENTS["gender"], None, 7) for key in KEYS[:3])
MADE = Provenance("cpu", "torch 2.13.0")


def said(number: int, label: str = "feminine", annotator: str = "Zoë") -> Annotation:
    return Annotation(KEYS[number], "gender", annotator, label, f"2026-11-{number + 1:02}")


@pytest.fixture
def journal(store: Store) -> Path:
    """Return the journal of a store with all that a journal holds."""
    store.save(generator().generate(ASKED))
    store.record(MODEL, MADE)
    store.annotations.save([said(0), said(1), said(2)])
    store.annotations.save([said(1, "cannot tell")])
    store.annotations.drop(KEYS[2], "gender", "Zoë")
    store.annotations.save_sample(MODEL, SAMPLE)
    return store.root / "journal.jsonl"


KEPT = (said(0), said(1, "cannot tell"))


def forget(root: Path) -> None:
    for path in root.glob("index.sqlite3*"):
        path.unlink()


@pytest.fixture
def reopened(store: Store, journal: Path) -> Iterator[Store]:
    """Return the store, opened again after its index was deleted."""
    store.close()
    forget(journal.parent)
    again = Store.open(journal.parent)
    yield again
    again.close()


def test_a_deleted_index_costs_nothing_that_people_said(reopened: Store) -> None:
    assert reopened.annotations.all() == KEPT
    assert reopened.annotations.sample(MODEL, "gender", INSTRUMENTS["gender"]) == SAMPLE
    assert reopened.provenance(MODEL) == (MADE,)


def test_a_deleted_index_costs_no_filtered_image(reopened: Store) -> None:
    assert missing(reopened, ASKED) == ()
    assert reopened.size().filtered == 4
    assert reopened.load(ASKED[3]).filtered == "safety filter"


def test_an_image_that_is_to_be_tried_again_is_not_filtered_in_a_rebuilt_index(
    store: Store, journal: Path
) -> None:
    asked = Asked(MODEL, tuple({one.prompt.text: None for one in ASKED}), len(ASKED))
    store.forget_filtered(asked, ["safety filter"])
    filtered = [one for one in ASKED if is_filtered(one)]
    store.save(FakeGenerator().generate(filtered[:1]))
    store.close()
    forget(journal.parent)
    again = Store.open(journal.parent)
    assert missing(again, ASKED) == tuple(filtered[1:])
    again.close()


def test_an_index_that_is_deleted_during_work_costs_nothing_that_people_said(
    store: Store, journal: Path
) -> None:
    forget(journal.parent)
    store.annotations.save([said(4)])
    store.close()
    with pytest.raises(IndexDamaged, match=r"is gone.*start again"):
        store.size()
    again = Store.open(journal.parent)
    assert again.annotations.all() == (*KEPT, said(4))
    again.close()


def test_a_rebuilt_index_tells_what_it_holds(reopened: Store) -> None:
    (notice,) = reopened.notices
    assert "The index was missing" in notice
    assert "images: 40 (filtered: 4), annotations: 2, answers of classifiers: 0" in notice


def test_a_new_cache_has_nothing_to_tell(store: Store) -> None:
    assert store.notices == ()


@pytest.mark.parametrize("damage", ["deleted", "an older copy", "another beginning"])
def test_a_damaged_journal_is_mended_from_the_index(
    store: Store, journal: Path, damage: str
) -> None:
    store.close()
    lines = journal.read_bytes()
    if damage == "deleted":
        journal.unlink()
    else:
        journal.write_bytes(lines[: len(lines) // 2] if "older" in damage else b"\0" * len(lines))
    Store.open(journal.parent).close()
    forget(journal.parent)
    again = Store.open(journal.parent)
    assert again.annotations.all() == KEPT
    assert missing(again, ASKED) == ()
    again.close()


def test_a_torn_or_unreadable_line_costs_no_other(
    store: Store, journal: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.close()
    strange = b'[1]\n{"poem": {}}\n{"annotation": {"image": 3}}\n\xff\xfe\0\n{"annotation": {"im'
    with journal.open("ab") as file:
        file.write(strange)
    again = Store.open(journal.parent)
    again.annotations.save([said(5)])
    again.close()
    assert strange + b"\n{" in journal.read_bytes()
    forget(journal.parent)
    again = Store.open(journal.parent)
    assert again.annotations.all() == (*KEPT, said(5))
    assert "5 of the lines" in caplog.text
    again.close()


def test_what_a_killed_process_wrote_into_the_journal_alone_is_found(
    store: Store, journal: Path
) -> None:
    store.close()
    index = (journal.parent / "index.sqlite3").read_bytes()
    again = Store.open(journal.parent)
    again.annotations.save([said(6)])
    again.close()
    (journal.parent / "index.sqlite3").write_bytes(index)
    again = Store.open(journal.parent)
    assert again.annotations.all() == (*KEPT, said(6))
    assert again.notices == ()
    again.close()


@pytest.mark.parametrize("step", ["write", "flush"])
def test_a_full_disk_leaves_no_part_of_an_annotation(
    store: Store, journal: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = journal.read_bytes()
    with monkeypatch.context() as patch:
        if step == "flush":
            refuse_writing(patch)
        else:
            patch.setattr(Path, "open", cramped)
        with pytest.raises(StoreUnwritable, match="there is no space left"):
            store.annotations.save([said(7), said(8)])
    assert journal.read_bytes() == before
    assert store.annotations.all() == KEPT
    store.annotations.save([said(7)])
    assert store.annotations.all() == (*KEPT, said(7))


def cramped(path: Path, mode: str, buffering: int = -1) -> object:
    """Open a file whose disk has room for ten bytes more."""
    file = open(path, mode, buffering)  # noqa: SIM115, PTH123 - its user closes it
    if "a" not in mode:
        return file
    write, left = file.write, [10]

    class Cramped:
        def __enter__(self) -> object:
            return self

        def __exit__(self, *_: object) -> None:
            file.close()

        def __getattr__(self, name: str) -> object:
            return getattr(file, name)

        def write(self, data: bytes) -> int:
            if not left[0]:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            written = min(left[0], len(data))
            left[0] -= written
            return int(write(data[:written]))

    return Cramped()


WRITER = """
import sys
from pathlib import Path
from explorer.store.index import Store
from tests.store.test_journal import KEYS, Annotation
store = Store.open(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(int(sys.argv[3])):
    date = f"2026-11-27T00:00:{number:02}"
    store.annotations.save([Annotation(KEYS[number], "gender", sys.argv[2], "feminine", date)])
    print(number, flush=True)
"""


def start(root: Path, annotator: str, count: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", WRITER, str(root), annotator, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_several_annotate_at_once_and_one_is_killed(store: Store) -> None:
    store.save(generator().generate(ASKED))
    processes = {name: start(store.root, name, 20) for name in ("Ada", "Ben", "killed")}
    told = processes["killed"].stdout
    assert told is not None
    for _ in range(4):
        last = told.readline()
    time.sleep(0.003)
    processes["killed"].kill()
    last = (told.read().split() or [last])[-1]
    for process in processes.values():
        process.communicate()
    store.close()
    for _ in range(2):
        again = Store.open(store.root)
        annotators = [one.annotator for one in again.annotations.all()]
        assert (annotators.count("Ada"), annotators.count("Ben")) == (20, 20)
        assert annotators.count("killed") > int(last), "what was confirmed is there"
        again.close()
        forget(store.root)
