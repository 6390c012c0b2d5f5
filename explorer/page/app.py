"""The app: the views on their pages, the routes beside them, and the server."""

import asyncio
import threading
from typing import TYPE_CHECKING

import gradio as gr
from gradio.components import Navbar
from starlette.middleware import Middleware

from explorer.errors import ServeError
from explorer.findings.findings import Findings
from explorer.page import annotate, compare, explore, gaps
from explorer.page.choice import COMPARE, EXPLORE, GAPS, study
from explorer.page.desk import open_desk
from explorer.page.form import FormKind
from explorer.page.redirects import ViewRedirect
from explorer.page.rendering import render
from explorer.page.routes import routes
from explorer.page.theme import head, theme
from explorer.page.view import view
from explorer.words.articles import article

if TYPE_CHECKING:
    from explorer.page.desk import Desk
    from explorer.settings import Settings

TITLE = "Bias Explorer"
_PORT = 7860
_PAGES = {"Explore": "./", "Compare": "compare", "Gaps": "gaps", "Annotate": "annotate"}
_SEVERAL = FormKind(several_professions=True)
_BESIDE = FormKind(several_professions=True, reference=True)


def build(desk: "Desk") -> gr.Blocks:
    """Lay out every page; nothing is loaded, generated or served yet."""
    page = gr.Blocks(title=TITLE, analytics_enabled=False)
    with page:
        _header("Explore")
        view(page, desk, EXPLORE, ("Model",), explore.show)
    with page.route("Compare", "compare"):
        _header("Compare")
        view(page, desk, COMPARE, ("Model A", "Model B"), compare.show, _SEVERAL)
    with page.route("Gaps", "gaps"):
        _header("Gaps")
        view(page, desk, GAPS, ("Model",), gaps.show, _BESIDE)
    with page.route("Annotate", "annotate"):
        _header("Annotate")
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
        host: the address to listen on; None for this machine only, or for what a Space asks.
        port: the port; None for the first free one from 7860.
        open_browser: also open the page in a browser.

    Raises:
        StoreError: the cache cannot be used.
        ServeError: the port is taken.
    """
    desk = open_desk(settings)

    async def opened() -> gr.Blocks:
        return launch(desk, host, port, open_browser=open_browser)

    # Where no event loop runs, Gradio opens one for each of its locks and leaves them to be
    # collected, which Python complains about at any later moment.
    page = asyncio.run(opened())
    threading.Thread(target=warm, args=(desk,), daemon=True).start()
    print(f"{TITLE} is open at {page.local_url}  (stop it with ctrl-C)", flush=True)  # noqa: T201
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
            f"The page cannot be opened on port {port or _PORT!r} ({error}). Close what uses the "
            "port, or choose another one with --port."
        ) from error
    return page


def warm(desk: "Desk") -> None:
    """Import now what the first visitor would otherwise wait for: statistics and grammar."""
    for default, show in (
        (EXPLORE, explore.show),
        (COMPARE, compare.show),
        (GAPS, gaps.show),
    ):
        made = study(default, desk.find_model, desk.settings.device)
        show(desk, default, Findings(made, desk.store))
    article("unlisted")


def _header(current: str) -> None:
    Navbar(visible=False)
    pages = [
        {"name": name, "address": address, "current": name == current}
        for name, address in _PAGES.items()
    ]
    gr.HTML(render("header.html", pages=pages), apply_default_css=False)
