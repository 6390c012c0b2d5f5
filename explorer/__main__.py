"""`python -m explorer`: the commands, and the one that opens the page."""

from typing import Annotated

import typer

from explorer import settings
from explorer.cli import app
from explorer.cli.options import CacheFolder

__all__ = ["app", "serve"]


@app.command()
def serve(
    host: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Address to listen on.  [default: this machine only]"),
    ] = None,
    port: Annotated[
        int | None, typer.Option(metavar="N", help="Port.  [default: the first free one from 7860]")
    ] = None,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Also open the page in a browser.")
    ] = False,
    cache: CacheFolder = None,
) -> None:
    """Open the page, until interrupted."""
    from explorer.page.app import serve as serve_page

    serve_page(settings.load(cache), host, port, open_browser=open_browser)


if __name__ == "__main__":
    app(prog_name="python -m explorer")
