"""Session on the page: what comes next, what is kept, what is taken back and what is refused."""

import re
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr
import pytest
from starlette.datastructures import QueryParams

from explorer.annotation.sampling import sample_of
from explorer.errors import InvalidData, UnknownName
from explorer.page.annotate import draw_anew, reply, tell_labels
from explorer.page.annotation_report import report
from explorer.page.annotation_task import (
    Session,
    annotated_study,
    begin,
    buttons,
    parse,
    save,
    show,
    take_back,
)
from explorer.page.choice import Choice
from explorer.page.desk import Desk
from explorer.perception.axes import find_axis
from explorer.store.index import Store
from tests.page.conftest import Generated

ADA = Session("emoji-skewed", "gender", "Ada")
SMALL = Choice(("emoji-skewed",), adjectives=("none",), images=30)


@pytest.fixture
def desk(desk: Desk, drawn: Generated) -> Desk:
    """Return a desk with thirty classified images of one model."""
    drawn(SMALL)
    return desk


def shown(html: str) -> str:
    found = re.search(r'data-image="(\w+)"', html)
    assert found is not None
    return found[1]


def test_an_annotator_sees_one_image_after_another_and_goes_on_where_they_stopped(
    desk: Desk,
) -> None:
    seen = []
    for done in range(30):
        task = begin(desk, ADA)
        html = show(desk, task)
        assert f"<b>{done}</b> of 30 annotated" in html
        seen.append(shown(html))
        assert save(desk, task, seen[-1], "feminine") == begin(desk, ADA)
    assert len(set(seen)) == 30
    assert begin(desk, ADA).is_done
    assert "All 30 images are annotated. Thank you, Ada." in show(desk, begin(desk, ADA))
    assert "<b>0</b> of 30 annotated" in show(desk, begin(desk, replace(ADA, annotator="Ben")))


def test_what_is_shown_tells_neither_prompt_nor_answer(desk: Desk) -> None:
    html = show(desk, begin(desk, ADA))
    assert "author" not in html
    assert "unclear" not in html
    assert desk.store.image_path(shown(html)).name in html


def test_the_latest_label_can_be_taken_back(desk: Desk) -> None:
    task = begin(desk, ADA)
    first = shown(show(desk, task))
    task = save(desk, task, first, "feminine")
    second = shown(show(desk, task))
    task = take_back(desk, save(desk, task, second, "masculine"))
    assert shown(show(desk, task)) == second
    task = take_back(desk, take_back(desk, task))
    assert shown(show(desk, task)) == first
    assert task == begin(desk, ADA)
    assert desk.store.annotations.all() == ()


def test_nothing_is_drawn_into_a_sample_before_somebody_has_a_name(desk: Desk) -> None:
    made = annotated_study(desk, ADA)
    assert "What do people see" in show(desk, begin(desk, replace(ADA, annotator=" ")))
    assert sample_of(made, desk.store, made.models[0], made.axes[0]) == ()
    begin(desk, ADA)
    assert len(sample_of(made, desk.store, made.models[0], made.axes[0])) == 30


def test_answers_have_keys_of_their_own() -> None:
    assert [one.key for one in buttons(find_axis("gender"), "Ada")] == ["f", "m", "c", "n"]
    assert [one.key for one in buttons(find_axis("tone"), "Ada")] == ["1", "2", "3", "4", "5", "c"]


def test_half_of_the_annotators_see_tones_from_the_other_end_with_keys_as_shown() -> None:
    tone, gender = find_axis("tone"), find_axis("gender")
    firsts = [buttons(tone, f"annotator {place}")[0] for place in range(200)]
    assert {one.name for one in firsts} == {"light", "dark"}
    assert 80 <= sum(one.name == "dark" for one in firsts) <= 120
    assert {one.key for one in firsts} == {"1"}
    # A swatch keeps its colour wherever it stands.
    assert {(one.name, one.style) for one in firsts} == {("light", "tone-0"), ("dark", "tone-4")}
    for place in range(20):
        annotator = f"annotator {place}"
        names = [one.name for one in buttons(tone, annotator)]
        assert names[:5] in ([*tone.labels], [*tone.labels[::-1]])
        assert names[5:] == ["cannot tell"]
        assert buttons(tone, f" {annotator} ") == buttons(tone, annotator)
        assert buttons(gender, annotator) == buttons(gender, "Ada")


