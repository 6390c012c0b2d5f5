"""Images that were classified before embeddings were stored are encoded on demand."""

from dataclasses import replace

import pytest

from explorer.errors import StoreUnwritable
from explorer.likeness.encoding import count_unencoded, encode, encoder_of, unencoded
from explorer.perception.axes import load_axes
from explorer.store.index import Store
from tests.fakes import FAKE_CLIP, FakeClassifier, FakeGenerator, refuse_writing
from tests.likeness.conftest import STUDY, Generated


@pytest.fixture
def earlier(store: Store) -> Store:
    """Return a store with images that were classified and not encoded."""
    for card in STUDY.models:
        images = list(FakeGenerator().generate(STUDY.requests(card)))
        store.save(images)
        store.save_perceptions(FakeClassifier().classify_all(images, load_axes()))
    return store


def test_images_of_an_earlier_version_are_encoded_once_with_progress(earlier: Store) -> None:
    assert count_unencoded(STUDY, earlier) == 48
    assert unencoded(STUDY, earlier, STUDY.models[0]) == STUDY.requests(STUDY.models[0])
    classifier = FakeClassifier()
    steps = list(encode(STUDY, earlier, lambda _: classifier, batch=10))
    assert [step.done for step in steps] == [0, 10, 20, 24, 34, 44, 48]
    assert {step.total for step in steps} == {48}
    assert len(classifier.embedded) == 48
    assert classifier.classified == []
    assert count_unencoded(STUDY, earlier) == 0
    assert list(encode(STUDY, earlier, lambda _: pytest.fail("a model is loaded"))) == []


def test_a_run_that_is_stopped_goes_on_where_it_was(earlier: Store) -> None:
    for step in encode(STUDY, earlier, lambda _: FakeClassifier(), batch=10):
        if step.done == 20:
            break
    assert count_unencoded(STUDY, earlier) == 28
    classifier = FakeClassifier()
    for _ in encode(STUDY, earlier, lambda _: classifier, batch=10):
        pass
    assert len(classifier.embedded) == 28


def test_a_run_has_nothing_left_to_encode(store: Store, generated: Generated) -> None:
    generated(STUDY)
    assert count_unencoded(STUDY, store) == 0


def test_a_disk_that_refuses_is_told_before_a_model_is_loaded(
    earlier: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier.close()
    refuse_writing(monkeypatch)
    store = Store.open_reading(earlier.root, StoreUnwritable("This disk is full."))
    with pytest.raises(StoreUnwritable, match="full"):
        list(encode(STUDY, store, lambda _: pytest.fail("a model is loaded")))
    store.close()


def test_the_encoder_sees_the_whole_image_whatever_the_classifier_sees() -> None:
    card = STUDY.models[0]
    assert encoder_of(STUDY, card) == FAKE_CLIP
    assert encoder_of(replace(STUDY, classifier="face"), card) == FAKE_CLIP
    assert encoder_of(replace(STUDY, classifier="face:other-clip"), card).backbone == "other-clip"
