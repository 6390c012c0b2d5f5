"""The pool holds what is encoded, and is read anew when that changes."""

from dataclasses import replace

import numpy as np
import pytest

from explorer.errors import InvalidData, UnknownName
from explorer.likeness.clusters import clusters
from explorer.likeness.nearest import nearest
from explorer.likeness.pool import Pool, kept, pool
from explorer.models.requests import ImageRequest
from explorer.store.index import Store
from explorer.words.prompts import Prompt
from tests.fakes import FAKE_CLIP, digits, fake_card
from tests.likeness.conftest import STUDY, Generated


def test_the_pool_has_every_image_that_is_shown(store: Store, generated: Generated) -> None:
    generated(STUDY)
    found = pool(STUDY, store)
    asked = {one for card in STUDY.models for one in STUDY.requests(card) if one.replicate < 5}
    assert set(found.images) == asked
    assert [one.key for one in found.images] == [
        ImageRequest(one.model, one.prompt, one.replicate).key for one in found.images
    ]
    colours = np.array([digits(one) for one in found.images]) + 1
    expected = colours / np.linalg.norm(colours, axis=1, keepdims=True)
    assert found.vectors == pytest.approx(expected, abs=1e-3)


def test_the_pool_follows_the_store(store: Store, generated: Generated) -> None:
    one = replace(STUDY, professions=("author",))
    generated(one)
    before = pool(STUDY, store)
    assert pool(STUDY, store) is before
    generated(STUDY)
    assert len(pool(STUDY, store).images) == 2 * len(before.images)


def test_clusters_stay_as_they_are_while_other_images_are_encoded(
    store: Store, generated: Generated
) -> None:
    one = replace(STUDY, professions=("author",))
    generated(one)
    before = clusters(pool(one, store))
    generated(STUDY)
    assert clusters(pool(one, store)) is before


def test_what_is_kept_of_small_pools_outlives_large_ones() -> None:
    made: list[int] = []

    @kept
    def size(of: Pool) -> int:
        made.append(of.size)
        return of.size

    image = STUDY.requests(STUDY.models[0])[0]
    small, *large = (
        Pool(FAKE_CLIP, (image,) * images, np.zeros((0, 0), np.float32))
        for images in (2, 2000, 2001, 2002)
    )
    for one in (small, *large, small, large[0]):
        assert size(one) == one.size
    assert made == [2, 2000, 2001, 2002, 2000]


def test_a_store_without_embeddings_has_an_empty_pool(store: Store) -> None:
    assert pool(STUDY, store).images == ()


def test_embeddings_of_different_classifiers_are_never_mixed(store: Store) -> None:
    mixed = replace(STUDY, models=(fake_card("fake-a"), fake_card("b", classifier="other-clip")))
    with pytest.raises(InvalidData, match=r"'fake-clip' \('fake-a'\) and 'other-clip' \('b'\)"):
        pool(mixed, store)


def test_an_image_is_found_by_the_first_digits_of_its_key(
    store: Store, generated: Generated
) -> None:
    generated(STUDY)
    found = pool(STUDY, store)
    assert found.place(found.images[7].key[:12]) == 7
    for key in ("", found.images[0].key[:7], "0123456789"):
        with pytest.raises(UnknownName, match="Give at least 8 digits"):
            found.place(key)


def circle(degrees: list[float]) -> Pool:
    """Return a pool of directions in a plane."""
    angles = np.radians(degrees)
    spec = fake_card().spec
    images = tuple(ImageRequest(spec, Prompt("author"), place) for place in range(len(degrees)))
    vectors = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    return Pool(FAKE_CLIP, images, vectors)


def test_the_nearest_come_first_and_the_image_itself_never() -> None:
    found = nearest(circle([0, 90, 10, 60, 0, 30]), 0, 4)
    assert [near.image.replicate for near in found] == [4, 2, 5, 3]
    assert [near.distance for near in found] == pytest.approx(
        [0, *(1 - np.cos(np.radians([10, 30, 60])))], abs=1e-6
    )


def test_no_more_are_returned_than_there_are() -> None:
    assert len(nearest(circle([0, 10, 20]), 1, 24)) == 2
    assert nearest(circle([0]), 0, 24) == ()
