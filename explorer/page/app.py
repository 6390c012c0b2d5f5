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
from explorer.page import (
    annotate,
    compare,
    explore,
    footprint,
    gaps,
    method,
    models,
    overview,
    pronouns,
    report,
)
from explorer.page.choice import COMPARE, EXPLORE, GAPS, study
from explorer.page.desk import open_desk
from explorer.page.embeds import Embeds
from explorer.page.error_pages import ErrorPages
from explorer.page.form import FormKind
from explorer.page.navigation import PATHS, header, titles
from explorer.page.ports import refused, require_free
from explorer.page.prefix import Prefix
from explorer.page.previews import Previews
from explorer.page.redirects import ViewRedirect
from explorer.page.routes import routes
from explorer.page.shared import TITLE
from explorer.page.theme import head, theme
from explorer.page.view import view
from explorer.settings import Address, without_proxies
from explorer.translations import gettext as _
from explorer.words.articles import article

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.page.desk import Desk
    from explorer.settings import Settings

_CLOSING_SECONDS = 10.0
_SEVERAL = FormKind(several_professions=True)
_BESIDE = FormKind(several_professions=True, reference=True)

_log = logging.getLogger(__name__)


class _Page(gr.Blocks):
    async def process_api(self, *args: Any, **named: Any) -> dict[str, Any]:
        try:
            return await super().process_api(*args, **named)
        except Exception:
            # Gradio only prints it.
            _log.info("The page has failed.", exc_info=True)
            raise


def build(desk: "Desk") -> gr.Blocks:
    """Lay out every page; nothing is loaded, generated or served yet."""
    page = _Page(title=TITLE, analytics_enabled=False)
    laid_out = _views(page, desk)
    with page:
        _header(desk, "overview")
        overview.view(page, desk)
    for name, title in titles().items():
        if name in laid_out:
            with page.route(title, PATHS[name]):
                _header(desk, name)
                laid_out[name]()
    page.queue(default_concurrency_limit=8, max_size=100)
    return page


def _views(page: gr.Blocks, desk: "Desk") -> "dict[str, Callable[[], object]]":
    """Return the view of each page but the first; each is laid out inside its page."""
    one, two = (_("Model"),), (_("Model A"), _("Model B"))
    return {
        "explore": lambda: view(page, desk, EXPLORE, one, explore.show),
        "compare": lambda: view(page, desk, COMPARE, two, compare.show, _SEVERAL),
        "annotate": lambda: annotate.view(desk),
        "report": lambda: report.view(page, desk),
        "models": lambda: models.view(page, desk),
        "method": lambda: method.view(page, desk),
        "gaps": lambda: view(page, desk, GAPS, one, gaps.show, _BESIDE),
        "pronouns": lambda: pronouns.view(page, desk),
        "footprint": lambda: footprint.view(page, desk),
    }


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
                        Middleware(ErrorPages, header=header),
                        Middleware(ViewRedirect, views=set(PATHS.values())),
                        Middleware(Previews, desk=desk),
                        Middleware(Embeds, desk=desk),
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
    gr.HTML(header("", current, desk.store.notices), apply_default_css=False)
