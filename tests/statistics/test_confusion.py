import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency

from explorer.errors import InvalidData
from explorer.statistics.confusion import Confusion, equal_errors


def binary(hits: int, positives: int, rejections: int, negatives: int) -> Confusion:
    return Confusion(
        ((hits, negatives - rejections), (positives - hits, rejections)),
        "human",
    )


@st.composite
def confusions(draw: st.DrawFn, classes: int = 2, rows: int = 2, least: int = 1) -> Confusion:
    counts = st.integers(least, 200)
    return Confusion(
        tuple(tuple(draw(counts) for _ in range(classes)) for _ in range(rows)), "human"
    )


def test_a_confusion_has_a_sensitivity_and_a_specificity() -> None:
    confusion = binary(178, 179, 358, 359)
    assert confusion.sensitivity == 178 / 179
    assert confusion.specificity == 358 / 359
    assert confusion.youden == pytest.approx(178 / 179 + 358 / 359 - 1)
    assert confusion.refusal is None


@given(confusions())
def test_two_classes_have_youdens_index(confusion: Confusion) -> None:
    assert confusion.sensitivity is not None
    assert confusion.specificity is not None
    assert confusion.youden == pytest.approx(confusion.sensitivity + confusion.specificity - 1)


@given(confusions(rows=3))
def test_abstentions_do_not_change_youdens_index_or_the_sensitivity(
    confusion: Confusion,
) -> None:
    answers = Confusion(confusion.counts[:2], "human")
    assert confusion.youden == answers.youden
    assert confusion.sensitivity == answers.sensitivity


def test_with_more_classes_youdens_index_is_that_of_the_worst_class() -> None:
    confusion = Confusion(((90, 20, 0), (10, 70, 5), (0, 10, 95)), "human")
    assert confusion.youden == pytest.approx(0.70 - 0.10)
    with pytest.raises(ValueError, match="two classes, not 3"):
        _ = confusion.sensitivity


@given(confusions())
def test_the_correction_of_two_classes_multiplies_errors_by_one_over_youdens_index(
    confusion: Confusion,
) -> None:
    assert confusion.youden is not None
    if abs(confusion.youden) > 1e-6:
        assert confusion.multiplier == pytest.approx(1 / abs(confusion.youden))


def test_the_correction_of_more_classes_multiplies_errors_as_a_simulation_shows() -> None:
    confusion = Confusion(((90, 20, 0), (10, 70, 5), (0, 10, 95)), "human")
    matrix = confusion.shares()
    given = matrix.mean(1)
    drawn = np.random.default_rng(1).multinomial(1000, given, 40_000) / 1000
    spread = (drawn @ np.linalg.inv(matrix).T).std(0)
    raw = np.sqrt(given * (1 - given) / 1000)
    assert confusion.multiplier == pytest.approx((spread / raw).max(), rel=0.02)


def test_a_perfect_instrument_has_1_and_a_guessing_one_0() -> None:
    assert binary(150, 150, 150, 150).youden == 1
    assert binary(75, 150, 75, 150).youden == 0


@pytest.mark.parametrize(
    ("confusion", "reason"),
    [
        (binary(0, 0, 90, 100), "Class 1 of the confusion has no image"),
        (binary(90, 100, 0, 0), "Class 2 of the confusion has no image"),
        (Confusion(((0, 5), (0, 95), (100, 0)), "human"), "Class 1 .* was never answered"),
        (binary(70, 100, 60, 100), "sensitivity . specificity - 1 is 0.30, below 0.4"),
        (binary(50, 100, 50, 100), "is 0.00"),
        (binary(5, 100, 5, 100), "is -0.90"),
        # The third class is predicted half as the first and half as the second.
        (Confusion(((80, 0, 40), (0, 80, 40), (20, 20, 20)), "human"), "cannot tell one class"),
        (Confusion(((90, 0, 0), (10, 55, 45), (0, 45, 55)), "human"), "would be 8.9 times that"),
    ],
)
def test_an_instrument_that_cannot_correct_gives_the_reason(
    confusion: Confusion, reason: str
) -> None:
    assert re.search(reason, confusion.refusal or "")


def test_a_class_without_images_has_no_sensitivity() -> None:
    confusion = binary(0, 0, 9, 10)
    assert confusion.sensitivity is None
    assert confusion.youden is None
    assert confusion.specificity == 0.9


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ((), "equally long rows"),
        (((5,),), "equally long rows"),
        (((5, 1), (2,)), "equally long rows"),
        (((5, 1),), "must have 2 rows, or one more"),
        (((5, 1), (1, 5), (0, 0), (0, 0)), "must have 2 rows, or one more"),
        (((5, 1), (-1, 5)), "below 0"),
    ],
)
def test_invalid_counts_are_named(counts: tuple[tuple[int, ...], ...], message: str) -> None:
    with pytest.raises(InvalidData, match=message):
        Confusion(counts, "human")


