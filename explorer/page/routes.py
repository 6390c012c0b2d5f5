"""The routes beside the page: images, which never change, and CSV files.

Only the two image folders of the store are served, never the one with the index.
"""

import stat
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from explorer.findings.findings import Findings
from explorer.page import (
    average,
    blind,
    diversity,
    energy,
    footprint,
    images,
    neighbours,
    overview,
    pronouns,
    report,
)
from explorer.page.archive import archive_route
from explorer.page.choice import ON, parse
from explorer.page.column_guide import guide_route
from explorer.page.figures import figure_routes
from explorer.page.file_names import file_name
from explorer.page.files import File, file_route, readable_if_asked
from explorer.page.previews import picture_route
from explorer.page.tables import tables

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams
    from starlette.routing import BaseRoute, Route
    from starlette.types import Scope

    from explorer.page.desk import Desk
    from explorer.page.tables import Table
    from explorer.store.index import Store

_YEAR_SECONDS = 365 * 24 * 60 * 60


def routes(desk: "Desk") -> "list[BaseRoute]":
    """Return the routes for images, thumbnails, CSV files and JSON files."""
    files = (_file(desk, table) for table in tables())
    return [
        *image_routes(desk.store),
        *overview.routes(),
        *files,
        archive_route(desk),
        guide_route(),
        *figure_routes(desk),
        *images.routes(desk),
        *blind.routes(desk),
        *average.routes(desk),
        *diversity.routes(desk),
        *neighbours.routes(desk),
        *energy.routes(desk),
        *footprint.routes(desk),
        *pronouns.files(desk),
        *report.files(desk),
        picture_route(desk),
    ]


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
        # A grid has hundreds of them. Read whole, each takes a quarter less time than in parts.
        response = (
            await run_in_threadpool(self._whole, path, scope)
            if scope["method"] in {"GET", "HEAD"}
            else None
        )
        if response is None:
            return await super().get_response(path, scope)
        response.headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
        return response

    def _whole(self, path: str, scope: "Scope") -> Response | None:
        held = self._store.held(PurePath(path).stem)
        if held is not None:
            return Response(held, media_type="image/webp")
        with suppress(OSError, ValueError):
            found, status = self.lookup_path(path)
            if status and stat.S_ISREG(status.st_mode):
                told = self.file_response(found, status, scope)
                if told.status_code != HTTPStatus.OK:
                    return told
                return Response(Path(found).read_bytes(), headers=dict(told.headers))
        return None


def _file(desk: "Desk", table: "Table") -> "Route":
    def make(asked: "QueryParams") -> File:
        choice = parse(asked, table.default)
        made = desk.study(choice)
        found = Findings(made, desk.store)
        file = File(table.name, table.rows(found, choice), table.columns(found))
        kind = table.kind if asked.get("readable") == ON else f"{table.kind}-all-columns"
        named = readable_if_asked(asked, file, table.readable)
        return replace(named, name=file_name(made, kind, "csv"))

    return file_route("csv", table.name, make)
