"""Open the page for one visitor after another and print the memory of the server.

Each visitor opens Explore over HTTP, without a browser, as `page.js` and Gradio do: the page, the
event of its opening, its answer. `--leaving` says how they go. `politely`: the open page ends its
heartbeat, as a closed tab does. `silently`: there never was one. `unheard`: the answer is never
fetched either, as from a program that only asks. `python -m benchmarks.visitors` starts a server of
its own with an empty cache.
"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import httpx2
from cyclopts import App, Parameter

from benchmarks.served import open_page, served

app = App(help=__doc__, help_format="plaintext", version_flags=())


@app.default
def main(
    *,
    visitors: Annotated[int, Parameter(help="How many, one after another.")] = 1000,
    leaving: Annotated[
        Literal["politely", "silently", "unheard"], Parameter(help="How they go.")
    ] = "silently",
) -> None:
    """Print the memory of the server before any visitor and after each hundred."""
    with (
        TemporaryDirectory() as cache,
        served(Path(cache)) as server,
        httpx2.Client(base_url=server.address, timeout=600) as client,
    ):
        print(f"{0:6} visitors: {server.memory_mb:6.0f} MB", flush=True)
        start = time.perf_counter()
        for number in range(1, visitors + 1):
            visit(client, leaving)
            if number % 100 == 0:
                seconds = (time.perf_counter() - start) / number
                told = f"{server.memory_mb:6.0f} MB, {seconds:.2f} s a visitor"
                print(f"{number:6} visitors: {told}", flush=True)


def visit(client: httpx2.Client, leaving: str) -> None:
    """Open Explore as one visitor, and go."""
    page = open_page(client, "/explore")
    page.send(page.event("load"))
    if leaving == "unheard":
        return
    list(page.answers())
    if leaving == "politely":
        with page.beating():
            pass


if __name__ == "__main__":
    app()
