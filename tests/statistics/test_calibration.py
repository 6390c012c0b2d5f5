import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from explorer.errors import InvalidData
from explorer.statistics.calibration import (
    Risk,
    Scale,
    calibrate,
    calibration_error,
    folds,
    log_odds,
    reliability,
    risk_coverage,
    smallest_threshold,
)

answers = st.lists(
    st.tuples(st.integers(50, 100).map(lambda percent: percent / 100), st.booleans()),
    min_size=1,
    max_size=40,
)


def annotated(number: int = 400, seed: int = 0) -> tuple[list[float], list[bool]]:
    """Return margins that are ten times too large and favour the first label, and the truths.

    The classes are balanced and lie one standard deviation to either side of parity, so that the
    log odds are twice the undistorted margin.
    """
    random = np.random.default_rng(seed)
    truths = np.arange(number) % 2 == 0
    margins = 20 * random.normal(np.where(truths, 1, -1)) + 10
    return margins.tolist(), truths.tolist()


def test_temperature_and_bias_of_known_margins_are_found() -> None:
    fit = calibrate(*annotated(20_000))
    assert fit.scale.temperature == pytest.approx(10, rel=0.05)
    assert fit.scale.bias == pytest.approx(-1, abs=0.1)
    assert fit.images == 20_000


@settings(max_examples=20)
@given(st.integers(100, 300), st.integers(0, 99))
def test_the_fit_agrees_with_another_library(number: int, seed: int) -> None:
    margins, truths = annotated(number, seed)
    first, second = truths.count(True), truths.count(False)
    targets = np.where(truths, (first + 1) / (first + 2), 1 / (second + 2))
    other = GLM(targets, [(margin, 1) for margin in margins], Binomial()).fit()
    scale = calibrate(margins, truths).scale
    assert (1 / scale.temperature, scale.bias) == pytest.approx(tuple(other.params), abs=1e-4)


@settings(max_examples=20)
@given(st.integers(0, 99), st.floats(0.01, 100))
def test_a_scale_does_not_depend_on_the_unit_of_margins(seed: int, unit: float) -> None:
    margins, truths = annotated(seed=seed)
    one, other = (
        calibrate(margins, truths),
        calibrate([margin * unit for margin in margins], truths),
    )
    assert other.scale.temperature == pytest.approx(one.scale.temperature * unit, rel=1e-4)
    assert other.scale.bias == pytest.approx(one.scale.bias, abs=1e-4)


def test_calibrated_probabilities_are_closer_to_the_truth() -> None:
    fit = calibrate(*annotated(2_000))
    assert fit.before.calibration_error > 0.1
    assert fit.after.calibration_error < 0.05
    assert fit.after.brier < fit.before.brier


def test_cross_validation_depends_only_on_the_seed() -> None:
    margins, truths = annotated()
    assert calibrate(margins, truths) == calibrate(margins, truths)
    other = calibrate(margins, truths, seed=1)
    assert other.scale == calibrate(margins, truths).scale
    assert other.after != calibrate(margins, truths).after


def test_classes_that_never_overlap_have_a_scale_too() -> None:
    truths = [place % 2 == 0 for place in range(200)]
    fit = calibrate([5.0 if truth else -5.0 for truth in truths], truths)
    # Platt's target for a hundred images of a class is 101 of 102.
    assert fit.scale.probability(5) == pytest.approx(101 / 102, abs=1e-4)
    assert fit.scale.bias == pytest.approx(0, abs=1e-6)


def test_a_scale_turns_margins_into_probabilities() -> None:
    scale = Scale(10, -1)
    assert scale.probability(10) == 0.5
    assert scale.probability(30) == pytest.approx(expit(2))
    assert 0 <= scale.probability(-1e9) < 1e-12


@pytest.mark.parametrize(
    ("margins", "truths", "message"),
    [
        ([1.0, -1.0] * 49, [True, False] * 49, "98 annotated images are too few: annotate 100"),
        ([1.0] * 120, [True] * 118 + [False] * 2, "2 annotated images of one class are too few"),
        ([1.0, math.nan] * 60, [True, False] * 60, "A margin is .*nan"),
        ([1.0, -1.0] * 60, [False, True] * 60, "check the order of the labels"),
        ([0.1] * 120, [True, False] * 60, r"All margins are 0\.1"),
    ],
)
def test_annotations_that_no_scale_fits_are_named(
    margins: list[float], truths: list[bool], message: str
) -> None:
    with pytest.raises(InvalidData, match=message):
        calibrate(margins, truths)


def test_each_fold_holds_equally_many_of_each_class() -> None:
    truths = [True] * 20 + [False] * 100
    held = folds(truths)
    assert [int(fold.sum()) for fold in held] == [24] * 5
    assert [int(fold[:20].sum()) for fold in held] == [4] * 5
    assert np.sum(held, axis=0).tolist() == [1] * 120


@given(st.floats(0, 1))
def test_the_raw_scale_turns_log_odds_back_into_the_probability(probability: float) -> None:
    assert math.isfinite(log_odds(probability))
    assert Scale(1, 0).probability(log_odds(probability)) == pytest.approx(probability, abs=1e-9)


def test_a_margin_without_a_truth_is_refused() -> None:
    with pytest.raises(ValueError, match="2 margins for 1 truths"):
        calibrate([1, 2], [True])


