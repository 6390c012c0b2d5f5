"""The routes beside the page: images, which never change, and CSV files.

Only the two image folders of the store are served, never the one with the index.
"""

import io
from pathlib import PurePath
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from explorer.csv_files import Style, find_separator, write_csv
from explorer.errors import ExplorerError, InputError, ModelNotFound
from explorer.findings.findings import Findings
from explorer.findings.readable import readable_table
from explorer.page import energy, footprint, pronouns
from explorer.page.choice import ON, parse, study
from explorer.page.tables import tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.types import Scope

    from explorer.page.desk import Desk
    from explorer.page.tables import Table
    from explorer.store.index import Store

_YEAR_SECONDS = 365 * 24 * 60 * 60


def routes(desk: "Desk") -> "list[BaseRoute]":
    """Return the routes for images, thumbnails, CSV files and JSON files."""
    files = (Route(f"/csv/{table.name}", _csv(desk, table)) for table in tables())
    views = (*footprint.routes(desk), *energy.routes(desk), *pronouns.files(desk))
    return [*image_routes(desk.store), *files, *views]


def image_routes(store: "Store") -> "list[BaseRoute]":
    """Return the routes for images and thumbnails."""
    return [
        Mount("/img", _Images(store, store.images_root)),
        Mount("/thumb", _Images(store, store.thumbnails_root)),
    ]


class _Images(StaticFiles):
    """Files named by the hash of their request; a browser never needs to ask again."""

    def __init__(self, store: "Store", folder: "Path") -> None:
        """Serve a folder, which a store that is only read may lack, and what the store holds."""
        super().__init__(directory=folder, check_dir=False)
        self._store = store
        self.config_checked = True

    async def get_response(self, path: str, scope: "Scope") -> Response:
        held = self._store.held(PurePath(path).stem)
        response = (
            Response(held, media_type="image/webp")
            if held is not None
            else await super().get_response(path, scope)
        )
        if response.status_code in {200, 304}:
            response.headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
        return response


def _status(error: ExplorerError) -> int:
    if isinstance(error, InputError):
        return 400
    return 404 if isinstance(error, ModelNotFound) else 500


def _csv(desk: "Desk", table: "Table") -> "Callable[[Request], Response]":
    def answer(request: "Request") -> Response:
        text, asked = io.StringIO(), request.query_params
        readable = asked.get("readable") == ON
        try:
            style = Style(find_separator(asked.get("separator", ",")), asked.get("bom") == ON)
            choice = parse(asked, table.default)
            made = study(choice, desk.find_model, desk.settings.device)
            found = Findings(made, desk.store)
            rows, columns = table.rows(found, choice), table.columns(found)
            if readable:
                rows, columns = readable_table(rows, columns, table.readable, style.separator)
            write_csv(rows, text, columns, style)
        except ExplorerError as error:
            return PlainTextResponse(str(error), _status(error))
        name = table.readable_name if readable else table.name
        return Response(
            # Names of files that are not UTF-8 are sent as they are.
            text.getvalue().encode("utf-8", "surrogateescape"),
            media_type="text/csv",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return answer
