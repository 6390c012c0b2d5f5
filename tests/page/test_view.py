"""What happens when people choose, press the button, cancel, or choose something else."""

from collections.abc import Callable
from dataclasses import replace

import gradio as gr
import pytest

from explorer.errors import ModelUnreachable
from explorer.page import explore
from explorer.page.choice import ALL, EXPLORE, Choice
from explorer.page.desk import Desk
from explorer.page.runs import Run
from explorer.page.view import View, change, draw_missing, reply, view
from explorer.pictures.requests import ImageRequest
from tests.fakes import FakeGenerator

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
def test_a_number_of_pictures_that_cannot_be_is_refused(
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
    assert form.choice(form.values(EXPLORE)) == EXPLORE


def test_a_word_picked_beside_all_takes_its_place(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    values = shown.form.values(replace(SMALL, adjectives=(ALL, "honest")))
    assert change(shown, values, "me")[0] == ["honest"]


def test_drawing_shows_pictures_and_ends_with_nothing_to_do(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    *middle, last = draw_missing(shown, shown.form.values(SMALL), Run(None))
    assert middle
    assert 'role="progressbar"' in str(middle[0][0])
    assert "All 40 pictures are here." in str(last[0])
    assert str(last[3]).count("bx-thumb ") == 40


def test_a_cancelled_drawing_keeps_what_is_drawn_and_offers_the_rest(
    desk: Desk, opened: Opened, generator: FakeGenerator
) -> None:
    shown, run = opened(desk), Run(None)
    outputs = draw_missing(shown, shown.form.values(SMALL), run)
    next(outputs)

    def fifth(request: ImageRequest) -> bool:
        if request.replicate == 4:
            run.stop()
        return False

    generator.withheld = fifth
    *_, last = outputs
    assert "Stopped; nothing drawn is lost. 5 of 40 pictures are here." in str(last[0])
    assert last[1]["value"].startswith("Draw 35 pictures")


def test_a_superseded_drawing_shows_nothing_more(desk: Desk, opened: Opened) -> None:
    shown, run = opened(desk), Run(None)
    outputs = draw_missing(shown, shown.form.values(SMALL), run)
    next(outputs)
    run.supersede()
    assert list(outputs) == []


def test_visiting_a_field_while_drawing_changes_nothing(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    values = shown.form.values(SMALL)
    run = desk.runs.start("me", tuple(values))
    assert change(shown, values, "me") == [gr.skip()] * 5
    assert not run.stopped()
    change(shown, shown.form.values(EXPLORE), "me")
    assert run.superseded()


def test_a_model_that_fails_says_so_and_can_be_tried_again(
    desk: Desk, opened: Opened, generator: FakeGenerator
) -> None:
    generator.fail_after = 5
    generator.error = ModelUnreachable("The hub cannot be reached.")
    shown = opened(desk)
    *_, last = draw_missing(shown, shown.form.values(SMALL), Run(None))
    assert "The hub cannot be reached." in str(last[0])
    assert last[1]["visible"]


def test_the_pace_of_a_drawing_is_remembered(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    list(draw_missing(shown, shown.form.values(SMALL), Run(None)))
    assert desk.pace.estimate([(desk.find_model("emoji-skewed", "cpu"), 10)]).measured
