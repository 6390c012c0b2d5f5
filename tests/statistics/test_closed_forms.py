import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from explorer.statistics.confusion import Confusion
from tests.statistics.closed_forms import lang_reiczigel, rogan_gladen

TOLERANCE = 5e-5


def binary(hits: int, positives: int, rejections: int, negatives: int) -> Confusion:
    return Confusion(
        ((hits, negatives - rejections), (positives - hits, rejections)),
        "human",
    )


rates = st.floats(0.71, 1)


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


def test_uninformative_predictions_give_no_share() -> None:
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
def test_with_a_perfect_instrument_the_limits_are_those_of_agresti_and_coull(
    count: int, level: float
) -> None:
    interval = lang_reiczigel(count, 300, binary(10**9, 10**9, 10**9, 10**9), level)
    low, high = proportion_confint(count, 300, alpha=1 - level, method="agresti_coull")
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((max(0, low), min(1, high)), abs=1e-6)


@given(st.integers(0, 200), st.integers(75, 100), st.integers(75, 100))
def test_a_corrected_share_lies_in_its_limits_and_mirrors_when_classes_are_swapped(
    count: int, hits: int, rejections: int
) -> None:
    there = lang_reiczigel(count, 200, binary(hits, 100, rejections, 100))
    back = lang_reiczigel(200 - count, 200, binary(rejections, 100, hits, 100))
    assert there is not None
    assert back is not None
    assert 0 <= there.low <= there.estimate <= there.high <= 1
    assert (there.low, there.high) == pytest.approx((1 - back.high, 1 - back.low), abs=1e-9)


def test_a_formula_without_images_gives_no_share() -> None:
    assert lang_reiczigel(0, 0, binary(9, 10, 9, 10)) is None
    assert lang_reiczigel(1, 9, binary(0, 0, 9, 10)) is None


def test_only_two_classes_have_a_formula() -> None:
    three = Confusion(((9, 1), (1, 9), (0, 0)), "human")
    with pytest.raises(ValueError, match="two rows and two columns"):
        lang_reiczigel(1, 9, three)
    with pytest.raises(ValueError, match="count 10 must lie in"):
        lang_reiczigel(10, 9, binary(9, 10, 9, 10))
