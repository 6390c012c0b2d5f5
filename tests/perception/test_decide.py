import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.perception.axes import Perception, find_axis
from explorer.perception.decide import decide, decide_anew
from explorer.perception.instruments import ClassifierSpec, Instrument, Recalibration
from explorer.statistics.calibration import Scale

GENDER = find_axis("gender")
TONE = find_axis("tone")
CLIP = Instrument(ClassifierSpec("captions", None, "clip"), "11111111")


def test_the_likeliest_label_is_the_answer() -> None:
    seen = decide("k", GENDER, CLIP, [0.1, 0.9])
    assert (seen.image_key, seen.axis, seen.instrument) == ("k", "gender", CLIP)
    assert (seen.label, seen.reason, seen.scores) == ("masculine", None, (0.1, 0.9))


def test_the_threshold_itself_is_answered() -> None:
    assert decide("k", GENDER, CLIP, (0.8, 0.2)).label == "feminine"


def test_below_the_threshold_it_abstains_and_keeps_the_scores() -> None:
    seen = decide("k", GENDER, CLIP, (0.79, 0.21))
    assert (seen.label, seen.reason, seen.scores) == (None, "unsure", (0.79, 0.21))


def test_two_labels_alike_are_no_answer_not_the_one_listed_first() -> None:
    seen = decide("k", TONE, CLIP, (0.45, 0.45, 0.05, 0.03, 0.02))
    assert (seen.label, seen.reason) == (None, "unsure")


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_no_number_is_no_answer(wrong: float) -> None:
    seen = decide("k", GENDER, CLIP, (wrong, 0.9))
    assert (seen.label, seen.reason, seen.scores) == (None, "no score", ())


def test_scores_that_do_not_fit_the_labels_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="3 scores for the 2 labels of gender"):
        decide("k", GENDER, CLIP, (0.9, 0.1, 0.0))


@given(st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_an_answer_is_the_only_highest_and_reaches_the_threshold(scores: list[float]) -> None:
    seen = decide("k", TONE, CLIP, scores)
    assert (seen.label is None) == (seen.reason is not None)
    if seen.label is not None:
        score = scores[TONE.labels.index(seen.label)]
        assert score >= TONE.threshold
        assert scores.count(score) == 1
        assert score == max(scores)


# Twice as sure as it may be, and leaning to the second label.
LEANING = Recalibration(Scale(2.0, 1.0), 0.7, 120)


def test_a_calibrated_instrument_answers_the_same_scores_otherwise_and_under_another_name() -> None:
    seen = decide("k", GENDER, CLIP, (0.3, 0.7))
    assert seen.label is None
    anew = decide_anew(seen, GENDER, LEANING)
    odds = math.exp(math.log(3 / 7) / 2 + 1)
    assert anew.scores == pytest.approx((odds / (1 + odds), 1 / (1 + odds)))
    assert (anew.image_key, anew.label) == ("k", None)
    assert decide_anew(decide("k", GENDER, CLIP, (0.5, 0.5)), GENDER, LEANING).label == "feminine"
    assert anew.instrument == replace(CLIP, calibration=LEANING)


def test_who_had_no_scores_has_none_after_calibration() -> None:
    blind = Perception("k", "gender", CLIP, None, "no face found", ())
    anew = decide_anew(blind, GENDER, LEANING)
    assert (anew.label, anew.reason, anew.scores) == (None, "no face found", ())
    assert anew.instrument != blind.instrument


def test_the_recalibrations_threshold_decides_not_that_of_the_axis() -> None:
    strict = replace(LEANING, threshold=0.99)
    answers = decide("k", GENDER, CLIP, (0.9, 0.1)), decide("k", GENDER, CLIP, (0.5, 0.5))
    assert [decide_anew(seen, GENDER, LEANING).label for seen in answers] == ["feminine"] * 2
    assert [decide_anew(seen, GENDER, strict).label for seen in answers] == [None] * 2
