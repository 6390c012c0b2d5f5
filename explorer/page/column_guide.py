"""The guide to the columns of the files: docs/columns.md, and what the rows themselves say."""

import inspect
import re
from functools import cache
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse
from starlette.routing import Route

from explorer.findings.gap_tables import gap_rows, shift_rows, tone_rows
from explorer.findings.tables import comparison_rows, image_rows, tally_rows
from explorer.page.method import rendered
from explorer.page.rendering import render, style_sheet
from explorer.settings import repository
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

# What goes on in further lines is indented.
_ENTRY = re.compile(r"\n(?=\S)")


def guide_route() -> Route:
    """Return the route of the guide."""

    def answer(_request: "Request") -> HTMLResponse:
        return HTMLResponse(guide())

    return Route("/columns", answer)


def guide() -> str:
    """Return the guide as a page of its own, without the first part where docs are missing."""
    path = repository() / "docs" / "columns.md"
    readable = rendered(path.read_text(encoding="utf-8")).text if path.is_file() else ""
    files = {
        _("Tallies"): tally_rows,
        _("Images"): image_rows,
        _("Comparison"): comparison_rows,
        _("Gaps"): gap_rows,
        _("Tones"): tone_rows,
        _("Adjectives"): shift_rows,
    }
    complete = {title: _columns(rows) for title, rows in files.items()}
    return render("columns.html", style=style_sheet(), readable=readable, complete=complete)


@cache
def _columns(rows: "Callable[..., object]") -> tuple[tuple[str, str], ...]:
    """Return the columns of a table with what they hold, as its function says."""
    _before, _heading, said = (inspect.getdoc(rows) or "").partition("Columns:\n")
    entries = (" ".join(one.split()) for one in _ENTRY.split(inspect.cleandoc(said)))
    parts = (entry.partition(": ") for entry in entries)
    return tuple((names, meaning) for names, _colon, meaning in parts)
