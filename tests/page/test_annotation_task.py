"""Annotating on the page: what comes next, what is kept, taken back and refused."""

from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr
import pytest
from starlette.datastructures import QueryParams

from explorer.annotation.sampling import sample_of
from explorer.errors import InvalidData, UnknownName
from explorer.page.annotate import begun, draw_anew, reply, tell_annotations
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
from explorer.rules import Mode
from explorer.store.annotations import Annotations
from tests.markup import Element, parse_html, table_rows
from tests.page.conftest import Generated

ADA = Session("emoji-skewed", "gender", "Ada")
SMALL = Choice(("emoji-skewed",), adjectives=("none",), images=30)


@pytest.fixture
def desk(desk: Desk, generated: Generated) -> Desk:
    """Return a desk with thirty classified images of one model."""
    generated(SMALL)
    return desk


def shown(html: object) -> str:
    """Return the key of the image that is to be annotated."""
    (key,) = {one.attributes["data-image"] for one in answers(html)}
    return key


def answers(html: object) -> list[Element]:
    """Return the buttons that say something of the image."""
    return [one for one in parse_html(html).all("button") if "data-answer" in one.attributes]


def how_far(html: object) -> str:
    return parse_html(html).one(".bx-said").text


def heading(html: object) -> str:
    return parse_html(html).one("h1").text


def test_an_annotator_sees_one_image_after_another_and_goes_on_where_they_stopped(
    desk: Desk,
) -> None:
    seen = []
    for done in range(30):
        task = begin(desk, ADA)
        html = show(desk, task)
        assert how_far(html) == f"{done} of 30 annotated"
        seen.append(shown(html))
        assert save(desk, task, seen[-1], "feminine") == begin(desk, ADA)
    assert len(set(seen)) == 30
    assert begin(desk, ADA).is_done
    assert heading(show(desk, begin(desk, ADA))) == "All 30 images are annotated. Thank you, Ada."
    assert how_far(show(desk, begin(desk, replace(ADA, annotator="Ben")))) == "0 of 30 annotated"


def test_what_is_shown_tells_neither_prompt_nor_answer(desk: Desk) -> None:
    html = show(desk, begin(desk, ADA))
    assert "author" not in html
    assert "unclear" not in html
    image = parse_html(html).one(".bx-subject").one("img")
    assert image.attributes["src"].endswith(f"/{desk.store.image_path(shown(html)).name}")
    assert image.attributes["alt"] == "Image 1 of 30, to be annotated"
    assert [one.spoken for one in answers(html)] == [
        *("feminine", "masculine", "cannot tell", "no or several people")
    ]


def test_the_latest_annotation_can_be_taken_back(desk: Desk) -> None:
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


def test_no_sample_is_drawn_before_somebody_has_a_name(desk: Desk) -> None:
    made = annotated_study(desk, ADA)
    html = show(desk, begin(desk, replace(ADA, annotator=" ")))
    assert heading(html) == "What do people see in these images?"
    assert sample_of(made, desk.store, made.models[0], made.axes[0]) == ()
    begin(desk, ADA)
    assert len(sample_of(made, desk.store, made.models[0], made.axes[0])) == 30


def test_where_nothing_can_be_saved_nobody_is_asked(reading: Desk) -> None:
    html, told = reply(reading, ADA)
    assert answers(html) == []
    assert "Annotations cannot be saved here now" in parse_html(html).one("p.bx-more").text
    assert told == ""
    assert tell_annotations(reading, ADA) == tell_annotations(reading, replace(ADA, annotator=""))


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
    sample = Annotations.sample

    def counted(annotations: Annotations, *asked: Any) -> Any:
        read.append(asked[1])
        return sample(annotations, *asked)

    monkeypatch.setattr(Annotations, "sample", counted)
    reply(desk, ADA, partial(save, image=key, answer="feminine"))
    assert read == ["gender"]


def test_another_sample_is_drawn_and_no_annotation_is_lost(desk: Desk) -> None:
    for one in begin(desk, ADA).sample:
        save(desk, begin(desk, ADA), one.image, "feminine")
    html, told = draw_anew(desk, ADA, 20, 0)
    assert heading(html) == "All 20 images are annotated. Thank you, Ada."
    assert "10 annotations of images outside the sample" in parse_html(told).text
    images = [one.image for one in begin(desk, ADA).sample]
    draw_anew(desk, ADA, 20, 1)
    assert images != [one.image for one in begin(desk, ADA).sample]
    assert len(desk.store.annotations.all()) == 30
    html, _ = draw_anew(desk, replace(ADA, annotator="Ben"), 20, 1)
    assert how_far(html) == "0 of 20 annotated"


