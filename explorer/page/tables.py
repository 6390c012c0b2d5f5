"""The CSV files beside a view: the rows that the command line writes for the same choice."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from explorer import study as studies
from explorer.findings.comparison import compare
from explorer.findings.corrected import findings
from explorer.findings.differences import differences
from explorer.findings.error_rates import known_errors
from explorer.findings.gap_tables import gap_rows, shift_rows, tone_rows
from explorer.findings.gaps import gaps
from explorer.perception.axes import GENDER
from explorer.findings.shifts import shifts
from explorer.findings.tables import comparison_rows, image_rows, tally_rows
from explorer.page.choice import COMPARE, EXPLORE, GAPS, Choice, references

if TYPE_CHECKING:
    from explorer.findings.tables import Provenance, Row
    from explorer.store.index import Store
    from explorer.study import Study

Rows = Callable[["Study", "Store", Choice], "list[Row]"]


@dataclass(frozen=True, slots=True)
class Table:
    """One file: its name, what a link to it is called, and how its rows are made."""

    name: str
    title: str
    default: Choice
    rows: Rows


def tables() -> "tuple[Table, ...]":
    """Return every file that can be downloaded; the rows are made when one is asked for."""
    return (
        Table("tallies.csv", "Tallies", EXPLORE, _tallies("profession")),
        Table("tallies-by-adjective.csv", "Tallies by adjective", EXPLORE, _tallies("adjective")),
        Table("images.csv", "Images", EXPLORE, _images),
        Table("comparison.csv", "Comparison", COMPARE, _comparison("profession")),
        Table(
            "comparison-by-adjective.csv",
            "Comparison by adjective",
            COMPARE,
            _comparison("adjective"),
        ),
        Table("both.csv", "Images", COMPARE, _images),
        Table("gaps.csv", "Gaps", GAPS, _gaps),
        Table("tones.csv", "Tones", GAPS, _tones),
        Table("adjectives.csv", "Adjectives", GAPS, _shifts),
    )


def _tallies(by: Literal["profession", "adjective"]) -> Rows:
    def rows(study: "Study", store: "Store", choice: Choice) -> "list[Row]":
        found = findings(studies.tallies(study, store, by), known_errors(study, store))
        return tally_rows(found, _provenance(study, store), choice.year)

    return rows


def _images(study: "Study", store: "Store", _: Choice) -> "list[Row]":
    stored = [one for card in study.models for one in studies.observations(study, store, card)]
    provenance = _provenance(study, store)
    return image_rows(stored, study.axes, provenance, lambda key: str(store.image_path(key)))


def _comparison(by: Literal["profession", "adjective"]) -> Rows:
    def rows(study: "Study", store: "Store", choice: Choice) -> "list[Row]":
        left, right = (
            studies.tallies(replace(study, models=(card,)), store, by) for card in study.models
        )
        found = differences(compare(left, right), known_errors(study, store))
        return comparison_rows(found, _provenance(study, store), choice.year)

    return rows


def _gaps(study: "Study", store: "Store", choice: Choice) -> "list[Row]":
    asked = _only(study, gender=True)
    tallies = studies.tallies(asked, store, "profession")
    found = gaps(tallies, references(choice), known_errors(asked, store))
    return gap_rows(found, _provenance(asked, store))


def _tones(study: "Study", store: "Store", _: Choice) -> "list[Row]":
    asked = _only(study, gender=False)
    return tone_rows(studies.tallies(asked, store, "profession"), _provenance(asked, store))


def _shifts(study: "Study", store: "Store", _: Choice) -> "list[Row]":
    asked = _only(study, gender=True)
    found = shifts(studies.tallies(asked, store, "cell"), known_errors(asked, store))
    return shift_rows(found, _provenance(asked, store))


def _only(study: "Study", *, gender: bool) -> "Study":
    axes = tuple(axis for axis in study.axes if (axis.name == GENDER) == gender)
    return replace(study, axes=axes)


def _provenance(study: "Study", store: "Store") -> "list[Provenance]":
    return [studies.provenance(study, store, card) for card in study.models]
