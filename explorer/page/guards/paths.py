"""Close the paths of Gradio that this page does not need.

Gradio serves whatever its own components and tools may ask for: files of other servers, a listing
for developers, functions outside its queue. What a page of ours, or a program that uses its named
functions, asks for is listed here; the rest is not found.
"""

import logging
from typing import TYPE_CHECKING, Any

from starlette.responses import PlainTextResponse

from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

API = "/gradio_api/"
_UPLOADS = {"upload", "upload_progress"}
# "run/predict" answers only the functions that do not queue.
_OPEN = {
    "app_id",
    "cancel",
    "info",
    "mcp",
    "queue/data",
    "queue/join",
    "run/predict",
    "startup-events",
    *_UPLOADS,
}
# What may follow is not ours to list: sessions, and files that a function has returned.
_BEGINNINGS = ("heartbeat/", "mcp/", "file=")
_CALL = "call/"
# Functions that fail do so elsewhere, in the queue.
_FAILED = 500

_log = logging.getLogger(__name__)


class Paths:
    """Middleware that lets only listed paths of Gradio through, and only public functions by name.

    What Gradio cannot read in a request is the request's fault.
    """

    def __init__(self, app: "ASGIApp", *, uploads: bool) -> None:
        """Remember the app, and whether files may be uploaded."""
        self._app = app
        self._open = _OPEN if uploads else _OPEN - _UPLOADS

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        path = path_of(scope) if scope["type"] == "http" else ""
        if not path.startswith(API):
            await self._app(scope, receive, send)
        elif self._is_open(path.removeprefix(API).rstrip("/"), scope["app"]):
            await self._checked(scope, receive, send)
        else:
            text = _("There is nothing at {path!r}.").format(path=path)
            await PlainTextResponse(text, 404)(scope, receive, send)

    def _is_open(self, path: str, app: Any) -> bool:
        if path.startswith(_CALL):
            name = path.removeprefix(_CALL).removeprefix("v2/").partition("/")[0]
            return name in _public(app.get_blocks().fns.values())
        # An address of another server would be fetched from there.
        is_elsewhere = "://" in path
        return path in self._open or (path.startswith(_BEGINNINGS) and not is_elsewhere)

    async def _checked(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        begun = False

        async def watch(message: "Message") -> None:
            nonlocal begun
            begun = True
            if message.get("status") == _FAILED:
                message = {**message, "status": 400}
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception:
            if begun:
                raise
            _log.info("A request could not be read.", exc_info=True)
            text = _("The request does not have the form that it must have.")
            await PlainTextResponse(text, 400)(scope, receive, send)


def path_of(scope: "Scope") -> str:
    """Return the path of a request below the path where the page is served."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _public(functions: "Iterable[Any]") -> set[str]:
    return {one.api_name for one in functions if one.api_visibility != "private"}
