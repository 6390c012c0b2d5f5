"""Embeddings are stored once, follow their image, and can always be computed anew."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.models.requests import Asked
from explorer.perception.instruments import ClassifierSpec
from explorer.store.embeddings import numbers
from explorer.store.index import Store
from tests.fakes import FAKE_CLIP, FakeClassifier
from tests.store.generate_and_die import generator, is_filtered, requests

ASKED = requests(12)
SHOWN = [request for request in ASKED if not is_filtered(request)]
KEYS = [request.key for request in SHOWN]
ALL = Asked(ASKED[0].model, tuple({request.prompt.text for request in ASKED}), 12)
OTHER = replace(FAKE_CLIP, revision="1a2b3c4d")


@pytest.fixture
def encoded(store: Store) -> Store:
    """Return a store with images, all of which but the last are encoded."""
    store.save(generator().generate(ASKED))
    keep(store, KEYS[:-1])
    return store


def keep(store: Store, keys: list[str], by: ClassifierSpec = FAKE_CLIP) -> None:
    images = [store.load(request) for request in SHOWN if request.key in keys]
    store.embeddings.save(dict(zip(keys, FakeClassifier().embed(images), strict=True)), by)


def found(store: Store, by: ClassifierSpec = FAKE_CLIP) -> dict[str, bytes]:
    return {one.key: one.vector for one in store.embeddings.of(ALL, by)}


def test_vectors_are_found_again_with_what_they_show(encoded: Store) -> None:
    stored = encoded.embeddings.of(ALL, FAKE_CLIP)
    asked = {(one.prompt.text, one.replicate): one.key for one in SHOWN[:-1]}
    assert {(one.text, one.replicate): one.key for one in stored} == asked
    images = [encoded.load(request) for request in SHOWN[:-1]]
    expected = dict(zip(KEYS[:-1], FakeClassifier().embed(images), strict=True))
    rows = numbers(one.vector for one in stored)
    assert rows == pytest.approx(np.array([expected[one.key] for one in stored]), abs=1e-3)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1)


def test_only_images_that_are_shown_lack_a_vector(encoded: Store) -> None:
    last = SHOWN[-1]
    assert encoded.embeddings.lacking([one.key for one in ASKED], FAKE_CLIP) == {last.key}
    assert encoded.embeddings.lacking_of(ALL, FAKE_CLIP) == {(last.prompt.text, last.replicate)}


def test_versions_of_a_classifier_are_kept_apart(encoded: Store) -> None:
    assert found(encoded, OTHER) == {}
    assert encoded.embeddings.lacking(KEYS, OTHER) == set(KEYS)
    keep(encoded, KEYS[:1], OTHER)
    assert set(found(encoded, OTHER)) == {KEYS[0]}
    assert len(found(encoded)) == len(KEYS) - 1


def test_what_is_stored_is_not_changed_and_strangers_are_ignored(encoded: Store) -> None:
    before = found(encoded)
    encoded.embeddings.save(dict.fromkeys([KEYS[0], "0" * 64], np.ones(3)), FAKE_CLIP)
    assert found(encoded) == before


def test_an_image_that_is_removed_takes_its_vector_along(encoded: Store) -> None:
    state = encoded.embeddings.state(FAKE_CLIP)
    encoded.image_path(KEYS[0]).unlink()
    encoded.check(ALL)
    assert set(found(encoded)) == set(KEYS[1:-1])
    assert encoded.embeddings.state(FAKE_CLIP) != state


def test_a_rebuilt_index_keeps_the_vectors_that_can_be_read(encoded: Store, cache: Path) -> None:
    before = found(encoded)
    encoded.close()
    (cache / "index.damaged").touch()
    with closing(Store.open(cache)) as store:
        assert store.notices
        assert found(store) == before


def test_without_an_index_they_are_to_be_computed_anew(encoded: Store, cache: Path) -> None:
    encoded.close()
    for path in cache.glob("index.sqlite3*"):
        path.unlink()
    with closing(Store.open(cache)) as store:
        assert found(store) == {}
        assert store.embeddings.lacking(KEYS, FAKE_CLIP) == set(KEYS)


def test_no_vectors_are_an_empty_table() -> None:
    assert numbers([]).shape == (0, 0)
