import pytest

from explorer.errors import InvalidData, UnknownName
from explorer.perception.axes import find_axis
from explorer.perception.labels import CANNOT_TELL, NOT_ONE, answers, consensus, human_label

DATE = "2026-11-25T10:00:00+00:00"


def test_people_may_leave_every_question_open() -> None:
    assert answers(find_axis("gender")) == ("feminine", "masculine", CANNOT_TELL, NOT_ONE)
    assert answers(find_axis("tone"))[-2:] == ("dark", CANNOT_TELL)


def test_a_label_keeps_who_said_it_and_when() -> None:
    label = human_label("abc", "gender", " Ada ", "feminine", DATE)
    assert (label.rater, label.date) == ("Ada", DATE)


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
        human_label("abc", axis, "Ada", label, DATE)
    assert said in str(caught.value)


@pytest.mark.parametrize("rater", ["", "  ", "a" * 61, "Ada\nBen"])
def test_a_rater_needs_a_name(rater: str) -> None:
    with pytest.raises(InvalidData, match="Give a name or initials"):
        human_label("abc", "gender", rater, "feminine", DATE)


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
