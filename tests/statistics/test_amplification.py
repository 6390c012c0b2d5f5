import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import linregress

from explorer.errors import OutOfRange
from explorer.statistics.amplification import (
    FEWEST,
    correlation,
    directional_amplification,
    log_odds_slope,
    logit_slope,
    signed_gap,
)

# Luccioni and others 2023, "Stable bias", table of gender by profession, 210 images a cell:
# accountant, CEO, doctor, manicurist, nurse; DALL-E 2, SD 1.4, SD 2; US labour 2021.
LABOUR = (0.620, 0.291, 0.397, 0.830, 0.867)
DALLE, SD_1, SD_2 = (
    (0.0143, 0.0, 0.0190, 0.9571, 1.0),
    (0.1905, 0.10, 0.1286, 0.8905, 0.9952),
    (0.1905, 0.0429, 0.0619, 0.9905, 0.9619),
)

shares = st.floats(0, 1)


def test_a_gap_and_its_direction_equal_those_computed_by_hand() -> None:
    assert signed_gap(0.30, 0.40) == pytest.approx(-0.10)
    # A reference below parity pushed further down is amplified, one above it is not.
    assert directional_amplification(0.30, 0.40) == pytest.approx(0.10)
    assert directional_amplification(0.50, 0.60) == pytest.approx(-0.10)
    assert directional_amplification(0.70, 0.60) == pytest.approx(0.10)


def test_published_shares_of_accountants_are_not_amplified_and_those_of_nurses_are() -> None:
    gaps = [signed_gap(*pair) for pair in zip(DALLE, LABOUR, strict=True)]
    leans = [directional_amplification(*pair) for pair in zip(DALLE, LABOUR, strict=True)]
    assert gaps == pytest.approx([-0.6057, -0.291, -0.378, 0.1271, 0.133])
    assert leans == pytest.approx([-0.6057, 0.291, 0.378, 0.1271, 0.133])


@given(shares, shares)
def test_the_direction_does_not_depend_on_which_label_is_counted(
    share: float, reference: float
) -> None:
    one = directional_amplification(share, reference)
    other = directional_amplification(1 - share, 1 - reference)
    assert (one is None) == (reference == 0.5)
    if one is not None and other is not None:
        assert one == pytest.approx(other, abs=1e-12)
        assert abs(one) == pytest.approx(abs(share - reference), abs=1e-12)


def test_a_missing_value_stays_missing() -> None:
    for measure in (signed_gap, directional_amplification):
        assert measure(None, 0.4) is None
        assert measure(0.4, None) is None
    assert directional_amplification(0.7, 0.5) is None


@pytest.mark.parametrize("percent", [62.0, -0.1, math.nan])
def test_a_number_that_is_not_a_share_is_named(percent: float) -> None:
    with pytest.raises(OutOfRange, match=r"reference .* must lie in 0..1: give a share"):
        signed_gap(0.4, percent)
    with pytest.raises(OutOfRange, match=r"share .* must lie in 0..1: give a share"):
        directional_amplification(percent, 0.4)


@pytest.mark.parametrize("published", [DALLE, SD_1, SD_2])
def test_published_models_exaggerate_and_shift_towards_men(published: tuple[float, ...]) -> None:
    # Twice the five professions are enough to resample and have the same line.
    fit = logit_slope([share * 210 for share in published] * 2, [210] * 10, LABOUR * 2)
    assert fit is not None
    smoothed = [(share * 210 + 0.5) / 211 for share in published]
    line = linregress(*(np.log(np.divide(p, np.subtract(1, p))) for p in (LABOUR, smoothed)))
    assert (fit.slope.estimate, fit.shift.estimate) == pytest.approx((line.slope, line.intercept))
    assert fit.professions == 10
    assert 1 < fit.slope.low < fit.slope.estimate < fit.slope.high
    assert fit.shift.low < fit.shift.estimate < fit.shift.high < 0


@given(st.floats(0.2, 3), st.floats(-1, 1))
def test_a_model_on_a_line_has_its_slope_and_shift(slope: float, shift: float) -> None:
    references = np.linspace(0.1, 0.9, 12)
    odds = slope * np.log(references / (1 - references)) + shift
    counts = 10**6 / (1 + np.exp(-odds))
    fit = logit_slope(counts.tolist(), [10**6] * 12, references.tolist())
    assert fit is not None
    assert (fit.slope.estimate, fit.shift.estimate) == pytest.approx((slope, shift), abs=1e-3)


