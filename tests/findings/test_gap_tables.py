import inspect
import re

import pytest

from explorer.findings import gap_tables
from explorer.findings.corrected import findings
from explorer.findings.gap_tables import gap_rows, shift_rows, tone_rows
from explorer.findings.gaps import gaps
from explorer.findings.shifts import shifts
from explorer.findings.tallies import ALL, Cell, Tally
from explorer.perception.axes import find_axis
from explorer.words.references import labour_references

GENDER = find_axis("gender")
TONE = find_axis("tone")
NURSE = Tally(Cell("a", "nurse", ALL), GENDER, (18, 2), abstained=1, missing=3)
ELSEWHERE = ("instrument", "captions_sha256", "threshold", "device", "libraries", "model_")
SETTINGS = ("scheduler", "steps", "guidance", "width_px", "height_px", "dtype", "quality")


def told(function: object, row: dict[str, object]) -> set[str]:
    """Return the columns of a row that a docstring does not tell."""
    names = set(re.findall(r"\w+", (inspect.getdoc(function) or "").partition("Columns:")[2]))
    return {name for name in row if not name.startswith(ELSEWHERE + SETTINGS)} - names


def test_a_gap_has_its_reference_beside_it() -> None:
    (row,) = gap_rows(gaps(findings([NURSE]), labour_references(2023)))
    assert (row["count"], row["classified"], row["abstained"], row["missing"]) == (18, 20, 1, 3)
    assert (row["reference_occupation"], row["reference_year"]) == ("Registered nurses", 2023)
    assert row["gap"] == pytest.approx(0.9 - row["reference_share"])  # type: ignore[operator]
    assert row["amplification"] == row["gap"]
    assert (row["counts"], row["tests"]) == (True, 1)
    assert str(row["correction_note"]).endswith("has annotated images for this instrument yet")


def test_without_a_reference_the_profession_stays_in_view() -> None:
    (row,) = gap_rows(gaps(findings([NURSE]), {}))
    empty = ("reference_share", "gap", "gap_low", "amplification", "p", "q")
    assert [row[name] for name in empty] == [None] * 6
    assert (row["share"], row["counts"], row["tests"]) == (0.9, False, 0)


def test_tones_are_set_beside_all_being_equally_frequent() -> None:
    (row,) = tone_rows([Tally(Cell("a", "author", ALL), TONE, (50, 20, 10, 10, 10))])
    assert row["reference"] == "uniform"
    assert row["total_variation"] == pytest.approx(0.3)
    assert row["wasserstein_steps"] == pytest.approx(0.9)
    assert 0 < row["total_variation_by_chance"] < row["total_variation_line"] < 0.3  # type: ignore[operator]


@pytest.mark.parametrize("counts", [(0, 0, 0, 0, 0), (9, 0, 0, 0, 0)])
def test_few_tones_have_no_distance_and_never_zero(counts: tuple[int, ...]) -> None:
    (row,) = tone_rows([Tally(Cell("a", "author", ALL), TONE, counts)])
    told = [name for name in row if name.startswith(("total_", "jensen", "wasserstein"))]
    assert len(told) == 7
    assert {row[name] for name in told} == {None}


def test_a_shift_gives_both_sides() -> None:
    tallies = [
        Tally(Cell("a", "nurse", word), GENDER, counts, abstained=2)
        for word, counts in ((None, (10, 10)), ("honest", (15, 5)))
    ]
    (row,) = shift_rows(shifts(tallies))
    assert (row["adjective"], row["adjective_coding"], row["professions"]) == (
        "honest",
        "feminine",
        1,
    )
    assert (row["with_count"], row["without_count"], row["with_abstained"]) == (15, 10, 2)
    assert row["shift"] == pytest.approx(0.25)
    assert (row["corrected_shift"], row["p"], row["tests"]) == (None, None, 0)


def test_the_docstrings_tell_every_column() -> None:
    assert not told(gap_tables.gap_rows, gap_rows(gaps(findings([NURSE]), {}))[0])
    tones = tone_rows([Tally(Cell("a", "author", ALL), TONE, (0, 0, 0, 0, 0))])
    assert not told(gap_tables.tone_rows, tones[0])
    tallies = [Tally(Cell("a", "nurse", word), GENDER, (1, 1)) for word in (None, "honest")]
    assert not told(gap_tables.shift_rows, shift_rows(shifts(tallies))[0])