def test_the_calibration_error_equals_one_computed_by_hand() -> None:
    # Two answers of 0.75 in one bin, one of them right, and one of 0.95 that is right.
    error = calibration_error([0.75, 0.75, 0.95], [True, False, True])
    assert error == pytest.approx((2 * 0.25 + 0.05) / 3)


@given(answers)
def test_the_calibration_error_follows_from_its_definition(rows: list[tuple[float, bool]]) -> None:
    expected = 0.0
    for place in range(15):
        inside = [row for row in rows if place / 15 < row[0] <= (place + 1) / 15]
        if inside:
            sure, right = (sum(column) / len(inside) for column in zip(*inside, strict=True))
            expected += len(inside) / len(rows) * abs(sure - right)
    found = calibration_error(*zip(*rows, strict=True))
    assert found == pytest.approx(expected, abs=1e-9)


def test_the_brier_score_equals_one_computed_by_hand() -> None:
    # Brier 1950: each of the 20 margins of 0 adds 0.5^2, and the others are certain and right.
    margins = [0.0] * 20 + [50.0, -50.0] * 40
    fit = calibrate(margins, [True, False] * 50)
    assert fit.before.brier == pytest.approx(0.2 * 0.25)


def test_without_answers_there_is_no_risk_and_no_threshold() -> None:
    assert risk_coverage([], []) == ()
    assert smallest_threshold([], [], []) is None


def test_risk_and_coverage_equal_those_computed_by_hand() -> None:
    assert risk_coverage([0.6, 0.9, 0.7, 0.7], [False, True, True, False]) == (
        Risk(0.6, 1.0, 0.5),
        Risk(0.7, 0.75, 1 / 3),
        Risk(0.9, 0.25, 0.0),
    )


@given(answers)
def test_each_risk_is_that_of_the_images_answered(rows: list[tuple[float, bool]]) -> None:
    risks = risk_coverage(*zip(*rows, strict=True))
    assert [risk.threshold for risk in risks] == sorted({sure for sure, _ in rows})
    for risk in risks:
        given_answers = [right for sure, right in rows if sure >= risk.threshold]
        assert risk.coverage == len(given_answers) / len(rows)
        assert risk.error == pytest.approx(1 - sum(given_answers) / len(given_answers))


@given(answers, st.data())
def test_the_smallest_threshold_keeps_to_every_limit_and_no_smaller_one_does(
    rows: list[tuple[float, bool]], data: st.DataObject
) -> None:
    sure, right = zip(*rows, strict=True)
    groups = [data.draw(st.sampled_from("ab")) for _ in rows]
    kept = []
    for threshold in sorted(set(sure)):
        answered = [
            (true, group)
            for each, true, group in zip(sure, right, groups, strict=True)
            if each >= threshold
        ]
        by_group = [[not true for true, group in answered if group == one] for one in set(groups)]
        errors = [sum(wrong) / len(wrong) if wrong else 1.0 for wrong in by_group]
        overall = sum(not true for true, _ in answered) / len(answered)
        if overall <= 0.2 and max(errors) <= 0.3:
            kept.append(threshold)
    assert smallest_threshold(sure, right, groups, 0.2, 0.3) == (kept[0] if kept else None)


def test_a_group_with_more_errors_raises_the_threshold() -> None:
    sure = [0.6] * 5 + [0.9] * 100
    right = [False] + [True] * 104
    assert smallest_threshold(sure, right, ["light"] * 105) == 0.6
    assert smallest_threshold(sure, right, ["deep"] * 10 + ["light"] * 95) == 0.9


def test_abstaining_does_not_help_an_instrument_that_errs_when_it_is_confident() -> None:
    assert smallest_threshold([0.6, 0.99], [True, False], ["light", "light"]) is None


def test_bins_hold_the_confidence_and_the_share_of_right_answers() -> None:
    low, high = reliability([0.55, 0.6, 0.95, 0.97, 0.99], [True, False, True, True, True], 10)
    assert (low.answers, low.right.estimate) == (2, 0.5)
    assert low.confidence == pytest.approx(0.575)
    assert (high.answers, high.right.estimate, high.right.high) == (3, 1.0, 1.0)
    assert reliability([], []) == ()


@given(answers)
def test_bins_add_up_to_the_calibration_error(rows: list[tuple[float, bool]]) -> None:
    sure, right = zip(*rows, strict=True)
    gaps = [
        one.answers * abs(one.confidence - one.right.estimate) for one in reliability(sure, right)
    ]
    assert sum(gaps) / len(rows) == pytest.approx(calibration_error(sure, right))


def test_an_image_that_stands_for_several_counts_as_many_times() -> None:
    sure, right = [0.9, 0.8, 0.7], [True, False, True]
    weighted = risk_coverage(sure, right, [1, 2, 3])
    assert weighted == risk_coverage(
        [0.9, 0.8, 0.8, 0.7, 0.7, 0.7], [True, False, False, True, True, True]
    )
    groups = ["a"] * 3
    assert smallest_threshold(sure, right, groups, 0.4, 0.4) == 0.7
    assert smallest_threshold(sure, right, groups, 0.3, 0.3, [1, 2, 3]) == 0.9
