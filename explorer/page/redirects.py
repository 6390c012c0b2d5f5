"""Redirect from the landing page to the view that an address names.

The address bar of a Space belongs to the Hub, which passes only the query to our landing page.
`?view=compare&left=...` opens the same page as `compare?left=...`.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Receive, Scope, Send


class ViewRedirect:
    """Middleware that redirects requests for the landing page whose query names another view."""

    def __init__(self, app: "ASGIApp", views: "Collection[str]") -> None:
        """Remember the app that answers all other requests, and the paths of the views."""
        self._app = app
        self._views = views

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        answer = self._app
        if scope["type"] == "http" and scope["path"] == "/":
            parameters = Request(scope).query_params
            view = parameters.get("view")
            if view in self._views:
                others = [pair for pair in parameters.multi_items() if pair[0] != "view"]
                answer = RedirectResponse(f"{view}?{urlencode(others)}")
        await answer(scope, receive, send)
