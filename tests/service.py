"""A service that generates images: OpenAI's protocol and a provider of the hub, on this machine."""

import base64
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
from PIL import Image

KEY = "sk-test-of-bias-explorer"
TOKEN = "hf_test_of_bias_explorer"  # noqa: S105 - no secret


@dataclass(frozen=True, slots=True)
class Reply:
    """What the service answers: a status, a body and headers.

    `promised` is the length that the header promises, None for the true one. `seconds` is how long
    it takes.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    promised: int | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What the service was asked: the path, the body and the header that holds the key."""

    path: str
    body: dict[str, Any]
    key: str
    started: float


@dataclass(slots=True)
class ImageService:
    """What the service answers, in turn, and what it was asked.

    After the last of the `replies`, `usual` answers. `models` maps models of the hub to their ids
    at the provider. There is nothing at the path `missing`.
    """

    replies: list[Reply] = field(default_factory=list)
    usual: "Callable[[Asked], Reply]" = lambda asked: image_reply(asked)  # noqa: PLW0108 - defined below
    models: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    address: str = ""
    missing: str = ""
    busiest: int = 0
    running: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def generations(self) -> list[Asked]:
        """The requests for images."""
        return [one for one in self.asked if one.path.endswith("/images/generations")]


def image_bytes(
    text: str = "", *, size_px: tuple[int, int] = (32, 32), kind: str = "PNG", mode: str = "RGB"
) -> bytes:
    """Return an encoded image whose colours depend on a text."""
    random = np.random.default_rng(list(text.encode()) or 0)
    channels = len(mode)
    pixels = random.integers(0, 256, (size_px[1], size_px[0], channels), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels, mode).save(stream, kind)
    return stream.getvalue()


def image_reply(asked: Asked | None = None, **changes: Any) -> Reply:
    """Return the answer with an image in base64; `revised_prompt` and more may be added."""
    text = json.dumps(asked.body, sort_keys=True) if asked else ""
    data = {"b64_json": base64.b64encode(image_bytes(text)).decode(), **changes}
    return json_reply({"created": 1, "data": [data]})


def json_reply(body: object, status: int = 200, **headers: str) -> Reply:
    """Return an answer in JSON; a header's name is written with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json", **named})


def error_reply(status: int, message: str, code: str | None = None, **headers: str) -> Reply:
    """Return an error as OpenAI's protocol has it."""
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return json_reply({"error": error}, status, **headers)


@contextmanager
def serving(service: ImageService) -> Iterator[ImageService]:
    """Serve on this machine."""
    handler = type("Handler", (_Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    service.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


def use_openai(monkeypatch: pytest.MonkeyPatch, service: ImageService) -> None:
    """Let this service be the one that speaks OpenAI's protocol."""
    monkeypatch.setenv("OPENAI_BASE_URL", service.address)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def use_hub(monkeypatch: pytest.MonkeyPatch, service: ImageService) -> None:
    """Let this service be the hub and its router to the providers."""
    from huggingface_hub import constants, hf_api
    from huggingface_hub.inference._providers import _common

    root = service.address.removesuffix("/v1")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "INFERENCE_PROXY_TEMPLATE", root + "/{provider}")
    monkeypatch.setattr(constants, "ENDPOINT", root)
    monkeypatch.setattr(hf_api.api, "endpoint", root)
    _common._fetch_inference_provider_mapping.cache_clear()  # noqa: SLF001


class _Handler(BaseHTTPRequestHandler):
    service: ImageService

    def do_GET(self) -> None:
        asked = self._heard({})
        repo = self.path.partition("?")[0].removeprefix("/api/models/")
        if self.path.startswith("/api/models/"):
            self._send(_mapping(repo, self.service.models))
        elif self.path == self.service.missing:
            self._send(Reply(404))
        else:
            self._send(Reply(200, image_bytes(asked.path), {"Content-Type": "image/png"}))

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", "0"))
        service = self.service
        with service.lock:
            service.running += 1
            service.busiest = max(service.busiest, service.running)
        asked = self._heard(json.loads(self.rfile.read(length)))
        with service.lock:
            reply = service.replies.pop(0) if service.replies else None
        reply = reply or service.usual(asked)
        time.sleep(reply.seconds)
        with service.lock:
            service.running -= 1
        self._send(reply)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass

    def _heard(self, body: dict[str, Any]) -> Asked:
        key = self.headers.get("authorization", "").removeprefix("Bearer ")
        asked = Asked(self.path, body, key, time.monotonic())
        with self.service.lock:
            self.service.asked.append(asked)
        return asked

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        length = len(reply.body) if reply.promised is None else reply.promised
        self.send_header("Content-Length", str(length))
        # Who no longer waits for an answer has hung up.
        with suppress(ConnectionError):
            self.end_headers()
            self.wfile.write(reply.body)


def _mapping(repo: str, models: dict[str, str]) -> Reply:
    if repo not in models:
        return Reply(404, b"{}", {"X-Error-Code": "RepoNotFound"})
    provider = {
        "provider": "together",
        "providerId": models[repo],
        "status": "live",
        "task": "text-to-image",
    }
    return json_reply(
        {"id": repo, "modelId": repo, "tags": [], "inferenceProviderMapping": [provider]}
    )
