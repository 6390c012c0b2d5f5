"""Twenty visitors browse, first alone and then while one more generates: how long do they wait?

    python -m benchmarks.crowd [--visitors 20] [--views 1000] [--pause 5] [--cache FOLDER]

A server of its own, a public one, shows the sample study. Each visitor changes the view again and
again, over HTTP and by what a browser sends: another page and its opening event, or, on the same
page, the event of a tab; then the images that are new to it. In between it looks, for `--pause`
seconds on average. One more visitor presses Generate for one profession after another and follows
each run to its end; that the model is loaded in the middle of it all is part of it. What the server
loads for the first visitor of a view is not: every view is opened once before.

A change of view takes from the click to the last line of the view. Counted as failures are answers
with the status of an error, events that fail, messages of errors in a view, and runs without an
image; with any of them, the exit status is 1. The load is that of the whole machine, 1 for each
processor that is asked for: what other programs take, and the visitors themselves, is in all times.
"""

import argparse
import os
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import httpx2

from benchmarks.served import OpenPage, Refused, Server, open_page, served, shown, watches
from explorer.reference.sample import SAMPLE_PROFESSIONS
from explorer.store.opening import INDEX
from explorer.words.vocabulary import load_professions

PATIENCE_SECONDS = 120
MEMORY_EVERY = 200
# One visitor generates all day.
_PUBLIC = {"EXPLORER_PUBLIC": "1", "EXPLORER_DAY_IMAGES": "1000000"}
# So many images are in a screen.
IN_A_SCREEN = 30
_PICTURE = re.compile(r'<img[^>]* src="([^":]+)"')
TABS = ("images", "average", "neighbours", "statistics")
VIEWS = (
    *("/", "/?tab=cloud", "/?tab=tones", "/?tab=adjectives", "/?tab=models"),
    *("/report", "/models", "/method", "/gaps"),
    *(
        f"/{view}?profession={name}&tab={tab}"
        for view in ("explore", "compare")
        for name in (*SAMPLE_PROFESSIONS, "pilot")
        for tab in TABS
    ),
)


@dataclass(frozen=True, slots=True)
class Waited:
    """The seconds that changes of view took, and why others failed."""

    seconds: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def counting(self, what: str) -> Iterator[None]:
        """Count a failure of the block, which ends there."""
        try:
            yield
        except (httpx2.HTTPError, Refused) as error:
            self.failures[f"{what}: {type(error).__name__}: {error}"] += 1

    @property
    def p95(self) -> float:
        """The seconds that 95 of 100 changes of view did not exceed."""
        return statistics.quantiles(self.seconds, n=100)[94]


@dataclass(slots=True)
class Visitor:
    """Somebody with a browser of its own, which keeps images, and one page open at a time."""

    client: httpx2.Client
    page: OpenPage | None = None
    kept: set[str] = field(default_factory=set)
    left: ExitStack = field(default_factory=ExitStack)

    def turn_to(self, address: str, waited: Waited) -> None:
        """Change the view, noting the seconds; then ask for all that the browser asks for."""
        start = time.perf_counter()
        page, _event, answer = self.answered(address)
        waited.seconds.append(time.perf_counter() - start)
        if watches(answer):
            page.ask(page.event("watch"))
        new = [one for one in _PICTURE.findall(shown(answer)) if one not in self.kept]
        for name in new[:IN_A_SCREEN]:
            self.client.get(f"/{name}").raise_for_status()
            self.kept.add(name)

    def answered(self, address: str) -> tuple[OpenPage, int, list[Any]]:
        """Return the page of an address, the event that asked for the view, and its answer."""
        path, _mark, query = address.partition("?")
        if self.page and path == self.page.address.partition("?")[0]:
            event = self.page.event("revisit")
            return self.page, event, self.page.ask(event, told={"query": query})
        self.left.close()
        self.page = page = open_page(self.client, address)
        self.left.enter_context(page.beating())
        event = page.event("load")
        return page, event, page.ask(event)


