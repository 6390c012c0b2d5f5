"""Tallies as bars: every label, what was not counted, and what they are set beside."""

from typing import Any

import pytest

from explorer.findings.corrected import Finding, findings
from explorer.findings.tallies import ALL, Cell, Tally
from explorer.page.charts import chart, labels, labour_mark, sides_chart
from explorer.perception.axes import find_axis
from explorer.statistics.confusion import Confusion
from explorer.words.vocabulary import Profession, find_profession

MARK = labour_mark(find_profession("author"))
GENDER, TONE = find_axis("gender"), find_axis("tone")
# Of 100 feminine images 90 are told so, of 100 masculine ones 80; the rest is unclear or wrong.
ERRORS = {("known", "gender"): Confusion(((90, 10), (5, 80), (5, 10)), "human")}


def tally(counts: tuple[int, ...], model: str = "a", **uncounted: Any) -> Finding:
    axis = GENDER if len(counts) == 2 else TONE
    (found,) = findings([Tally(Cell(model, "author", ALL), axis, counts, **uncounted)], ERRORS)
    return found


def test_every_label_has_a_letter_or_number_beside_its_colour() -> None:
    assert [label.badge for label in labels(GENDER)] == ["F", "M"]
    assert [label.badge for label in labels(TONE)] == ["1", "2", "3", "4", "5"]
    assert len({label.style for axis in (GENDER, TONE) for label in labels(axis)}) == 7


def test_a_label_that_nobody_got_is_a_bar_of_zero() -> None:
    bars = chart(tally((0, 10)), MARK).bars
    assert [bar.count for bar in bars] == [0, 10]
    assert bars[0].share is not None
    assert bars[0].share.estimate == 0


def test_without_a_classified_image_there_is_no_share_at_all() -> None:
    made = chart(tally((0, 0), abstained=3, filtered=2, missing=4, unclassified=1), MARK)
    assert [bar.share for bar in made.bars] == [None, None]
    assert (made.abstained, made.filtered, made.missing, made.unclassified) == (3, 2, 4, 1)


def test_the_labour_statistic_stands_beside_women_alone() -> None:
    marks = [bar.mark for bar in chart(tally((5, 5)), MARK).bars]
    assert marks[0] is not None
    assert marks[0].text == "US writers and authors: 54% women (2023, close match)"
    assert marks[0].fits
    assert marks[1] is None
    assert all(bar.mark is None for bar in chart(tally((1, 1, 1, 1, 1)), MARK).bars)


def test_a_profession_without_statistics_has_no_mark() -> None:
    assert all(
        bar.mark is None for bar in chart(tally((5, 5)), labour_mark(Profession("wizard"))).bars
    )


def test_what_a_model_is_known_to_generate_is_set_beside_each_label() -> None:
    known = {"gender": (0.7, 0.3)}
    assert [bar.known for bar in chart(tally((5, 5)), MARK, known).bars] == [0.7, 0.3]
    assert chart(tally((1, 1, 1, 1, 1)), MARK, known).bars[0].known is None


def test_as_counted_bounds_and_corrected_stand_side_by_side() -> None:
    finding = tally((30, 60), "known", abstained=10)
    bar = chart(finding, MARK).bars[0]
    assert bar.share is not None
    assert bar.share.estimate == pytest.approx(1 / 3)
    assert bar.bounds is not None
    assert (bar.bounds.low, bar.bounds.high) == pytest.approx((0.30, 0.40))
    assert finding.corrected is not None
    assert bar.corrected == bar.best == finding.corrected[0]
    raw = chart(tally((30, 60)), MARK).bars[0]
    assert (raw.corrected, raw.best) == (None, raw.share)


def test_fewer_than_ten_images_have_counts_and_no_share_of_any_kind() -> None:
    made = chart(tally((3, 6), "known", filtered=20), MARK)
    assert not made.enough
    assert [bar.count for bar in made.bars] == [3, 6]
    assert all((bar.share, bar.bounds, bar.corrected) == (None,) * 3 for bar in made.bars)
    assert chart(tally((4, 6)), MARK).enough


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("engineer", "counted in a broader group"),
        ("teacher", "the largest of several kinds"),
        ("painter", "one of several senses"),
        ("waitress", "the word itself states a gender"),
    ],
)
def test_a_statistic_that_fits_roughly_says_so_and_stays_out_of_headlines(
    name: str, reason: str
) -> None:
    mark = labour_mark(find_profession(name))
    assert mark is not None
    assert not mark.fits
    assert f"(2023, {reason}: kept out of headlines)" in mark.text


def test_every_label_has_the_bar_of_every_model() -> None:
    found = [tally((75, 25)), tally((50, 50), "b"), tally((10, 90), "c"), tally((0, 100), "d")]
    made = sides_chart(found, 42, MARK, [{}] * 4)
    assert [[bar.count for bar in bars] for bars in made.labels] == [
        [75, 50, 10, 0],
        [25, 50, 90, 100],
    ]
    assert made.paired == 42
