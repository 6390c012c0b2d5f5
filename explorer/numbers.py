"""Numbers and dates in the reader's form: "1,234" and "97%", "1 234" and "97 %" in French.

Python rounds, in one way for all languages; the marks are those of the Unicode CLDR, which babel
holds. What is written for programs (CSV, JSON, SVG) is not formatted here.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

from explorer.translations import SOURCE, current


@dataclass(frozen=True, slots=True)
class _Marks:
    """The marks between groups of digits, before decimals, and from a number to its "%"."""

    group: str
    decimal: str
    percent: str


def grouped(number: float) -> str:
    """Return a number without decimals, its digits in groups: "1,234"."""
    return localised(f"{number:,.0f}")


def decimal(number: float, decimals: int) -> str:
    """Return a number with so many decimals."""
    return localised(f"{number:z,.{decimals}f}")


def figures(number: float, significant: int = 6) -> str:
    """Return a number with at most so many significant figures."""
    return localised(f"{number:.{significant}g}")


def percentage(share: float, decimals: int = 0) -> str:
    """Return a share as a percentage: "97%"."""
    return localised(f"{share:z.{decimals}%}")


def signed(number: float, decimals: int = 0) -> str:
    """Return a difference with its sign, a true minus; "0" has none."""
    text = f"{number:+.{decimals}f}"
    if not float(text):
        text = text[1:]
    return localised(text.replace("-", "\N{MINUS SIGN}"))


def localised(text: str) -> str:
    """Return the text of one number, as Python writes it, with the marks of the language in use."""
    if current() == SOURCE:
        return text
    marks = _marks(current())
    translated = text.translate({ord(","): marks.group, ord("."): marks.decimal})
    return translated.replace("%", f"{marks.percent}%")


def day(text: str) -> str:
    """Return an ISO date in the reader's form: "2026-11-28", "28 novembre 2026" in French."""
    if current() == SOURCE:
        return text
    from babel.dates import format_date

    return format_date(date.fromisoformat(text), "long", locale=current())


@cache
def _marks(language: str) -> _Marks:
    from babel import Locale

    locale = Locale.parse(language)
    symbols = locale.number_symbols["latn"]
    space = str(locale.percent_formats[None].pattern).split("0")[-1].removesuffix("%")
    # As wide as the one between groups of digits.
    narrow = space.replace("\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}")
    return _Marks(symbols["group"], symbols["decimal"], narrow)
