import io
import json
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from explorer.errors import StoreCorrupt
from explorer.models.backends import Hosted, Imported, Settings
from explorer.models.requests import ImageRequest
from explorer.store import webp
from explorer.words.prompts import Prompt
from tests.fakes import fake_card
from tests.store.strange_files import strange

REQUEST = ImageRequest(fake_card().spec, Prompt("café <b>owner</b>", "naïve"), 3)
SHAPES = st.tuples(st.integers(1, 32), st.integers(1, 32), st.just(3))
STRANGE = strange(REQUEST)


@hypothesis_settings(max_examples=50)
@given(arrays.arrays(np.uint8, SHAPES))
def test_any_pixels_come_back_exactly(pixels: np.ndarray) -> None:
    assert np.array_equal(webp.decode(webp.encode(REQUEST, pixels), REQUEST.key), pixels)


def test_an_image_tells_its_request_and_checksum() -> None:
    pixels = np.zeros((8, 8, 3), dtype=np.uint8)
    told = webp.describe(webp.encode(REQUEST, pixels), REQUEST.key)
    assert told == webp.Description(REQUEST, webp.digest(pixels))
    assert told.request.key == REQUEST.key


def test_an_image_tells_the_prompt_that_a_service_used() -> None:
    pixels = np.zeros((8, 8, 3), dtype=np.uint8)
    told = webp.describe(webp.encode(REQUEST, pixels, "Ein naïver Autor."), REQUEST.key)
    assert told.revised == "Ein naïver Autor."


def test_the_checksum_tells_shapes_apart() -> None:
    wide, tall = (np.zeros(shape, dtype=np.uint8) for shape in ((2, 4, 3), (4, 2, 3)))
    assert webp.digest(wide) != webp.digest(tall)


def test_an_encoder_that_changes_pixels_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webp, "_LOSSLESS", {"quality": 10})
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    with pytest.raises(StoreCorrupt, match=r"was encoded with loss\. Generate it again"):
        webp.encode(REQUEST, noise)


@pytest.mark.parametrize(
    ("size", "expected"), [((96, 96), (96, 96)), ((512, 512), (160, 160)), ((512, 256), (160, 80))]
)
def test_a_thumbnail_is_at_most_160_px_and_never_enlarged(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    data = webp.thumbnail(np.zeros((size[1], size[0], 3), dtype=np.uint8))
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == expected
        assert image.format == "WEBP"


@pytest.mark.parametrize("kind", STRANGE)
def test_other_images_are_not_taken_for_ours(kind: str) -> None:
    with pytest.raises(StoreCorrupt):
        webp.describe(STRANGE[kind], REQUEST.key)


@pytest.mark.parametrize("kind", ["a bomb", "half a bomb", "larger than requested"])
def test_no_more_pixels_are_decoded_than_were_requested(kind: str) -> None:
    assert len(STRANGE[kind]) < 1000
    tracemalloc.start()
    with pytest.raises(StoreCorrupt):
        webp.decode(STRANGE[kind], REQUEST.key)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"model": {}, "prompt": {}, "replicate": 0}'])
def test_text_that_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(StoreCorrupt, match="is not a request for an image"):
        webp.read_request(text)


@pytest.mark.parametrize(
    "settings",
    [REQUEST.model.settings, Hosted(1024, 768), Hosted(1024, 768, "high"), Imported()],
    ids=lambda settings: settings.backend,
)
def test_a_request_of_any_backend_survives_being_written_down(settings: Settings) -> None:
    request = replace(REQUEST, model=replace(REQUEST.model, settings=settings))
    again = webp.read_request(webp.request_text(request))
    assert again == request
    assert again.key == request.key
    pixels = np.zeros((8, 8, 3), dtype=np.uint8)
    assert webp.describe(webp.encode(request, pixels), request.key).request == request


def test_a_request_of_an_unknown_backend_is_refused() -> None:
    told = json.loads(webp.request_text(REQUEST))
    told["model"]["backend"] = "oven"
    with pytest.raises(StoreCorrupt, match="is not a request for an image"):
        webp.read_request(json.dumps(told))
