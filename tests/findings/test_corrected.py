from dataclasses import replace

import pytest

from explorer.findings.corrected import findings
from explorer.findings.tallies import ALL, Cell, Tally
from explorer.perception.axes import find_axis
from explorer.statistics.confusion import Confusion
from explorer.statistics.correction import correct

GENDER = find_axis("gender")
TONE = find_axis("tone")
ERRORS = Confusion(((140, 15), (8, 130), (2, 5)), "nearest source")
WEAK = Confusion(((80, 70), (70, 80), (0, 0)), "human")


def of(*counts: int, model: str = "a", profession: str = "author", abstained: int = 0) -> Tally:
    return Tally(Cell(model, profession, ALL), GENDER, counts, abstained=abstained)


def test_known_errors_move_the_share_and_widen_its_interval() -> None:
    (found,) = findings([of(190, 10)], {("a", "gender"): ERRORS})
    raw = found.tally.share("feminine")
    assert raw is not None
    assert found.corrected is not None
    assert found.corrected[0].estimate > raw.estimate
    (narrow,) = findings([of(120, 80)], {("a", "gender"): ERRORS})
    plain = narrow.tally.share("feminine")
    assert plain is not None
    assert narrow.corrected is not None
    assert narrow.corrected[0].high - narrow.corrected[0].low > plain.high - plain.low


def test_the_unclear_are_a_prediction_of_their_own() -> None:
    (found,) = findings([of(60, 40, abstained=5)], {("a", "gender"): ERRORS})
    expected = correct([(60, 40, 5)], ERRORS).shares[0]
    assert expected is not None
    assert found.corrected is not None
    assert found.corrected[0].estimate == pytest.approx(expected.intervals[0].estimate)


def test_the_bounds_hold_whatever_the_unclear_would_show() -> None:
    (found,) = findings([of(30, 10, abstained=10)])
    assert found.bounds is not None
    feminine, masculine = found.bounds
    assert (feminine.low, feminine.high) == (0.6, 0.8)
    assert (masculine.low, masculine.high) == (0.2, 0.4)


def test_without_errors_there_is_a_reason_and_no_correction() -> None:
    (found,) = findings([of(30, 10)])
    assert (found.corrected, found.confusion) == (None, None)
    assert found.note == "not corrected: nobody has annotated images for this instrument yet"


def test_errors_of_another_model_or_axis_are_not_used() -> None:
    errors = {("b", "gender"): ERRORS, ("a", "tone"): ERRORS}
    assert findings([of(30, 10)], errors)[0].corrected is None


def test_an_instrument_that_guesses_is_refused() -> None:
    (found,) = findings([of(30, 10)], {("a", "gender"): WEAK})
    assert found.corrected is None
    assert found.note is not None
    assert found.note.startswith("not corrected: Instrument too weak")
    assert found.best("feminine") == found.tally.share("feminine")


@pytest.mark.parametrize(
    ("labels", "unclear", "enough"),
    [(9, 0, False), (9, 1, True), (5, 5, True), (4, 6, False), (9, 50, False), (10, 50, True)],
)
def test_ten_images_looked_at_and_ten_labels_or_half_give_a_share(
    labels: int, unclear: int, *, enough: bool
) -> None:
    (found,) = findings([of(labels, 0, abstained=unclear)], {("a", "gender"): ERRORS})
    given = (found.bounds, found.corrected, found.best("feminine"))
    assert [one is not None for one in given] == [enough] * 3
    assert (found.note == "not corrected: too few images") is not enough


def test_the_order_is_that_of_the_tallies_whatever_is_mixed_among_them() -> None:
    tone = Tally(Cell("a", "nurse", None), TONE, (9, 9, 9, 9, 9))
    tallies = [of(30, 10, model="b"), tone, of(3, 1), of(10, 30), of(20, 20, model="b")]
    found = findings(tallies, {("b", "gender"): ERRORS, ("a", "gender"): ERRORS})
    assert [one.tally for one in found] == tallies
    assert [one.corrected is not None for one in found] == [True, False, False, True, True]


def test_the_level_is_that_of_the_tallies() -> None:
    tallies = [replace(of(120, 80), level=0.8)]
    (found,) = findings(tallies, {("a", "gender"): ERRORS})
    assert found.corrected is not None
    assert {one.level for one in found.corrected} == {0.8}


def test_no_tallies_give_no_findings() -> None:
    assert findings([]) == ()
