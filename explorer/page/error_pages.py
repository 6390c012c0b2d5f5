"""Error pages: whatever the server cannot show says why, and leads back to the views."""

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse

from explorer.errors import ExplorerError
from explorer.page.rendering import render, style_sheet
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ErrorPages:
    """Middleware that turns errors into pages where a person looks, and not a program."""

    def __init__(self, app: "ASGIApp", header: "Callable[[str], str]") -> None:
        """Remember the app, and what makes the header with the way to each view."""
        self._app = app
        self._header = header

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        if scope["type"] != "http" or "text/html" not in Request(scope).headers.get("accept", ""):
            await self._app(scope, receive, send)
            return
        failed: list[Message] = []

        async def watch(message: "Message") -> None:
            if message["type"] == "http.response.start" and message["status"] >= _ERRORS:
                failed.append(message)
            elif not failed:
                await send(message)
            elif not message.get("more_body"):
                root, body = scope.get("root_path", ""), message.get("body", b"")
                answer = self._page(scope["path"], root, failed[0], body)
                await answer(scope, receive, send)

        await self._app(scope, receive, watch)

    def _page(self, path: str, root: str, start: "Message", body: bytes) -> HTMLResponse:
        headers = dict(start["headers"])
        is_text = headers.get(b"content-type", b"").startswith(b"text/plain")
        home = "../" * (path.removeprefix(root).count("/") - 1) or "./"
        status = start["status"]
        html = render(
            "error.html",
            style=style_sheet(),
            header=self._header(home),
            home=home,
            text=_reason(status, path, body.decode() if is_text else ""),
        )
        return HTMLResponse(html, status)


_ERRORS = HTTPStatus.BAD_REQUEST


def _reason(status: int, path: str, said: str) -> str:
    if status == HTTPStatus.NOT_FOUND:
        return _("There is nothing at {path!r}.").format(path=path)
    # Our own routes answer in plain text.
    if said:
        return said
    return _("The server answered {path!r} with status {status}. Its log says more.").format(
        path=path, status=status
    )


def errors_told(answer: "Callable[[Request], Response]") -> "Callable[[Request], Response]":
    """Return the handler of a route whose errors become messages, for what a script asks."""

    def answered(request: "Request") -> "Response":
        try:
            return answer(request)
        except ExplorerError as error:
            return PlainTextResponse(str(error), 400)

    return answered
