"""The app: the views on their pages, the routes beside them, and the server."""

import asyncio
import threading
from typing import TYPE_CHECKING

import gradio as gr
from gradio.components import Navbar
from starlette.middleware import Middleware

from explorer.errors import ServeError
from explorer.findings.findings import Findings
from explorer.page import annotate, compare, explore, gaps, pronouns
from explorer.page.choice import COMPARE, EXPLORE, GAPS, study
from explorer.page.desk import open_desk
from explorer.page.form import FormKind
from explorer.page.redirects import ViewRedirect
from explorer.page.rendering import render
from explorer.page.routes import routes
from explorer.page.theme import head, theme
from explorer.page.view import view
from explorer.translations import gettext as _
from explorer.words.articles import article

if TYPE_CHECKING:
    from explorer.page.desk import Desk
    from explorer.settings import Settings

TITLE = "Bias Explorer"
_PORT = 7860
# The address of each view, by the name that page.js gives it.
_PAGES = {
    "explore": "./",
    "compare": "compare",
    "gaps": "gaps",
    "pronouns": "pronouns",
    "annotate": "annotate",
}
_SEVERAL = FormKind(several_professions=True)
_BESIDE = FormKind(several_professions=True, reference=True)


def build(desk: "Desk") -> gr.Blocks:
    """Lay out every page; nothing is loaded, generated or served yet."""
    page = gr.Blocks(title=TITLE, analytics_enabled=False)
    with page:
        _header(desk, "explore")
        view(page, desk, EXPLORE, (_("Model"),), explore.show)
    with page.route(_("Compare"), _PAGES["compare"]):
        _header(desk, "compare")
        view(page, desk, COMPARE, (_("Model A"), _("Model B")), compare.show, _SEVERAL)
    with page.route(_("Gaps"), _PAGES["gaps"]):
        _header(desk, "gaps")
        view(page, desk, GAPS, (_("Model"),), gaps.show, _BESIDE)
    with page.route(_("Pronouns"), _PAGES["pronouns"]):
        _header(desk, "pronouns")
        pronouns.view(page, desk)
    with page.route(_("Annotate"), _PAGES["annotate"]):
        _header(desk, "annotate")
        annotate.view(page, desk)
    page.queue(default_concurrency_limit=8, max_size=100)
    return page


def serve(
    settings: "Settings",
    host: str | None = None,
    port: int | None = None,
    *,
    open_browser: bool = False,
) -> None:
    """Open the page and stay until interrupted.

    Args:
        settings: the cache and the device.
        host: the address to listen on; None for this machine only, or for the one a Space sets.
        port: the port; None for the first free one from 7860.
        open_browser: also open the page in a browser.

    Raises:
        StoreError: the cache cannot be used.
        ServeError: the port is taken.
    """
    desk = open_desk(settings)

    async def opened() -> gr.Blocks:
        return launch(desk, host, port, open_browser=open_browser)

    # Without a running event loop, Gradio opens one for each of its locks and never closes them,
    # and Python warns about this at some later moment.
    page = asyncio.run(opened())
    threading.Thread(target=warm, args=(desk,), daemon=True).start()
    told = _("{title} is open at {address}  (stop it with ctrl-C)")
    print(told.format(title=TITLE, address=page.local_url), flush=True)  # noqa: T201
    page.block_thread()


def launch(
    desk: "Desk",
    host: str | None = None,
    port: int | None = None,
    *,
    open_browser: bool = False,
) -> gr.Blocks:
    """Start serving in the background and return the page, which knows its local_url.

    Raises:
        ServeError: the port is taken.
    """
    page = build(desk)
    try:
        page.launch(
            server_name=host,
            server_port=port,
            inbrowser=open_browser,
            prevent_thread_lock=True,
            quiet=True,
            theme=theme(),
            head=head(),
            app_kwargs={
                "routes": routes(desk),
                "middleware": [Middleware(ViewRedirect, views=set(_PAGES.values()))],
            },
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            ssr_mode=False,
            pwa=False,
        )
    except OSError as error:
        raise ServeError(
            _(
                "The page cannot be opened on port {port!r} ({error}). Close the program that uses "
                "the port, or choose another port with --port."
            ).format(port=port or _PORT, error=error)
        ) from error
    return page


def warm(desk: "Desk") -> None:
    """Import the libraries for statistics and grammar, so that no visitor waits for them."""
    for default, show in (
        (EXPLORE, explore.show),
        (COMPARE, compare.show),
        (GAPS, gaps.show),
    ):
        made = study(default, desk.find_model, desk.settings.device)
        show(desk, default, Findings(made, desk.store))
    article("unlisted")


def _header(desk: "Desk", current: str) -> None:
    Navbar(visible=False)
    names = {
        "explore": _("Explore"),
        "compare": _("Compare"),
        "gaps": _("Gaps"),
        "pronouns": _("Pronouns"),
        "annotate": _("Annotate"),
    }
    pages = [
        {"view": view, "name": names[view], "address": address, "current": view == current}
        for view, address in _PAGES.items()
    ]
    header = render("header.html", pages=pages, notices=desk.store.notices)
    gr.HTML(header, apply_default_css=False)
