"""A view on its own, for the frames of other pages: `?embed=1`.

It is a page without Gradio, so there is nothing in it that could change, generate or store
anything, and it loads at once. Its links open in a new tab.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from explorer.errors import ExplorerError
from explorer.findings.findings import Findings
from explorer.page import (
    compare,
    explore,
    footprint,
    footprint_choice,
    gaps,
    method,
    models,
    report,
)
from explorer.page import pronoun_findings as pronouns
from explorer.page.choice import COMPARE, EXPLORE, GAPS, parse
from explorer.page.languages import view_of
from explorer.page.navigation import PATHS
from explorer.page.rendering import alert, render
from explorer.page.theme import head

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import QueryParams
    from starlette.types import ASGIApp, Receive, Scope, Send

    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.page.view import Show

    Shown = Callable[[Desk, QueryParams], str]

EMBED = "embed"


class Embeds:
    """Middleware that answers the addresses of embedded views.

    What cannot be embedded leads to the view itself, which other pages may not frame.
    """

    def __init__(self, app: "ASGIApp", desk: "Desk") -> None:
        """Remember the app that answers all other requests, and what the views show."""
        self._app = app
        self._desk = desk
        self._shown = _views()
        self._names = {path.strip("./"): name for name, path in PATHS.items()}

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        answer = self._app
        if scope["type"] == "http" and (view := self._asked(Request(scope))):
            answer = await run_in_threadpool(self._page, view, Request(scope).query_params)
        await answer(scope, receive, send)

    def _asked(self, request: Request) -> str | None:
        """Return the view that is to be embedded, None for every other request."""
        if request.query_params.get(EMBED) != "1":
            return None
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        return self._names.get(view_of(path.strip("/")))

    def _page(self, view: str, asked: "QueryParams") -> "ASGIApp":
        pairs = [pair for pair in asked.multi_items() if pair[0] != EMBED]
        full = f"{PATHS[view]}?{urlencode(pairs)}"
        if view not in self._shown:
            return RedirectResponse(full)
        try:
            html = self._shown[view](self._desk, asked)
        except ExplorerError as error:
            html = alert(error)
        return HTMLResponse(render("embed.html", head=head(), html=html, full=full))


def _views() -> "dict[str, Shown]":
    return {
        "explore": _of_choice(EXPLORE, explore.show),
        "compare": _of_choice(COMPARE, compare.show),
        "gaps": _of_choice(GAPS, gaps.show),
        "report": lambda desk, asked: report.show(desk, report.parse(asked)),
        "models": lambda desk, _asked: models.show(desk, fields=False),
        "method": lambda _desk, _asked: method.show(),
        "pronouns": _pronouns,
        "footprint": lambda desk, asked: footprint.show(desk, footprint_choice.parse(asked)),
    }


def _of_choice(default: "Choice", show: "Show") -> "Shown":
    def shown(desk: "Desk", asked: "QueryParams") -> str:
        choice = parse(asked, default)
        made = desk.study(choice)
        return show(desk, choice, Findings(made, desk.store))

    return shown


def _pronouns(desk: "Desk", asked: "QueryParams") -> str:
    session = pronouns.parse(asked)
    return pronouns.show(desk, session, pronouns.kept_of(desk, session))