def test_one_answer_reads_the_sample_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    key = shown(reply(desk, ADA)[0])
    read: list[str] = []
    sample = Store.sample

    def counted(store: Store, *asked: Any) -> Any:
        read.append(asked[1])
        return sample(store, *asked)

    monkeypatch.setattr(Store, "sample", counted)
    reply(desk, ADA, partial(save, image=key, answer="feminine"))
    assert read == ["gender"]


def test_another_sample_is_drawn_and_no_label_is_lost(desk: Desk) -> None:
    for one in begin(desk, ADA).sample:
        save(desk, begin(desk, ADA), one.image, "feminine")
    html, told = draw_anew(desk, ADA, 20, 0)
    assert "All 20 images are annotated" in html
    assert "10 labels are of images outside the sample" in told
    images = [one.image for one in begin(desk, ADA).sample]
    draw_anew(desk, ADA, 20, 1)
    assert images != [one.image for one in begin(desk, ADA).sample]
    assert len(desk.store.annotations.all()) == 30
    assert "<b>0</b> of 20 annotated" in draw_anew(desk, replace(ADA, annotator="Ben"), 20, 1)[0]


@pytest.mark.parametrize(
    ("asked", "size", "seed", "said"),
    [
        (ADA, 19, 0, "The sample&#39;s size is 19. Give a whole number from 20 to 10000"),
        (ADA, None, 0, "The sample&#39;s size is empty. Give a whole number"),
        (ADA, 20, None, "The seed is empty"),
        (ADA, 20.5, 0, "The sample&#39;s size is 20.5"),
        (replace(ADA, annotator=" "), 20, 0, "The annotator is &#39; &#39;. Give a name"),
        (replace(ADA, axis="gendre"), 20, 0, "Unknown axis"),
    ],
)
def test_a_sample_that_cannot_be_drawn_leaves_the_earlier_one(
    desk: Desk, asked: Session, size: object, seed: object, said: str
) -> None:
    before = begin(desk, ADA)
    html, told = draw_anew(desk, asked, size, seed)
    assert html == gr.skip()
    assert 'role="alert"' in told
    assert said in told
    assert begin(desk, ADA) == before


def test_labels_that_cannot_be_are_refused(desk: Desk) -> None:
    task = begin(desk, ADA)
    key = shown(show(desk, task))
    with pytest.raises(UnknownName, match="Unknown label of the axis 'gender': 'female'"):
        save(desk, task, key, "female")
    with pytest.raises(InvalidData, match="'nothing' is not in the sample"):
        save(desk, task, "nothing", "feminine")
    with pytest.raises(InvalidData, match=r"The annotator is 'x+'"):
        begin(desk, replace(ADA, annotator="x" * 61))
    assert desk.store.annotations.all() == ()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (replace(ADA, axis="gendre"), "Unknown axis &#39;gendre&#39;"),
        (replace(ADA, model="emoji-even"), "No stored image of &#39;emoji-even&#39; is classified"),
        (replace(ADA, model="nowhere"), "nowhere"),
    ],
)
def test_what_is_wrong_is_said_in_place_of_the_image(desk: Desk, asked: Session, said: str) -> None:
    html, told = reply(desk, asked)
    assert 'role="alert"' in html
    assert said in html
    assert told == ""


def test_an_address_opens_the_same_again() -> None:
    asked = Session("owner/name", "tone", "Ada & Ben")
    assert parse(QueryParams(asked.address.removeprefix("?"))) == asked
    assert parse(QueryParams("annotator= ")) == Session()


def test_the_report_comes_by_itself_once_all_is_annotated(desk: Desk) -> None:
    answers = {one.key: one.name for one in buttons(find_axis("gender"), "Ada")}
    html, told = reply(desk, ADA)
    for place in range(30):
        assert told == ""
        key, said = shown(html), answers["fmcn"[place % 2 if place < 28 else place - 26]]
        html, told = reply(desk, ADA, partial(save, image=key, answer=said))
    assert "30 of the 30 images of the sample are annotated, by Ada (30)" in told
    assert "in 1 people cannot tell, in 1 they see no or several people" in told
    assert told == tell_labels(desk, ADA)


def test_the_report_draws_errors_and_confidence(desk: Desk) -> None:
    for one in begin(desk, ADA).sample:
        save(desk, begin(desk, ADA), one.image, one.answer or "cannot tell")
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
