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
    return UnknownName(kind, name, known, remedy, _near(name, known))


def _near(name: str, known: tuple[str, ...]) -> list[str]:
    """Return the names spelt most alike, and those with words that begin like all of the name."""
    words = plain(name).split()
    holding = [one for one in known if words and _begins(plain(one).split(), words)]
    compared = {plain(one): one for one in known}
    alike = get_close_matches(plain(name), compared, n=_SHOWN, cutoff=0.6)
    return list(dict.fromkeys([*(compared[one] for one in alike), *holding]))[:_SHOWN]


def _begins(words: list[str], beginnings: list[str]) -> bool:
    return all(any(word.startswith(one) for word in words) for one in beginnings)
