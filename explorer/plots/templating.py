"""Templates with the plots and the numbers that the page and the report card share."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from explorer.findings.readable import chance_text
from explorer.numbers import day, decimal, figures, grouped, localised, percentage, signed
from explorer.pronouns.probe import share_of
from explorer.translations import current, gettext, ngettext, word
from explorer.words.references import match_text

_HERE = Path(__file__).parent

# The blocks of Unicode for scripts that are written from right to left.
_LETTER = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
_has_letter = re.compile(_LETTER).search
_WORDS = rf"{_LETTER}+(?:[\s'\u2019\u200c\u200d-]+{_LETTER}+)*"
# SVG knows no <bdi>, tags hold no text, and a part may be isolated before it comes into a whole.
_TAGS_OR_WORDS = re.compile(rf"(<svg.*?</svg>|<bdi>.*?</bdi>|<[^>]*>)|({_WORDS})", re.DOTALL)


def style() -> str:
    """Return the style sheet of colours, labels and plots."""
    return (_HERE / "plots.css").read_text(encoding="utf-8")


def isolated(html: str) -> str:
    """Return HTML whose words in Arabic, Hebrew and other such scripts stand in <bdi>."""
    if not _has_letter(html):
        return html
    return _TAGS_OR_WORDS.sub(lambda found: found[1] or f"<bdi>{found[2]}</bdi>", html)


def environment(folder: Path) -> Environment:
    """Return an environment of the templates of a folder and of the plots.

    Args:
        folder: the templates of whoever draws the plots.
    """
    made = Environment(
        loader=FileSystemLoader([folder, _HERE / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # As in babel.cfg: a sentence may be broken into lines.
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True
    )
    made.globals |= {"language": current, "said": word}
    made.filters |= {
        "percent": percentage,
        "decimal": decimal,
        "day": day,
        "figures": figures,
        "number": grouped,
        "whole": lambda share: grouped(100 * share),
        "place": _place,
        "points": _points,
        "chance": _chance,
        "odds": share_of,
        "match_text": match_text,
    }
    return made


def _place(share: float) -> str:
    """Return a share as a length in CSS, in no language."""
    return f"{100 * share:.2f}%"


def _points(difference: float) -> str:
    return signed(round(100 * difference))


def _chance(value: float | None) -> str:
    """Return a p or q as text, a dash where nothing was tested."""
    return localised(chance_text(value) or "\N{EN DASH}")
