"""Rows as CSV, JSON or a table for people.

Data and sentences about them go to standard output, all other messages to standard error.
"""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from explorer.errors import InvalidData
from explorer.findings.tables import write_csv
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.findings.tables import Row

_WHOLE_FROM = 1000
_SHARE = re.compile("share|difference|low|high|gap|shift|amplification")


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The format of the rows; a readable table by default."""

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

    def write(self, rows: "Sequence[Row]", columns: Sequence[str]) -> bool:
        """Write the rows; return whether it was as a table of these columns, for people to read.

        Raises:
            InvalidData: CSV and JSON both go to standard output, or the file cannot be written.
        """
        if self.csv == "-" and self.as_json:
            raise InvalidData(_("--csv '-' and --json both write to standard output. Choose one."))
        if self.csv == "-":
            write_csv(rows, sys.stdout)
        elif self.csv is not None:
            _write_file(self.csv, rows)
        if self.as_json:
            print(json.dumps(rows, indent=2, ensure_ascii=False))
        for_people = self.csv is None and not self.as_json
        if for_people:
            _print_table(rows, columns)
        return for_people


def print_sentences(sentences: Iterable[str]) -> None:
    """Print sentences about the rows below them, a line each."""
    print("\n" + "\n".join(sentences))


def say(text: str) -> None:
    """Print a message on standard error."""
    print(text, file=sys.stderr, flush=True)


def _write_file(path: str, rows: "Sequence[Row]") -> None:
    try:
        with open(path, "w", newline="", encoding="utf-8") as file:  # noqa: PTH123 - or /dev/fd/63
            write_csv(rows, file)
    except OSError as error:
        raise InvalidData(
            _(
                "{path!r} cannot be written ({reason}). Give the path of a file in a folder that "
                "exists and that you may write to, or '-' for standard output."
            ).format(path=path, reason=error.strerror)
        ) from error


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
        return f"{value:.1%}"
    if _SHARE.search(column):
        return f"{value:z.0%}"
    return f"{value:,.0f}" if abs(value) >= _WHOLE_FROM else f"{value:.3g}"
