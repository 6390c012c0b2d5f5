"""The languages of the page: all but the source language have a folder, as in "fr/compare".

An address keeps its language, so that a link says the same to everybody. Only the landing page,
opened from elsewhere, leads on: to the language that was chosen by the link in the header, which
sets a cookie, else to that of the browser.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse

from explorer.translations import LANGUAGES, SOURCE, current, known, language

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# languages.js sets it.
_COOKIE = "language"
_MARK = b'lang="en"'


def folder(name: str) -> str:
    """Return the folder of a language as a part of an address: "fr/"."""
    return "" if name == SOURCE else f"{name}/"


def page_name(address: str) -> str:
    """Return the name by which Gradio knows a page in the language in use: its path."""
    return f"{folder(current())}{address.removeprefix('./')}".rstrip("/")


def language_of(page: str) -> str:
    """Return the language of a page by the name that Gradio knows it by."""
    first = page.partition("/")[0]
    return first if first in LANGUAGES else SOURCE


def others(address: str, home: str = "") -> list[dict[str, str]]:
    """Return the links from a view to the same view in every other language.

    Args:
        address: the address of the view in its folder, "./" for the first one.
        home: the way from the page to the folder of its language.
    """
    up = "" if current() == SOURCE else "../"
    name = address.removeprefix("./")
    return [
        {"code": code, "name": said, "address": f"{home}{up}{folder(code)}{name}" or "./"}
        for code, said in LANGUAGES.items()
        if code != current()
    ]


class Languages:
    """Middleware that answers each request in the language that its address names."""

    def __init__(self, app: "ASGIApp", views: "Collection[str]") -> None:
        """Remember the app that answers, and the addresses of the views in their folder."""
        self._app = app
        self._views = {address.removeprefix("./") for address in views}

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        root = urlsplit(scope.get("root_path", "")).path
        path = scope["path"].removeprefix(root).removeprefix("/")
        if (place := _elsewhere(Request(scope), path)) is not None:
            answer = RedirectResponse(f"{root}/{place}" if root else place, headers=_VARY)
            await answer(scope, receive, send)
            return
        first, slash, rest = path.partition("/")
        name = first if slash and first in LANGUAGES and first != SOURCE else SOURCE
        with language(name):
            if name != SOURCE:
                inside = page_name(rest) if rest in self._views else rest
                scope = {**scope, "path": f"{root}/{inside}"}
            await self._app(scope, receive, _Answer(send, is_landing=not path).send)


_VARY = {"Vary": "Accept-Language, Cookie"}


class _Answer:
    """An answer on its way: a page of Gradio's is told its language."""

    def __init__(self, send: "Send", *, is_landing: bool) -> None:
        """Remember where the answer goes, and whether it depends on the browser's language."""
        self._send, self._is_landing = send, is_landing
        self._start: Message | None = None

    async def send(self, message: "Message") -> None:
        """Send one message on; the start of a page waits for its body, whose length may change."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if self._is_landing:
                headers.update(_VARY)
            if current() != SOURCE and headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
        elif self._start is not None:
            message = self._translated(message)
            await self._send(self._start)
            self._start = None
        await self._send(message)

    def _translated(self, message: "Message") -> "Message":
        mark = f'lang="{current()}"'.encode()
        return {**message, "body": message.get("body", b"").replace(_MARK, mark, 1)}


def _elsewhere(request: Request, path: str) -> str | None:
    """Return the address that a request is led to, None if it is answered here."""
    asked = request.url.query
    if path in LANGUAGES and path != SOURCE:
        return f"{path}/?{asked}".removesuffix("?")
    # The Hub and Gradio add parameters whose names begin with underscores.
    names_view = any(not name.startswith("__") for name in request.query_params)
    looks = "text/html" in request.headers.get("accept", "")
    if path or names_view or not looks or _is_inside(request):
        return None
    wanted = request.cookies.get(_COOKIE) or _preferred(request.headers.get("accept-language", ""))
    name = known(wanted) or SOURCE
    return None if name == SOURCE else f"{folder(name)}?{asked}".removesuffix("?")


def _is_inside(request: Request) -> bool:
    """Return whether a link of ours was followed."""
    return urlsplit(request.headers.get("referer", "")).netloc == request.headers.get("host")


def _preferred(said: str) -> str:
    """Return the first language of an Accept-Language header that the page knows, "" for none."""
    return next(filter(known, _by_weight(said.split(","))), "")


def _by_weight(entries: "Iterable[str]") -> list[str]:
    pairs = (entry.strip().partition(";") for entry in entries)
    weighted = [(_weight(parameter), tag.strip()) for tag, _semicolon, parameter in pairs]
    return [tag for weight, tag in sorted(weighted, key=lambda one: -one[0]) if weight]


def _weight(parameter: str) -> float:
    try:
        return float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        return 0.0
