"""Everything that people read, in their language.

The code holds the English sentences, marked with `_` or `ngettext` in Python and `{% trans %}` in
templates. `explorer/locale/<language>/LC_MESSAGES/explorer.po` holds a language's
translations of them, for the page and the command line alike; `make messages` collects what is
marked. `words.json` beside it holds the words of the data files: professions, adjectives, labels
and the like, which stay English in prompts. Columns of files, names in addresses and what the log
says are for programs and stay as they are.
"""

import gettext as library
import json
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

DOMAIN = "explorer"
SOURCE = "en"
# What each language calls itself.
LANGUAGES = {SOURCE: "English", "fr": "Français"}
FOLDER = Path(__file__).with_name("locale")

_language: ContextVar[str] = ContextVar("language", default=SOURCE)


class Said(str):
    """A sentence in one language that can be said again in another, with the values put into it."""

    __slots__ = ("source", "values")

    source: tuple[str, str, int]
    values: dict[str, object] | None

    def format(self, *args: object, **values: object) -> str:
        """Put values into the sentence."""
        return _said(super().format(*args, **values), self.source, values)


def gettext(text: str) -> str:
    """Return a sentence in the language in use, as it stands where there is no translation."""
    return _said(catalogue(_language.get()).gettext(text), (text, "", 0), None)


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form of a sentence that fits a number, in the language in use."""
    text = catalogue(_language.get()).ngettext(one, many, number)
    return _said(text, (one, many, number), None)


def again(text: Any) -> Any:
    """Return a sentence that was made for somebody else in the language in use now.

    What was put together of several sentences stays as it is.
    """
    if not isinstance(text, Said):
        return text
    one, many, number = text.source
    pattern = ngettext(one, many, number) if many else gettext(one)
    if text.values is None:
        return pattern
    values = {
        name: again(one) if isinstance(one, str) else one for name, one in text.values.items()
    }
    return pattern.format(**values)


def _said(text: str, source: tuple[str, str, int], values: dict[str, object] | None) -> Said:
    said = Said(text)
    said.source, said.values = source, values
    return said


def word(kind: str, text: str) -> str:
    """Return a word of the data files in the language in use, as it stands where it is nobody's.

    Args:
        kind: its list in words.json: "profession", "adjective", "axis", "label" or "model".
        text: the word, or a sentence of such a file.
    """
    return words(_language.get()).get(kind, {}).get(text, text)


def current() -> str:
    """Return the language in use."""
    return _language.get()


@contextmanager
def language(name: str) -> "Iterator[None]":
    """Use a language, "fr" for instance, in everything that the block says."""
    token = _language.set(name)
    try:
        yield
    finally:
        _language.reset(token)


def known(name: str) -> str | None:
    """Return the language that a locale such as "fr_CA.UTF-8" or "fr-CA" names, if it is known."""
    found = name.replace("_", "-").split("-")[0].split(".")[0].lower()
    return found if found in LANGUAGES else None


@cache
def words(name: str) -> dict[str, dict[str, str]]:
    """Return the words of the data files in a language by kind, read once."""
    path = FOLDER / name / "words.json"
    found: dict[str, dict[str, str]] = (
        json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    )
    return found


@cache
def catalogue(name: str) -> library.NullTranslations:
    """Return the translations of a language, read once; none where there is no such catalogue."""
    path = FOLDER / name / "LC_MESSAGES" / f"{DOMAIN}.po"
    if name == SOURCE or not path.is_file():
        return library.NullTranslations()
    # Only another language than the source needs it.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=name))
    compiled.seek(0)
    return library.GNUTranslations(compiled)
