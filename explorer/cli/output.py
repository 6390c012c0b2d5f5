"""Rows as CSV, JSON or a table for people.

Data and sentences about them go to standard output, all other messages to standard error.
"""

import io
import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from explorer.csv_files import Style, find_separator, write_csv
from explorer.errors import InvalidData
from explorer.findings.readable import readable_table
from explorer.numbers import figures, grouped, percentage
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.findings.readable import Readable
    from explorer.findings.tables import Row

# Names of files that are not UTF-8 are written as they are.
_ENCODING, _ERRORS = "utf-8", "surrogateescape"
_WHOLE_FROM = 1000
# A slope is a factor.
_SHARE = re.compile("^(?!slope).*(share|difference|low|high|gap|shift|amplification)")


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The format of the rows; a table by default."""

    csv: Annotated[
        str | None,
        Parameter(
            metavar="PATH",
            # '-' alone looks like an option.
            allow_leading_hyphen=True,
            help=_("Write CSV; '-' for standard output."),
        ),
    ] = None
    as_json: Annotated[bool, Parameter(name="--json", help=_("Print JSON."))] = False
    separator: Annotated[
        str,
        Parameter(
            metavar="NAME",
            help=_("Between the cells of CSV: 'comma', 'semicolon' or 'tab'."),
        ),
    ] = "comma"
    bom: Annotated[
        bool,
        Parameter(help=_("Begin CSV with a byte order mark, which tells Excel that it is UTF-8.")),
    ] = False

    def __post_init__(self) -> None:
        """Refuse what cannot be written before anything is computed.

        Raises:
            InvalidData: CSV and JSON both go to standard output.
            UnknownName: there is no such separator.
        """
        find_separator(self.separator)
        if self.csv == "-" and self.as_json:
            raise InvalidData(_("--csv '-' and --json both write to standard output. Choose one."))

    def write(
        self, rows: "Sequence[Row]", columns: Sequence[str], every: Sequence[str] = ()
    ) -> bool:
        """Write the rows; return whether it was as a table of these columns, for people to read.

        Args:
            rows: the rows.
            columns: the columns of the table.
            every: the columns of CSV without rows; by default those of the table.

        Raises:
            InvalidData: the file cannot be written.
        """
        if self.csv is not None:
            self._write_csv(self.csv, rows, every or columns)
        if self.as_json:
            print(json.dumps(rows, indent=2, ensure_ascii=False))
        for_people = self.csv is None and not self.as_json
        if for_people:
            _print_table(rows, columns)
        return for_people

    def _write_csv(self, path: str, rows: "Sequence[Row]", columns: Sequence[str]) -> None:
        style = Style(find_separator(self.separator), self.bom)
        if path == "-":
            write_csv(rows, sys.stdout, columns, style)
            return
        try:
            with open(path, "w", newline="", encoding=_ENCODING, errors=_ERRORS) as file:  # noqa: PTH123 - or /dev/fd/63
                write_csv(rows, file, columns, style)
        except (OSError, ValueError) as error:
            raise InvalidData(
                _(
                    "{path!r} cannot be written ({reason}). Give the path of a file in a folder "
                    "that exists and that you may write to, or '-' for standard output."
                ).format(path=path, reason=getattr(error, "strerror", None) or error)
            ) from error


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsOutput(Output):
    """The format of rows that have a readable form too."""

    readable: Annotated[
        bool,
        Parameter(
            help=_(
                "Write CSV for people: a dozen columns, percentages and words. With semicolons "
                "also decimal commas."
            )
        ),
    ] = False

    def __post_init__(self) -> None:
        """Refuse the same, and readable rows that are not written as CSV.

        Raises:
            InvalidData, UnknownName: what cannot be written.
        """
        Output.__post_init__(self)
        if self.readable and (self.csv is None or self.as_json):
            raise InvalidData(_("--readable is about CSV. Add --csv, and leave --json out."))

    def write_findings(
        self,
        rows: "Sequence[Row]",
        columns: Sequence[str],
        readable: "Readable",
        every: Sequence[str] = (),
    ) -> bool:
        """Write the rows as `write` does, or those that `readable` makes of them.

        Raises:
            InvalidData: the file cannot be written.
        """
        if not self.readable:
            return self.write(rows, columns, every)
        made = readable_table(rows, every, readable, find_separator(self.separator))
        return self.write(made[0], (), made[1])


def open_pipe() -> None:
    """Write to a pipe or file in UTF-8, whatever the locale; a terminal keeps its own encoding."""
    if not isinstance(sys.stdout, io.TextIOWrapper):
        return
    if sys.stdout.isatty():
        sys.stdout.reconfigure(errors="backslashreplace")
    else:
        sys.stdout.reconfigure(encoding=_ENCODING, errors=_ERRORS)


def print_sentences(sentences: Iterable[str]) -> None:
    """Print sentences about the rows below them, a line each."""
    print("\n" + "\n".join(sentences))


def say(text: str) -> None:
    """Print a message on standard error."""
    print(text, file=sys.stderr, flush=True)


def _print_table(rows: "Sequence[Row]", columns: Sequence[str]) -> None:
    """Print those of the columns that are not empty."""
    table = [[_cell(name, row[name]) for name in columns] for row in rows]
    used = [n for n, name in enumerate(columns) if any(line[n] for line in table)]
    lines = [list(columns), *table] if table else []
    widths = {n: max(len(line[n]) for line in lines) for n in used}
    numeric = {n for n in used if isinstance(_first(rows, columns[n]), int | float)}
    for line in lines:
        cells = (
            line[n].rjust(widths[n]) if n in numeric else line[n].ljust(widths[n]) for n in used
        )
        print("  ".join(cells).rstrip())


def _first(rows: "Sequence[Row]", column: str) -> object:
    return next((row[column] for row in rows if row[column] is not None), None)


def _cell(column: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if not isinstance(value, float):
        return str(value)
    if "half_width" in column:
        return percentage(value, 1)
    if _SHARE.search(column):
        return percentage(value)
    return grouped(value) if abs(value) >= _WHOLE_FROM else figures(value, 3)
