"""Clusters of images are the same each time, and say what fills them."""

from collections import Counter

import numpy as np
import pytest

from explorer.errors import OutOfRange
from explorer.likeness import clusters as module
from explorer.likeness.clusters import clusters
from explorer.likeness.pool import Pool
from explorer.models.requests import ImageRequest
from explorer.words.prompts import Prompt
from tests.fakes import FAKE_CLIP, fake_card

SPECS = [fake_card("fake-a").spec, fake_card("fake-b").spec]


def groups(sizes: list[int], spread: float = 0.1) -> Pool:
    """Return a pool with a profession for each group, drawn by two models in turn."""
    rng = np.random.default_rng(0)
    rows, images = [], []
    for group, size in enumerate(sizes):
        for place in range(size):
            adjective = "honest" if place % 3 == 0 else None
            rows.append(np.eye(8)[group] + spread * rng.standard_normal(8))
            prompt = Prompt(f"profession {group}", adjective)
            images.append(ImageRequest(SPECS[place % 2], prompt, place))
    table = np.array(rows).reshape(-1, 8)
    vectors = table / np.linalg.norm(table, axis=1, keepdims=True)
    return Pool(FAKE_CLIP, tuple(images), vectors.astype(np.float32))


def test_clear_groups_are_found_and_say_what_fills_them() -> None:
    found = clusters(groups([40, 30, 20]))
    assert found.chosen
    assert [one.professions for one in found.clusters] == [
        Counter({"profession 0": 40}),
        Counter({"profession 1": 30}),
        Counter({"profession 2": 20}),
    ]
    assert found.clusters[0].models == Counter({"fake-a": 20, "fake-b": 20})
    assert found.clusters[1].adjectives == Counter({None: 20, "honest": 10})
    assert found.silhouette is not None
    assert found.silhouette > 0.8
    assert found.among == 90


def test_the_same_images_make_the_same_clusters() -> None:
    assert clusters(groups([30, 30], 0.6)) == clusters(groups([30, 30], 0.6))


def test_the_images_nearest_to_the_middle_come_first() -> None:
    pool = groups([40, 40])
    (one, _other) = clusters(pool, 2).clusters
    places = {image: place for place, image in enumerate(pool.images)}
    rows = pool.vectors[[places[image] for image in one.images]]
    cosines = rows @ rows.mean(axis=0)
    assert list(cosines) == sorted(cosines, reverse=True)


def test_a_number_of_clusters_can_be_asked_for() -> None:
    found = clusters(groups([40, 30]), 5)
    assert (len(found.clusters), found.chosen) == (5, False)
    one = clusters(groups([40, 30]), 1)
    assert (len(one.clusters), one.silhouette) == (1, None)


@pytest.mark.parametrize("number", [0, 25, 71])
def test_a_number_that_is_impossible_is_refused_with_the_limits(number: int) -> None:
    with pytest.raises(OutOfRange, match=f"is {number}. Give one from 1 to 24"):
        clusters(groups([40, 31]), number)


def test_few_images_are_one_cluster_and_none_are_none() -> None:
    assert len(clusters(groups([9, 9])).clusters) == 1
    assert clusters(groups([])).clusters == ()


def test_of_too_many_images_some_are_drawn_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ROOM", 60)
    found = clusters(groups([100, 100]))
    assert sum(len(one.images) for one in found.clusters) == 60
    assert found.among == 200
