"""What people said, and which images they are asked about, in a real index."""

from dataclasses import replace

import pytest

from explorer.errors import InvalidData, StoreError
from explorer.perception.annotations import Annotation
from explorer.perception.axes import load_axes
from explorer.perception.samples import draw_sample
from explorer.store.index import Store
from tests.fakes import FakeClassifier, fake_card
from tests.store.generate_and_die import INSTRUMENTS, generator, is_filtered, missing, requests

INSTRUMENT = INSTRUMENTS["gender"]
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


def test_annotations_are_kept_by_image_axis_and_annotator(classified: Store) -> None:
    given = (said(KEYS[0], "feminine"), said(KEYS[0], "masculine", "Ben"))
    classified.annotations.save(given)
    classified.annotations.save([Annotation(KEYS[0], "tone", "Ada", "light", "2026-11-25")])
    assert set(classified.annotations.of(KEYS, "gender")) == set(given)
    assert len(classified.annotations.all()) == 3
    assert classified.annotations.of(KEYS[1:], "gender") == ()


def test_a_second_annotation_replaces_the_first(classified: Store) -> None:
    classified.annotations.save([said(KEYS[0], "feminine")])
    later = said(KEYS[0], "cannot tell", date="2026-11-26")
    classified.annotations.save([later])
    assert classified.annotations.all() == (later,)


def test_an_annotation_can_be_taken_back(classified: Store) -> None:
    classified.annotations.save([said(KEYS[0], "feminine"), said(KEYS[0], "feminine", "Ben")])
    classified.annotations.drop(KEYS[0], "gender", "Ada")
    assert [one.annotator for one in classified.annotations.all()] == ["Ben"]


@pytest.mark.parametrize("key", ["unknown", next(one.key for one in ASKED if is_filtered(one))])
def test_an_image_that_cannot_be_seen_gets_no_annotation_and_none_of_the_others_does(
    classified: Store, key: str
) -> None:
    with pytest.raises(InvalidData, match=f"No image '{key}' is stored here"):
        classified.annotations.save([said(KEYS[0], "feminine"), said(key, "feminine")])
    assert classified.annotations.all() == ()


def test_annotations_outlive_a_damaged_image_that_is_generated_again(
    classified: Store,
) -> None:
    classified.annotations.save([said(KEYS[0], "feminine")])
    classified.image_path(KEYS[0]).unlink()
    assert [request.key for request in missing(classified, ASKED)] == [KEYS[0]]
    classified.save(generator().generate(ASKED))
    assert len(classified.annotations.of(KEYS, "gender")) == 1


def test_a_sample_is_of_the_models_images_and_comes_back_in_its_order(classified: Store) -> None:
    other = fake_card("fake-b").spec
    seen = classified.perceptions_of(MODEL, "gender", INSTRUMENT)
    assert {one.image_key for one in seen} == set(KEYS)
    assert classified.perceptions_of(other, "gender", INSTRUMENT) == ()
    sample = draw_sample(seen, 20)
    classified.annotations.save_sample(MODEL, sample)
    assert classified.annotations.sample(MODEL, "gender", INSTRUMENT) == sample
    assert classified.annotations.sample(other, "gender", INSTRUMENT) == ()
    assert classified.annotations.sample(MODEL, "tone", INSTRUMENT) == ()


def test_annotations_of_a_model_are_of_what_the_instrument_has_classified(
    classified: Store,
) -> None:
    given = [said(KEYS[0], "feminine"), said(KEYS[1], "masculine")]
    classified.annotations.save(given)
    of = classified.annotations.of_model
    assert set(of(MODEL, "gender", INSTRUMENT)) == set(given)
    assert of(MODEL, "tone", INSTRUMENT) == ()
    assert of(fake_card("fake-b").spec, "gender", INSTRUMENT) == ()
    assert of(MODEL, "gender", replace(INSTRUMENT, captions="00000000")) == ()


def test_a_sample_drawn_again_replaces_the_earlier_one(classified: Store) -> None:
    seen = classified.perceptions_of(MODEL, "gender", INSTRUMENT)
    for size in (30, 20):
        classified.annotations.save_sample(MODEL, draw_sample(seen, size))
    assert len(classified.annotations.sample(MODEL, "gender", INSTRUMENT)) == 20


def test_pixels_are_there_by_key_alone(classified: Store) -> None:
    pixels = classified.load(ASKED[0]).pixels
    assert pixels is not None
    assert (classified.pixels(ASKED[0].key) == pixels).all()
    with pytest.raises(StoreError, match="No image 'unknown' is stored"):
        classified.pixels("unknown")
