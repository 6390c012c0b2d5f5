"""Limits on what a request may send."""

from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException
from starlette.responses import PlainTextResponse

from explorer.numbers import figures
from explorer.page.guards.paths import API, path_of
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Thirty times a table of own figures for all professions, and a hundred thousand annotations.
MAX_FILE_BYTES = 8_000_000
_MAX_UPLOAD_BYTES = MAX_FILE_BYTES + 100_000
_MAX_BODY_BYTES = 256_000
# All professions, each with a figure of its own, take half of it.
_MAX_QUERY_BYTES = 16_000
_MAX_PARAMETERS = 500


class Sizes:
    """Middleware that refuses what is too large, before it is read or while it comes in."""

    def __init__(self, app: "ASGIApp") -> None:
        """Remember the app that answers."""
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _is_long(scope["query_string"]):
            text = _("The address is too long. Choose fewer words.")
            await PlainTextResponse(text, 414)(scope, receive, send)
        else:
            await self._counted(scope, receive, send)

    async def _counted(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        is_upload = path_of(scope) == f"{API}upload"
        limit = _MAX_UPLOAD_BYTES if is_upload else _MAX_BODY_BYTES
        said = Headers(scope=scope).get("content-length", "")
        # A length that is no number is not let through by the server.
        refusal = _refusal(limit)
        if said.isdecimal() and int(said) > limit:
            await refusal(scope, receive, send)
            return
        got, more, begun = 0, False, False

        async def take() -> "Message":
            nonlocal got, more
            message = await receive()
            got += len(message.get("body", b""))
            more = message.get("more_body", False)
            return message

        async def count() -> "Message":
            message = await take()
            if got > limit or (is_upload and message["type"] == "http.disconnect"):
                # For this, and not when somebody hangs up, Gradio deletes the pieces of a file.
                raise MultiPartException(_("The request broke off."))
            return message

        async def answer(message: "Message") -> None:
            nonlocal begun
            # The server would read on without a limit what is sent after an early answer.
            while more and got <= limit:
                await take()
            # Whatever the app makes of a request that breaks off is not sent.
            if begun or got <= limit:
                begun = True
                await send(message)

        await self._app(scope, count, answer)
        if got > limit and not begun:
            await refusal(scope, receive, send)


def _is_long(query: bytes) -> bool:
    return len(query) > _MAX_QUERY_BYTES or query.count(b"&") >= _MAX_PARAMETERS


def _refusal(limit: int) -> PlainTextResponse:
    text = _("This is larger than {limit} MB, which is the most that can be sent.")
    # Closing keeps the rest from being read.
    close = {"Connection": "close"}
    return PlainTextResponse(text.format(limit=figures(limit / 1e6)), 413, close)
