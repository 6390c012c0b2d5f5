"""Differences as rows: sorted, on one scale, counts where there are too few images."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.findings.comparison import compare
from explorer.findings.differences import differences
from explorer.findings.shifts import shifts
from explorer.findings.tallies import Cell, Tally
from explorer.page.dots import Dot, by_size, difference_dot, dot_plot, shift_dot
from explorer.perception.axes import find_axis
from explorer.statistics.confusion import Confusion
from explorer.statistics.intervals import Interval

GENDER = find_axis("gender")
ERRORS = {
    (model, "gender"): Confusion(((90, 10), (10, 90), (0, 0)), "human") for model in ("a", "b")
}


def dot(estimate: float | None, title: str = "row", width: float = 0.0) -> Dot:
    raw = None
    if estimate is not None:
        raw = Interval(estimate, estimate - width, estimate + width, 0.95, "test")
    return Dot(title, "", None, "gender-0", raw, None, "1 of 2, 2 of 3", None, None, clear=False)


def differing(left: tuple[int, int], right: tuple[int, int], *, known: bool = False) -> Dot:
    one, other = (
        Tally(Cell(model, "author", None), GENDER, counts)
        for model, counts in (("a", left), ("b", right))
    )
    (difference,) = differences(compare([one], [other]), ERRORS if known else {})
    return difference_dot(difference, 0, "author")


def test_the_corrected_difference_is_quoted_and_the_counted_one_stays() -> None:
    row = differing((60, 40), (40, 60), known=True)
    assert row.raw is not None
    assert row.corrected is not None
    assert row.best == row.corrected
    assert row.raw.estimate == pytest.approx(0.2)
    assert row.corrected.estimate > row.raw.estimate
    plain = differing((60, 40), (40, 60))
    assert (plain.corrected, plain.best) == (None, plain.raw)


@pytest.mark.parametrize(("left", "right"), [((4, 5), (40, 60)), ((40, 60), (0, 0))])
def test_below_ten_images_on_either_side_there_are_counts_and_no_difference(
    left: tuple[int, int], right: tuple[int, int]
) -> None:
    row = differing(left, right, known=True)
    assert row.best is None
    assert row.counts == f"{left[0]} of {sum(left)}, {right[0]} of {sum(right)}"
    assert (row.p, row.q, row.clear) == (None, None, False)


def test_the_largest_comes_first_and_what_has_too_few_images_last() -> None:
    rows = by_size([dot(-0.2, "less"), dot(None, "few"), dot(0.3, "more"), dot(0.0, "same")])
    assert [row.title for row in rows] == ["more", "same", "less", "few"]


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 1)), max_size=8))
def test_every_interval_lies_on_the_scale(ends: list[tuple[float, float]]) -> None:
    rows = [dot(middle, width=min(width, 1 - abs(middle))) for middle, width in ends]
    plot = dot_plot("", "", ("", ""), rows)
    places = [plot.place(end) for row in rows if row.raw for end in (row.raw.low, row.raw.high)]
    assert all(-1e-9 <= place <= 1 + 1e-9 for place in places)
    assert plot.place(0.0) == 0.5


def test_a_small_difference_has_a_narrow_scale() -> None:
    assert dot_plot("", "", ("", ""), [dot(0.02, width=0.05)]).reach == 0.1
    assert dot_plot("", "", ("", ""), [dot(0.2, width=0.05)]).reach == 0.25
    assert dot_plot("", "", ("", ""), []).ticks == (-0.1, 0.0, 0.1)


def test_an_adjective_is_a_row_with_its_coding() -> None:
    tallies = [
        Tally(Cell("a", name, word), GENDER, counts)
        for name in ("author", "nurse")
        for word, counts in ((None, (20, 20)), ("gentle", (30, 10)))
    ]
    (shift,) = shifts(tallies)
    row = shift_dot(shift, "feminine")
    assert (row.title, row.detail) == ("gentle", "feminine-coded")
    assert row.raw is not None
    assert row.raw.estimate == pytest.approx(0.25)
    assert row.counts == "60 of 80, 40 of 80"
