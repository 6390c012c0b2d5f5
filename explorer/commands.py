"""All commands: those of `cli`, and the one that opens the page."""

from dataclasses import replace
from typing import Annotated

from cyclopts import Parameter

from explorer import settings
from explorer.cli import app, run
from explorer.cli.options import CacheFolder, Metered, Spending
from explorer.translations import gettext as _

__all__ = ["app", "run", "serve"]


@app.command(help=_("Open the page, until interrupted."))
def serve(
    *,
    host: Annotated[
        str | None,
        Parameter(
            metavar="ADDRESS",
            help=_("Address to listen on."),
            show_default=_("this machine only"),
        ),
    ] = None,
    port: Annotated[
        int | None,
        Parameter(metavar="N", help=_("Port."), show_default=_("the first free one from 7860")),
    ] = None,
    open_browser: Annotated[
        bool, Parameter(name="--open", help=_("Also open the page in a browser."))
    ] = False,
    mcp: Annotated[
        bool | None,
        Parameter(
            help=_(
                "Let programs use the page's functions through the Model Context Protocol.  "
                "[env: EXPLORER_MCP]"
            ),
            show_default=_("yes, but not in public"),
        ),
    ] = None,
    spending: Spending = Spending(),
    metered: Metered = Metered(),
    cache: CacheFolder = None,
) -> None:
    """Open the page, until interrupted."""
    address = settings.address(host, port)
    asked = metered.applied(spending.applied(settings.load(cache)))
    asked = replace(asked, mcp=asked.mcp if mcp is None else mcp)
    with settings.own_gradio():
        # Gradio opens a connection while it is imported.
        with settings.without_proxies():
            from explorer.page.app import serve as serve_page
        serve_page(asked, address, open_browser=open_browser)
