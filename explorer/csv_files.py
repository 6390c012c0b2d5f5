"""CSV files: read as spreadsheets write them, and written as spreadsheets and scripts read them.

Spreadsheets choose separator, encoding and decimal mark by country. The separator is the one with
which the first line names the columns that are needed. Python's csv.Sniffer, which pandas uses too,
guesses it from the whole text and is misled by decimal commas.
"""

import csv
import io
import json
import re
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING

from explorer.errors import InvalidData, UnknownName
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TextIO

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}

# A spreadsheet reads a text that starts with one of these as a formula. The wide ones count in
# Chinese, Japanese and Korean ones. A number is read as a number.
_FORMULA = re.compile(r"(?![+-]?[\d.,]+%?\Z)[-=+@\t\r\n＝＋－＠]")  # noqa: RUF001 - as typed there
_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file: its place, for messages, and its cells by column; None for one that lacks.

    `place` is "'shares.csv', line 3".
    """

    place: str
    cells: "Mapping[str, str | None]"


@dataclass(frozen=True, slots=True)
class Style:
    """The separator between cells, and whether a byte order mark says that the text is UTF-8."""

    separator: str = ","
    byte_order_mark: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a file must have and may have, in lower case.

    `renamed` holds today's names of columns by those that files of earlier versions have. `remedy`
    says, by column, what to do about a missing one where it is not to add it.
    """

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    renamed: "Mapping[str, str]" = field(default_factory=dict)
    remedy: "Mapping[str, str]" = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the names of the needed columns, for messages."""
        return ", ".join(map(repr, self.needed))


def find_separator(name: str) -> str:
    """Return the separator of that name, or of that character.

    Raises:
        UnknownName: there is none.
    """
    found = SEPARATORS.get(name.strip().casefold(), name)
    if found not in SEPARATORS.values():
        raise UnknownName("separator", name, SEPARATORS)
    return found


def read_csv(path: "Path", columns: Columns, called: str | None = None) -> "Iterator[Line]":
    """Yield the lines of a CSV file that are not blank, without the first, which names columns.

    Separator, encoding, byte order mark and the case of column names may be any. Texts that
    `write_csv` escaped are as they were.

    Args:
        path: the file.
        columns: the columns to read; all others are left out.
        called: the name of the file in messages; None for its path.

    Raises:
        InvalidData: the file cannot be read, lacks a column, or a line cannot be understood; the
            message names file and line, shows it, and says what to do.
    """
    name = repr(called or str(path))
    text = _text(path, name, columns)
    separator = max(SEPARATORS.values(), key=lambda one: _fits(text, one, columns))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        titles = _titles(rows, columns)
        places = _places(titles, columns, f"{name}, line {rows.line_num or 1}")
        for row in filter(_is_filled, rows):
            place = f"{name}, line {rows.line_num}"
            _refuse_more(row, titles, separator, place)
            yield Line(place, {column: _cell(row, n) for column, n in places.items()})
    except csv.Error as error:
        raise InvalidData(
            _("{name}, line {line_num}: {error}. Correct the line; check its quotes first.").format(
                name=name, line_num=rows.line_num, error=error
            )
        ) from error


def write_csv(
    rows: "Sequence[Mapping[str, object]]",
    stream: "TextIO",
    columns: "Sequence[str]" = (),
    style: Style = Style(),
) -> None:
    """Write rows as CSV with a header; None becomes an empty cell.

    A text that a spreadsheet would run as a formula is preceded by an apostrophe, which `read_csv`
    removes. `columns` make the header where there are no rows.
    """
    fields = list(rows[0]) if rows else columns
    if style.byte_order_mark:
        stream.write(_BYTE_ORDER_MARK)
    if fields:
        writer = csv.DictWriter(
            stream, fieldnames=fields, lineterminator="\n", delimiter=style.separator
        )
        writer.writeheader()
        writer.writerows({key: _escaped(value) for key, value in row.items()} for row in rows)


def _escaped(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and _needs_escape(value) else value


def _unescaped(text: str) -> str:
    return text[1:] if text.startswith("'") and _needs_escape(text) else text


def _needs_escape(text: str) -> bool:
    # With apostrophes before a formula, too, so that each text comes back as it was.
    return bool(_FORMULA.match(text.lstrip("'")))


def _text(path: "Path", name: str, columns: Columns) -> str:
    remedy = f"Give a CSV file, in UTF-8, with the columns {columns}."
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise InvalidData(
            _("{name} cannot be read ({error}). {remedy}").format(
                name=name, error=error, remedy=remedy
            )
        ) from error
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "replace").count("\n")
        shown = data.decode(encoding, "backslashreplace").split("\n")[line]
        raise InvalidData(
            _(
                "{name}, line {line}: {shown!r:.200} cannot be read as {upper} "
                "({reason}). {remedy} Spreadsheets call it 'CSV UTF-8'."
            ).format(
                name=name,
                line=line + 1,
                shown=shown,
                upper=encoding.upper(),
                reason=error.reason,
                remedy=remedy,
            )
        ) from error


def _fits(text: str, separator: str, columns: Columns) -> tuple[int, int]:
    """Return the number of needed columns that the first line has, and of all its cells."""
    try:
        titles = _titles(csv.reader(io.StringIO(text, newline=""), delimiter=separator), columns)
    except csv.Error:
        return 0, 0
    return len(set(columns.needed).intersection(map(str.casefold, titles))), len(titles)


def _titles(rows: "Iterator[list[str]]", columns: Columns) -> list[str]:
    titles = map(str.strip, next(filter(_is_filled, rows), ()))
    return [columns.renamed.get(title.casefold(), title) for title in titles]


def _places(titles: "Sequence[str]", columns: Columns, place: str) -> dict[str, int]:
    """Return the positions of the columns that the file has."""
    places = {}
    for column in (*columns.needed, *columns.optional):
        exact = [n for n, title in enumerate(titles) if title == column]
        found = exact or [n for n, title in enumerate(titles) if title.casefold() == column]
        if len(found) > 1:
            raise InvalidData(
                _(
                    "{place}: there are {found} columns {column!r} in {titles!r}. Remove "
                    "or rename all but one."
                ).format(place=place, found=len(found), column=column, titles=titles)
            )
        if not found and column in columns.needed:
            remedy = columns.remedy.get(column, f"Name the columns {columns}.")
            raise InvalidData(
                _("{place}: there is no column {column!r} in {titles!r}. {remedy}").format(
                    place=place, column=column, titles=titles, remedy=remedy
                )
            )
        if found:
            places[column] = found[0]
    return places


def _refuse_more(row: "Sequence[str]", titles: "Sequence[str]", separator: str, place: str) -> None:
    if any(cell.strip() and not title for cell, title in zip_longest(row, titles, fillvalue="")):
        raise InvalidData(
            _(
                "{place}: {row!r:.200} has more cells than there are columns, "
                "{titles!r}. Name the column, or put quotes around a cell that "
                "contains {separator!r}."
            ).format(place=place, row=separator.join(row), titles=titles, separator=separator)
        )


def _cell(row: "Sequence[str]", place: int) -> str | None:
    return _unescaped(row[place]) if place < len(row) else None


def _is_filled(row: "Sequence[str]") -> bool:
    return any(map(str.strip, row))
