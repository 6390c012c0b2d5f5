"""The CSV files of each view: the rows that the command line writes for the same choice."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.findings.readable import (
    readable_comparison,
    readable_gap,
    readable_image,
    readable_shift,
    readable_tally,
    readable_tones,
)
from explorer.page.choice import COMPARE, EXPLORE, GAPS, Choice, references
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.findings.findings import Findings
    from explorer.findings.readable import Readable
    from explorer.findings.tables import Row
    from explorer.findings.tallies import By

Rows = Callable[["Findings", Choice], "list[Row]"]


@dataclass(frozen=True, slots=True)
class Table:
    """One file: its name, the text of its link, the view it belongs to, and its rows.

    `readable` makes rows for people of them, and `columns` are those of a file without rows.
    """

    name: str
    title: str
    default: Choice
    rows: Rows
    readable: "Readable"
    columns: "Callable[[Findings], tuple[str, ...]]" = lambda _findings: ()

    @property
    def kind(self) -> str:
        """The part of a file's name that tells which table it is."""
        return "images" if self.name == "both.csv" else self.name.removesuffix(".csv")


def tables() -> "tuple[Table, ...]":
    """Return every file that can be downloaded; rows are made when a file is requested."""
    return (
        Table("tallies.csv", _("Tallies"), EXPLORE, _tallies("profession"), readable_tally),
        Table(
            "tallies-by-adjective.csv",
            _("Tallies by adjective"),
            EXPLORE,
            _tallies("adjective"),
            readable_tally,
        ),
        Table("images.csv", _("Images"), EXPLORE, _images, readable_image, _image_columns),
        Table(
            "comparison.csv",
            _("Comparison"),
            COMPARE,
            _comparison("profession"),
            readable_comparison,
        ),
        Table(
            "comparison-by-adjective.csv",
            _("Comparison by adjective"),
            COMPARE,
            _comparison("adjective"),
            readable_comparison,
        ),
        Table("both.csv", _("Images"), COMPARE, _images, readable_image, _image_columns),
        Table("gaps.csv", _("Gaps"), GAPS, _gaps, readable_gap),
        Table("tones.csv", _("Tones"), GAPS, _tones, readable_tones),
        Table("adjectives.csv", _("Adjectives"), GAPS, _shifts, readable_shift),
    )


def _tallies(by: "By") -> Rows:
    return lambda findings, choice: findings.tally_rows(by, choice.year)


def _comparison(by: "By") -> Rows:
    return lambda findings, choice: findings.comparison_rows(by, choice.year)


def _images(findings: "Findings", _choice: Choice) -> "list[Row]":
    return findings.image_rows()


def _image_columns(findings: "Findings") -> tuple[str, ...]:
    return findings.image_columns


def _gaps(findings: "Findings", choice: Choice) -> "list[Row]":
    return findings.gap_rows(references(choice))


def _tones(findings: "Findings", _choice: Choice) -> "list[Row]":
    return findings.tone_rows


def _shifts(findings: "Findings", _choice: Choice) -> "list[Row]":
    return findings.shift_rows
