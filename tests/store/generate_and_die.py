"""Generates with the stand-ins into the cache folder given, as another process would."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from explorer.models.requests import Asked, Image, ImageRequest
from explorer.perception.axes import load_axes
from explorer.perception.instruments import Instrument
from explorer.store.index import Store
from explorer.words.prompts import Prompt
from tests.fakes import FAKE_CLIP, FakeClassifier, FakeGenerator, fake_card

INSTRUMENTS = {axis.name: Instrument.of(FAKE_CLIP, axis) for axis in load_axes()}


def requests(count: int, name: str = "fake-a") -> tuple[ImageRequest, ...]:
    """Return so many requests for images of authors."""
    spec = fake_card(name).spec
    return tuple(ImageRequest(spec, Prompt("author", "honest"), index) for index in range(count))


def missing(store: Store, asked: Sequence[ImageRequest]) -> tuple[ImageRequest, ...]:
    """Return the requests that a run would still generate, all of one model, in order."""
    texts = tuple(dict.fromkeys(request.prompt.text for request in asked))
    replicates = 1 + max(request.replicate for request in asked)
    wanted = Asked(asked[0].model, texts, replicates)
    store.check(wanted)
    there = store.replicates(wanted)
    return tuple(one for one in asked if (one.prompt.text, one.replicate) not in there)


def is_filtered(request: ImageRequest) -> bool:
    """Filter every tenth image."""
    return request.replicate % 10 == 3


def generator() -> FakeGenerator:
    """Return the stand-in that every process generates with."""
    return FakeGenerator(filtered=is_filtered)


def same(one: Image, other: Image) -> bool:
    """Compare two images pixel for pixel, or the reasons why there are none."""
    if one.pixels is None or other.pixels is None:
        return one == other
    return one.request == other.request and np.array_equal(one.pixels, other.pixels)


def main(root: Path, count: int) -> None:
    """Generate and classify what is missing, five at a time, and say when it starts."""
    store = Store.open(root)
    to_generate = missing(store, requests(count))
    print("ready", flush=True)  # noqa: T201 - the test waits for this line
    for start in range(0, len(to_generate), 5):
        images = list(generator().generate(to_generate[start : start + 5]))
        store.save(images)
        shown = [image for image in images if image.filtered is None]
        store.save_perceptions(FakeClassifier().classify_all(shown, load_axes()))
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
