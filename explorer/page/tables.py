"""The CSV files of each view: the rows that the command line writes for the same choice."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.page.choice import COMPARE, EXPLORE, GAPS, Choice, references
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.findings.findings import Findings
    from explorer.findings.tables import Row
    from explorer.findings.tallies import By

Rows = Callable[["Findings", Choice], "list[Row]"]


@dataclass(frozen=True, slots=True)
class Table:
    """One file: its name, the text of its link, the view it belongs to, and its rows."""

    name: str
    title: str
    default: Choice
    rows: Rows


def tables() -> "tuple[Table, ...]":
    """Return every file that can be downloaded; rows are made when a file is requested."""
    return (
        Table("tallies.csv", _("Tallies"), EXPLORE, _tallies("profession")),
        Table(
            "tallies-by-adjective.csv",
            _("Tallies by adjective"),
            EXPLORE,
            _tallies("adjective"),
        ),
        Table("images.csv", _("Images"), EXPLORE, _images),
        Table("comparison.csv", _("Comparison"), COMPARE, _comparison("profession")),
        Table(
            "comparison-by-adjective.csv",
            _("Comparison by adjective"),
            COMPARE,
            _comparison("adjective"),
        ),
        Table("both.csv", _("Images"), COMPARE, _images),
        Table("gaps.csv", _("Gaps"), GAPS, _gaps),
        Table("tones.csv", _("Tones"), GAPS, _tones),
        Table("adjectives.csv", _("Adjectives"), GAPS, _shifts),
    )


def _tallies(by: "By") -> Rows:
    return lambda findings, choice: findings.tally_rows(by, choice.year)


def _comparison(by: "By") -> Rows:
    return lambda findings, choice: findings.comparison_rows(by, choice.year)


def _images(findings: "Findings", _choice: Choice) -> "list[Row]":
    return findings.image_rows()


def _gaps(findings: "Findings", choice: Choice) -> "list[Row]":
    return findings.gap_rows(references(choice))


def _tones(findings: "Findings", _choice: Choice) -> "list[Row]":
    return findings.tone_rows


def _shifts(findings: "Findings", _choice: Choice) -> "list[Row]":
    return findings.shift_rows