@pytest.mark.parametrize(
    ("asked", "size", "seed", "said"),
    [
        (ADA, 19, 0, "The sample's size is 19. Give a whole number from 20 to 10000"),
        (ADA, 20.5, 0, "The sample's size is 20.5. Give a whole number."),
        (ADA, 20, 0.5, "The seed is 0.5. Give a whole number."),
        (replace(ADA, annotator=" "), 20, 0, "The annotator is ' '. Give a name"),
        (replace(ADA, axis="gendre"), 20, 0, "Unknown axis"),
    ],
)
def test_a_sample_that_cannot_be_drawn_leaves_the_earlier_one(
    desk: Desk, asked: Session, size: object, seed: object, said: str
) -> None:
    before = begin(desk, ADA)
    html, told = draw_anew(desk, asked, size, seed)
    assert html == gr.skip()
    assert said in parse_html(told).one("div", role="alert").text
    assert begin(desk, ADA) == before


def test_annotations_that_cannot_be_are_refused(desk: Desk) -> None:
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
        (replace(ADA, axis="gendre"), "Unknown axis 'gendre'"),
        (replace(ADA, model="emoji-even"), "No stored image of 'emoji-even' is classified"),
        (replace(ADA, model="nowhere"), "nowhere"),
    ],
)
def test_what_is_wrong_is_said_in_place_of_the_image(desk: Desk, asked: Session, said: str) -> None:
    html, told = reply(desk, asked)
    assert said in parse_html(html).one("div", role="alert").text
    assert told == ""


@pytest.mark.parametrize(
    ("size", "seed", "asked"),
    [
        (None, 0, "The sample's size: give a whole number."),
        (20, None, "The seed: give a whole number."),
    ],
)
def test_a_sample_waits_for_its_numbers(desk: Desk, size: object, seed: object, asked: str) -> None:
    html, told = draw_anew(desk, ADA, size, seed)
    assert html == gr.skip()
    assert parse_html(told).one("div", role="status").text == asked


def test_an_address_holds_the_question_and_never_who_answers_it() -> None:
    asked = Session("owner/name", "tone", "Ada & Ben")
    assert asked.address == "?model=owner/name&axis=tone"
    assert parse(QueryParams("model=owner/name&axis=tone")) == replace(asked, annotator="")
    assert parse(QueryParams("rater=Ada&annotator=Ada&axis=tone")) == Session(axis="tone")


def test_a_name_is_asked_for_until_there_is_one_that_can_be(desk: Desk) -> None:
    asked = replace(ADA, annotator="")
    known, entry, html, _ = begun(desk, asked, " ")
    assert (known, entry["visible"]) == ("", True)
    assert heading(html) == "What do people see in these images?"
    known, entry, html, _ = begun(desk, asked, "x" * 61)
    assert (known, entry["visible"]) == ("", True)
    assert "The annotator is 'x" in parse_html(html).one("div", role="alert").text
    known, entry, html, _ = begun(desk, asked, " Ada ")
    assert (known, entry["visible"]) == ("Ada", False)
    page = parse_html(html)
    assert page.one("article").attributes["data-annotator"] == "Ada"
    assert "Ada" not in page.one("article").attributes["data-address"]
    assert page.one(".bx-who").text.startswith("Annotating as Ada")


def test_the_report_comes_by_itself_once_all_is_annotated(desk: Desk) -> None:
    names = {one.key: one.name for one in buttons(find_axis("gender"), "Ada")}
    html, told = reply(desk, ADA)
    for place in range(30):
        assert told == ""
        key, said = shown(html), names["fmcn"[place % 2 if place < 28 else place - 26]]
        html, told = reply(desk, ADA, partial(save, image=key, answer=said))
    text = parse_html(told).text
    assert "30 of the 30 images of the sample are annotated, by Ada (30)" in text
    assert "1 image on which annotators cannot tell, 1 image with no or several people" in text
    assert told == tell_annotations(desk, ADA)


