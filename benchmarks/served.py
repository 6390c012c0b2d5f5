"""The page as a server of its own, and what a browser asks of it, for the benchmarks."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from gradio_client.utils import apply_diff

from explorer.settings import repository

_API = "/gradio_api"
_CONFIG = "window.gradio_config = "
_DONE = "process_completed"
_ALERT = re.compile(r'role="alert"[^>]*>(.{,200})', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Server:
    """A started server and its address."""

    process: "subprocess.Popen[str]"
    address: str

    @property
    def memory_mb(self) -> float:
        """The memory that it holds."""
        if self.process.poll() is not None:
            sys.exit("The server has ended.")
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0]) / 1000

    @property
    def cpu_seconds(self) -> float:
        """The time that processors have spent on it."""
        told = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        user, system = told.rpartition(") ")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(cache: Path, **environment: str) -> Iterator[Server]:
    """Start the page on a free port, with more variables of the environment; yield its server."""
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=repository(),
        env={**os.environ, "EXPLORER_CACHE": str(cache), "EXPLORER_METER": "off", **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    told = next((line for line in process.stdout or () if " is open at " in line), None)
    if told is None:
        sys.exit("The page has not opened.")
    try:
        yield Server(process, told.split(" is open at ")[1].split()[0])
    finally:
        process.terminate()
        process.wait()


class Refused(Exception):
    """The answer to an event is an error, or shows one."""


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page that one visitor has opened: its events, with what its fields hold.

    `address` is its path and its query.
    """

    client: httpx2.Client
    address: str
    session: str
    config: Mapping[str, Any]

    @property
    def _events(self) -> dict[int, dict[str, Any]]:
        return {int(one["id"]): one for one in self.config["dependencies"]}

    def event(self, trigger: str, element: str | None = None) -> int:
        """Return the number of the event of a trigger, and of an element where several have one."""
        ids = {one["id"]: one["props"].get("elem_id") for one in self.config["components"]}
        return next(
            number
            for number, one in self._events.items()
            for block, name in one["targets"]
            if name == trigger and element in {None, ids.get(block)}
        )

    def send(self, event: int, data: Sequence[object] = (), told: object = None) -> None:
        """Send an event with the values of its fields and what it tells beside them."""
        asked = {
            "fn_index": event,
            "data": list(data),
            "event_data": told,
            "session_hash": self.session,
        }
        _path, _mark, query = self.address.partition("?")
        answer = self.client.post(f"{_API}/queue/join?{query}", json=asked)
        answer.raise_for_status()

    def answers(self) -> Iterator[list[Any]]:
        """Yield the messages that the page is sent, until the answer to its event is complete.

        Raises:
            Refused: the answer is an error.
        """
        asked = {"session_hash": self.session}
        held: list[Any] = []
        with self.client.stream("GET", f"{_API}/queue/data", params=asked) as answer:
            answer.raise_for_status()
            for line in answer.iter_lines():
                message = json.loads(line[5:]) if line.startswith("data:") else {}
                output = message.get("output") or {}
                if message.get("success") is False:
                    raise Refused(output.get("error") or message)
                if "data" in output:
                    # After the first one of several, Gradio sends what has changed.
                    differs = held and message["msg"] != _DONE
                    held = (
                        list(map(apply_diff, held, output["data"])) if differs else output["data"]
                    )
                    yield held
                if message.get("msg") == _DONE:
                    return
        raise Refused("The answer ended before it was complete.")

    def ask(self, event: int, data: Sequence[object] = (), told: object = None) -> list[Any]:
        """Send an event and return what it has filled in the end.

        Raises:
            Refused: the answer is an error, or shows one.
        """
        self.send(event, data, told)
        filled: list[Any] = []
        for answer in self.answers():
            filled = list(map(_filled, filled or answer, answer))
            if alert := _ALERT.search(shown(filled)):
                raise Refused(alert.group(1))
        return filled

    def values(self, event: int, answered: int, answer: Sequence[object]) -> list[object]:
        """Return the values of the fields of an event after the answer to another.

        What the server keeps to itself is null here.
        """
        asked, filled = (self._events[number] for number in (event, answered))
        held = dict(zip(filled["outputs"], answer, strict=True))
        return [held[name] for name in asked["inputs"]]

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Keep its heartbeat open, whose end tells that the page is left."""
        with self.client.stream("GET", f"{_API}/heartbeat/{self.session}") as beats:
            next(beats.iter_lines())
            yield


def _filled(before: object, now: object) -> object:
    """Return the value of a field after an answer, which may leave it as it is."""
    skips = isinstance(now, dict) and now.get("__type__") == "update" and "value" not in now
    return before if skips else now


def watches(answer: Sequence[object]) -> bool:
    """Return whether an answer makes the page send its event "watch"."""
    return "data-watch" in shown(answer)


def shown(answer: Sequence[object]) -> str:
    """Return the HTML of an answer."""
    return "".join(one for one in answer if isinstance(one, str))


def open_page(client: httpx2.Client, address: str) -> OpenPage:
    """Fetch a page; its first event is not sent yet."""
    answer = client.get(address)
    answer.raise_for_status()
    config, _end = json.JSONDecoder().raw_decode(answer.text.partition(_CONFIG)[2])
    return OpenPage(client, address, uuid4().hex, config)
