"""Generates with the stand-ins into the cache folder given, as another process would."""

import sys
from pathlib import Path

import numpy as np

from explorer.models.requests import Image, ImageRequest
from explorer.perception.axes import load_axes
from explorer.store.index import Store
from explorer.words.prompts import Prompt
from tests.fakes import FakeClassifier, FakeGenerator, fake_card


def requests(count: int, name: str = "fake-a") -> tuple[ImageRequest, ...]:
    """Return so many requests for images of authors."""
    spec = fake_card(name).spec
    return tuple(ImageRequest(spec, Prompt("author", "honest"), index) for index in range(count))


def is_filtered(request: ImageRequest) -> bool:
    """Withhold every tenth image."""
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
    missing = store.missing(requests(count))
    print("ready", flush=True)  # noqa: T201 - the test waits for this line
    for start in range(0, len(missing), 5):
        images = list(generator().generate(missing[start : start + 5]))
        store.save(images)
        shown = [image for image in images if image.filtered is None]
        store.save_perceptions(FakeClassifier().classify_all(shown, load_axes()))
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
