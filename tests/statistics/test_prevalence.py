import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quapy.method.aggregative import EMQ
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from explorer.errors import InvalidData
from explorer.statistics.confusion import Confusion
from explorer.statistics.prevalence import Bounds, emq, lang_reiczigel, manski, ppi, rogan_gladen

TOLERANCE = 5e-5


def binary(hits: int, positives: int, rejections: int, negatives: int) -> Confusion:
    return Confusion(
        ((hits, negatives - rejections), (positives - hits, rejections)),
        "human",
    )


rates = st.floats(0.71, 1)


def test_unclear_pictures_bound_a_share() -> None:
    assert manski(30, 60, 10) == Bounds(30 / 90, 0.30, 0.40)


def test_only_unclear_pictures_leave_everything_open() -> None:
    assert manski(0, 0, 7) == Bounds(None, 0, 1)
    assert manski(0, 0, 0) is None
    with pytest.raises(ValueError, match="must not be below 0"):
        manski(3, -1, 0)


@given(st.integers(0, 90), st.integers(0, 90), st.integers(0, 90), st.integers(0, 90))
def test_whatever_the_unclear_pictures_show_the_share_keeps_its_bounds(
    count: int, others: int, of_class: int, of_others: int
) -> None:
    bounds = manski(count, others, of_class + of_others)
    if bounds is None:
        return
    shown = (count + of_class) / (count + others + of_class + of_others)
    assert bounds.low - 1e-12 <= shown <= bounds.high + 1e-12


@pytest.mark.parametrize(
    ("share", "sensitivity", "specificity", "true"),
    [
        # epiR's epi.prev, with the Wilson limits of the predicted share corrected alike.
        (45 / 150, 0.96, 0.89, 0.22353),
        (proportion_confint(45, 150, method="wilson")[0], 0.96, 0.89, 0.14401),
        (proportion_confint(45, 150, method="wilson")[1], 0.96, 0.89, 0.31477),
        # Teo, Abdollahzadeh and Cheung 2023, "On measuring fairness in generative models":
        # gender by StyleGAN2, 0.62 % off the truth of 0.642 instead of 4.98 %.
        (0.610, 0.947, 0.983, 0.6376),
    ],
)
def test_a_predicted_share_is_corrected_as_published(
    share: float, sensitivity: float, specificity: float, true: float
) -> None:
    assert rogan_gladen(share, sensitivity, specificity) == pytest.approx(true, abs=TOLERANCE)


@given(st.floats(0, 1), rates, rates)
def test_correcting_undoes_the_errors(true: float, sensitivity: float, specificity: float) -> None:
    predicted = true * sensitivity + (1 - true) * (1 - specificity)
    assert rogan_gladen(predicted, sensitivity, specificity) == pytest.approx(true, abs=1e-9)


def test_predictions_that_tell_nothing_give_no_share() -> None:
    assert rogan_gladen(0.3, 0.5, 0.5) is None
    assert lang_reiczigel(3, 9, binary(50, 100, 50, 100)) is None


@pytest.mark.parametrize(
    ("count", "total", "confusion", "estimate", "low", "high"),
    [
        # Lang and Reiczigel 2014, their five examples, to the digits of the authors' program.
        (4060, 11284, binary(178, 179, 358, 359), 0.36, 0.3487, 0.3721),
        (51, 2971, binary(32, 33, 20, 20), 0.0177, 0, 0.0533),
        (0.06 * 11862, 11862, binary(8, 10, 12, 12), 0.075, 0, 0.1467),
        (259, 509, binary(84, 127, 96, 109), 0.7186, 0.5849, 0.8665),
        (51, 509, binary(23, 41, 187, 195), 0.1138, 0.0366, 0.1947),
        # By the same program.
        (37, 50, binary(190, 200, 194, 200), 0.7717, 0.6228, 0.8907),
        (12, 200, binary(140, 150, 144, 150), 0.0224, 0, 0.0773),
    ],
)
def test_a_corrected_share_has_the_published_limits(
    count: float, total: int, confusion: Confusion, estimate: float, low: float, high: float
) -> None:
    interval = lang_reiczigel(count, total, confusion)
    assert interval is not None
    found = (interval.estimate, interval.low, interval.high)
    # The programs print four digits, not all of them rounded.
    assert found == pytest.approx((estimate, low, high), abs=3e-4)
    assert (interval.level, interval.method) == (0.95, "lang-reiczigel")


@given(st.integers(0, 300), st.sampled_from([0.8, 0.95]))
def test_of_a_certain_and_perfect_instrument_agresti_and_coull_agree(
    count: int, level: float
) -> None:
    interval = lang_reiczigel(count, 300, binary(10**9, 10**9, 10**9, 10**9), level)
    low, high = proportion_confint(count, 300, alpha=1 - level, method="agresti_coull")
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((max(0, low), min(1, high)), abs=1e-6)


