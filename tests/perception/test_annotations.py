import pytest

from explorer.errors import InvalidData, UnknownName
from explorer.perception.annotations import CANNOT_TELL, NOT_ONE, annotation_of, answers, consensus
from explorer.perception.axes import find_axis

DATE = "2026-11-25T10:00:00+00:00"


def test_people_may_leave_every_question_open() -> None:
    assert answers(find_axis("gender")) == ("feminine", "masculine", CANNOT_TELL, NOT_ONE)
    assert answers(find_axis("tone"))[-2:] == ("dark", CANNOT_TELL)


def test_an_annotation_keeps_who_said_it_and_when() -> None:
    annotation = annotation_of("abc", "gender", " Ada ", "feminine", DATE)
    assert (annotation.annotator, annotation.date) == ("Ada", DATE)


@pytest.mark.parametrize(
    ("axis", "label", "said"),
    [
        ("gender", "female", "Unknown label of the axis 'gender': 'female'. Did you mean 'femin"),
        ("tone", NOT_ONE, "Unknown label of the axis 'tone': 'no or several people'"),
        ("gendre", "feminine", "Unknown axis 'gendre'. Did you mean 'gender'?"),
    ],
)
def test_an_unknown_label_or_axis_is_named_with_the_nearest(
    axis: str, label: str, said: str
) -> None:
    with pytest.raises(UnknownName) as caught:
        annotation_of("abc", axis, "Ada", label, DATE)
    assert said in str(caught.value)


def test_an_annotator_is_one_however_accents_are_typed_and_axes_and_labels_in_any_case() -> None:
    found = annotation_of("abc", "Gender", "Jose\N{COMBINING ACUTE ACCENT}", "FEMININE", DATE)
    assert (found.axis, found.annotator, found.label) == ("gender", "José", "feminine")


def test_a_name_may_have_a_joiner() -> None:
    name = "می\N{ZERO WIDTH NON-JOINER}نا"
    assert annotation_of("abc", "gender", name, "feminine", DATE).annotator == name


@pytest.mark.parametrize(
    "annotator", ["", "  ", "a" * 61, "a" * 10_000, "Ada\nBen", "a\0", "a\ud800", "a\u200b"]
)
def test_an_annotator_needs_a_name(annotator: str) -> None:
    with pytest.raises(InvalidData, match="Give a name or initials"):
        annotation_of("abc", "gender", annotator, "feminine", DATE)


@pytest.mark.parametrize(
    ("said", "agreed"),
    [
        ([], None),
        (["feminine"], "feminine"),
        (["feminine", "masculine"], None),
        (["feminine", CANNOT_TELL, "feminine"], "feminine"),
        ([CANNOT_TELL, CANNOT_TELL, "masculine"], CANNOT_TELL),
        (["light", "medium", "dark"], None),
    ],
)
def test_people_agree_on_what_more_of_them_say_than_anything_else(
    said: list[str], agreed: str | None
) -> None:
    assert consensus(said) == agreed
