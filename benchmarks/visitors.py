"""Open the page for one visitor after another and print the memory of the server.

Each visitor opens Explore over HTTP, without a browser, as `page.js` and Gradio do: the page, the
event of its opening, its answer. `--leaving` says how they go. `politely`: the open page ends its
heartbeat, as a closed tab does. `silently`: there never was one. `unheard`: the answer is never
fetched either, as from a program that only asks. `python -m benchmarks.visitors` starts a server of
its own with an empty cache.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import uuid4

import httpx2
from cyclopts import App, Parameter

from explorer.settings import repository

if TYPE_CHECKING:
    from collections.abc import Iterator

app = App(help=__doc__, help_format="plaintext", version_flags=())
_API = "/gradio_api"


@app.default
def main(
    *,
    visitors: Annotated[int, Parameter(help="How many, one after another.")] = 1000,
    leaving: Annotated[
        Literal["politely", "silently", "unheard"], Parameter(help="How they go.")
    ] = "silently",
) -> None:
    """Print the memory of the server before any visitor and after each hundred."""
    with served() as (process, address), httpx2.Client(base_url=address, timeout=600) as client:
        event = opening(client)
        print(f"{0:6} visitors: {memory_mb(process.pid):6.0f} MB", flush=True)
        start = time.perf_counter()
        for number in range(1, visitors + 1):
            visit(client, event, leaving)
            if number % 100 == 0:
                seconds = (time.perf_counter() - start) / number
                told = f"{memory_mb(process.pid):6.0f} MB, {seconds:.2f} s a visitor"
                print(f"{number:6} visitors: {told}", flush=True)


@contextmanager
def served() -> "Iterator[tuple[subprocess.Popen[str], str]]":
    """Start the page on a free port; yield its process and address."""
    with TemporaryDirectory() as cache:
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=repository(),
            env={**os.environ, "EXPLORER_CACHE": cache, "EXPLORER_METER": "off"},
            stdout=subprocess.PIPE,
            text=True,
        )
        told = next(line for line in process.stdout or () if " is open at " in line)
        try:
            yield process, told.split(" is open at ")[1].split()[0]
        finally:
            process.terminate()
            process.wait()


def opening(client: httpx2.Client) -> int:
    """Return the number of the event that Explore sends when it is opened."""
    config = client.get("/config", params={"page": ""}).json()
    return next(
        int(one["id"])
        for one in config["dependencies"]
        if any(target[1] == "load" for target in one["targets"])
    )


def visit(client: httpx2.Client, event: int, leaving: str) -> None:
    """Open the page as one visitor, and go."""
    session = uuid4().hex
    client.get("/").raise_for_status()
    asked = {"fn_index": event, "data": [], "session_hash": session, "event_data": None}
    client.post(f"{_API}/queue/join", json=asked).raise_for_status()
    if leaving == "unheard":
        return
    with client.stream("GET", f"{_API}/queue/data", params={"session_hash": session}) as answer:
        for line in answer.iter_lines():
            if line.startswith("data:") and json.loads(line[5:])["msg"] == "process_completed":
                break
    if leaving == "politely":
        with client.stream("GET", f"{_API}/heartbeat/{session}") as beats:
            next(beats.iter_lines())


def memory_mb(process: int) -> float:
    """Return the memory that a process holds, in MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1000


if __name__ == "__main__":
    app()
