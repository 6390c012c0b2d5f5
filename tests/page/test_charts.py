"""Tallies as bars: every label, what was not counted, and what they are set beside."""

from typing import Any

import pytest

from explorer.findings.comparison import compare
from explorer.findings.tallies import ALL, Cell, Tally
from explorer.page.charts import chart, labels, pair_chart
from explorer.perception.axes import find_axis
from explorer.words.vocabulary import Profession, find_profession

AUTHOR = find_profession("author")
GENDER, TONE = find_axis("gender"), find_axis("tone")


def tally(counts: tuple[int, ...], model: str = "a", **uncounted: Any) -> Tally:
    axis = GENDER if len(counts) == 2 else TONE
    return Tally(Cell(model, "author", ALL), axis, counts, **uncounted)


def test_every_label_has_a_letter_or_number_beside_its_colour() -> None:
    assert [label.badge for label in labels(GENDER)] == ["F", "M"]
    assert [label.badge for label in labels(TONE)] == ["1", "2", "3", "4", "5"]
    assert len({label.style for axis in (GENDER, TONE) for label in labels(axis)}) == 7


def test_a_label_that_nobody_got_is_a_bar_of_zero() -> None:
    bars = chart(tally((0, 10)), AUTHOR).bars
    assert [bar.count for bar in bars] == [0, 10]
    assert bars[0].share is not None
    assert bars[0].share.estimate == 0


def test_without_a_judged_picture_there_is_no_share_at_all() -> None:
    drawn = chart(tally((0, 0), abstained=3, withheld=2, missing=4, unjudged=1), AUTHOR)
    assert [bar.share for bar in drawn.bars] == [None, None]
    assert (drawn.abstained, drawn.withheld, drawn.missing, drawn.unjudged) == (3, 2, 4, 1)


def test_the_labour_statistic_stands_beside_women_alone() -> None:
    marks = [bar.mark for bar in chart(tally((5, 5)), AUTHOR).bars]
    assert marks[0] is not None
    assert marks[0].text == "US writers and authors: 54% women (2023)"
    assert marks[1] is None
    assert all(bar.mark is None for bar in chart(tally((1, 1, 1, 1, 1)), AUTHOR).bars)


def test_a_profession_without_statistics_has_no_mark() -> None:
    assert all(bar.mark is None for bar in chart(tally((5, 5)), Profession("wizard")).bars)


def test_what_a_model_is_known_to_draw_is_set_beside_each_label() -> None:
    known = {"gender": (0.7, 0.3)}
    assert [bar.known for bar in chart(tally((5, 5)), AUTHOR, known).bars] == [0.7, 0.3]
    assert chart(tally((1, 1, 1, 1, 1)), AUTHOR, known).bars[0].known is None


def test_a_pair_shows_left_minus_right() -> None:
    (comparison,) = compare([tally((75, 25))], [tally((50, 50), "b")])
    pair = pair_chart(comparison, AUTHOR, ({}, {})).pairs[0]
    assert pair.difference is not None
    assert pair.difference.estimate == pytest.approx(0.25)
    assert (pair.left.count, pair.right.count) == (75, 50)
