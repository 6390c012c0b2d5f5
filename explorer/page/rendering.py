"""Fill in the HTML templates, which escape whatever comes from people."""

import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.errors import NotChosen
from explorer.footprint.beside import measure_text
from explorer.page.charts import coded
from explorer.page.glossary import glossary
from explorer.plots.templating import environment, isolated, style
from explorer.report.rendering import style_sheet as card_style_sheet
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from jinja2 import Environment

    from explorer.errors import ExplorerError

_log = logging.getLogger(__name__)


def render(template: str, **values: object) -> str:
    """Return one template of explorer/page/templates with its values filled in.

    Words of people may be written from right to left; they do not reorder the text around them.
    """
    return isolated(_environment().get_template(template).render(values))


def style_sheet() -> str:
    """Return the style sheet of the page, with those of the plots and the report cards."""
    return style() + asset("page.css") + asset("likeness.css") + card_style_sheet()


def asset(name: str) -> str:
    """Return the text of a style sheet or of a script."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def alert(error: "ExplorerError") -> str:
    """Return an error as an alert, which screen readers announce at once.

    A choice that is not finished is no error; then it is a plain status.
    """
    if isinstance(error, NotChosen):
        return render("status.html", kind="said", text=str(error))
    _log.info("The page shows an error.", exc_info=error)
    return render("status.html", kind="error", text=str(error))


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
    made.globals["glossary"] = glossary
    made.filters |= {"coded": coded, "measure_text": measure_text}
    return made
