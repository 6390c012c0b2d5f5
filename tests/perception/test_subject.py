from dataclasses import replace

import pytest

from explorer.perception.axes import Perception, find_axis
from explorer.perception.decide import UNSURE
from explorer.perception.instruments import ClassifierSpec, Instrument
from explorer.perception.skin import GREY
from explorer.perception.subject import (
    NO_PHOTOGRAPH,
    NOBODY,
    ONE,
    ONE_GREY,
    SEVERAL,
    SUBJECT,
    UNCLEAR,
    behind_gate,
    subject,
)

GENDER, TONE, PIXEL_TONE = map(find_axis, ("gender", "tone", "pixel-tone"))
CLIP = Instrument(ClassifierSpec("captions", None, "clip"), "11111111")
GATE = Instrument(ClassifierSpec("subject"), "22222222")
AXES = (GENDER, TONE, PIXEL_TONE)
SEEN = {
    axis.name: Perception("key", axis.name, CLIP, axis.labels[0], None, (0.9, 0.1)) for axis in AXES
}


def gate(label: str | None, reason: str | None = None) -> dict[str, Perception]:
    return SEEN | {SUBJECT: Perception("key", SUBJECT, GATE, label, reason, (1.0,))}


def test_the_answers_of_the_gate_are_the_axis_labels() -> None:
    assert find_axis(SUBJECT).labels == (ONE, ONE_GREY, SEVERAL, NOBODY, NO_PHOTOGRAPH)
    people, medium = find_axis(SUBJECT).contrasts
    assert people.labels == (ONE, SEVERAL, NOBODY)
    assert medium.labels[1] == NO_PHOTOGRAPH


def test_captions_of_the_gate_name_no_profession_or_gender_alone() -> None:
    people, _ = find_axis(SUBJECT).contrasts
    told = people.captions(ONE)
    assert {"a photo of one man.", "a photo of one woman."} <= set(told)


@pytest.mark.parametrize(
    ("people", "medium", "faces", "shown"),
    [
        (ONE, "photograph", 1, ONE),
        (ONE, "photograph", 0, ONE),
        (None, "photograph", 1, ONE),
        (NOBODY, "photograph", 1, ONE),
        (NOBODY, "photograph", 0, NOBODY),
        (ONE, "photograph", 2, SEVERAL),
        (SEVERAL, "photograph", 1, SEVERAL),
        (ONE, NO_PHOTOGRAPH, 1, NO_PHOTOGRAPH),
        (None, None, 0, None),
    ],
)
def test_captions_and_faces_together_say_what_an_image_shows(
    people: str | None, medium: str | None, faces: int, shown: str | None
) -> None:
    assert subject(people, medium, faces, grey=False) == shown


def test_grey_is_told_of_one_person_only() -> None:
    assert subject(ONE, None, 1, grey=True) == ONE_GREY
    assert subject(SEVERAL, None, 1, grey=True) == SEVERAL


def test_one_person_is_let_through_under_a_name_of_its_own() -> None:
    found = behind_gate(gate(ONE), AXES)
    assert [one.label for one in found.values()] == [axis.labels[0] for axis in AXES]
    assert {one.instrument for one in found.values()} == {replace(CLIP, gate=GATE)}


@pytest.mark.parametrize("label", [SEVERAL, NOBODY, NO_PHOTOGRAPH])
def test_what_shows_no_single_person_is_refused_for_what_it_shows(label: str) -> None:
    found = behind_gate(gate(label), AXES)
    assert {(one.label, one.reason) for one in found.values()} == {(None, label)}
    assert found["gender"].scores == SEEN["gender"].scores


def test_grey_images_are_refused_to_questions_of_tone_only() -> None:
    found = behind_gate(gate(ONE_GREY), AXES)
    assert found["gender"].label == GENDER.labels[0]
    assert found["tone"].reason == found["pixel-tone"].reason == GREY


def test_an_unclear_subject_is_no_answer() -> None:
    assert behind_gate(gate(None, UNSURE), AXES)["gender"].reason == UNCLEAR


def test_an_image_the_gate_has_not_looked_at_is_not_classified_yet() -> None:
    assert behind_gate(SEEN, AXES) == {}
    assert behind_gate({SUBJECT: gate(ONE)[SUBJECT]}, AXES) == {}


def test_what_was_no_answer_before_keeps_its_reason_behind_the_gate() -> None:
    unsure = replace(SEEN["gender"], label=None, reason=UNSURE)
    assert behind_gate(gate(ONE) | {"gender": unsure}, AXES)["gender"].reason == UNSURE
