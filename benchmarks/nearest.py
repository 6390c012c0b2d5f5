"""How long it takes to find the nearest images, and clusters, among tens of thousands.

    python -m benchmarks.nearest [--images 30000] [--widths 512 768]

Embeddings are drawn at random and stored as a run would store them. What is timed: reading them all
from the index, which happens once after each change of it; the nearest 24 of one image among all,
by one product of a matrix and a vector; and the clusters, of which a few thousand are drawn.
"""

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from explorer.likeness.clusters import clusters
from explorer.likeness.encoding import encoder_of
from explorer.likeness.nearest import nearest
from explorer.likeness.pool import pool
from explorer.models.catalog import find_model
from explorer.models.requests import ImageRequest
from explorer.store.index import Store
from explorer.store.opening import INDEX
from explorer.study import Study
from explorer.words.vocabulary import load_adjectives, load_professions

_T = TypeVar("_T")
NEAREST = 24
ASKED = 200


def main() -> None:
    """Fill a store for each width, measure and print."""
    parser = argparse.ArgumentParser(description="Measure the search for the nearest images.")
    parser.add_argument("--images", type=int, default=30_000, help="number of stored images")
    parser.add_argument("--widths", type=int, nargs="+", default=[512, 768], help="of embeddings")
    given = parser.parse_args()
    for width in given.widths:
        with tempfile.TemporaryDirectory() as folder, closing(Store.open(Path(folder))) as store:
            made = _study(given.images)
            _fill(store, made, given.images, width)
            _measure(store, made, width)


def _study(images: int) -> Study:
    words = (None, *(one.word for one in load_adjectives()))
    professions = tuple(one.name for one in load_professions())
    replicates = -(-images // (len(words) * len(professions)))
    return Study((find_model("emoji-skewed", "cpu"),), professions, words, replicates)


def _fill(store: Store, made: Study, images: int, width: int) -> None:
    (card,) = made.models
    rng = np.random.default_rng(0)
    with closing(sqlite3.connect(store.root / INDEX)) as connection, connection:
        connection.execute("INSERT INTO models VALUES (1, ?)", (card.spec.identity,))
        connection.execute("INSERT INTO encoders VALUES (1, ?)", (str(encoder_of(made, card)),))
        for number, prompt in enumerate(made.prompts, start=1):
            row = (number, 1, prompt.text, prompt.profession, prompt.adjective, prompt.template)
            connection.execute("INSERT INTO prompts VALUES (?, ?, ?, ?, ?, ?)", row)
            for replicate in range(made.images):
                image = (number - 1) * made.images + replicate + 1
                if image > images:
                    return
                key = ImageRequest(card.spec, prompt, replicate).key
                connection.execute(
                    "INSERT INTO images VALUES (?, ?, ?, ?, NULL, '0', 1, NULL)",
                    (image, key, number, replicate),
                )
                vector = rng.standard_normal(width).astype("<f2").tobytes()
                connection.execute("INSERT INTO embeddings VALUES (1, ?, ?)", (image, vector))


def _measure(store: Store, made: Study, width: int) -> None:
    read, images = _timed(lambda: pool(made, store))
    print(f"\n{len(images.images):,} images, embeddings of {width} numbers")
    _tell("all embeddings read from the index, after a change", read)
    again, _images = _timed(lambda: pool(made, store))
    _tell("the same once more", again)
    rng = np.random.default_rng(1)
    places = rng.integers(0, len(images.images), ASKED)
    seconds = sorted(_timed(partial(nearest, images, int(at), NEAREST))[0] for at in places)
    _tell(f"the nearest {NEAREST}, median of {ASKED}", seconds[ASKED // 2])
    _tell(f"the nearest {NEAREST}, 95% of {ASKED} within", seconds[int(0.95 * ASKED)])
    _tell("clusters, number chosen", _timed(lambda: clusters(images))[0])


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def _tell(what: str, seconds: float) -> None:
    print(f"  {what:54} {1_000 * seconds:9.1f} ms", flush=True)


if __name__ == "__main__":
    main()
