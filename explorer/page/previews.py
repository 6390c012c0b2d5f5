"""What a shared link shows elsewhere: a title, a description and an image of our own, per view.

Whoever previews a link reads the head of the page and runs no script. So the head that Gradio
serves is rewritten for the address that is asked for.
"""

import json
import re
import time
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from gradio.route_utils import get_root_url
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from explorer.page.languages import folder, view_of
from explorer.page.navigation import PATHS
from explorer.page.pictures import HEIGHT, WIDTH, picture
from explorer.page.rendering import render
from explorer.page.shared import TITLE, page_title, shared
from explorer.translations import current

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from explorer.page.desk import Desk
    from explorer.page.shared import Shared

PICTURE = "preview.png"
# Findings change while images are generated.
_FRESH_SECONDS = 60
_KEPT, _KEPT_PICTURES = 256, 32
_CONFIG = "<script>window.gradio_config"
_FOREIGN = re.compile(r"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>")
_TITLE = re.compile(rf'"title":\s*"{TITLE}"')


class Previews:
    """Middleware that says in the head of each page what its address shows."""

    def __init__(self, app: "ASGIApp", desk: "Desk") -> None:
        """Remember the app that answers, and what it shows."""
        self._app = app
        self._views = {path.strip("./"): name for name, path in PATHS.items()}

        @lru_cache(maxsize=_KEPT)
        def said(view: str, query: str, _language: str, _period: int) -> "Shared":
            return shared(desk, view, query)

        self._said = said

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        view = self._view(scope)
        if view is None:
            await self._app(scope, receive, send)
            return
        start: Message = {}
        body = b""

        async def collect(message: "Message") -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                await send_whole()

        async def send_whole() -> None:
            sent = body
            if start["status"] == HTTPStatus.OK and _is_html(start):
                sent = await run_in_threadpool(self._rewritten, Request(scope), view, body)
            headers = [(key, text) for key, text in start["headers"] if key != b"content-length"]
            headers.append((b"content-length", str(len(sent)).encode()))
            await send({**start, "headers": headers})
            await send({"type": "http.response.body", "body": sent})

        await self._app(scope, receive, collect)

    def _view(self, scope: "Scope") -> str | None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        page = scope["path"].removeprefix(scope.get("root_path", "")).strip("/")
        return self._views.get(view_of(page))

    def _rewritten(self, request: Request, view: str, body: bytes) -> bytes:
        said = self._said(view, request.url.query, current(), _period())
        before, config, after = body.decode().partition(_CONFIG)
        root = f"{root_of(request)}/{folder(current())}"
        asked = f"view={view}&{said.address.removeprefix('?')}".rstrip("&")
        tags = render(
            "preview.html",
            said=said,
            title=page_title(view),
            address=f"{root}{PATHS[view].removeprefix('./')}{said.address}",
            image=f"{root}{PICTURE}?{asked}",
            size=(WIDTH, HEIGHT),
        )
        before = _FOREIGN.sub("", before).replace("<head>", f"<head>\n{tags}", 1)
        # Gradio sets the title of the window anew.
        title = json.dumps(page_title(view)).replace("<", "\\u003c")
        after = _TITLE.sub(lambda _found: f'"title":{title}', after, count=1)
        return f"{before}{config}{after}".encode()


def root_of(request: Request) -> str:
    """Return the address that all views stand under, as the reader's browser knows it."""
    root = request.scope.get("root_path", "")
    path = request.scope["path"].removeprefix(root)
    return get_root_url(request, path, root or None)


def picture_route(desk: "Desk") -> Route:
    """Return the route of the image of a link; nothing is generated for it."""

    @lru_cache(maxsize=_KEPT_PICTURES)
    def drawn(view: str, query: str, _language: str, _period: int) -> bytes:
        return picture(shared(desk, view, query), desk.store)

    def answer(request: Request) -> Response:
        view = request.query_params.get("view", "overview")
        if view not in PATHS:
            return PlainTextResponse(f"There is no view {view!r:.80}.", HTTPStatus.NOT_FOUND)
        pairs = [pair for pair in request.query_params.multi_items() if pair[0] != "view"]
        content = drawn(view, urlencode(pairs), current(), _period())
        caching = {"Cache-Control": f"public, max-age={_FRESH_SECONDS}"}
        return Response(content, media_type="image/png", headers=caching)

    return Route(f"/{PICTURE}", answer)


def _period() -> int:
    return int(time.monotonic() // _FRESH_SECONDS)


def _is_html(start: "Message") -> bool:
    return bool(dict(start["headers"]).get(b"content-type", b"").startswith(b"text/html"))
