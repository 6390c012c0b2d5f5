"""What happens when people choose, press the button, cancel, or choose something else."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest
from starlette.datastructures import QueryParams

from explorer.errors import InvalidData, ModelUnreachable
from explorer.models.requests import ImageRequest
from explorer.page import explore, gaps
from explorer.page.choice import ALL, EXPLORE, GAPS, Choice
from explorer.page.desk import Desk
from explorer.page.form import FormKind
from explorer.page.runs import Run
from explorer.page.view import View, change, generate_missing, opening, reply, upload, view
from tests.fakes import FakeGenerator
from tests.page.conftest import Generated

SMALL = Choice(("emoji-skewed",), adjectives=("none", "honest"), images=20)

Opened = Callable[[Desk], View]


@pytest.fixture
def opened() -> Opened:
    def open_view(desk: Desk) -> View:
        page = gr.Blocks(analytics_enabled=False)
        with page:
            return view(page, desk, EXPLORE, ("Model",), explore.show)

    return open_view


def test_what_is_wrong_is_said_where_people_look(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    status, *_ = reply(shown, shown.form.values(replace(SMALL, models=("emoji-skew",))))
    assert 'role="alert"' in str(status)
    assert "Did you mean &#39;emoji-skewed&#39;?" in str(status)


@pytest.mark.parametrize("images", [None, 0, 2.5, 1001])
def test_a_number_of_images_that_cannot_be_is_refused(
    desk: Desk, opened: Opened, images: object
) -> None:
    shown = opened(desk)
    values = shown.form.values(SMALL)
    values[3] = images
    status, *_ = reply(shown, values)
    assert 'role="alert"' in str(status)
    assert "prompt is" in str(status)


def test_the_fields_show_a_choice_and_give_it_back(desk: Desk, opened: Opened) -> None:
    form = opened(desk).form
    choice = replace(SMALL, guidance=3.0, steps=5, scheduler="ddim", template="a {profession}")
    assert form.choice(form.values(choice)) == choice
    otherwise = replace(SMALL, tone="pixels", classifier="face", gate=True, year=2025)
    assert form.choice(form.values(otherwise)) == otherwise
    assert form.choice(form.values(EXPLORE)) == EXPLORE


def test_what_is_wrong_with_an_address_stays_until_something_else_is_chosen(
    desk: Desk, opened: Opened
) -> None:
    shown = opened(desk)
    *values, status, _, _, findings = opening(shown, QueryParams("gate=maybe"), "me")
    assert values == shown.form.values(EXPLORE)
    assert "Unknown gate in the address: &#39;maybe&#39;" in str(status)
    assert findings == gr.skip()
    assert change(shown, values, "me") == [gr.skip()] * 5
    assert change(shown, shown.form.values(SMALL), "me") != [gr.skip()] * 5


def test_a_word_picked_beside_all_takes_its_place(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    values = shown.form.values(replace(SMALL, adjectives=(ALL, "honest")))
    assert change(shown, values, "me")[0] == ["honest"]


def test_generating_shows_images_and_ends_with_nothing_to_do(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    *middle, last = generate_missing(shown, shown.form.values(SMALL), Run(None))
    assert middle
    assert 'role="progressbar"' in str(middle[0][0])
    assert "All 40 images are here." in str(last[0])
    assert str(last[3]).count("bx-thumb ") == 40


def test_a_cancelled_generating_keeps_what_is_generated_and_offers_the_rest(
    desk: Desk, opened: Opened, generator: FakeGenerator
) -> None:
    shown, run = opened(desk), Run(None)
    outputs = generate_missing(shown, shown.form.values(SMALL), run)
    next(outputs)

    def fifth(request: ImageRequest) -> bool:
        if request.replicate == 4:
            run.stop()
        return False

    generator.filtered = fifth
    *_, last = outputs
    assert "Stopped; nothing generated is lost. 5 of 40 images are here." in str(last[0])
    assert last[1]["value"].startswith("Generate 35 images")


def test_a_superseded_generating_shows_nothing_more(desk: Desk, opened: Opened) -> None:
    shown, run = opened(desk), Run(None)
    outputs = generate_missing(shown, shown.form.values(SMALL), run)
    next(outputs)
    run.supersede()
    assert list(outputs) == []


def test_visiting_a_field_while_generating_changes_nothing(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    values = shown.form.values(SMALL)
    run = desk.runs.start("me", tuple(values))
    assert change(shown, values, "me") == [gr.skip()] * 5
    assert not run.stopped()
    change(shown, shown.form.values(EXPLORE), "me")
    assert run.superseded()


def test_what_is_shown_already_is_not_made_again(desk: Desk) -> None:
    made: list[object] = []

    def count(*asked: object) -> str:
        made.append(asked)
        return "<p>found</p>"

    page = gr.Blocks(analytics_enabled=False)
    with page:
        shown = view(page, desk, EXPLORE, ("Model",), count)
    values = shown.form.values(SMALL)
    assert change(shown, values, "me") != [gr.skip()] * 5
    assert change(shown, list(values), "me") == [gr.skip()] * 5
    assert change(shown, values, "somebody else") != [gr.skip()] * 5
    assert change(shown, shown.form.values(EXPLORE), "me") != [gr.skip()] * 5
    assert change(shown, values, "me") != [gr.skip()] * 5
    assert len(made) == 4


def test_a_model_that_fails_says_so_and_can_be_tried_again(
    desk: Desk, opened: Opened, generator: FakeGenerator
) -> None:
    generator.fail_after = 5
    generator.error = ModelUnreachable("The hub cannot be reached.")
    shown = opened(desk)
    *_, last = generate_missing(shown, shown.form.values(SMALL), Run(None))
    assert "The hub cannot be reached." in str(last[0])
    assert last[1]["visible"]


def test_the_pace_of_a_generating_is_remembered(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    list(generate_missing(shown, shown.form.values(SMALL), Run(None)))
    assert desk.pace.estimate([(desk.find_model("emoji-skewed", "cpu"), 10)]).measured


@pytest.fixture
def beside(desk: Desk) -> View:
    page = gr.Blocks(analytics_enabled=False)
    with page:
        kind = FormKind(several_professions=True, reference=True)
        return view(page, desk, GAPS, ("Model",), gaps.show, kind)


def test_an_uploaded_file_takes_the_place_of_the_statistics(
    beside: View, generated: Generated, tmp_path: Path
) -> None:
    generated(replace(GAPS, adjectives=("none",), images=12))
    file = tmp_path / "mine.csv"
    file.write_text("profession,share\nauthor,0.2\n", "utf-8")
    values = beside.form.values(replace(GAPS, adjectives=("none",), images=12))
    figures, _, _, _, shown = upload(beside, str(file), values)
    assert figures == [["author", 0.2]]
    assert "reference=author:0.2" in str(shown)
    assert "as the reference lacks them: nurse" in str(shown)
    assert beside.form.choice([*values[:-1], figures]).reference == (("author", 0.2),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("profession,share\nauthor,1.5\n", "line 2: the share is &#39;1.5&#39;"),
        ("profession,share\nauthor,nan\n", "line 2: the share is &#39;nan&#39;"),
        ("profession,share\nautor,0.5\n", "unknown profession &#39;autor&#39;"),
        ("profession\nauthor\n", "there is no column &#39;share&#39;"),
    ],
)
def test_a_file_with_a_mistake_is_named_and_nothing_else_changes(
    beside: View, tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(text, "utf-8")
    figures, status, *others = upload(beside, str(file), beside.form.values(GAPS))
    assert 'role="alert"' in str(status)
    assert "&#39;mine.csv&#39;" in str(status)
    assert str(tmp_path) not in str(status)
    assert message in str(status)
    assert [figures, *others] == [gr.skip()] * 4


def test_several_professions_are_refused_where_one_is_shown(desk: Desk, opened: Opened) -> None:
    with pytest.raises(InvalidData, match="Explore shows one at a time"):
        opened(desk).form.values(GAPS)


def test_findings_that_take_long_are_made_less_often(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[float] = []

    def slow(*_: object) -> str:
        made.append(time.monotonic())
        time.sleep(0.2)
        return "<p>found</p>"

    monkeypatch.setattr("explorer.page.view._STATUS_SECONDS", 0.0)
    page = gr.Blocks(analytics_enabled=False)
    with page:
        shown = view(page, desk, EXPLORE, ("Model",), slow)
    start = time.monotonic()
    list(generate_missing(shown, shown.form.values(replace(SMALL, images=200)), Run(None)))
    *while_generating, _ = made
    assert len(while_generating) * 0.2 <= (time.monotonic() - start) / 3 + 0.2
