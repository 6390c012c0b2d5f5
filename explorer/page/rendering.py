"""Fill in the HTML templates, which escape whatever comes from people."""

import logging
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from explorer.errors import NotChosen
from explorer.findings.readable import chance_text
from explorer.page.charts import coded
from explorer.page.glossary import glossary
from explorer.page.pace import duration
from explorer.pronouns.probe import share_of
from explorer.translations import gettext, ngettext
from explorer.words.references import match_text

if TYPE_CHECKING:
    from explorer.errors import ExplorerError

_log = logging.getLogger(__name__)


# The blocks of Unicode for scripts that are written from right to left.
_LETTER = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
_WORDS = rf"{_LETTER}+(?:[\s'\u2019\u200c\u200d-]+{_LETTER}+)*"
# SVG knows no <bdi>, and tags hold no text.
_TAGS_OR_WORDS = re.compile(rf"(<svg.*?</svg>|<[^>]*>)|({_WORDS})", re.DOTALL)


def render(template: str, **values: object) -> str:
    """Return one template of explorer/page/templates with its values filled in.

    Words of people may be written from right to left; they do not reorder the text around them.
    """
    return isolated(_environment().get_template(template).render(values))


def isolated(html: str) -> str:
    """Return HTML whose words in Arabic, Hebrew and other such scripts stand in <bdi>."""
    return _TAGS_OR_WORDS.sub(lambda found: found[1] or f"<bdi>{found[2]}</bdi>", html)


def asset(name: str) -> str:
    """Return the text of the style sheet or of a script."""
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
    label = label or gettext("Images generated")
    return render(
        "status.html", kind="progress", label=label, text=text, done=done, total=total, note=note
    )


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
    return chance_text(value) or "\N{EN DASH}"
