"""How long findings take over ten thousand, a hundred thousand and a million stored images.

    python -m benchmarks.scale [--images 10000 100000 1000000]

Each store is filled by this script with rows that a run would have written: two bundled models, all
150 professions, none and all twenty adjectives, and as many replicates as make about so many
images, some of them filtered, abstained from or not classified yet. Only the images that Explore
shows have files, of one pixel. What is timed is what a visitor waits for, the second time in a
process: seconds of the server, and in the end the memory it took at most.

Two ways of counting stand side by side: the counts that the index keeps, and the same counts by
SQLite's own aggregate over the rows, which is how images beyond a study's number are told apart.
"""

import argparse
import io
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image as Pillow

from explorer import settings as settings_of_this_machine
from explorer.findings.counts import count
from explorer.findings.findings import Findings
from explorer.models.catalog import find_model, known_models
from explorer.models.requests import ImageRequest
from explorer.page import compare, explore, gaps
from explorer.page.choice import ALL, COMPARE, EXPLORE, GAPS, Choice, study
from explorer.page.desk import Desk
from explorer.page.pace import Pace
from explorer.page.view import Show
from explorer.store.index import Store
from explorer.store.opening import INDEX
from explorer.study import Study, count_missing, count_unclassified

SIZES = (10_000, 100_000, 1_000_000)
CHOICE = Choice(("emoji-skewed", "emoji-even"), (ALL,))
PROMPTS = 150 * 21 * 2
FILTERED, ABSTAINED, UNCLASSIFIED = 0.02, 0.06, 0.001
ROWS_AT_ONCE = 50_000


def main() -> None:
    """Fill a store of each size, measure and print."""
    parser = argparse.ArgumentParser(description="Measure findings over many stored images.")
    parser.add_argument("--images", type=int, nargs="+", default=list(SIZES), help="store sizes")
    for images in parser.parse_args().images:
        with tempfile.TemporaryDirectory() as folder:
            _measure(Path(folder), max(1, round(images / PROMPTS)))


def _measure(root: Path, replicates: int) -> None:
    made = study(replace(CHOICE, images=replicates), find_model, "cpu")
    store = Store.open(root)
    seconds = _timed(lambda: fill(store, made))
    print(f"\n{store.size().images:,} images, {replicates} of each prompt")
    _tell("filled by this script in", seconds)
    one = replace(made, models=made.models[:1])
    for name, work in _work(store, one, made):
        work()
        _tell(name, _timed(work))
    _tell_counting(store, made)
    store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {'peak memory of the process':58} {peak:8.0f} MiB", flush=True)


def _work(store: Store, one: Study, both: Study) -> "Iterator[tuple[str, Callable[[], object]]]":
    yield "counts of both models", lambda: _count(store, both)
    for models, asked in (("one model", one), ("both models", both)):
        yield f"corrected tallies of 150 professions, {models}", _found(asked, store)
    yield "missing of the full study", lambda: count_missing(both, store)
    yield "not classified of the full study", lambda: count_unclassified(both, store)
    desk = desk_of(store)
    for name, show, choice in (
        ("the view of all professions (Gaps)", gaps.show, GAPS),
        ("the view of all professions of two models (Compare)", compare.show, COMPARE),
        ("Explore of one profession", explore.show, EXPLORE),
    ):
        words = EXPLORE.professions if choice is EXPLORE else (ALL,)
        yield name, _view(desk, show, replace(choice, professions=words, images=one.images))


def _found(asked: Study, store: Store) -> Callable[[], object]:
    return lambda: Findings(asked, store).found("profession")


def _view(desk: Desk, show: Show, choice: Choice) -> Callable[[], object]:
    made = study(choice, find_model, "cpu")
    return lambda: show(desk, choice, Findings(made, desk.store))


def _tell_counting(store: Store, made: Study) -> None:
    """Set the kept counts beside the aggregate, which counts the same images row by row."""
    kept = _timed(lambda: _count(store, made))
    if made.images > 1:
        fewer = replace(made, images=made.images - 1)
        rows = _timed(lambda: _count(store, fewer))
        _tell("counts by SQLite's aggregate, of one replicate less", rows)
        print(f"  {'counting row by row takes longer by a factor of':58} {rows / kept:8.1f}")


