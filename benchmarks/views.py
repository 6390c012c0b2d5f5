"""How long each view takes to its first line over 28,350 stored images of each of two models.

    python -m benchmarks.views [--images 9] [--repeats 5]

The store is filled as in `benchmarks.scale`: all 150 professions, none and all twenty adjectives,
so many images of each. A server of its own shows them, and each view is opened as a browser opens
it, every time under another address, of which nothing is kept. Printed are medians of the seconds
from the click: until the page with its fields is there, until the first line, and until the view
is complete; beside them are the seconds of a processor that the server took, which depend less on
what else the machine does. Its load stands at the end, 1 for each processor that is asked for.
"""

import argparse
import os
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import httpx2

from benchmarks.scale import CHOICE, fill
from benchmarks.served import Server, open_page, served
from explorer.models.catalog import find_model
from explorer.page.choice import IMAGES, study
from explorer.store.index import Store

PATIENCE_SECONDS = 600
ENOUGH_SECONDS = 0.5
ALL = "profession=all&adjectives=all"
VIEWS = {
    "Overview": "/?tab=professions",
    "Overview, images against people": "/?tab=cloud",
    "Overview, skin tones": "/?tab=tones",
    "Overview, adjectives": "/?tab=adjectives",
    "Overview, models compared": "/?tab=models",
    "Explore, no adjective": "/explore?profession=author&adjectives=none",
    "Explore, all adjectives": "/explore?profession=author",
    "Explore, average face": "/explore?profession=author&tab=average",
    "Explore, neighbours": "/explore?profession=author&tab=neighbours",
    "Explore, statistics": "/explore?profession=author&tab=statistics",
    "Compare, one profession": "/compare?profession=author",
    "Compare, one profession, statistics": "/compare?profession=author&tab=statistics",
    "Compare, all professions": f"/compare?{ALL}",
    "Compare, all professions, statistics": f"/compare?{ALL}&tab=statistics",
    "Gaps, all professions": f"/gaps?{ALL}",
    "Pronouns": "/pronouns?",
    "Report": "/report?model=emoji-skewed&profession=author",
    "Report of two models": "/report?model=emoji-skewed&against=emoji-even&profession=author",
    "Models": "/models?",
    "Footprint": "/footprint?",
    "Method": "/method?",
}


def main() -> None:
    """Fill a store, open every view and print."""
    parser = argparse.ArgumentParser(description="Measure every view of many stored images.")
    parser.add_argument("--images", type=int, default=IMAGES, help="images of each prompt")
    parser.add_argument("--repeats", type=int, default=5, help="times that each view is opened")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        stored = _fill(Path(folder), given.images)
        print(f"{stored:,} images    seconds until: page, first line, complete; of a processor")
        with served(Path(folder)) as server:
            late = [name for name in VIEWS if _tell(server, name, given.repeats) > ENOUGH_SECONDS]
    print(f"{len(late)} of {len(VIEWS)} views take longer than {ENOUGH_SECONDS} s to a first line")
    print(f"load of the machine {os.getloadavg()[0]:.1f}, with {os.cpu_count()} processors")


def _fill(folder: Path, images: int) -> int:
    store = Store.open(folder)
    fill(store, study(replace(CHOICE, images=images), find_model, "cpu"))
    stored = store.size().images
    store.close()
    return stored


def _tell(server: Server, name: str, repeats: int) -> float:
    """Print the medians of one view, and return that of its first line."""
    # The first time in a process, libraries are loaded.
    times = [_opened(server, f"{VIEWS[name]}&time={number}") for number in range(repeats + 1)][1:]
    medians: list[float] = [statistics.median(each) for each in zip(*times, strict=True)]
    print(f"  {name:42}" + "".join(f"{seconds:8.2f}" for seconds in medians), flush=True)
    return medians[1]


def _opened(server: Server, address: str) -> tuple[float, float, float, float]:
    spent, start = server.cpu_seconds, time.perf_counter()
    with httpx2.Client(base_url=server.address, timeout=PATIENCE_SECONDS) as client:
        page = open_page(client, address)
        fields = time.perf_counter() - start
        page.send(page.event("load"))
        seconds = [time.perf_counter() - start for _answer in page.answers()]
    return fields, seconds[0], seconds[-1], server.cpu_seconds - spent


if __name__ == "__main__":
    main()
