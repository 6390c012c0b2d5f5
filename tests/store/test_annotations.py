"""What people said, and which images they are asked about, in a real index."""

import sqlite3
from pathlib import Path

import pytest

from explorer.errors import InvalidData, StoreError
from explorer.perception.annotations import Annotation
from explorer.perception.axes import load_axes
from explorer.perception.decide import instrument_name
from explorer.perception.samples import draw_sample
from explorer.store import database
from explorer.store.index import Store
from tests.fakes import FakeClassifier, fake_card
from tests.store.generate_and_die import generator, is_filtered, requests

GENDER = load_axes()[0]
INSTRUMENT = instrument_name("fake-clip", GENDER)
MODEL = fake_card().spec
ASKED = requests(40)
KEYS = [request.key for request in ASKED if not is_filtered(request)]


def said(key: str, label: str, annotator: str = "Ada", date: str = "2026-11-25") -> Annotation:
    return Annotation(key, "gender", annotator, label, date)


@pytest.fixture
def classified(store: Store) -> Store:
    store.save(generator().generate(ASKED))
    images = [store.load(request) for request in ASKED if not is_filtered(request)]
    store.save_perceptions(FakeClassifier().classify_all(images, load_axes()))
    return store


def test_labels_are_kept_by_image_axis_and_annotator(classified: Store) -> None:
    given = (said(KEYS[0], "feminine"), said(KEYS[0], "masculine", "Ben"))
    classified.save_annotations(given)
    classified.save_annotations([Annotation(KEYS[0], "tone", "Ada", "light", "2026-11-25")])
    assert set(classified.labels(KEYS, "gender")) == set(given)
    assert len(classified.all_annotations()) == 3
    assert classified.labels(KEYS[1:], "gender") == ()


def test_a_second_label_replaces_the_first(classified: Store) -> None:
    classified.save_annotations([said(KEYS[0], "feminine")])
    later = said(KEYS[0], "cannot tell", date="2026-11-26")
    classified.save_annotations([later])
    assert classified.all_annotations() == (later,)


def test_a_label_can_be_taken_back(classified: Store) -> None:
    classified.save_annotations([said(KEYS[0], "feminine"), said(KEYS[0], "feminine", "Ben")])
    classified.drop_annotation(KEYS[0], "gender", "Ada")
    assert [label.annotator for label in classified.all_annotations()] == ["Ben"]


@pytest.mark.parametrize("key", ["unknown", next(one.key for one in ASKED if is_filtered(one))])
def test_an_image_that_cannot_be_seen_gets_no_label_and_none_of_the_others_does(
    classified: Store, key: str
) -> None:
    with pytest.raises(InvalidData, match=f"No image '{key}' is stored here"):
        classified.save_annotations([said(KEYS[0], "feminine"), said(key, "feminine")])
    assert classified.all_annotations() == ()


def test_labels_outlive_an_image_that_is_damaged_and_drawn_again(classified: Store) -> None:
    classified.save_annotations([said(KEYS[0], "feminine")])
    classified.image_path(KEYS[0]).unlink()
    assert [request.key for request in classified.missing(ASKED)] == [KEYS[0]]
    classified.save(generator().generate(ASKED))
    assert len(classified.labels(KEYS, "gender")) == 1


def test_a_sample_is_of_the_models_images_and_comes_back_in_its_order(classified: Store) -> None:
    other = fake_card("fake-b").spec
    seen = classified.perceptions_of(MODEL, "gender", INSTRUMENT)
    assert {one.image_key for one in seen} == set(KEYS)
    assert classified.perceptions_of(other, "gender", INSTRUMENT) == ()
    sample = draw_sample(seen, 20)
    classified.save_sample(MODEL, sample)
    assert classified.sample(MODEL, "gender", INSTRUMENT) == sample
    assert classified.sample(other, "gender", INSTRUMENT) == ()
    assert classified.sample(MODEL, "tone", INSTRUMENT) == ()


def test_a_sample_drawn_again_replaces_the_earlier_one(classified: Store) -> None:
    seen = classified.perceptions_of(MODEL, "gender", INSTRUMENT)
    for size in (30, 20):
        classified.save_sample(MODEL, draw_sample(seen, size))
    assert len(classified.sample(MODEL, "gender", INSTRUMENT)) == 20


def test_pixels_are_there_by_key_alone(classified: Store) -> None:
    pixels = classified.load(ASKED[0]).pixels
    assert pixels is not None
    assert (classified.pixels(ASKED[0].key) == pixels).all()
    with pytest.raises(StoreError, match="No image 'unknown' is stored"):
        classified.pixels("unknown")


def test_an_index_without_labels_is_brought_up_to_date(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", database.MIGRATIONS[:1])
        before = Store.open(cache)
        before.save(generator().generate(ASKED))
        before.close()
    after = Store.open(cache)
    after.save_annotations([said(KEYS[0], "feminine")])
    assert len(after.all_annotations()) == 1
    assert after.missing(ASKED) == ()
    after.close()
    connection = sqlite3.connect(cache / "index.sqlite3")
    assert connection.execute("PRAGMA user_version").fetchone()[0] == len(database.MIGRATIONS)
    connection.close()
