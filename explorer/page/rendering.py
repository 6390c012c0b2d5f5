"""Fill in the HTML templates, which escape whatever comes from people."""

import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.errors import NotChosen
from explorer.findings.gaps import times
from explorer.footprint.amounts import energy_text
from explorer.footprint.beside import measure_text
from explorer.numbers import localised
from explorer.page.charts import coded
from explorer.page.glossary import glossary
from explorer.page.tour import steps
from explorer.plots.templating import environment, isolated, style
from explorer.report.rendering import style_sheet as card_style_sheet
from explorer.translations import again
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment

    from explorer.errors import ExplorerError
    from explorer.page.smaller import Smaller
    from explorer.page.tables import Table

_STYLES = (
    "page.css",
    "grid.css",
    "pairs.css",
    "likeness.css",
    "overview.css",
    "pages.css",
    "terms.css",
    "embed.css",
    "tour.css",
)

_log = logging.getLogger(__name__)


def render(template: str, **values: object) -> str:
    """Return one template of explorer/page/templates with its values filled in.

    Words of people may be written from right to left; they do not reorder the text around them.
    """
    return isolated(_environment().get_template(template).render(values))


def style_sheet() -> str:
    """Return the style sheet of the page, with those of the plots and the report cards."""
    return style() + "".join(map(asset, _STYLES)) + card_style_sheet()


def asset(name: str) -> str:
    """Return the text of a style sheet or of a script."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def for_spreadsheets() -> str:
    """Return the query of a file that opens in Excel where the language in use is spoken."""
    # Excel takes the separator of the country, and with a semicolon decimals have commas.
    separator = "&separator=semicolon" if localised(".") == "," else ""
    return f"readable=on&bom=on{separator}"


def figures(tables: "Sequence[Table]") -> list[tuple[str, str]]:
    """Return the name and the title of each chart beside the tables of a view."""
    if not any(table.name == "gaps.csv" for table in tables):
        return [("shares", _("Chart"))]
    return [("gaps", _("Chart of gaps")), ("adjectives", _("Chart of adjectives"))]


def said(text: str, details: "Sequence[str]" = (), smaller: "Smaller | None" = None) -> str:
    """Return a plain status, with what unfolds below it and a smaller choice."""
    return render("status.html", kind="said", text=text, details=details, smaller=smaller)


def alert(error: "ExplorerError") -> str:
    """Return an error as an alert, which screen readers announce at once.

    A choice that is not finished is no error; then it is a plain status.
    """
    # It may come from a run that somebody else began, in another language.
    text = again(error.args[0]) if error.args else ""
    if isinstance(error, NotChosen):
        return said(text)
    _log.info("The page shows an error.", exc_info=error)
    return render("status.html", kind="error", text=text)


def progress(
    text: str, done: int = 0, total: int = 0, note: str = "", label: str | None = None
) -> str:
    """Return the progress of something long, as a bar with text; `label` names what is counted."""
    label = label or _("Images generated")
    return render(
        "status.html", kind="progress", label=label, text=text, done=done, total=total, note=note
    )


@cache
def _environment() -> "Environment":
    made = environment(Path(__file__).with_name("templates"))
    made.globals |= {"glossary": glossary, "tour_steps": steps}
    made.globals |= {"for_spreadsheets": for_spreadsheets, "figures": figures}
    made.filters |= {"coded": coded, "measure_text": measure_text, "energy": energy_text}
    made.filters["times"] = times
    return made
