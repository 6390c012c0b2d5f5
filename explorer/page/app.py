"""The app: the views on their pages, the routes beside them, and the server."""

import asyncio
import logging
import threading
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.components import Navbar
from starlette.middleware import Middleware

from explorer.failures import first_line
from explorer.findings.findings import Findings
from explorer.page import annotate, compare, explore, footprint, gaps, pronouns, report
from explorer.page.choice import COMPARE, EXPLORE, GAPS, study
from explorer.page.desk import open_desk
from explorer.page.error_pages import ErrorPages
from explorer.page.form import FormKind
from explorer.page.languages import Languages, folder, language_of, others, page_name
from explorer.page.ports import refused, require_free
from explorer.page.prefix import Prefix
from explorer.page.redirects import ViewRedirect
from explorer.page.rendering import render
from explorer.page.routes import routes
from explorer.page.theme import head, theme
from explorer.page.view import view
from explorer.settings import Address, without_proxies
from explorer.translations import LANGUAGES, again, language
from explorer.translations import gettext as _
from explorer.words.articles import article

if TYPE_CHECKING:
    from gradio.block_function import BlockFunction

    from explorer.page.desk import Desk
    from explorer.settings import Settings

TITLE = "Bias Explorer"
_CLOSING_SECONDS = 10.0
# The address of each view, by the name that page.js gives it.
_PAGES = {
    "explore": "./",
    "compare": "compare",
    "gaps": "gaps",
    "pronouns": "pronouns",
    "annotate": "annotate",
    "footprint": "footprint",
    "report": "report",
}
_SEVERAL = FormKind(several_professions=True)
_BESIDE = FormKind(several_professions=True, reference=True)

_log = logging.getLogger(__name__)


class _Page(gr.Blocks):
    async def process_api(
        self, block_fn: "BlockFunction | int", *args: Any, **named: Any
    ) -> dict[str, Any]:
        try:
            page = (self.fns[block_fn] if isinstance(block_fn, int) else block_fn).page
            # Threads that carry a handler out take the language along, whoever began the run.
            with language(language_of(page)):
                return await super().process_api(block_fn, *args, **named)
        except Exception:
            # Gradio only prints it.
            _log.info("The page has failed.", exc_info=True)
            raise


def build(desk: "Desk") -> gr.Blocks:
    """Lay out every page in every language; nothing is loaded, generated or served yet."""
    page = _Page(title=TITLE, analytics_enabled=False)
    for name in LANGUAGES:
        with language(name):
            _lay_out(page, desk)
    page.queue(default_concurrency_limit=8, max_size=100)
    return page


def _lay_out(page: gr.Blocks, desk: "Desk") -> None:
    """Lay out every page in the language in use."""
    with _route(page, _("Explore"), "explore"):
        _header(desk, "explore")
        view(page, desk, EXPLORE, (_("Model"),), explore.show)
    with _route(page, _("Compare"), "compare"):
        _header(desk, "compare")
        view(page, desk, COMPARE, (_("Model A"), _("Model B")), compare.show, _SEVERAL)
    with _route(page, _("Gaps"), "gaps"):
        _header(desk, "gaps")
        view(page, desk, GAPS, (_("Model"),), gaps.show, _BESIDE)
    with _route(page, _("Pronouns"), "pronouns"):
        _header(desk, "pronouns")
        pronouns.view(page, desk)
    with _route(page, _("Annotate"), "annotate"):
        _header(desk, "annotate")
        annotate.view(desk)
    with _route(page, _("Footprint"), "footprint"):
        _header(desk, "footprint")
        footprint.view(page, desk)
    with _route(page, _("Report"), "report"):
        _header(desk, "report")
        report.view(page, desk)


def _route(page: gr.Blocks, title: str, view: str) -> gr.Blocks:
    """Return the page of a view; the first one of the source language has no name."""
    name = page_name(_PAGES[view])
    if name:
        # Gradio's own `route` refuses a slash, which its server and its browser part both take.
        page.pages.append((name, title, True))
        page.current_page = name
    return page


