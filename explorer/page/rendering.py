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


def readable_forms() -> list[tuple[str, str]]:
    """Return the ways to write files for people, the usual one first: for what, and the query.

    Excel reads the separator of the country it is set to, and with a semicolon decimals have
    commas; which is usual depends on the language in use. Without a byte order mark it takes the
    text for another encoding, and other programs do without.
    """
    points = _("Excel that writes decimals with a point"), "readable=on&bom=on"
    commas = (
        _("Excel that writes decimals with a comma"),
        "readable=on&bom=on&separator=semicolon",
    )
    usual = [commas, points] if localised(".") == "," else [points, commas]
    return [*usual, (_("R, Python and other programs"), "readable=on")]


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
    made.globals |= {"readable_forms": readable_forms}
    made.filters |= {"coded": coded, "measure_text": measure_text, "energy": energy_text}
    made.filters["times"] = times
    return made
