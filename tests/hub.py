"""A model hub of one's own: serves folders as the real one does, through the real client."""

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass(slots=True)
class Hub:
    """What the hub holds, and what it was asked.

    `refuses` maps a repository to the error code that every request for it is answered with;
    `seconds` is how long it takes to answer. `token` is the only valid token. `commit` is the
    newest version of every model; older ones are gone.
    """

    models: dict[str, Path] = field(default_factory=dict)
    refuses: dict[str, tuple[int, str]] = field(default_factory=dict)
    seconds: float = 0.0
    token: str = "hf_valid"  # noqa: S105 - no secret
    commit: str = COMMIT
    asked: list[str] = field(default_factory=list)


@contextmanager
def running(hub: Hub) -> Iterator[str]:
    """Serve the hub on this machine and yield its address."""
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def use(monkeypatch: pytest.MonkeyPatch, address: str, cache: Path) -> None:
    """Make the hub's client ask this address and keep what it fetches in this folder."""
    from huggingface_hub import constants, hf_api

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", address)
    template = address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(hf_api.api, "endpoint", address)


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass

    def _answer(self, *, with_body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append(path)
        time.sleep(self.hub.seconds)
        repo = "/".join(path.removeprefix("/api/models").strip("/").split("/")[:2])
        if self.headers.get("authorization", "").removeprefix("Bearer ") not in {
            "",
            self.hub.token,
        }:
            message = "Invalid credentials in Authorization header"
            self._send(401, b"{}", {"X-Error-Message": message}, with_body=with_body)
        elif repo in self.hub.refuses or repo not in self.hub.models:
            status, code = self.hub.refuses.get(repo, (404, "RepoNotFound"))
            self._send(status, b"{}", {"X-Error-Code": code}, with_body=with_body)
        elif path.startswith("/api/models"):
            body = json.dumps(self._facts(path, repo)).encode()
            self._send(200, body, {"Content-Type": "application/json"}, with_body=with_body)
        else:
            self._file(path, repo, with_body=with_body)

    def _facts(self, path: str, repo: str) -> object:
        names = _names(self.hub.models[repo])
        if "/tree/" in path:
            folder = self.hub.models[repo]
            return [
                {
                    "type": "file",
                    "oid": _digest(folder / name),
                    "size": (folder / name).stat().st_size,
                    "path": name,
                }
                for name in names
            ]
        own = self.hub.models[repo]
        files = [{"rfilename": name, "blobId": _digest(own / name)} for name in names]
        facts = {"id": repo, "modelId": repo, "sha": self.hub.commit, "tags": []}
        return {**facts, "siblings": files}

    def _file(self, path: str, repo: str, *, with_body: bool) -> None:
        found = re.fullmatch(rf"/{re.escape(repo)}/resolve/[^/]+/(.+)", path)
        file = self.hub.models[repo] / found[1] if found else None
        if file is None or not file.is_file():
            headers = {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": self.hub.commit}
            self._send(404, b"", headers, with_body=with_body)
            return
        body, digest = file.read_bytes(), _digest(file)
        headers = {"X-Repo-Commit": self.hub.commit, "ETag": f'"{digest}"'}
        self._send(200, body, headers, with_body=with_body)

    def _send(self, status: int, body: bytes, headers: dict[str, str], *, with_body: bool) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        # Who no longer waits for an answer has hung up.
        with suppress(ConnectionError):
            self.end_headers()
            if with_body:
                self.wfile.write(body)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:40]


def _names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
