"""What people said, and which pictures they are asked about, in a real index."""

import sqlite3
from pathlib import Path

import pytest

from explorer.errors import InvalidData, StoreError
from explorer.perception.axes import load_axes
from explorer.perception.decide import instrument_name
from explorer.perception.labels import HumanLabel
from explorer.perception.samples import draw_sample
from explorer.store import database
from explorer.store.index import Store
from tests.fakes import FakeClassifier, fake_card
from tests.store.drawer import generator, is_withheld, requests

GENDER = load_axes()[0]
INSTRUMENT = instrument_name("fake-clip", GENDER)
MODEL = fake_card().spec
ASKED = requests(40)
KEYS = [request.key for request in ASKED if not is_withheld(request)]


def said(key: str, label: str, rater: str = "Ada", date: str = "2026-11-25") -> HumanLabel:
    return HumanLabel(key, "gender", rater, label, date)


@pytest.fixture
def judged(store: Store) -> Store:
    store.save(generator().draw(ASKED))
    pictures = [store.load(request) for request in ASKED if not is_withheld(request)]
    store.save_perceptions(FakeClassifier().classify_all(pictures, load_axes()))
    return store


def test_labels_are_kept_by_picture_axis_and_rater(judged: Store) -> None:
    given = (said(KEYS[0], "feminine"), said(KEYS[0], "masculine", "Ben"))
    judged.save_labels(given)
    judged.save_labels([HumanLabel(KEYS[0], "tone", "Ada", "light", "2026-11-25")])
    assert set(judged.labels(KEYS, "gender")) == set(given)
    assert len(judged.all_labels()) == 3
    assert judged.labels(KEYS[1:], "gender") == ()


def test_a_second_label_replaces_the_first(judged: Store) -> None:
    judged.save_labels([said(KEYS[0], "feminine")])
    later = said(KEYS[0], "cannot tell", date="2026-11-26")
    judged.save_labels([later])
    assert judged.all_labels() == (later,)


def test_a_label_can_be_taken_back(judged: Store) -> None:
    judged.save_labels([said(KEYS[0], "feminine"), said(KEYS[0], "feminine", "Ben")])
    judged.drop_label(KEYS[0], "gender", "Ada")
    assert [label.rater for label in judged.all_labels()] == ["Ben"]


@pytest.mark.parametrize("key", ["unknown", next(one.key for one in ASKED if is_withheld(one))])
def test_a_picture_that_cannot_be_seen_gets_no_label_and_none_of_the_others_does(
    judged: Store, key: str
) -> None:
    with pytest.raises(InvalidData, match=f"No picture '{key}' is stored here"):
        judged.save_labels([said(KEYS[0], "feminine"), said(key, "feminine")])
    assert judged.all_labels() == ()


def test_labels_outlive_a_picture_that_is_damaged_and_drawn_again(judged: Store) -> None:
    judged.save_labels([said(KEYS[0], "feminine")])
    judged.image_path(KEYS[0]).unlink()
    assert [request.key for request in judged.missing(ASKED)] == [KEYS[0]]
    judged.save(generator().draw(ASKED))
    assert len(judged.labels(KEYS, "gender")) == 1


def test_a_sample_is_of_the_models_pictures_and_comes_back_in_its_order(judged: Store) -> None:
    other = fake_card("fake-b").spec
    seen = judged.perceptions_of(MODEL, "gender", INSTRUMENT)
    assert {one.image_key for one in seen} == set(KEYS)
    assert judged.perceptions_of(other, "gender", INSTRUMENT) == ()
    sample = draw_sample(seen, 20)
    judged.save_sample(MODEL, sample)
    assert judged.sample(MODEL, "gender", INSTRUMENT) == sample
    assert judged.sample(other, "gender", INSTRUMENT) == ()
    assert judged.sample(MODEL, "tone", INSTRUMENT) == ()


def test_a_sample_drawn_again_replaces_the_earlier_one(judged: Store) -> None:
    seen = judged.perceptions_of(MODEL, "gender", INSTRUMENT)
    for size in (30, 20):
        judged.save_sample(MODEL, draw_sample(seen, size))
    assert len(judged.sample(MODEL, "gender", INSTRUMENT)) == 20


def test_pixels_are_there_by_key_alone(judged: Store) -> None:
    pixels = judged.load(ASKED[0]).pixels
    assert pixels is not None
    assert (judged.pixels(ASKED[0].key) == pixels).all()
    with pytest.raises(StoreError, match="No picture 'unknown' is stored"):
        judged.pixels("unknown")


def test_an_index_without_labels_is_brought_up_to_date(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", database.MIGRATIONS[:1])
        before = Store.open(cache)
        before.save(generator().draw(ASKED))
        before.close()
    after = Store.open(cache)
    after.save_labels([said(KEYS[0], "feminine")])
    assert len(after.all_labels()) == 1
    assert after.missing(ASKED) == ()
    after.close()
    connection = sqlite3.connect(cache / "index.sqlite3")
    assert connection.execute("PRAGMA user_version").fetchone()[0] == len(database.MIGRATIONS)
    connection.close()
