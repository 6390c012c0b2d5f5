"""Everything that people read, in their language.

The code holds the English sentences, marked with `_` or `ngettext` in Python and `{% trans %}` in
templates. `explorer/locale/<language>/LC_MESSAGES/explorer.po` holds a language's translations of
them, for the page and the command line alike; `make messages` collects what is marked. Columns of
files, names in addresses and what the log says are for programs and stay as they are.
"""

import gettext as library
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DOMAIN = "explorer"
SOURCE = "en"
FOLDER = Path(__file__).with_name("locale")

_language: ContextVar[str] = ContextVar("language", default=SOURCE)


def gettext(text: str) -> str:
    """Return a sentence in the language in use, as it stands where there is no translation."""
    return catalogue(_language.get()).gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form of a sentence that fits a number, in the language in use."""
    return catalogue(_language.get()).ngettext(one, many, number)


@contextmanager
def language(name: str) -> "Iterator[None]":
    """Use a language, "fr" for instance, in everything that the block says."""
    token = _language.set(name)
    try:
        yield
    finally:
        _language.reset(token)


@cache
def catalogue(name: str) -> library.NullTranslations:
    """Return the translations of a language, read once; none where there is no such catalogue."""
    return library.translation(DOMAIN, FOLDER, [name], fallback=True)
