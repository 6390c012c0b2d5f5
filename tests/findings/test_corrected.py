from dataclasses import replace

import pytest

from explorer.findings.corrected import findings
from explorer.findings.sentences import quote
from explorer.findings.tallies import ALL, Cell, Tally
from explorer.perception.axes import find_axis
from explorer.statistics.confusion import Confusion
from explorer.statistics.correction import correct
from explorer.statistics.intervals import FEWEST

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


def test_below_ten_classified_images_there_are_counts_only() -> None:
    (found,) = findings([of(FEWEST - 1, 0, abstained=50)], {("a", "gender"): ERRORS})
    assert (found.bounds, found.corrected) == (None, None)
    assert found.note == "not corrected: fewer than 10 classified images"
    assert found.best("feminine") is None


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


def test_the_corrected_share_is_to_be_quoted_where_there_is_one() -> None:
    (found,) = findings([of(120, 80, abstained=5)], {("a", "gender"): ERRORS})
    assert quote(found) == (
        "Quote 58% (95% interval 50 to 67) as feminine: corrected for the classifier's errors on "
        "300 images of this model, whose true labels are those of the most similar training images."
    )


def test_draws_beyond_the_scale_are_told() -> None:
    (found,) = findings([of(200, 0)], {("a", "gender"): ERRORS})
    assert "of the draws lie beyond 0 or 1" in quote(found)


def test_the_raw_share_is_quoted_with_its_bounds_where_there_is_no_correction() -> None:
    (found,) = findings([of(140, 49, abstained=3)])
    assert quote(found) == (
        "Quote 74% (95% interval 67 to 80) and the bounds 73 to 74%, which hold whatever the 3 "
        "images that are unclear show; not corrected: nobody has annotated images for this "
        "instrument yet."
    )
    (clear,) = findings([of(140, 49)])
    assert quote(clear).startswith("Quote 74% (95% interval 67 to 80); not corrected: nobody")


def test_few_images_have_no_percentage_to_quote() -> None:
    (found,) = findings([of(8, 1)])
    assert quote(found) == ("Quote the counts: 9 images with a label are too few for a percentage.")
    assert quote(findings([of(0, 0, abstained=3)])[0]) == (
        "Quote nothing yet: no image has a label."
    )


def test_of_tones_the_commonest_is_quoted() -> None:
    confusion = Confusion(
        tuple(tuple(50 if row == column else 2 for column in range(5)) for row in range(6)),
        "human",
    )
    tally = Tally(Cell("a", "author", None), TONE, (10, 40, 30, 15, 5))
    (found,) = findings([tally], {("a", "tone"): confusion})
    assert quote(found).startswith("Quote 4")
    assert (
        " as medium-light in skin tone: corrected for the classifier's errors on 300 annotated "
        "images of this model."
    ) in quote(found)