def test_the_interval_covers_the_slope_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    references = np.linspace(0.1, 0.9, 40)
    covered = 0
    for seed in range(60):
        odds = 1.5 * np.log(references / (1 - references)) + random.normal(0, 0.5, 40)
        counts = random.binomial(2_000, 1 / (1 + np.exp(-odds)))
        fit = logit_slope(counts.tolist(), [2_000] * 40, references.tolist(), seed=seed)
        assert fit is not None
        covered += fit.slope.low <= 1.5 <= fit.slope.high
    assert covered >= 52


@given(st.lists(st.integers(0, 20), min_size=12, max_size=12), st.integers(0, 9))
def test_counting_the_other_label_keeps_the_slope_and_negates_the_shift(
    counts: list[int], seed: int
) -> None:
    references = [0.1 + 0.06 * place for place in range(12)]
    there = logit_slope(counts, [20] * 12, references, seed=seed)
    back = logit_slope(
        [20 - count for count in counts], [20] * 12, [1 - each for each in references], seed=seed
    )
    if there is None or back is None:
        assert there is back is None
        return
    assert there.slope.estimate == pytest.approx(back.slope.estimate, abs=1e-9)
    assert there.shift.estimate == pytest.approx(-back.shift.estimate, abs=1e-9)
    assert there.slope.low == pytest.approx(back.slope.low, abs=1e-6)


def test_a_model_without_the_label_has_slope_0() -> None:
    fit = logit_slope([0] * 12, [20] * 12, [0.1 + 0.06 * place for place in range(12)])
    assert fit is not None
    assert (fit.slope.low, fit.slope.estimate, fit.slope.high) == pytest.approx((0, 0, 0))
    assert fit.shift.estimate == pytest.approx(math.log(0.5 / 20.5))


def test_professions_without_images_or_reference_are_left_out() -> None:
    references = [0.1 + 0.06 * place for place in range(FEWEST)]
    counts = list(range(FEWEST))
    fit = logit_slope(counts, [20] * FEWEST, references)
    holed = logit_slope([*counts, 5, 0], [*[20] * FEWEST, 20, 0], [*references, None, 0.7])
    assert fit is not None
    assert fit == holed
    assert fit.professions == FEWEST


def test_too_few_or_equal_professions_have_no_slope() -> None:
    references = [0.1 + 0.06 * place for place in range(FEWEST)]
    assert logit_slope(range(FEWEST - 1), [20] * (FEWEST - 1), references[:-1]) is None
    assert logit_slope(range(FEWEST), [20] * FEWEST, [0.4] * FEWEST) is None
    assert logit_slope([], [], []) is None


def test_a_value_without_log_odds_is_named() -> None:
    with pytest.raises(OutOfRange, match=r"reference 1\.0 must lie between 0 and 1"):
        logit_slope([3], [9], [1.0])
    with pytest.raises(ValueError, match="count 10 must lie in"):
        logit_slope([10], [9], [0.4])


def test_known_log_odds_have_the_slope_of_their_line() -> None:
    references = [0.1 + 0.06 * place for place in range(12)]
    odds = [1.6 * math.log(share / (1 - share)) - 0.5 for share in references]
    fit = log_odds_slope(odds, references)
    assert fit is not None
    assert (fit.slope.low, fit.slope.high) == pytest.approx((1.6, 1.6))
    assert fit.shift.estimate == pytest.approx(-0.5)
    assert fit.professions == 12
    assert log_odds_slope(odds[:4], references[:4]) is None
    with pytest.raises(OutOfRange):
        log_odds_slope([1.0], [0.0])


def test_a_correlation_agrees_with_another_library_and_has_fishers_interval() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=40)
    y = x + rng.normal(size=40)
    found = correlation(list(x), list(y))
    assert found is not None
    assert found.estimate == pytest.approx(np.corrcoef(x, y)[0, 1])
    half = 1.959964 / math.sqrt(40 - 3)
    assert found.low == pytest.approx(math.tanh(math.atanh(found.estimate) - half), rel=1e-5)
    assert found.high == pytest.approx(math.tanh(math.atanh(found.estimate) + half), rel=1e-5)


def test_a_few_or_equal_numbers_have_no_correlation() -> None:
    assert correlation([1.0] * 12, list(map(float, range(12)))) is None
    assert correlation([1.0, 2.0], [1.0, 2.0]) is None
