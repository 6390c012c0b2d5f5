"""The files that views offer: rows as CSV or JSON, and what is wrong as a message with a status."""

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from explorer.csv_files import Style, find_separator, write_csv
from explorer.errors import ExplorerError, InputError, ModelNotFound
from explorer.findings.readable import readable_table
from explorer.page.choice import ON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from starlette.datastructures import QueryParams
    from starlette.requests import Request

    from explorer.findings.readable import Readable
    from explorer.findings.tables import Row

_MEDIA = {"csv": "text/csv", "json": "application/json"}


@dataclass(frozen=True, slots=True)
class File:
    """Rows under the name that they are saved by; `columns` are those of a file without rows."""

    name: str
    rows: "Sequence[Row]"
    columns: "Sequence[str]" = ()


@dataclass(frozen=True, slots=True)
class Download:
    """The content of a file, or its pieces, with its media type and the name it is saved by."""

    name: str
    media: str
    content: "str | bytes | Iterator[bytes]"


def file_route(kind: str, name: str, make: "Callable[[QueryParams], File]") -> Route:
    """Return the route of a file of rows.

    Args:
        kind: "csv" or "json".
        name: its name in the address.
        make: returns the file that the query of an address asks for.
    """

    def written(asked: "QueryParams") -> Download:
        file = make(asked)
        text = _json(file) if kind == "json" else csv_text(file, style_of(asked))
        return Download(file.name, _MEDIA[kind], text)

    return download_route(f"/{kind}/{name}", written)


def download_route(path: str, make: "Callable[[QueryParams], Download]") -> Route:
    """Return the route of a file; what is wrong becomes a message with its status.

    Args:
        path: the path of its address.
        make: returns the file that the query of an address asks for.
    """

    def answer(request: "Request") -> Response:
        return sent(lambda: make(request.query_params))

    return Route(path, answer)


def sent(make: "Callable[[], Download]") -> Response:
    """Return the answer that holds a file; what is wrong becomes a message with its status."""
    try:
        file = make()
    except ExplorerError as error:
        return PlainTextResponse(str(error), _status(error))
    content = file.content
    if isinstance(content, str):
        # Names of files that are not UTF-8 are sent as they are.
        content = content.encode("utf-8", "surrogateescape")
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    if isinstance(content, bytes):
        return Response(content, media_type=file.media, headers=headers)
    return StreamingResponse(content, media_type=file.media, headers=headers)


def readable_if_asked(asked: "QueryParams", file: File, readable: "Readable") -> File:
    """Return a file of rows for people if the address asks for one, else the complete file.

    Raises:
        UnknownName: there is no such separator.
    """
    if asked.get("readable") != ON:
        return file
    return for_people(file, readable, style_of(asked))


def for_people(file: File, readable: "Readable", style: Style) -> File:
    """Return the file of the same rows for people."""
    rows, columns = readable_table(file.rows, file.columns, readable, style.separator)
    return File(file.name.replace(".", "-readable."), rows, columns)


def style_of(asked: "QueryParams") -> Style:
    """Return the separator and the byte order mark that an address asks for.

    Raises:
        UnknownName: there is no such separator.
    """
    return Style(find_separator(asked.get("separator", ",")), asked.get("bom") == ON)


def csv_text(file: File, style: Style) -> str:
    """Return the rows as the text of a CSV file."""
    text = io.StringIO()
    write_csv(file.rows, text, file.columns, style)
    return text.getvalue()


def _json(file: File) -> str:
    return json.dumps(file.rows, indent=2, ensure_ascii=False) + "\n"


def _status(error: ExplorerError) -> int:
    if isinstance(error, InputError):
        return 400
    return 404 if isinstance(error, ModelNotFound) else 500
