"""How long the server takes for a grid of 900 images, beside gr.Gallery with the same files.

    python -m benchmarks.grid [--images 43] [--repeats 7]

A store is filled by this script: the author with each of the twenty adjectives and without one, as
many images of each as asked for, with made-up answers. Gradio then answers two events in turns,
from the call of the function to the JSON that it would send: Explore, with its finding, filters,
charts and 21 rows, and a gr.Gallery of the same thumbnails with their names as captions. Both are
asked once before anything is measured; of the rest, the medians and their ratio are printed. What
the network adds is the same for both and not measured.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import gradio as gr
import numpy as np
import orjson
from gradio.events import Dependency
from gradio.state_holder import SessionState

from benchmarks.scale import desk_of
from explorer.findings.findings import Findings
from explorer.models.catalog import find_model
from explorer.models.requests import Image
from explorer.page import explore
from explorer.page.choice import EXPLORE, study
from explorer.perception.axes import Perception
from explorer.store.index import Store
from explorer.study import Study

PIXELS = 96
ABSTAINED = 0.06


def main() -> None:
    """Fill a store, measure and print."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder))
        choice = replace(EXPLORE, images=arguments.images)
        made = study(choice, find_model, "cpu")
        _fill(store, made)
        desk = desk_of(store)
        paths = _thumbnails(store, made)

        def ours() -> str:
            return explore.show(desk, choice, Findings(made, store))

        seconds = _measure(ours, lambda: paths, arguments.repeats)
        inside = [_timed(ours) for _ in range(arguments.repeats)]
        store.close()
    grid, gallery = map(statistics.median, seconds)
    _print(
        f"{made.size} images, {len(made.prompts)} rows: making the HTML", statistics.median(inside)
    )
    _print("the event of the grid", grid)
    _print("the event of gr.Gallery with the same files", gallery)
    print(f"{'gr.Gallery takes longer by a factor of':58}{gallery / grid:9.1f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the grid beside gr.Gallery.")
    parser.add_argument("--images", type=int, default=43, help="images of each of 21 prompts")
    parser.add_argument("--repeats", type=int, default=7, help="times that each is measured")
    return parser.parse_args()


def _fill(store: Store, made: Study) -> None:
    pixels = np.random.default_rng(1)
    (card,) = made.models
    requests = made.requests(card)
    blocks = pixels.integers(0, 256, (len(requests), 8, 8, 3), dtype=np.uint8)
    large = np.ones((PIXELS // 8, PIXELS // 8, 1), dtype=np.uint8)
    store.save(
        [Image(one, np.kron(small, large)) for one, small in zip(requests, blocks, strict=True)]
    )
    rng = random.Random(1)  # noqa: S311 - no secrets here
    for axis, instrument in zip(made.axes, made.instruments(card).values(), strict=True):
        store.save_perceptions(
            Perception(
                image_key=request.key,
                axis=axis.name,
                instrument=instrument,
                label=None if rng.random() < ABSTAINED else rng.choice(axis.labels),
                reason=None,
                scores=tuple(rng.random() for _ in axis.labels),
            )
            for request in requests
        )


def _thumbnails(store: Store, made: Study) -> list[tuple[str, str]]:
    return [
        (str(store.thumbnail_path(one.key)), f"{one.prompt.text}, {one.replicate + 1}")
        for one in made.requests(made.models[0])
    ]


def _measure(
    grid: Callable[[], object], gallery: Callable[[], object], repeats: int
) -> tuple[list[float], list[float]]:
    """Return the seconds of the server for each event of the two, asked in turns."""
    with gr.Blocks() as page:
        events = [
            gr.Button().click(grid, None, gr.HTML()),
            gr.Button().click(gallery, None, gr.Gallery()),
        ]

    async def turns() -> list[list[float]]:
        # What follows the first turn is measured: it loads libraries.
        return [[await _answered(page, one) for one in events] for _ in range(repeats + 1)][1:]

    grids, galleries = zip(*asyncio.run(turns()), strict=True)
    return list(grids), list(galleries)


async def _answered(page: gr.Blocks, event: Dependency) -> float:
    """Return the seconds until the answer to an event can be sent."""
    start = time.perf_counter()
    answer = await page.process_api(event["id"], [], SessionState(page))
    orjson.dumps(answer["data"], default=str)
    return time.perf_counter() - start


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _print(what: str, seconds: float) -> None:
    print(f"{what:58}{seconds * 1000:9.0f} ms")


if __name__ == "__main__":
    main()
