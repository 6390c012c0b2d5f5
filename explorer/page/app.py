"""The app: the views on their pages, the routes beside them, and the server."""

import asyncio
import logging
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.components import Navbar
from starlette.middleware import Middleware

from explorer.failures import first_line
from explorer.findings.findings import Findings
from explorer.page import (
    annotate,
    compare,
    endpoints,
    explore,
    footprint,
    gaps,
    method,
    models,
    overview,
    pronouns,
    report,
)
from explorer.page.absent import no_annotating
from explorer.page.choice import COMPARE, EXPLORE, GAPS
from explorer.page.desk import open_desk
from explorer.page.embeds import Embeds
from explorer.page.error_pages import ErrorPages
from explorer.page.events import VISITORS, by_visitor
from explorer.page.form import ONE_PROFESSION
from explorer.page.guards.events import require_harmless
from explorer.page.guards.headers import SecurityHeaders
from explorer.page.guards.hosts import Hosts
from explorer.page.guards.origins import without_cors
from explorer.page.guards.paths import Paths
from explorer.page.guards.sizes import MAX_FILE_BYTES, Sizes
from explorer.page.languages import Languages, folder, language_of, page_name
from explorer.page.navigation import PATHS, header, titles
from explorer.page.ports import refused, require_free
from explorer.page.prefix import Prefix
from explorer.page.previews import Previews
from explorer.page.redirects import ViewRedirect
from explorer.page.routes import routes
from explorer.page.sessions import keep_little
from explorer.page.shared import TITLE
from explorer.page.theme import head, theme
from explorer.page.view import view
from explorer.settings import Address, without_proxies
from explorer.translations import LANGUAGES, language
from explorer.translations import gettext as _
from explorer.words.articles import article

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradio.block_function import BlockFunction

    from explorer.page.desk import Desk
    from explorer.settings import Settings

_CLOSING_SECONDS = 10.0
# Python's own is ten times as long. Whatever answers a request hands over to the server many times,
# and each time waits so long for every view that is being made and for a model at work.
_SWITCH_SECONDS = 0.0005
# Uploads are read at once; Gradio looks for old ones this often, and deletes those as old as this.
_UPLOAD_SECONDS = (600, 600)

_log = logging.getLogger(__name__)


class _Page(gr.Blocks):
    def queue(self, *args: Any, **named: Any) -> "_Page":
        super().queue(*args, **named)
        # Answers wait here for whoever asked and does not listen, for two thousand visitors.
        self._queue.pending_messages_per_session = by_visitor()
        # Nobody sees Gradio's summary of all events, which takes a tenth of the time of each.
        self._queue.ANAYLTICS_CACHE_FREQUENCY = sys.maxsize
        return self

    async def process_api(
        self, block_fn: "BlockFunction | int", inputs: list[Any], *args: Any, **named: Any
    ) -> dict[str, Any]:
        try:
            function = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
            require_harmless(function, inputs, named.get("request"))
            # Threads that carry a handler out take the language along, whoever began the run.
            with language(language_of(function.page)):
                return await super().process_api(block_fn, inputs, *args, **named)
        except Exception:
            # Gradio only prints it.
            _log.info("The page has failed.", exc_info=True)
            raise


def build(desk: "Desk") -> gr.Blocks:
    """Lay out every page in every language; nothing is loaded, generated or served yet."""
    page = _Page(title=TITLE, analytics_enabled=False, delete_cache=_UPLOAD_SECONDS)
    # Before any page in another language: what belongs to such a page answers in that language.
    endpoints.lay_out(page, desk)
    for name in LANGUAGES:
        with language(name):
            _lay_out(page, desk)
    # With its API open, Gradio lets what queues skip the queue.
    page.queue(default_concurrency_limit=8, max_size=100, api_open=False)
    return page


