"""A running page, and whoever asks it without a browser."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.site import Site, open_site


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answers; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Asks a server and says whatever it likes."""

    site: Site

    def connected(self) -> HTTPConnection:
        """Return a connection to the server."""
        return HTTPConnection(urlsplit(self.site.url).netloc, timeout=60)

    def ask(self, path: str, body: Any = None, method: str | None = None, **headers: str) -> Answer:
        """Return the answer to one request.

        Args:
            path: the path of its address.
            body: bytes, or anything else as JSON; with one, the request is a POST.
            method: another method.
            headers: by names with "_" in place of "-".
        """
        said = {name.replace("_", "-"): text for name, text in headers.items()}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            said.setdefault("Content-Type", "application/json")
        connection = self.connected()
        connection.request(method or ("GET" if body is None else "POST"), path, body, said)
        answer = connection.getresponse()
        # Answers that never end are for browsers.
        events = "event-stream" in answer.headers.get("content-type", "")
        text = "" if events else answer.read().decode(errors="replace")
        connection.close()
        named = {name.lower(): text for name, text in answer.getheaders()}
        return Answer(answer.status, named, text)

    def listen(self, session: str) -> str:
        """Return the messages of the queue to a session until its event is over."""
        connection = self.connected()
        connection.request("GET", f"/gradio_api/queue/data?session_hash={session}")
        text = connection.getresponse().read().decode()
        connection.close()
        return text

    def event(self, target: str, name: str) -> int:
        """Return the number of the first event of that name of a component with that id."""
        config = json.loads(self.ask("/config").text)
        ids = {one["props"].get("elem_id"): one["id"] for one in config["components"]}
        return next(
            int(one["id"])
            for one in config["dependencies"]
            if [ids.get(target), name] in one["targets"]
        )


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a served app with the sample study in its cache."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "temporary").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        # Other tests upload files at the same time.
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "temporary"))
        # The variable is read once: other tests of this process have their own sites.
        with pytest.MonkeyPatch.context() as switch:
            switch.setenv("EXPLORER_MCP", "off")
            site = open_site(folder / "cache")
        yield site
        site.close()


@pytest.fixture
def visitor(site: Site) -> Visitor:
    """Return a visitor of the app."""
    return Visitor(site)
