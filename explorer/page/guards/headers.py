"""Say in every answer what a browser may do with it.

The Content-Security-Policy of a page allows nothing from other servers and only those inline
scripts that the server has sent, by their hashes: a script that comes in with an answer later, in
the words of somebody, does not run. Gradio fills the templates of its HTML components by evaluating
them, which 'unsafe-eval' allows; `style` attributes are all over its components.
"""

import re
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HUB = "https://huggingface.co"
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_SCRIPTS_PLACE = "SCRIPTS"
_PAGE = (
    "default-src 'self'; script-src 'self' 'unsafe-eval' SCRIPTS; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'"
)
# Images and files that are opened by themselves.
_OTHER = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


class SecurityHeaders:
    """Middleware that adds the headers; a page with `?embed=1` may be framed by anybody."""

    def __init__(self, app: "ASGIApp", head: str, *, in_space: bool) -> None:
        """Remember the app, the head that Gradio adds to a page later, and who may frame it."""
        self._app = app
        self._later = hashes(head)
        self._frames = f"'self' {_HUB}" if in_space else "'self'"

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        frames = "*" if is_embedded(Request(scope).url.query) else self._frames
        held: list[Message] = []
        parts: list[bytes] = []

        async def add(message: "Message") -> None:
            if message["type"] == "http.response.start":
                if _is_page(message):
                    # Its scripts must be known first.
                    held.append(message)
                else:
                    await send(_with(message, f"{_OTHER}; frame-ancestors {frames}"))
            elif not held:
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    body = b"".join(parts)
                    policy = self._policy(body.decode())
                    await send(_with(held[0], f"{policy}; frame-ancestors {frames}"))
                    await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, add)

    def _policy(self, html: str) -> str:
        return _PAGE.replace(_SCRIPTS_PLACE, " ".join([*hashes(html), *self._later]))


def is_embedded(query: str) -> bool:
    """Return whether the query of an address asks for the form that other websites frame."""
    return "embed=1" in query.split("&")


def hashes(html: str) -> "Iterable[str]":
    """Return the hashes of the inline scripts of a page, as a policy names them."""
    digests = (sha256(text.encode()).digest() for text in _INLINE.findall(html))
    return [f"'sha256-{b64encode(digest).decode()}'" for digest in digests]


def _is_page(start: "Message") -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith("text/html")


def _with(start: "Message", policy: str) -> "Message":
    headers = MutableHeaders(raw=list(start["headers"]))
    headers.update(_ALWAYS | {"Content-Security-Policy": policy})
    return {**start, "headers": headers.raw}
