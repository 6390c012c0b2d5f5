"""The tables of the footprint, read once, and the names nearest to an unknown one.

Each table is a CSV file beside this module; every row has its source, the year that its figures are
of (for hardware, the year in which the source was read; empty where the source names none) and the
licence of the source.
"""

import csv
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.errors import UnknownName
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SHOWN = 5


@cache
def read_table(name: str) -> "tuple[Mapping[str, str], ...]":
    """Return the rows of a table, such as "hardware"; an empty cell is an empty text."""
    with Path(__file__).with_name(f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def number(text: str) -> float | None:
    """Return the number in a cell; None for an empty one."""
    return float(text) if text else None


def whole(text: str) -> int | None:
    """Return the whole number in a cell; None for an empty one."""
    return int(text) if text else None


def plain(name: str) -> str:
    """Return a name as it is compared: small letters, single blanks, no hyphens."""
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())


def unknown(kind: str, name: str, known: "Iterable[str]", command: str) -> UnknownName:
    """Return the error for an unknown name, with the names nearest to it.

    Args:
        kind: the kind of name, such as "hardware".
        name: the unknown name.
        known: the names that exist.
        command: the command that lists them.
    """
    known = tuple(known)
    remedy = _("`{command}` lists all.").format(command=command)
    return UnknownName(kind, name, known, remedy, near_names(name, known))


def near_names(name: str, known: "Iterable[str]") -> list[str]:
    """Return the names that are like one; those with a word of it where no other is.

    Alike are the name with these initials, names spelt alike, names with words that begin like all
    of its words, and names that hold it written in one.
    """
    words = plain(name).split()
    if not words:
        return []
    compared = {plain(one): one for one in known}
    spelt = get_close_matches(plain(name), compared, n=_SHOWN, cutoff=0.6)
    holding = [one for one in compared if _begins(one.split(), words) or _holds(one, words)]
    initials = [one for one in compared if _initials(one) == "".join(words)]
    found = [*initials, *spelt, *holding]
    if not found:
        shared = {one: len(set(words).intersection(one.split())) for one in compared}
        found = sorted((one for one in shared if shared[one]), key=lambda one: -shared[one])
    return [compared[one] for one in dict.fromkeys(found)][:_SHOWN]


def _begins(words: list[str], beginnings: list[str]) -> bool:
    return all(any(word.startswith(one) for word in words) for one in beginnings)


def _holds(name: str, words: list[str]) -> bool:
    return "".join(words) in name.replace(" ", "")


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split())
