"""What happens when people choose, press the button, cancel, or choose something else."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import gradio as gr
import pytest
from starlette.datastructures import QueryParams

from explorer.errors import InvalidData, ModelUnreachable
from explorer.models.requests import ImageRequest
from explorer.page import explore, gaps
from explorer.page.choice import ALL, EXPLORE, GAPS, Choice, address
from explorer.page.desk import Desk
from explorer.page.form import FormKind
from explorer.page.runs import Run
from explorer.page.view import (
    View,
    change,
    generate_missing,
    opening,
    reply,
    revisit,
    upload,
    view,
)
from tests.fakes import FakeGenerator
from tests.markup import parse_html
from tests.page.conftest import Generated

SMALL = Choice(("emoji-skewed",), adjectives=("none", "honest"), images=20)

Opened = Callable[[Desk], View]


def alert(status: object) -> str:
    return parse_html(status).one("div", role="alert").text


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
    assert "Did you mean 'emoji-skewed'?" in alert(status)


@pytest.mark.parametrize("images", [0, 2.5, 1001])
def test_a_number_of_images_that_cannot_be_is_refused(
    desk: Desk, opened: Opened, images: object
) -> None:
    shown = opened(desk)
    values = shown.form.values(SMALL)
    values[3] = images
    status, *_ = reply(shown, values)
    assert "prompt is" in alert(status)


@pytest.mark.parametrize(
    ("field", "value", "asked"),
    [
        (1, [], "No profession is chosen. Choose at least one."),
        (2, [], "No adjective is chosen. Choose at least one, or 'no adjective'."),
        (3, None, "Images per prompt: give a whole number."),
    ],
)
def test_an_empty_field_is_no_error(
    desk: Desk, opened: Opened, field: int, value: object, asked: str
) -> None:
    shown = opened(desk)
    values = shown.form.values(SMALL)
    values[field] = value
    status, generate, _, findings = change(shown, values, "me")[1:]
    assert parse_html(status).one("div", role="status").text == asked
    assert not generate["visible"]
    assert findings == gr.skip()


def test_back_fills_the_fields_and_ends_the_run_that_it_leaves(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    values = shown.form.values(SMALL)
    change(shown, values, "me")
    run = desk.runs.start("me", tuple(values))
    *again, status, _, _, findings = revisit(
        shown, QueryParams(address(EXPLORE).removeprefix("?")), "me"
    )
    assert again == shown.form.values(EXPLORE)
    assert parse_html(status).text.startswith("0 of 189 images are here.")
    assert parse_html(findings).one("article").attributes["data-address"] == address(EXPLORE)
    assert run.superseded()
    *again, status, _, _, _ = revisit(shown, QueryParams("gate=maybe"), "me")
    assert again == shown.form.values(EXPLORE)
    assert "'maybe'" in alert(status)


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
    assert "Unknown gate in the address: 'maybe'" in alert(status)
    assert findings == gr.skip()
    assert change(shown, values, "me") == [gr.skip()] * 5
    assert change(shown, shown.form.values(SMALL), "me") != [gr.skip()] * 5


def test_a_word_picked_beside_all_takes_its_place(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    values = shown.form.values(replace(SMALL, adjectives=(ALL, "honest")))
    assert change(shown, values, "me")[0] == ["honest"]


def test_a_run_shows_images_and_ends_with_nothing_to_do(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    *middle, last = generate_missing(shown, shown.form.values(SMALL), Run(None))
    assert middle
    assert len(parse_html(middle[0][0]).all("div", role="progressbar")) == 1
    assert parse_html(last[0]).text == "All 40 images are here."
    assert len(parse_html(last[3]).all("button.bx-thumb")) == 40


def test_a_cancelled_run_keeps_what_is_generated_and_offers_the_rest(
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
    told = parse_html(last[0]).text
    assert told.startswith("Stopped. All generated images are kept. 5 of 40 images are here.")
    assert last[1]["value"].startswith("Generate 35 images")


def test_a_superseded_run_shows_nothing_more(desk: Desk, opened: Opened) -> None:
    shown, run = opened(desk), Run(None)
    outputs = generate_missing(shown, shown.form.values(SMALL), run)
    next(outputs)
    run.supersede()
    assert list(outputs) == []


def test_visiting_a_field_during_a_run_changes_nothing(desk: Desk, opened: Opened) -> None:
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
    assert "The hub cannot be reached." in alert(last[0])
    assert last[1]["visible"]


def test_the_pace_of_a_run_is_remembered(desk: Desk, opened: Opened) -> None:
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
    page = parse_html(shown)
    assert page.one("article").attributes["data-address"].endswith("&reference=author:0.2")
    assert "as the reference lacks them: nurse" in page.text
    assert beside.form.choice([*values[:-1], figures]).reference == (("author", 0.2),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("profession,share\nauthor,1.5\n", "line 2: the share is '1.5'"),
        ("profession,share\nauthor,nan\n", "line 2: the share is 'nan'"),
        ("profession,share\nautor,0.5\n", "unknown profession 'autor'"),
        ("profession\nauthor\n", "there is no column 'share'"),
    ],
)
def test_a_file_with_a_mistake_is_named_and_nothing_else_changes(
    beside: View, tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(text, "utf-8")
    figures, status, *others = upload(beside, str(file), beside.form.values(GAPS))
    assert "'mine.csv'" in alert(status)
    assert str(tmp_path) not in alert(status)
    assert message in alert(status)
    assert [figures, *others] == [gr.skip()] * 4


def test_several_professions_are_refused_where_one_is_shown(desk: Desk, opened: Opened) -> None:
    with pytest.raises(InvalidData, match="Explore shows one at a time"):
        opened(desk).form.values(GAPS)


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is moved."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.mark.parametrize(("seconds", "pause"), [(0.1, 0.7), (1.0, 3.0)])
def test_findings_that_take_long_are_made_less_often(
    desk: Desk,
    generator: FakeGenerator,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    pause: float,
) -> None:
    clock = Clock()
    made: list[float] = []

    def show(*_: object) -> str:
        made.append(clock.now)
        clock.now += seconds
        return "<p>found</p>"

    def tenth_of_a_second(_: ImageRequest) -> bool:
        clock.now += 0.1
        return False

    monkeypatch.setattr("explorer.page.view.time", clock)
    generator.filtered = tenth_of_a_second
    page = gr.Blocks(analytics_enabled=False)
    with page:
        shown = view(page, desk, EXPLORE, ("Model",), show)
    values = shown.form.values(replace(SMALL, images=100))
    *statuses, _ = generate_missing(shown, values, Run(None))
    *during, _ = made
    assert 1 < len(during) <= len(statuses)
    assert all(later - former >= seconds + pause for former, later in pairwise(during))