def _lay_out(page: gr.Blocks, desk: "Desk") -> None:
    """Lay out every page in the language in use."""
    laid_out = _views(page, desk)
    for name, title in titles().items():
        with _route(page, title, name):
            _header(desk, name)
            laid_out[name]()


def _route(page: gr.Blocks, title: str, view: str) -> gr.Blocks:
    """Return the page of a view; the first one of the source language has no name."""
    name = page_name(PATHS[view])
    if name:
        # Gradio's own `route` refuses a slash, which its server and its browser part both take.
        page.pages.append((name, title, True))
        page.current_page = name
    return page


def _views(page: gr.Blocks, desk: "Desk") -> "dict[str, Callable[[], object]]":
    """Return the view of each page, to be laid out inside it."""
    one, two, may = (_("Model"),), (_("Model A"), _("Model B")), desk.may
    plain = replace(ONE_PROFESSION, own_models=may.names_models)
    several = replace(plain, several_professions=True)
    beside = replace(several, reference=may.uploads)
    return {
        "overview": lambda: overview.view(page, desk),
        "explore": lambda: view(page, desk, EXPLORE, one, explore.show, plain),
        "compare": lambda: view(page, desk, COMPARE, two, compare.show, several),
        "annotate": lambda: annotate.view(desk) if may.annotates else no_annotating(),
        "report": lambda: report.view(page, desk),
        "models": lambda: models.view(page, desk),
        "method": lambda: method.view(page, desk),
        "gaps": lambda: view(page, desk, GAPS, one, gaps.show, beside),
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
    sys.setswitchinterval(_SWITCH_SECONDS)
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
                auth=list(desk.settings.rules.accounts) or None,
                max_file_size=MAX_FILE_BYTES,
                state_session_capacity=VISITORS,
                app_kwargs={
                    "routes": routes(desk),
                    "middleware": _middleware(desk, address),
                    "lifespan": without_cors,
                    "openapi_url": None,
                },
                footer_links=[],
                run_history=False,
                enable_monitoring=False,
                share=False,
                mcp_server=desk.settings.mcp,
                ssr_mode=False,
                pwa=False,
            )
    except Exception as error:
        # Gradio asks its own server whether it answers, and raises whatever comes of that.
        pattern = _("{error} See that this machine can reach itself, or choose another --host.")
        raise refused(address, pattern.format(error=first_line(error))) from error
    endpoints.answer_in_json(page)
    keep_little(page)
    return page


def _middleware(desk: "Desk", address: Address) -> list[Middleware]:
    """Return the middleware before the app, outermost first."""
    return [
        Middleware(Prefix),
        Middleware(SecurityHeaders, head=head(), in_space=address.in_space),
        Middleware(Hosts, address=address),
        Middleware(Sizes),
        Middleware(ViewRedirect, views=_addresses()),
        Middleware(Languages, views=set(PATHS.values())),
        Middleware(Previews, desk=desk),
        Middleware(Embeds, desk=desk),
        Middleware(ErrorPages, header=header),
        Middleware(Paths, uploads=not desk.settings.is_public),
    ]


def warm(desk: "Desk") -> None:
    """Import the libraries for statistics and grammar, so that no visitor waits for them."""
    import matplotlib as mpl

    # Gradio asks for its backend at every event, and it takes seconds to choose one by itself.
    mpl.use("agg")
    # First, because this parses code, which may fail while a run imports its libraries.
    article("unlisted")
    for default, show in (
        (EXPLORE, explore.show),
        (COMPARE, compare.show),
        (GAPS, gaps.show),
    ):
        made = desk.study(default)
        show(desk, default, Findings(made, desk.store))


def _header(desk: "Desk", current: str) -> None:
    Navbar(visible=False)
    gr.HTML(header("", current, desk.store.notices), apply_default_css=False)


def _addresses() -> set[str]:
    """Return the addresses of the views in every language."""
    views = [address.removeprefix("./") for address in PATHS.values()]
    return {f"{folder(name)}{view}" for name in LANGUAGES for view in views} - {""}
