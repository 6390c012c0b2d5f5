"""Fill in the HTML templates, which escape whatever comes from people."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from explorer.page.charts import coded, match_text
from explorer.page.glossary import glossary
from explorer.page.pace import duration
from explorer.pronouns.probe import share_of
from explorer.translations import gettext, ngettext

if TYPE_CHECKING:
    from explorer.errors import ExplorerError


def render(template: str, **values: object) -> str:
    """Return one template of explorer/page/templates with its values filled in."""
    return _environment().get_template(template).render(values)


def asset(name: str) -> str:
    """Return the text of page.css or page.js."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def alert(error: "ExplorerError") -> str:
    """Return an error as an alert, which screen readers announce at once."""
    return render("status.html", kind="error", text=str(error))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.globals["glossary"] = glossary
    # As in babel.cfg: a sentence may be broken into lines.
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters |= {
        "whole": _whole,
        "percent": _percent,
        "place": _place,
        "points": _points,
        "chance": _chance,
        "odds": share_of,
        "coded": coded,
        "duration": duration,
        "match_text": match_text,
    }
    return environment


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _whole(share: float) -> str:
    return f"{100 * share:.0f}"


def _place(share: float) -> str:
    return f"{100 * share:.2f}%"


def _points(difference: float) -> str:
    whole = round(100 * difference)
    return f"{whole:+d}".replace("-", "\N{MINUS SIGN}") if whole else "0"


def _chance(value: float | None) -> str:
    """Return a p or q as text, a dash where nothing was tested."""
    if value is None:
        return "\N{EN DASH}"
    return "< 0.001" if value < 0.001 else f"{value:.2g}"  # noqa: PLR2004 - as journals do