@given(st.integers(0, 200), st.integers(75, 100), st.integers(75, 100))
def test_a_corrected_share_lies_in_its_limits_and_turns_with_the_classes(
    count: int, hits: int, rejections: int
) -> None:
    there = lang_reiczigel(count, 200, binary(hits, 100, rejections, 100))
    back = lang_reiczigel(200 - count, 200, binary(rejections, 100, hits, 100))
    assert there is not None
    assert back is not None
    assert 0 <= there.low <= there.estimate <= there.high <= 1
    assert (there.low, there.high) == pytest.approx((1 - back.high, 1 - back.low), abs=1e-9)


def test_a_formula_without_pictures_gives_no_share() -> None:
    assert lang_reiczigel(0, 0, binary(9, 10, 9, 10)) is None
    assert lang_reiczigel(1, 9, binary(0, 0, 9, 10)) is None
    assert ppi(0, 0, binary(9, 10, 9, 10)) is None
    assert ppi(4, 9, binary(0, 0, 0, 0)) is None


def test_only_two_classes_have_a_formula() -> None:
    three = Confusion(((9, 1), (1, 9), (0, 0)), "human")
    with pytest.raises(ValueError, match="two rows and two columns"):
        lang_reiczigel(1, 9, three)
    with pytest.raises(ValueError, match="two rows and two columns"):
        ppi(1, 9, three)
    with pytest.raises(ValueError, match="count 10 must lie in"):
        lang_reiczigel(10, 9, binary(9, 10, 9, 10))


def test_predictions_and_a_labelled_sample_give_the_share_of_the_published_formula() -> None:
    # Angelopoulos and others 2023, equations for a mean: 0.70 - 0.05, standard error 0.0360.
    interval = ppi(700, 1000, Confusion(((57, 8), (3, 32)), "human"))
    assert interval is not None
    found = (interval.estimate, interval.low, interval.high)
    assert found == pytest.approx((0.65, 0.57944, 0.72056), abs=1e-5)
    assert interval.method == "prediction-powered"


@given(st.integers(5, 60), st.integers(0, 9), st.integers(0, 9), st.integers(5, 60))
def test_a_labelled_sample_shifts_the_share_by_what_it_was_wrong(
    both: int, only_predicted: int, only_true: int, neither: int
) -> None:
    truth = np.repeat([1, 0, 1, 0], [both, only_predicted, only_true, neither])
    predicted = np.repeat([1, 1, 0, 0], [both, only_predicted, only_true, neither])
    interval = ppi(400, 1000, Confusion(((both, only_predicted), (only_true, neither)), "human"))
    error = (np.cov(truth - predicted) / len(truth) + np.cov([1] * 400 + [0] * 600) / 1000) ** 0.5
    middle = 0.4 + (truth - predicted).mean()
    assert interval is not None
    assert interval.estimate == pytest.approx(max(0, middle))
    assert interval.high == pytest.approx(min(1, middle + norm.ppf(0.975) * error))


@settings(max_examples=20)
@given(st.floats(0.2, 0.8), st.floats(0.2, 0.8), st.integers(0, 2**32))
def test_probabilities_are_adjusted_as_by_another_library(
    true: float, trained: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    margins = random.normal(np.where(random.random(300) < true, 1.5, -1.5))
    positive = trained / (trained + (1 - trained) * np.exp(-3 * margins))
    both, prior = np.stack([positive, 1 - positive], axis=1), (trained, 1 - trained)
    other, _ = EMQ.EM(np.array(prior), both, epsilon=1e-8)
    assert emq(both, prior) == pytest.approx(other, abs=1e-4)


@given(st.floats(0.02, 0.98), st.integers(0, 2**32))
def test_adjusted_shares_maximise_the_likelihood(true: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    margins = random.normal(np.where(random.random(300) < true, 1, -1))
    positive = 1 / (1 + np.exp(-2 * margins))
    shares = emq(np.stack([positive, 1 - positive], axis=1), (0.5, 0.5))
    assert shares is not None

    def likelihood(share: float) -> float:
        return float(np.log(2 * (share * positive + (1 - share) * (1 - positive))).sum())

    grid = np.linspace(0, 1, 101)
    assert sum(shares) == pytest.approx(1)
    assert likelihood(shares[0]) >= max(map(likelihood, grid)) - 1e-6


def test_probabilities_of_no_pictures_give_no_shares() -> None:
    assert emq([], (0.5, 0.5)) is None


@pytest.mark.parametrize(
    ("posteriors", "trained", "message"),
    [
        ([(0.5, 0.6)], (0.5, 0.5), "sum to 1 for each picture"),
        ([(float("nan"), 0.6)], (0.5, 0.5), "sum to 1 for each picture"),
        ([(0.4, 0.6)], (0.0, 1.0), "shares above 0"),
    ],
)
def test_what_are_no_probabilities_is_named(
    posteriors: list[tuple[float, float]], trained: tuple[float, float], message: str
) -> None:
    with pytest.raises(InvalidData, match=message):
        emq(posteriors, trained)
