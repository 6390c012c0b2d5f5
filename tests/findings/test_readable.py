"""Rows for people: few columns, percentages, words, and no count lost."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from explorer.findings.comparison import compare
from explorer.findings.corrected import findings
from explorer.findings.differences import differences
from explorer.findings.gap_tables import gap_rows, shift_rows, tone_rows
from explorer.findings.gaps import gaps
from explorer.findings.readable import (
    chance_text,
    readable_comparison,
    readable_gap,
    readable_image,
    readable_shift,
    readable_table,
    readable_tally,
    readable_tones,
)
from explorer.findings.shifts import shifts
from explorer.findings.tables import comparison_rows, image_columns, image_rows, tally_rows
from explorer.findings.tallies import ALL, Cell, Tally
from explorer.models.requests import ImageRequest
from explorer.perception.axes import Perception, find_axis
from explorer.perception.instruments import Instrument
from explorer.statistics.confusion import Confusion
from explorer.store.observations import Observation
from explorer.words.prompts import Prompt
from explorer.words.references import labour_references
from tests.fakes import FAKE_CLIP, fake_card

GENDER, TONE = find_axis("gender"), find_axis("tone")
ERRORS = {("a", "gender"): Confusion(((45, 5), (5, 45), (0, 0)), "human")}
UNSEEN = Tally(Cell("a", "nurse", None), GENDER, (0, 0))
TONES = Tally(Cell("a", "nurse", ALL), TONE, (50, 20, 10, 10, 10))
NURSE = Tally(
    Cell("a", "nurse", ALL), GENDER, (18, 2), abstained=1, filtered=2, unclassified=3, missing=4
)
CALM = Tally(Cell("a", "nurse", "calm"), GENDER, (5, 15))
PLAIN = Tally(Cell("a", "nurse", None), GENDER, (15, 5), abstained=2)
OTHER = Tally(Cell("b", "nurse", ALL), GENDER, (6, 14), filtered=5)
REQUEST = ImageRequest(fake_card("a").spec, Prompt("author"), 2)


def seen(label: str | None, reason: str | None = None) -> Perception:
    return Perception(REQUEST.key, "gender", Instrument.of(FAKE_CLIP, GENDER), label, reason, ())


def readable(make: Callable[[Any], dict[str, object]], rows: Sequence[Any]) -> dict[str, object]:
    made, _ = readable_table(rows, (), make, ",")
    return made[0]


def test_a_tally_has_a_share_in_percent_and_all_four_counts_without_a_label() -> None:
    row = readable(readable_tally, tally_rows(findings([NURSE])))
    assert row == {
        "Model": "a",
        "Profession": "nurse",
        "Adjective": "all",
        "Question": "Perceived gender presentation",
        "Perceived as": "feminine",
        "Images with this label": 18,
        "Images with any label": 20,
        "Share": "90.0%",
        "From (95% interval)": "69.9%",
        "To (95% interval)": "97.2%",
        "Corrected": "no",
        "Without a label": "1 unclear, 2 filtered, 3 not classified yet, 4 not generated yet",
    }


def test_a_share_is_the_corrected_one_where_there_is_one() -> None:
    rows = tally_rows(findings([NURSE], ERRORS))
    row = readable(readable_tally, rows)
    assert row["Corrected"] == "yes"
    assert row["Share"] == f"{rows[0]['corrected_share']:.1%}"
    assert row["To (95% interval)"] == f"{rows[0]['corrected_high']:.1%}"


def test_without_images_there_is_no_share_and_never_zero_percent() -> None:
    row = readable(readable_tally, tally_rows(findings([UNSEEN])))
    assert (row["Share"], row["From (95% interval)"], row["Adjective"]) == (None, None, "none")
    assert row["Without a label"] == "none"


def test_a_comparison_names_both_models_and_what_each_side_lacks() -> None:
    row = readable(readable_comparison, comparison_rows(differences(compare([NURSE], [OTHER]))))
    assert row["Models A and B"] == "a and b"
    assert (row["Share of A as counted"], row["Share of B as counted"]) == ("90.0%", "30.0%")
    assert row["Difference, A minus B"] == "60.0%"
    assert str(row["Without a label"]).endswith("4 not generated yet; B: 5 filtered")


def test_a_gap_says_how_the_reference_fits() -> None:
    row = readable(readable_gap, gap_rows(gaps(findings([NURSE]), labour_references(2023))))
    assert (row["Reference: share of women"], row["Gap"]) == ("87.4%", "2.6%")
    assert row["Fit of the reference"] == "close match"


def test_tones_and_shifts_are_in_percent() -> None:
    tones = readable(readable_tones, tone_rows([TONES]))
    assert tones["Distance from equal tones"] == "30.0%"
    shift = readable(readable_shift, shift_rows(shifts([PLAIN, CALM])))
    assert shift["Shift of the feminine share"] == "-50.0%"
    assert shift["Without a label"] == "with it: none; without it: 2 unclear"


@pytest.mark.parametrize(
    ("observation", "answer", "filtered"),
    [
        (Observation(REQUEST, None, {"gender": seen("feminine")}), "feminine", None),
        (Observation(REQUEST, None, {"gender": seen(None, "unsure")}), "unclear (unsure)", None),
        (Observation(REQUEST, None, {}), "not classified yet", None),
        (Observation(REQUEST, "safety filter", {}), None, "safety filter"),
    ],
)
def test_an_image_has_an_answer_or_the_reason_why_not(
    observation: Observation, answer: str | None, filtered: str | None
) -> None:
    row = readable(readable_image, image_rows([observation], [GENDER]))
    assert row["Number"] == 3
    assert (row["Perceived gender presentation"], row["Filtered"]) == (answer, filtered)


def test_without_images_the_columns_are_the_same() -> None:
    rows = image_rows([Observation(REQUEST, None, {})], [GENDER, TONE])
    assert tuple(rows[0]) == image_columns([GENDER, TONE])
    made, columns = readable_table(rows, image_columns([GENDER, TONE]), readable_image, ",")
    assert tuple(made[0]) == columns


def test_with_semicolons_come_decimal_commas() -> None:
    made, _ = readable_table(tally_rows(findings([NURSE])), (), readable_tally, ";")
    assert (made[0]["Share"], made[0]["Images with this label"]) == ("90,0%", 18)


def test_a_chance_is_told_as_in_journals() -> None:
    assert [chance_text(value) for value in (None, 0.0004, 0.0123)] == [None, "< 0.001", "0.012"]