def serve(settings: "Settings", address: Address, *, open_browser: bool = False) -> None:
    """Open the page and stay until interrupted; runs in progress end with their current images.

    Args:
        settings: the cache and the device.
        address: where the page is served.
        open_browser: also open the page in a browser.

    Raises:
        StoreError: the cache cannot be used.
        ServeError: something stops the server.
    """
    desk = open_desk(settings)

    async def opened() -> gr.Blocks:
        return launch(desk, address, open_browser=open_browser)

    # Without a running event loop, Gradio opens one for each of its locks and never closes them,
    # and Python warns about this at some later moment.
    page = asyncio.run(opened())
    threading.Thread(target=warm, args=(desk,), daemon=True).start()
    told = _("{title} is open at {address}  (stop it with ctrl-C)")
    print(told.format(title=TITLE, address=page.local_url), flush=True)  # noqa: T201
    try:
        # Gradio's own waiting would hide which signal ends it.
        threading.Event().wait()
    finally:
        print(_("Stopped. All generated images are kept."), flush=True)  # noqa: T201
        desk.runs.close()
        # In a Space, Gradio waits for a server of its own, which may never end.
        closing = threading.Thread(target=page.close, kwargs={"verbose": False}, daemon=True)
        closing.start()
        closing.join(_CLOSING_SECONDS)


def launch(desk: "Desk", address: Address = Address(), *, open_browser: bool = False) -> gr.Blocks:
    """Start serving in the background and return the page, which knows its local_url.

    Raises:
        ServeError: something stops the server.
    """
    require_free(address)
    page = build(desk)
    try:
        with without_proxies():
            page.launch(
                # As in a browser's address bar.
                server_name=f"[{address.host}]" if ":" in address.host else address.host,
                server_port=address.port or None,
                root_path=address.root_path,
                inbrowser=open_browser,
                prevent_thread_lock=True,
                quiet=True,
                theme=theme(),
                head=head(),
                app_kwargs={
                    "routes": routes(desk),
                    "middleware": [
                        Middleware(Prefix),
                        Middleware(ViewRedirect, views=_addresses()),
                        Middleware(Languages, views=set(_PAGES.values())),
                        Middleware(ErrorPages, header=_header_html),
                    ],
                },
                footer_links=[],
                run_history=False,
                enable_monitoring=False,
                share=False,
                mcp_server=False,
                ssr_mode=False,
                pwa=False,
            )
    except Exception as error:
        # Gradio asks its own server whether it answers, and raises whatever comes of that.
        pattern = _("{error} See that this machine can reach itself, or choose another --host.")
        raise refused(address, pattern.format(error=first_line(error))) from error
    return page


def warm(desk: "Desk") -> None:
    """Import the libraries for statistics and grammar, so that no visitor waits for them."""
    # First, because this parses code, which may fail while a run imports its libraries.
    article("unlisted")
    for default, show in (
        (EXPLORE, explore.show),
        (COMPARE, compare.show),
        (GAPS, gaps.show),
    ):
        made = study(default, desk.find_model, desk.settings.device)
        show(desk, default, Findings(made, desk.store))


def _header(desk: "Desk", current: str) -> None:
    Navbar(visible=False)
    gr.HTML(_header_html("", current, desk.store.notices), apply_default_css=False)


def _header_html(home: str, current: str = "", notices: tuple[str, ...] = ()) -> str:
    """Return the way to each view, seen from a page that is `home` away from the first one."""
    names = {
        "explore": _("Explore"),
        "compare": _("Compare"),
        "gaps": _("Gaps"),
        "pronouns": _("Pronouns"),
        "annotate": _("Annotate"),
        "footprint": _("Footprint"),
        "report": _("Report"),
    }
    pages = [
        {"view": view, "name": names[view], "address": home + address, "current": view == current}
        for view, address in _PAGES.items()
    ]
    languages = others(_PAGES.get(current, "./"), home)
    said = map(again, notices)
    return render("header.html", pages=pages, notices=said, languages=languages)


def _addresses() -> set[str]:
    """Return the addresses of the views in every language."""
    views = [address.removeprefix("./") for address in _PAGES.values()]
    return {f"{folder(name)}{view}" for name in LANGUAGES for view in views} - {""}
