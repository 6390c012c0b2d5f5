"""The professions and adjectives: two JSON files beside app.py, and words people add."""

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from explorer import settings
from explorer.errors import UnknownName
from explorer.words.entries import Entry, checked_word, read_entries, read_sources

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

DEFAULT_YEAR = 2023

MATCHES = ("exact", "close", "broad", "largest-kind", "gendered-term", "ambiguous")
CODINGS = ("masculine", "feminine")

_WHOLE = 100
_ARTICLES = ("a", "an")
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
    """Return the professions in the order of the file, professions.json unless told otherwise.

    Raises:
        InvalidData: the file breaks its rules; the message names file, entry and remedy.
    """
    entries = read_entries(
        path=path or _professions_path(),
        key="professions",
        name="name",
        required=frozenset({"name", "article"}),
        optional=_STATISTICS | {"gendered", "note"},
    )
    return tuple(map(_profession, entries))


@cache
def load_adjectives(path: "Path | None" = None) -> tuple[Adjective, ...]:
    """Return the adjectives in the order of the file, adjectives.json unless told otherwise.

    Raises:
        InvalidData: the file breaks its rules; the message names file, entry and remedy.
    """
    entries = read_entries(
        path=path or _adjectives_path(),
        key="adjectives",
        name="word",
        required=frozenset({"word", "article", "coding"}),
        optional=frozenset(),
    )
    return tuple(map(_adjective, entries))


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


def _profession(entry: Entry) -> Profession:
    given = _STATISTICS & entry.fields.keys()
    if given and given != _STATISTICS:
        missing = ", ".join(map(repr, sorted(_STATISTICS - given)))
        raise entry.refuse(f"{missing} missing", f"Give all of {sorted(_STATISTICS)} or none.")
    return Profession(
        name=entry.word("name"),
        bls_occupation=entry.text("bls_occupation"),
        match=entry.choice("match", MATCHES),
        gendered=_flag(entry, "gendered"),
        note=entry.text("note"),
        women_percent=_women_percent(entry),
        article=entry.choice("article", _ARTICLES),
    )


def _adjective(entry: Entry) -> Adjective:
    return Adjective(
        word=entry.word("word"),
        coding=entry.choice("coding", CODINGS),
        article=entry.choice("article", _ARTICLES),
    )


def _flag(entry: Entry, key: str) -> bool:
    value = entry.fields.get(key, False)
    if not isinstance(value, bool):
        raise entry.refuse(f"{key!r} is {value!r}", "Write true or false, without quotes.")
    return value


def _women_percent(entry: Entry) -> tuple[tuple[int, float], ...]:
    by_year = entry.fields.get("women_percent", {})
    if not isinstance(by_year, dict):
        raise entry.refuse(f"'women_percent' is {by_year!r}", 'Write {"2023": 53.8}, by year.')
    return tuple(sorted(_year(entry, year, percent) for year, percent in by_year.items()))


def _year(entry: Entry, year: str, percent: object) -> tuple[int, float]:
    if not (year.isdecimal() and len(year) == len("2023")):
        raise entry.refuse(f"'women_percent' has the year {year!r}", "Write it as in '2023'.")
    # True and False are numbers to Python; NaN lies in no range.
    number = None if isinstance(percent, bool) else percent
    if isinstance(number, int | float) and 0 <= number <= _WHOLE:
        return int(year), float(number)
    raise entry.refuse(
        f"'women_percent' of {year} is {percent!r}", "Give a percentage from 0 to 100."
    )