def _count(store: Store, made: Study) -> None:
    for card in made.models:
        count(made, store, card)


def fill(store: Store, made: Study) -> None:
    """Write what a run of a study would have written, but for most of its files."""
    rng = random.Random(1)  # noqa: S311 - no secrets here
    connection = sqlite3.connect(store.root / INDEX)
    insert = _Insert(connection)
    pixel = _pixel()
    for card in made.models:
        instruments = [
            (insert.instrument(axis.name, str(who)), axis.labels)
            for axis, who in zip(made.axes, made.instruments(card).values(), strict=True)
        ]
        model = insert.row("INSERT INTO models (identity) VALUES (?)", card.spec.identity)
        for prompt in made.prompts:
            words = (prompt.profession, prompt.adjective, prompt.template)
            number = insert.row(
                "INSERT INTO prompts (model, text, profession, adjective, template) "
                "VALUES (?, ?, ?, ?, ?)",
                *(model, prompt.text, *words),
            )
            for replicate in range(made.images):
                request = ImageRequest(card.spec, prompt, replicate)
                _image(insert, request, number, instruments, rng, len(pixel))
                if prompt.profession in EXPLORE.professions:
                    _write(store, request.key, pixel)
        insert.flush()
    connection.commit()
    connection.close()


@dataclass
class _Insert:
    """Collects rows and writes many at once."""

    connection: sqlite3.Connection

    def __post_init__(self) -> None:
        self._number = 0
        self._images: list[tuple[object, ...]] = []
        self._answers: list[tuple[object, ...]] = []

    def row(self, statement: str, *values: object) -> int:
        return int(self.connection.execute(statement, values).lastrowid or 0)

    def instrument(self, axis: str, name: str) -> int:
        self.connection.execute(
            "INSERT OR IGNORE INTO instruments (axis, name) VALUES (?, ?)", (axis, name)
        )
        query = "SELECT id FROM instruments WHERE axis = ? AND name = ?"
        return int(self.connection.execute(query, (axis, name)).fetchone()[0])

    def image(self, *values: object) -> int:
        self._number += 1
        self._images.append((self._number, *values))
        if len(self._images) >= ROWS_AT_ONCE:
            self.flush()
        return self._number

    def answer(self, *values: object) -> None:
        self._answers.append(values)

    def flush(self) -> None:
        self.connection.executemany(
            "INSERT INTO images VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", self._images
        )
        self.connection.executemany("INSERT INTO perceptions VALUES (?, ?, ?, ?, ?)", self._answers)
        self._images.clear()
        self._answers.clear()


def _image(
    insert: _Insert,
    request: ImageRequest,
    prompt: int,
    instruments: list[tuple[int, tuple[str, ...]]],
    rng: random.Random,
    size: int,
) -> None:
    filtered = "safety filter" if rng.random() < FILTERED else None
    stored = (None, None) if filtered else ("0" * 64, size)
    image = insert.image(request.key, prompt, request.replicate, filtered, *stored)
    if filtered or rng.random() < UNCLASSIFIED:
        return
    for instrument, labels in instruments:
        label = None if rng.random() < ABSTAINED else rng.choice(labels)
        scores = "[" + ", ".join(f"{rng.random():.16f}" for _ in labels) + "]"
        insert.answer(image, instrument, label, None if label else "unsure", scores)


def _write(store: Store, key: str, pixel: bytes) -> None:
    for path in (store.image_path(key), store.thumbnail_path(key)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pixel)


def _pixel() -> bytes:
    stream = io.BytesIO()
    Pillow.new("RGB", (1, 1)).save(stream, "WEBP", lossless=True)
    return stream.getvalue()


def desk_of(store: Store) -> Desk:
    """Return a desk that only shows what a store holds."""
    settings = replace(settings_of_this_machine.load(), device="cpu")

    def nobody(_: object) -> object:
        sys.exit("Nothing is generated or classified here.")

    return Desk(
        settings=settings,
        store=store,
        models=known_models("cpu"),
        find_model=find_model,
        generators=nobody,  # type: ignore[arg-type]
        classifiers=nobody,  # type: ignore[arg-type]
        pace=Pace("cpu"),
    )


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _tell(what: str, seconds: float) -> None:
    print(f"  {what:58} {seconds:8.2f} s", flush=True)


if __name__ == "__main__":
    main()
