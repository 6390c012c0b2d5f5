"""The professions and adjectives: two JSON files beside app.py, and words people add."""

import re
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from explorer import settings
from explorer.errors import UnknownName
from explorer.json_files import Rule, one_of
from explorer.words.entries import WORD, checked_word, is_text, is_word, read_entries, read_sources

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

DEFAULT_YEAR = 2023

MATCHES = ("exact", "close", "broad", "largest-kind", "gendered-term", "ambiguous")
CODINGS = ("masculine", "feminine")

_WHOLE = 100
_TEXT = "Give a text, or leave the key out."
_PERCENT_BY_YEAR = 'Give a percentage from 0 to 100 for each year, such as {"2023": 53.8}.'
_STATISTICS = frozenset({"bls_occupation", "match", "women_percent"})


@dataclass(frozen=True, slots=True)
class Profession:
    """A profession and what the labour statistics know of it.

    `bls_occupation` is the occupation as the U.S. Bureau of Labor Statistics counts it and `match`
    how well it fits the word (one of MATCHES); both are None for words people add. `gendered` says
    that the word itself states a gender. `women_percent` holds (year, 0..100), years ascending.
    `article` is "a" or "an", None where nobody has looked it up.

    Source: Luccioni et al. 2023 (the words); U.S. Bureau of Labor Statistics, Current Population
    Survey, Table 11 (the shares).
    """

    name: str
    bls_occupation: str | None = None
    match: str | None = None
    gendered: bool = False
    note: str | None = None
    women_percent: tuple[tuple[int, float], ...] = ()
    article: str | None = None

    def women_share(self, year: int = DEFAULT_YEAR) -> float | None:
        """Return women's share of this occupation in the US, 0..1, or None if not known."""
        percent = dict(self.women_percent).get(year)
        # Rounded, because 53.8 / 100 is not quite 0.538.
        return None if percent is None else round(percent / _WHOLE, 4)


@dataclass(frozen=True, slots=True)
class Adjective:
    """An adjective and whether it is masculine- or feminine-coded.

    `coding` is None for words people add; `article` is "a" or "an", None where nobody has looked
    it up.

    Source: Luccioni et al. 2023 (the words); Gaucher, Friesen & Kay 2011 (the coding).
    """

    word: str
    coding: str | None = None
    article: str | None = None


@cache
def load_professions(path: "Path | None" = None) -> tuple[Profession, ...]:
    """Return the professions in the order of the file, by default professions.json.

    Raises:
        InvalidData: the file breaks its rules; the message names file, entry and remedy.
    """
    rules = {
        "name": Rule(is_word, WORD),
        "article": one_of("a", "an"),
        "bls_occupation": Rule(is_text, _TEXT, required=False),
        "match": one_of(*MATCHES, required=False),
        "gendered": Rule(_is_flag, "Write true or false, without quotes.", required=False),
        "note": Rule(is_text, _TEXT, required=False),
        "women_percent": Rule(_is_percent_by_year, _PERCENT_BY_YEAR, required=False),
    }
    entries = read_entries(path or _professions_path(), "professions", rules, together=_STATISTICS)
    return tuple(
        Profession(**entry | {"women_percent": _by_year(entry.get("women_percent", {}))})
        for entry in entries
    )


@cache
def load_adjectives(path: "Path | None" = None) -> tuple[Adjective, ...]:
    """Return the adjectives in the order of the file, by default adjectives.json.

    Raises:
        InvalidData: the file breaks its rules; the message names file, entry and remedy.
    """
    rules = {
        "word": Rule(is_word, WORD),
        "article": one_of("a", "an"),
        "coding": one_of(*CODINGS),
    }
    entries = read_entries(path or _adjectives_path(), "adjectives", rules)
    return tuple(Adjective(**entry) for entry in entries)


def evenly(names: "Sequence[str]", count: int) -> tuple[str, ...]:
    """Return so many of the names, first and last among them; the middle one if it is one."""
    if count == 1:
        return (names[len(names) // 2],)
    step = (len(names) - 1) / (count - 1)
    return tuple(names[round(place * step)] for place in range(count))


@cache
def load_sources() -> "Mapping[str, str]":
    """Return where words, shares and coding come from, by what they are, as sentences.

    Raises:
        InvalidData: a file breaks its rules.
    """
    professions = read_sources(_professions_path(), "professions")
    adjectives = read_sources(_adjectives_path(), "adjectives")
    return MappingProxyType(professions | adjectives)


def find_profession(name: str) -> Profession:
    """Return the profession of that name, in whatever case.

    Raises:
        UnknownName: there is none; the message suggests the nearest.
    """
    found = known_profession(name)
    if found is None:
        raise UnknownName("profession", name, (entry.name for entry in load_professions()))
    return found


def find_adjective(word: str) -> Adjective:
    """Return that adjective, in whatever case.

    Raises:
        UnknownName: there is none; the message suggests the nearest.
    """
    found = known_adjective(word)
    if found is None:
        raise UnknownName("adjective", word, (entry.word for entry in load_adjectives()))
    return found


def known_profession(name: str) -> Profession | None:
    """Return the profession of that name, in whatever case, or None if it is not in the file."""
    return _professions_by_name().get(name.strip().casefold())


def known_adjective(word: str) -> Adjective | None:
    """Return that adjective, in whatever case, or None if it is not in the file."""
    return _adjectives_by_word().get(word.strip().casefold())


def own_profession(name: str) -> Profession:
    """Return a profession that people add: without statistics, unless it is in the file already.

    Raises:
        InvalidData: the name is empty, longer than 60 characters or has unusable characters.
    """
    word = checked_word("profession", name)
    return known_profession(word) or Profession(word)


def own_adjective(word: str) -> Adjective:
    """Return an adjective that people add: without coding, unless it is in the file already.

    Raises:
        InvalidData: the word is empty, longer than 60 characters or has unusable characters.
    """
    word = checked_word("adjective", word)
    return known_adjective(word) or Adjective(word)


@cache
def _professions_by_name() -> dict[str, Profession]:
    return {profession.name.casefold(): profession for profession in load_professions()}


@cache
def _adjectives_by_word() -> dict[str, Adjective]:
    return {adjective.word.casefold(): adjective for adjective in load_adjectives()}


def _professions_path() -> "Path":
    return settings.repository() / "professions.json"


def _adjectives_path() -> "Path":
    return settings.repository() / "adjectives.json"


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_percent_by_year(value: object) -> bool:
    return isinstance(value, dict) and all(
        re.fullmatch(r"[0-9]{4}", year) and _is_percent(percent) for year, percent in value.items()
    )


def _is_percent(value: object) -> bool:
    # True and False are numbers to Python; NaN lies in no range.
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _WHOLE


def _by_year(women_percent: "Mapping[str, float]") -> tuple[tuple[int, float], ...]:
    return tuple(sorted((int(year), float(percent)) for year, percent in women_percent.items()))
