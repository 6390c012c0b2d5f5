"""Labelling on the page: what comes next, what is kept, what is taken back and what is refused."""

import re
from dataclasses import replace
from functools import partial

import pytest
from starlette.datastructures import QueryParams

from explorer.errors import InvalidData, UnknownName
from explorer.page.choice import Choice
from explorer.page.desk import Desk
from explorer.page.labelling import (
    Labelling,
    buttons,
    is_done,
    labelled_study,
    parse,
    save,
    show,
    take_back,
)
from explorer.page.validate import reply, tell_labels
from explorer.page.validation_report import report
from explorer.perception.axes import find_axis
from explorer.validation import sample_of
from tests.page.conftest import Drawn

ADA = Labelling("emoji-skewed", "gender", "Ada")
SMALL = Choice(("emoji-skewed",), adjectives=("none",), images=30)


@pytest.fixture
def desk(desk: Desk, drawn: Drawn) -> Desk:
    """Return a desk with thirty judged pictures of one model."""
    drawn(SMALL)
    return desk


def shown(html: str) -> str:
    found = re.search(r'data-picture="(\w+)"', html)
    assert found is not None
    return found[1]


def test_a_rater_sees_one_picture_after_another_and_goes_on_where_they_stopped(desk: Desk) -> None:
    seen = []
    for done in range(30):
        html = show(desk, ADA)
        assert f"<b>{done}</b> of 30 labelled" in html
        seen.append(shown(html))
        save(desk, ADA, seen[-1], "feminine")
    assert len(set(seen)) == 30
    assert is_done(desk, ADA)
    assert "All 30 pictures are labelled. Thank you, Ada." in show(desk, ADA)
    assert "<b>0</b> of 30 labelled" in show(desk, replace(ADA, rater="Ben"))


def test_what_is_shown_tells_neither_prompt_nor_answer(desk: Desk) -> None:
    html = show(desk, ADA)
    assert "author" not in html
    assert "unclear" not in html
    assert desk.store.image_path(shown(html)).name in html


def test_the_latest_label_can_be_taken_back(desk: Desk) -> None:
    first = shown(show(desk, ADA))
    save(desk, ADA, first, "feminine")
    second = shown(show(desk, ADA))
    save(desk, ADA, second, "masculine")
    take_back(desk, ADA)
    assert shown(show(desk, ADA)) == second
    take_back(desk, ADA)
    take_back(desk, ADA)
    assert shown(show(desk, ADA)) == first
    assert desk.store.all_labels() == ()


def test_nothing_is_drawn_into_a_sample_before_somebody_has_a_name(desk: Desk) -> None:
    made = labelled_study(desk, ADA)
    assert "What do people see" in show(desk, replace(ADA, rater=" "))
    assert sample_of(made, desk.store, made.models[0], made.axes[0]) == ()
    show(desk, ADA)
    assert len(sample_of(made, desk.store, made.models[0], made.axes[0])) == 30


def test_answers_have_keys_of_their_own() -> None:
    assert [one.key for one in buttons(find_axis("gender"))] == ["f", "m", "c", "n"]
    assert [one.key for one in buttons(find_axis("tone"))] == ["1", "2", "3", "4", "5", "c"]


def test_labels_that_cannot_be_are_refused(desk: Desk) -> None:
    key = shown(show(desk, ADA))
    with pytest.raises(UnknownName, match="Unknown label of the axis 'gender': 'female'"):
        save(desk, ADA, key, "female")
    with pytest.raises(InvalidData, match="'nothing' is not in the sample"):
        save(desk, ADA, "nothing", "feminine")
    with pytest.raises(InvalidData, match=r"The rater is 'x+'"):
        save(desk, replace(ADA, rater="x" * 61), key, "feminine")
    assert desk.store.all_labels() == ()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (replace(ADA, axis="gendre"), "Unknown axis &#39;gendre&#39;"),
        (replace(ADA, model="emoji-even"), "No stored picture of &#39;emoji-even&#39; is judged"),
        (replace(ADA, model="nowhere"), "nowhere"),
    ],
)
def test_what_is_wrong_is_said_in_place_of_the_picture(
    desk: Desk, asked: Labelling, said: str
) -> None:
    html, told = reply(desk, asked)
    assert 'role="alert"' in html
    assert said in html
    assert told == ""


def test_an_address_opens_the_same_again() -> None:
    asked = Labelling("owner/name", "tone", "Ada & Ben")
    assert parse(QueryParams(asked.address.removeprefix("?"))) == asked
    assert parse(QueryParams("rater= ")) == Labelling()


def test_the_report_comes_by_itself_once_all_is_labelled(desk: Desk) -> None:
    answers = {one.key: one.name for one in buttons(find_axis("gender"))}
    html, told = reply(desk, ADA)
    for place in range(30):
        assert told == ""
        key, said = shown(html), answers["fmcn"[place % 2 if place < 28 else place - 26]]
        html, told = reply(desk, ADA, partial(save, desk, ADA, key, said))
    assert "30 of the 30 pictures of the sample are labelled, by Ada (30)" in told
    assert "in 1 people cannot tell, in 1 they see no or several people" in told
    assert told == tell_labels(desk, ADA)


def test_the_report_draws_errors_and_confidence(desk: Desk) -> None:
    made = labelled_study(desk, ADA)
    show(desk, ADA)
    for one in sample_of(made, desk.store, made.models[0], made.axes[0]):
        save(desk, ADA, one.picture, one.answer or "cannot tell")
    html = report(desk, ADA)
    assert html.count('class="hit"') == 2
    assert html.count("<svg") == 2
    assert "<b>100%</b>" in html
    assert re.search(r'class="bx-curve" d="M100.00,100.00"', html)


def test_without_labels_the_report_draws_nothing(desk: Desk) -> None:
    html = report(desk, ADA)
    assert "no sample is drawn yet" in html
    assert "<svg" not in html
    assert "<table" not in html
