"""The professions and adjectives of the two JSON files beside app.py, and those people add."""

import re
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from explorer import settings
from explorer.errors import UnknownName
from explorer.json_files import Rule, one_of
from explorer.words.entries import (
    WORD_REMEDY,
    checked_word,
    is_text,
    is_word,
    read_entries,
    read_sources,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

DEFAULT_YEAR = 2023

MATCHES = ("exact", "close", "broad", "largest-kind", "gendered-term", "ambiguous")
CODINGS = ("masculine", "feminine")

_WHOLE = 100
_TEXT_REMEDY = "Give a text, or leave the key out."
_PERCENT_REMEDY = 'Give a percentage from 0 to 100 for each year, such as {"2023": 53.8}.'
_STATISTICS = frozenset({"bls_occupation", "match", "women_percent"})


@dataclass(frozen=True, slots=True)
class Profession:
    """A profession and its labour statistics.

    `bls_occupation` is the nearest occupation of the U.S. Bureau of Labor Statistics and `match`
    how well it fits the word (one of MATCHES). `gendered` is true where the word itself states a
    gender. `women_percent` holds women's share as (year, 0..100), years ascending. `article` is
    "a" or "an", `group` the bureau's group of occupations. A profession that people add has only a
    name.

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
    group: str | None = None

    def women_share(self, year: int = DEFAULT_YEAR) -> float | None:
        """Return women's share of the US workers of a year, 0..1, or None if it is not known."""
        percent = dict(self.women_percent).get(year)
        # Rounded, because 53.8 / 100 is not quite 0.538.
        return None if percent is None else round(percent / _WHOLE, 4)


@dataclass(frozen=True, slots=True)
class Adjective:
    """An adjective and its coding, "masculine" or "feminine".

    `article` is "a" or "an". An adjective that people add has neither.

    Source: Luccioni et al. 2023 (the words); Gaucher, Friesen & Kay 2011 (the coding).
    """

    word: str
    coding: str | None = None
    article: str | None = None


@cache
def load_professions(path: "Path | None" = None) -> tuple[Profession, ...]:
    """Return the professions in the order of the file, by default professions.json.

    Raises:
        InvalidData: the file breaks its rules; the message names file, entry, value and remedy.
    """
    rules = {
        "name": Rule(is_word, WORD_REMEDY),
        "article": one_of("a", "an"),
        "group": Rule(is_text, _TEXT_REMEDY, required=False),
        "bls_occupation": Rule(is_text, _TEXT_REMEDY, required=False),
        "match": one_of(*MATCHES, required=False),
        "gendered": Rule(
            lambda value: isinstance(value, bool),
            "Write true or false, without quotes.",
            required=False,
        ),
        "note": Rule(is_text, _TEXT_REMEDY, required=False),
        "women_percent": Rule(_is_percent_by_year, _PERCENT_REMEDY, required=False),
    }
    path = path or _word_file("professions")
    entries = read_entries(path, "professions", rules, together=_STATISTICS)
    for entry in entries:
        percents = entry.get("women_percent", {}).items()
        by_year = sorted((int(year), float(percent)) for year, percent in percents)
        entry["women_percent"] = tuple(by_year)
    return tuple(Profession(**entry) for entry in entries)


@cache
def load_adjectives(path: "Path | None" = None) -> tuple[Adjective, ...]:
    """Return the adjectives in the order of the file, by default adjectives.json.

    Raises:
        InvalidData: the file breaks its rules; the message names file, entry, value and remedy.
    """
    rules = {
        "word": Rule(is_word, WORD_REMEDY),
        "article": one_of("a", "an"),
        "coding": one_of(*CODINGS),
    }
    entries = read_entries(path or _word_file("adjectives"), "adjectives", rules)
    return tuple(Adjective(**entry) for entry in entries)


@cache
def load_sources() -> "Mapping[str, str]":
    """Return the sources of the words, shares and codings, each as a sentence.

    Raises:
        InvalidData: a file breaks its rules.
    """
    professions = read_sources(_word_file("professions"), "professions")
    adjectives = read_sources(_word_file("adjectives"), "adjectives")
    return MappingProxyType(professions | adjectives)


def evenly(names: "Sequence[str]", count: int) -> tuple[str, ...]:
    """Return that many of the names, evenly spaced from the first to the last.

    A single name is the middle one.
    """
    if count == 1:
        return (names[len(names) // 2],)
    step = (len(names) - 1) / (count - 1)
    return tuple(names[round(place * step)] for place in range(count))


def spread_by_women(count: int) -> tuple[str, ...]:
    """Return that many professions, evenly spaced from the smallest women's share to the largest.

    The share is that of DEFAULT_YEAR. Professions without one, and those whose word states a
    gender, are left out.
    """
    shares = {
        profession.name: share
        for profession in load_professions()
        if (share := profession.women_share()) is not None and not profession.gendered
    }
    return evenly(sorted(shares, key=shares.__getitem__), count)


def find_profession(name: str) -> Profession:
    """Return the listed profession of that name, regardless of case.

    Raises:
        UnknownName: no such profession is listed; the message suggests the nearest one.
    """
    found = known_profession(name)
    if found is None:
        raise UnknownName("profession", name, (entry.name for entry in load_professions()))
    return found


def find_adjective(word: str) -> Adjective:
    """Return the listed adjective, regardless of case.

    Raises:
        UnknownName: no such adjective is listed; the message suggests the nearest one.
    """
    found = known_adjective(word)
    if found is None:
        raise UnknownName("adjective", word, (entry.word for entry in load_adjectives()))
    return found


def known_profession(name: str) -> Profession | None:
    """Return the listed profession of that name, regardless of case, or None."""
    return _professions_by_name().get(name.strip().casefold())


def known_adjective(word: str) -> Adjective | None:
    """Return the listed adjective, regardless of case, or None."""
    return _adjectives_by_word().get(word.strip().casefold())


def own_profession(name: str) -> Profession:
    """Return the profession that people add: the listed one, or else one without statistics.

    Raises:
        InvalidData: the name is empty, too long, or has a character that no word may have.
    """
    word = checked_word("profession", name)
    return known_profession(word) or Profession(word)


def own_adjective(word: str) -> Adjective:
    """Return the adjective that people add: the listed one, or else one without a coding.

    Raises:
        InvalidData: the word is empty, too long, or has a character that no word may have.
    """
    word = checked_word("adjective", word)
    return known_adjective(word) or Adjective(word)


@cache
def _professions_by_name() -> dict[str, Profession]:
    return {profession.name.casefold(): profession for profession in load_professions()}


@cache
def _adjectives_by_word() -> dict[str, Adjective]:
    return {adjective.word.casefold(): adjective for adjective in load_adjectives()}


def _word_file(key: str) -> "Path":
    return settings.repository() / f"{key}.json"


def _is_percent_by_year(value: object) -> bool:
    # In Python, True and False are numbers.
    return isinstance(value, dict) and all(
        re.fullmatch(r"[0-9]{4}", year)
        and isinstance(percent, int | float)
        and not isinstance(percent, bool)
        and 0 <= percent <= _WHOLE
        for year, percent in value.items()
    )
