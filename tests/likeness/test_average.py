"""Averages of images: aligned by the eyes where they are found, and counted."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from explorer.likeness import average as module
from explorer.likeness.average import average
from explorer.models.requests import Image, ImageRequest
from explorer.store.index import Store
from explorer.words.prompts import Prompt
from tests.fakes import fake_card

pytestmark = pytest.mark.usefixtures("no_yunet")

Pixels = NDArray[np.uint8]


@pytest.fixture
def astronaut() -> Pixels:
    """Return NASA's portrait of Eileen Collins, which scikit-image brings along."""
    import skimage.data

    photograph: Pixels = skimage.data.astronaut()
    return np.ascontiguousarray(photograph[:256, 96:352])


def kept(store: Store, *images: Pixels | None) -> tuple[str, ...]:
    """Store images, None for a filtered one, and return their keys."""
    requests = [
        ImageRequest(fake_card(size_px=256).spec, Prompt("author"), place)
        for place in range(len(images))
    ]
    store.save(
        Image(request, pixels, None if pixels is not None else "safety filter")
        for request, pixels in zip(requests, images, strict=True)
    )
    return tuple(request.key for request in requests)


def plain(value: int, size: int = 64) -> Pixels:
    return np.full((size, size, 3), value, dtype=np.uint8)


def pixels(webp: bytes) -> NDArray[np.float64]:
    return np.asarray(Pillow.open(io.BytesIO(webp)), dtype=float)


def test_an_average_is_the_mean_of_each_pixel(store: Store) -> None:
    found = average(store, kept(store, plain(0), plain(60), plain(240)), None)
    assert found is not None
    assert pixels(found.webp) == pytest.approx(100, abs=2)
    assert (found.aligned, found.as_they_are) == (0, 3)


def test_faces_that_lie_apart_are_moved_upon_each_other(store: Store, astronaut: Pixels) -> None:
    shifted = np.roll(astronaut, (12, 16), axis=(0, 1))
    keys = kept(store, astronaut, shifted)
    aligned, as_they_are = average(store, keys, "Haar"), average(store, keys, None)
    assert aligned is not None
    assert as_they_are is not None
    assert (aligned.aligned, aligned.as_they_are) == (2, 0)
    # Where the faces lie upon each other, half way between both, edges stay sharp.
    face = np.roll(astronaut, (6, 8), axis=(0, 1))[80:150, 90:170].astype(float)
    errors = [
        np.abs(pixels(one.webp)[80:150, 90:170] - face).mean() for one in (aligned, as_they_are)
    ]
    assert errors[0] < errors[1] / 3


def test_images_without_a_face_are_averaged_as_they_are_and_counted(
    store: Store, astronaut: Pixels
) -> None:
    found = average(store, kept(store, astronaut, plain(90, 256)), "Haar")
    assert found is not None
    assert (found.aligned, found.as_they_are) == (1, 1)


def test_images_of_other_sizes_are_scaled_to_the_first(store: Store) -> None:
    found = average(store, kept(store, plain(0, 64), plain(200, 128)), None)
    assert found is not None
    assert pixels(found.webp).shape == (64, 64, 3)
    assert pixels(found.webp) == pytest.approx(100, abs=2)


def test_a_filtered_or_lost_image_is_left_out(store: Store) -> None:
    keys = kept(store, plain(100), None, plain(0))
    store.image_path(keys[2]).unlink()
    found = average(store, (*keys, "0" * 64), None)
    assert found is not None
    assert found.as_they_are == 1
    assert average(store, keys[1:], None) is None


def test_of_many_images_the_first_are_averaged(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROOM", 2)
    found = average(store, kept(store, plain(0), plain(100), plain(250)), None)
    assert found is not None
    assert pixels(found.webp) == pytest.approx(50, abs=2)


def test_an_average_is_made_once(store: Store) -> None:
    keys = kept(store, plain(0))
    assert average(store, keys, None) is average(store, keys, None)
