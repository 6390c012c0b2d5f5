"""The number of annotations until shares are corrected."""

from explorer.annotation.goals import to_correction
from tests.annotation.toys import FEMININE, MASCULINE, seen

SAMPLE = [
    seen(answer, number=number).sampled
    for number, answer in enumerate((FEMININE, FEMININE, MASCULINE, None, FEMININE))
]


def test_each_answer_of_the_classifier_needs_an_annotated_image() -> None:
    assert to_correction(SAMPLE, set(), SAMPLE) == 4
    assert to_correction(SAMPLE, {SAMPLE[0].image}, SAMPLE[1:]) == 3
    assert to_correction(SAMPLE, {SAMPLE[3].image}, SAMPLE[:3]) == 3
    assert to_correction(SAMPLE, {one.image for one in SAMPLE[1:4]}, SAMPLE[4:]) == 0


def test_where_no_such_image_is_left_there_is_no_number() -> None:
    assert to_correction(SAMPLE, {SAMPLE[0].image}, SAMPLE[4:]) is None