def test_the_report_shows_errors_and_confidence(desk: Desk) -> None:
    for one in begin(desk, ADA).sample:
        save(desk, begin(desk, ADA), one.image, one.answer or "cannot tell")
    shown = parse_html(report(desk, ADA))
    table = shown.all("figure.bx-confusion")[0].one("table")
    counts = [row[1 + place] for place, row in enumerate(table_rows(table))]
    assert [(row[0], row[2 - place]) for place, row in enumerate(table_rows(table))] == [
        ("feminine", "0% (0)"),
        ("masculine", "0% (0)"),
    ]
    assert all(count.startswith("100% (") for count in counts)
    assert [cell.spoken for cell in table.all("td.hit")] == counts
    assert len(shown.all("svg")) == 2
    assert shown.one("path.bx-curve").attributes["d"].startswith("M100.00,100.00")


def test_without_annotations_the_report_shows_no_table_and_no_plot(desk: Desk) -> None:
    shown = parse_html(report(desk, ADA))
    assert "no sample has been drawn yet" in shown.text
    assert shown.all("svg") == []
    assert shown.all("table") == []


def goal(html: object) -> str:
    return parse_html(html).one(".bx-goal").text


def test_the_next_goal_is_told_with_each_image(desk: Desk) -> None:
    task = begin(desk, ADA)
    answers = [one.answer for one in task.sample]
    last = max(answers.index(answer) for answer in set(answers))
    for left in range(last + 1, 0, -1):
        assert goal(show(desk, task)) == f"{left} to go until shares are corrected."
        one = task.waiting[0]
        task = save(desk, task, one.image, one.answer or "feminine")
    assert f"Shares are corrected with these annotations. {29 - last} to go" in goal(
        show(desk, task)
    )


def test_what_annotations_change_in_explore_is_told_where_they_correct(desk: Desk) -> None:
    for one in begin(desk, ADA).sample:
        save(desk, begin(desk, ADA), one.image, "cannot tell")
    assert parse_html(report(desk, ADA)).all("figure.bx-confusion") == []
    for one in begin(desk, ADA).sample:
        save(desk, begin(desk, ADA), one.image, one.answer or "feminine")
    (*_, figure) = parse_html(report(desk, ADA)).all("figure.bx-confusion")
    assert figure.one("h3").text == "What the annotations change in Explore"
    link = figure.one("a")
    assert link.text == "author"
    assert link.attributes["href"].startswith("explore?model=emoji-skewed&profession=author")


def test_a_class_shares_a_link_and_sees_its_results_together(desk: Desk) -> None:
    asked = parse(QueryParams("class=7b"))
    assert asked.address == "?model=emoji-skewed&axis=gender&class=7b"
    for name, label in (("Ada", "feminine"), ("Ben", "masculine"), ("Cleo", "feminine")):
        pupil = replace(asked, annotator=name)
        task = begin(desk, pupil)
        task = save(desk, task, task.sample[0].image, label)
        # Whoever annotates is not told what others say.
        assert parse_html(show(desk, task)).all(".bx-board") == []
    save(desk, begin(desk, ADA), task.sample[0].image, "masculine")
    board = parse_html(show(desk, begin(desk, asked))).one(".bx-board")
    assert "3 people have annotated. Annotations: 3, of 1 images." in board.text
    names = [one.all("span")[0].text for one in board.one(".bx-members").all("li")]
    assert names == ["Ada", "Ben", "Cleo"]
    assert [one.text for one in board.one(".bx-divided").all("span")] == ["feminine 2, masculine 1"]
    assert {one.annotator for one in desk.store.annotations.all()} == {
        *("7b: Ada", "7b: Ben", "7b: Cleo", "Ada")
    }


def test_everybody_goes_on_under_the_name_they_had(desk: Desk) -> None:
    task = begin(desk, ADA)
    save(desk, task, task.sample[0].image, "feminine")
    board = parse_html(show(desk, begin(desk, Session()))).one(".bx-board")
    (button,) = board.all("button")
    assert button.attributes["data-continue"] == "Ada"
    assert board.all("details") == []


def test_in_public_nobody_reads_who_has_annotated(desk: Desk) -> None:
    task = begin(desk, ADA)
    save(desk, task, task.sample[0].image, "feminine")
    public = replace(desk, settings=replace(desk.settings, mode=Mode.PUBLIC))
    assert parse_html(show(public, begin(public, Session()))).all(".bx-board") == []


def test_a_class_whose_name_no_line_holds_is_refused() -> None:
    with pytest.raises(InvalidData, match="Give a name or initials"):
        parse(QueryParams({"class": "7b\nx"}))
