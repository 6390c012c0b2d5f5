"""Room on the disk: what goes first, and what never goes."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from explorer.store.index import Store
from explorer.study import Study, missing, run
from tests.fakes import FakeClassifier, FakeGenerator, fake_card

CARD = fake_card(size_px=8)
LISTED = Study((CARD,), ("author",), (None, "honest"), images=2)
OWN = replace(LISTED, professions=("lion tamer",))
ODD = replace(LISTED, adjectives=("purple",))
WORDS = ("author",), ("honest",)


def filled(folder: Path) -> Store:
    store = Store.open(folder)
    for study in (LISTED, OWN, ODD):
        for _ in run(study, store, lambda _: FakeGenerator(), FakeClassifier):
            pass
    return store


def lacking(study: Study, store: Store) -> int:
    return len(missing(study, store, CARD))


def test_images_of_added_words_make_room_the_oldest_first(tmp_path: Path) -> None:
    with closing(filled(tmp_path)) as store:
        used = store.room.used_bytes
        freed = store.room.make(1, WORDS)
        assert 0 < freed == used - store.room.used_bytes
        assert (lacking(LISTED, store), lacking(OWN, store), lacking(ODD, store)) == (0, 1, 0)


def test_images_of_listed_words_never_go(tmp_path: Path) -> None:
    with closing(filled(tmp_path)) as store:
        freed = store.room.make(10**9, WORDS)
        assert freed < 10**9
        assert (lacking(LISTED, store), lacking(OWN, store), lacking(ODD, store)) == (0, 4, 2)
    # Nothing comes back where the index is rebuilt from the files.
    (tmp_path / "index.sqlite3").unlink()
    with closing(Store.open(tmp_path)) as store:
        assert (lacking(LISTED, store), lacking(OWN, store)) == (0, 4)
