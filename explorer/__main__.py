"""`python -m explorer`: the commands, and the one that opens the page."""

import sys
from typing import Annotated

from cyclopts import Parameter

from explorer import settings
from explorer.cli import app, run
from explorer.cli.options import CacheFolder, Spending
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
    spending: Spending = Spending(),
    cache: CacheFolder = None,
) -> None:
    """Open the page, until interrupted."""
    from explorer.page.app import serve as serve_page

    asked = spending.applied(settings.load(cache))
    serve_page(asked, host, port, open_browser=open_browser)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
