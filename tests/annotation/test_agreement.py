import pytest

from explorer.annotation.agreement import pairs
from explorer.perception.annotations import CANNOT_TELL
from tests.annotation.toys import FEMININE, GENDER, MASCULINE, TONE, annotations


def test_each_two_annotators_are_told_how_far_they_agree() -> None:
    same = [FEMININE, MASCULINE, FEMININE, MASCULINE]
    other = [FEMININE, MASCULINE, MASCULINE, MASCULINE, CANNOT_TELL]
    first, *rest = pairs(GENDER, annotations({"Ada": same, "Ben": other, "Cyd": same}))
    assert first.annotators == ("Ada", "Ben")
    assert (first.images, first.same) == (4, 3)
    assert first.kappa.value == pytest.approx(0.5)
    assert first.weighted is None
    assert len(rest) == 2


def test_of_tones_near_misses_weigh_less_and_cannot_tell_is_on_no_scale() -> None:
    one = ["light", "medium", "dark", "dark", CANNOT_TELL]
    near = ["medium-light", "medium", "medium-dark", "dark", "light"]
    far = ["dark", "medium", "light", "dark", "light"]
    (good,) = pairs(TONE, annotations({"Ada": one, "Ben": near}))
    (bad,) = pairs(TONE, annotations({"Ada": one, "Ben": far}))
    assert good.same == bad.same == 2
    assert good.weighted
    assert bad.weighted
    assert (good.weighted.value or 0) > 0.8
    assert (bad.weighted.value or 0) < 0.2


def test_one_annotator_agrees_with_nobody_and_two_who_never_differ_tell_nothing() -> None:
    assert pairs(GENDER, annotations({"Ada": [FEMININE]})) == ()
    (alike,) = pairs(GENDER, annotations({"Ada": [FEMININE] * 5, "Ben": [FEMININE] * 5}))
    assert (alike.kappa.value, alike.kappa.reason) == (
        None,
        "Both gave every image the same label.",
    )
    assert alike.ac1.value == 1
