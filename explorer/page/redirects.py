"""Redirect from the landing page to the view that an address names.

The address bar of a Space belongs to the Hub, which passes only the query to our landing page.
`?view=compare&left=...` opens the same page as `compare?left=...`. So does `compare/?left=...`,
where the links of the page would lead astray. The landing page was Explore once, and links to
images from then still lead there.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Receive, Scope, Send

# An address of the landing page that has any of these is one of Explore.
_OF_EXPLORE = {"model", "profession", "adjectives", "images"}


class ViewRedirect:
    """Middleware that redirects requests that name a view in another way than its address."""

    def __init__(self, app: "ASGIApp", views: "Collection[str]") -> None:
        """Remember the app that answers all other requests, and the paths of the views."""
        self._app = app
        self._views = views

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        answer = self._app
        if scope["type"] == "http" and (place := self._elsewhere(Request(scope))):
            answer = RedirectResponse(place)
        await answer(scope, receive, send)

    def _elsewhere(self, request: Request) -> str | None:
        """Return the address that a request is redirected to, None if it is answered here."""
        root = request.scope.get("root_path", "")
        path = request.scope["path"].removeprefix(root)
        pairs = request.query_params.multi_items()
        if path in {"", "/"}:
            view, up = request.query_params.get("view"), ""
            if view is None and _OF_EXPLORE.intersection(request.query_params):
                view = "explore"
            pairs = [pair for pair in pairs if pair[0] != "view"]
        else:
            view, up = (
                path.strip("/") if path.endswith("/") else None,
                "../" * (path.count("/") - 1),
            )
        if view not in self._views:
            return None
        # Without a root path it is relative, so that it holds behind any proxy.
        return f"{f'{root}/' if root else up}{view}?{urlencode(pairs)}"