def test_an_unknown_kind_of_truth_is_named() -> None:
    with pytest.raises(InvalidData, match="Unknown kind 'guess'"):
        Confusion(((5, 1), (1, 5)), "guess")  # type: ignore[arg-type]


@given(confusions(), confusions())
def test_equal_errors_add_up_the_tests_of_another_library(
    left: Confusion, right: Confusion
) -> None:
    statistic = sum(
        chi2_contingency([one, two], correction=False).statistic
        for one, two in zip(
            zip(*left.counts, strict=True), zip(*right.counts, strict=True), strict=True
        )
    )
    assert equal_errors(left, right) == pytest.approx(float(chi2.sf(statistic, 2)), abs=1e-9)


@given(confusions(classes=3, rows=4), confusions(classes=3, rows=4))
def test_equal_errors_do_not_depend_on_the_sides(left: Confusion, right: Confusion) -> None:
    assert equal_errors(left, right) == pytest.approx(equal_errors(right, left))
    assert equal_errors(left, left) == pytest.approx(1)


def test_errors_of_one_class_have_the_published_chi_square() -> None:
    # Agresti 2002, "Categorical data analysis", table 3.1: aspirin and myocardial infarction,
    # chi-square 25.01 on one degree of freedom. The other class never errs.
    left = Confusion(((10845, 0), (189, 50)), "human")
    right = Confusion(((10933, 0), (104, 50)), "human")
    p = equal_errors(left, right)
    assert p == pytest.approx(5.69e-7, rel=5e-3)


def test_two_instruments_that_never_err_have_equal_errors() -> None:
    assert equal_errors(binary(9, 9, 9, 9), binary(50, 50, 40, 40)) == 1


def test_errors_on_a_class_without_images_are_unknown() -> None:
    assert equal_errors(binary(0, 0, 9, 9), binary(9, 10, 9, 10)) is None


def test_only_errors_of_one_shape_are_compared() -> None:
    one = binary(95, 100, 95, 100)
    with pytest.raises(ValueError, match="the same shape"):
        equal_errors(one, Confusion((*one.counts, (0, 0)), "human"))


# Of 900 images answered second and 100 answered first, 50 each are annotated.
CHOSEN = Confusion(((48, 2), (5, 45)), "human", ((2.0, 2.0), (18.0, 18.0)))


def test_weights_restore_how_often_each_answer_was_given() -> None:
    # Of 1,000 images 186 are of the first class, and 96 of these were answered first.
    assert CHOSEN.sensitivity == pytest.approx(96 / 186)
    assert CHOSEN.specificity == pytest.approx(810 / 814)
    assert CHOSEN.youden == pytest.approx(96 / 186 + 810 / 814 - 1)
    assert CHOSEN.shares()[:, 0] == pytest.approx([96 / 186, 90 / 186])
    assert CHOSEN.images == 100


def test_equal_weights_change_nothing() -> None:
    plain = Confusion(CHOSEN.counts, "human")
    alike = Confusion(CHOSEN.counts, "human", ((3.0, 3.0), (3.0, 3.0)))
    assert alike.shares() == pytest.approx(plain.shares())
    assert alike.effective() == pytest.approx(plain.effective())
    other = Confusion(((40, 8), (13, 39)), "human")
    assert equal_errors(alike, other) == pytest.approx(equal_errors(plain, other))


def test_unequal_weights_carry_less_information_than_equal_ones() -> None:
    assert CHOSEN.effective()[:, 0].sum() == pytest.approx(186**2 / (48 * 4 + 5 * 324))


def test_images_with_the_same_answer_can_stand_for_different_numbers() -> None:
    mixed = Confusion(((2, 1), (1, 2)), "human", ((2.0, 5.0), (4.0, 1.0)))
    assert mixed.shares().T.ravel() == pytest.approx([4 / 8, 4 / 8, 5 / 7, 2 / 7])


@pytest.mark.parametrize(
    "row", [(1.0,), (1.0, 0.0), (1.0, float("nan")), (1.0, float("inf")), (1.0, 1.0, 1.0)]
)
def test_invalid_weights_are_refused(row: tuple[float, ...]) -> None:
    with pytest.raises(InvalidData, match=r"weight per count|numbers above 0"):
        Confusion(CHOSEN.counts, "human", ((1.0, 1.0), row))
