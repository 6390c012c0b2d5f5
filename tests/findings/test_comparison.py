import pytest

from explorer.errors import InvalidData
from explorer.findings.comparison import compare
from explorer.findings.tallies import ALL, Cell, Tally
from explorer.perception.axes import find_axis

GENDER = find_axis("gender")
TONE = find_axis("tone")
BOTH = ("feminine", "feminine")


def of(model: str, profession: str, *counts: int) -> Tally:
    return Tally(Cell(model, profession, ALL), GENDER, counts)


def test_the_difference_is_left_minus_right_for_each_label() -> None:
    (found,) = compare([of("a", "author", 56, 14)], [of("b", "author", 48, 32)])
    feminine, masculine = found.differences
    assert feminine is not None
    assert masculine is not None
    assert feminine.estimate == pytest.approx(0.2)
    assert (feminine.low, feminine.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert masculine.estimate == pytest.approx(-0.2)


def test_a_side_without_a_classified_image_gives_no_difference() -> None:
    (found,) = compare([of("a", "author", 5, 5)], [of("b", "author", 0, 0)])
    assert found.differences == (None, None)


def test_sides_are_matched_by_words_and_not_by_position() -> None:
    left = [of("a", "author", 1, 0), of("a", "nurse", 2, 0)]
    right = [of("b", "nurse", 3, 0), of("b", "author", 4, 0)]
    found = compare(left, right)
    assert [(one.left.counts, one.right.counts) for one in found] == [
        ((1, 0), (4, 0)),
        ((2, 0), (3, 0)),
    ]


def test_images_classified_on_both_sides_are_paired() -> None:
    pairs = {"a prompt": {BOTH: 2}, "another": {BOTH: 1, ("feminine", "masculine"): 1}}
    (found,) = compare([of("a", "author", 7, 0)], [of("b", "author", 3, 1)], lambda _: pairs)
    assert found.pairs == pairs
    assert found.paired == 4


def test_each_comparison_has_the_pairs_of_its_own_words() -> None:
    left = [of("a", "author", 1, 0), of("a", "nurse", 2, 0)]
    right = [of("b", "author", 1, 0), of("b", "nurse", 2, 0)]
    author, nurse = compare(
        left, right, lambda one: {f"a photo of {one.cell.profession}": {BOTH: one.classified}}
    )
    assert author.pairs == {"a photo of author": {BOTH: 1}}
    assert nurse.pairs == {"a photo of nurse": {BOTH: 2}}


def test_without_pairs_none_are_counted() -> None:
    (found,) = compare([of("a", "author", 7, 0)], [of("b", "author", 4, 0)])
    assert found.paired == 0


def test_a_profession_on_one_side_only_is_refused_and_not_dropped() -> None:
    left = [of("a", "author", 1, 0), of("a", "nurse", 1, 0)]
    with pytest.raises(InvalidData, match="Only one of the two models was asked for 'a nurse'"):
        compare(left, [of("b", "author", 1, 0)])


def test_two_models_on_one_side_are_refused() -> None:
    with pytest.raises(InvalidData, match="One side holds 'an author' twice"):
        compare([of("a", "author", 1, 0), of("c", "author", 1, 0)], [of("b", "author", 1, 0)])


def test_the_level_is_that_of_the_tallies() -> None:
    left = Tally(Cell("a", "author", None), TONE, (1, 2, 3, 4, 5), level=0.8)
    right = Tally(Cell("b", "author", None), TONE, (5, 4, 3, 2, 1), level=0.8)
    (found,) = compare([left], [right])
    assert {one.level for one in found.differences if one} == {0.8}
    assert len(found.differences) == 5
