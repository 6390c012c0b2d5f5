import inspect
import re

import pytest

from explorer.findings.sensitivity import variation_rows, variation_sentences, variations
from explorer.findings.tallies import ALL, Cell, Tally
from explorer.perception.axes import find_axis
from explorer.statistics.intervals import wilson

GENDER, TONE = find_axis("gender"), find_axis("tone")


def tally(feminine: int, masculine: int, profession: str = "author", unclear: int = 0) -> Tally:
    cell = Cell("fake-a", profession, ALL)
    reasons = (("unsure", unclear),) if unclear else ()
    return Tally(cell, GENDER, (feminine, masculine), unclear, reasons=reasons)


VARIED = [
    ("as asked", "threshold 0.8", [tally(10, 10, unclear=5)]),
    ("captions", "without 'a'", [tally(8, 12, unclear=5)]),
    ("captions", "without 'b'", [tally(12, 8, unclear=5)]),
    ("threshold", "0.5", [tally(15, 10)]),
    ("classifier", "other-clip", [tally(5, 15, unclear=5)]),
]


def test_each_variation_stands_beside_the_share_as_asked() -> None:
    rows = variation_rows(variations(VARIED))
    assert [row["varied"] for row in rows] == [kind for kind, _, _ in VARIED]
    assert [row["difference"] for row in rows] == pytest.approx([0, -0.1, 0.1, 0.1, -0.25])
    expected = wilson(8, 20)
    assert expected is not None
    assert (rows[1]["share"], rows[1]["share_low"]) == (expected.estimate, expected.low)
    assert rows[0]["abstained_reasons"] == "5 unsure"


def test_a_sentence_tells_how_far_the_share_moves_with_each_thing() -> None:
    (told,) = variation_sentences(variations(VARIED))
    assert told == (
        "fake-a, images of an author: 50% are perceived as feminine; whichever template is left "
        "out, 40% (without 'a') to 60% (without 'b'); with another threshold, 60%; with another "
        "classifier, 25%."
    )


def test_cells_are_kept_apart() -> None:
    varied = [
        ("as asked", "", [tally(10, 10), tally(0, 20, "nurse")]),
        ("threshold", "0.5", [tally(10, 10), tally(5, 15, "nurse")]),
    ]
    author, nurse = variation_sentences(variations(varied))
    assert "an author: 50%" in author
    assert "a nurse: 0%" in nurse
    assert "threshold, 25%" in nurse


def test_few_images_have_counts_and_no_share() -> None:
    varied = [("as asked", "", [tally(4, 5)]), ("threshold", "0.5", [tally(10, 10)])]
    found = variations(varied)
    assert [one.share is None for one in found] == [True, False]
    assert [one.difference for one in found] == [None, None]
    (told,) = variation_sentences(found)
    assert "4 of 9" in told
    assert "%" not in told


def test_all_variations_of_a_cell_are_told_for_one_label() -> None:
    cell = Cell("fake-a", "author", ALL)
    first = Tally(cell, TONE, (12, 3, 0, 0, 0))
    other = Tally(cell, TONE, (3, 12, 0, 0, 0))
    found = variations([("as asked", "", [first]), ("threshold", "0.2", [other])])
    assert {one.label for one in found} == {"light"}
    assert found[1].difference == pytest.approx(-0.6)


def test_the_docstring_tells_every_column() -> None:
    told = set(re.findall(r"\w+", inspect.getdoc(variation_rows) or ""))
    assert set(variation_rows(variations(VARIED))[0]) <= told