def main() -> None:
    """Let the visitors in, first without and then with one who generates, and print both."""
    given = _arguments()
    with ExitStack() as stack:
        folder = given.cache or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(served(folder, **_PUBLIC))
        _look_around(server)
        alone = _way(server, given, "nobody generates")
        stored = _stored(folder)
        with _generating(server) as run:
            beside = _way(server, given, "one visitor generates")
        made = _stored(folder) - stored
    print(f"images generated meanwhile: {made}; p95 is {beside.p95 / alone.p95:.1f} times as long")
    failures = alone.failures + beside.failures + run.failures
    if not made:
        failures["nothing was generated"] += 1
    sys.exit("\n".join(f"{times} x {why}" for why, times in failures.most_common()) or 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the page with many visitors at once.")
    parser.add_argument("--visitors", type=int, default=20, help="how many browse at once")
    parser.add_argument("--views", type=int, default=1000, help="changes of view in each way")
    parser.add_argument("--pause", type=float, default=5.0, help="mean seconds between two views")
    parser.add_argument("--cache", type=Path, help="a folder of images; an empty one by default")
    return parser.parse_args()


def _look_around(server: Server) -> None:
    """Open every view once, so that its libraries are loaded."""
    with (
        httpx2.Client(base_url=server.address, timeout=PATIENCE_SECONDS) as client,
        ExitStack() as left,
    ):
        visitor = Visitor(client, left=left)
        for address in VIEWS:
            visitor.turn_to(address, Waited())


def _way(server: Server, given: argparse.Namespace, name: str) -> Waited:
    waited, start, spent = Waited(), time.perf_counter(), server.cpu_seconds
    numbers: SimpleQueue[int] = SimpleQueue()
    for number in range(given.views):
        numbers.put(number)
    print(name, flush=True)
    with ThreadPoolExecutor(given.visitors) as pool:
        browse = partial(_browse, server, numbers, given.pause, waited)
        list(pool.map(browse, range(given.visitors)))
    seconds, failed = time.perf_counter() - start, waited.failures.total()
    _tell_memory(server, given.views)
    print(f"  {given.views} views in {seconds:.0f} s, {failed} failed")
    print(
        f"  median {statistics.median(waited.seconds):.2f} s, p95 {waited.p95:.2f} s, "
        f"longest {max(waited.seconds):.2f} s"
    )
    print(
        f"  {(server.cpu_seconds - spent) / seconds:.1f} processors busy for the server, "
        f"load of the machine {os.getloadavg()[0]:.1f}, with {os.cpu_count()} of them",
        flush=True,
    )
    return waited


def _browse(
    server: Server, numbers: SimpleQueue[int], pause: float, waited: Waited, seed: int
) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secrets here
    with (
        httpx2.Client(base_url=server.address, timeout=PATIENCE_SECONDS) as client,
        ExitStack() as left,
        suppress(Empty),
    ):
        visitor = Visitor(client, left=left)
        while True:
            number = numbers.get_nowait()
            time.sleep(rng.expovariate(1 / pause))
            address = rng.choice(VIEWS)
            with waited.counting(address):
                visitor.turn_to(address, waited)
            if number % MEMORY_EVERY == 0:
                _tell_memory(server, number)


def _tell_memory(server: Server, views: int) -> None:
    print(f"  {views:6} views: {server.memory_mb:6.0f} MB", flush=True)


@contextmanager
def _generating(server: Server) -> Iterator[Waited]:
    """Let one visitor generate beside the block; yield what fails."""
    waited, over = Waited(), threading.Event()
    thread = threading.Thread(target=_generate, args=(server, waited, over))
    thread.start()
    try:
        yield waited
    finally:
        over.set()
        thread.join()


def _generate(server: Server, waited: Waited, over: threading.Event) -> None:
    with httpx2.Client(base_url=server.address, timeout=PATIENCE_SECONDS) as client:
        for profession in load_professions():
            if over.is_set() or waited.failures:
                return
            address = f"/explore?profession={profession.name}&adjectives=none&images=100"
            with waited.counting(address), ExitStack() as left:
                visitor = Visitor(client, left=left)
                page, event, answer = visitor.answered(address)
                press = page.event("click", "bx-generate")
                page.ask(press, page.values(press, event, answer))
                page.ask(page.event("watch"))


def _stored(cache: Path) -> int:
    with closing(sqlite3.connect(cache / INDEX)) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM images").fetchone()[0])


if __name__ == "__main__":
    main()
