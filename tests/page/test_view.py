"""What happens when people choose, press the button, cancel, or choose something else."""

import json
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.datastructures import QueryParams

from explorer.errors import InvalidData, ModelUnreachable
from explorer.models.catalog import find_model
from explorer.models.requests import ImageRequest
from explorer.page import explore, gaps
from explorer.page.choice import EXPLORE, GAPS, Choice, address, study
from explorer.page.desk import Desk
from explorer.page.form import FormKind
from explorer.page.runs import Run, Runs
from explorer.page.view import (
    View,
    begin,
    change,
    opening,
    refer,
    reply,
    starting,
    upload,
    view,
    watch,
)
from explorer.progress import Progress
from tests.fakes import FakeGenerator
from tests.hub import Hub, running, use
from tests.markup import parse_html
from tests.page.conftest import Generated

SMALL = Choice(("emoji-skewed",), adjectives=("none", "honest"), images=20)

Opened = Callable[[Desk], View]


def said(status: object) -> str:
    """Return the text of the status."""
    return parse_html(str(status)).text


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


@pytest.mark.parametrize(
    ("pasted", "told"),
    [
        ("https://civitai.com/models/4201", "single files"),
        ("C:\\models\\sd", "Windows"),
        ("runwayml/stable-diffusion-v1-5", "'Stable Diffusion 1.5'"),
        ("https://huggingface.co/spaces/a/b", "no address of a model"),
    ],
)
@pytest.mark.usefixtures("no_yunet")
def test_a_pasted_name_that_is_no_model_is_explained(
    desk: Desk, opened: Opened, pasted: str, told: str
) -> None:
    shown = opened(desk)
    status, *_ = reply(shown, shown.form.values(replace(SMALL, models=(pasted,))))
    assert told in alert(status)


@pytest.mark.usefixtures("no_yunet")
def test_a_pasted_title_or_address_is_that_model(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    for pasted in ("Stable Diffusion 1.5", "https://huggingface.co/a/tune/tree/main"):
        status, *_ = reply(shown, shown.form.values(replace(SMALL, models=(pasted,))))
        assert "0 of 40 images are here" in parse_html(status).text


@pytest.mark.usefixtures("no_yunet")
def test_a_run_pins_a_model_of_the_hub_and_shows_its_images(
    desk: Desk, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "tune"
    for name, content in {
        "model_index.json": {"_class_name": "StableDiffusionPipeline"},
        "unet/config.json": {"sample_size": 4},
        "vae/config.json": {},
    }.items():
        (model / name).parent.mkdir(parents=True, exist_ok=True)
        (model / name).write_text(json.dumps(content))
    desk = replace(desk, find_model=partial(find_model, cache=desk.settings.cache))
    shown, choice = opened(desk), replace(SMALL, models=("a/tune",), images=1)
    with running(Hub(models={"a/tune": model})) as address:
        use(monkeypatch, address, tmp_path / "hub-cache")
        *_, last = watched(shown, choice)
    assert "All 2 images are here" in parse_html(last[0]).text
    status, *_ = reply(shown, shown.form.values(choice))
    assert "All 2 images are here" in parse_html(status).text


@pytest.mark.parametrize("images", [0, 2.5, 1001])
def test_a_number_of_images_that_cannot_be_is_refused(
    desk: Desk, opened: Opened, images: object
) -> None:
    shown = opened(desk)
    values = shown.form.values(SMALL)
    values[3] = images
    status, *_ = reply(shown, values)
    assert "prompt is" in alert(status)


def test_where_nothing_can_be_stored_there_is_no_button_and_no_model_is_loaded(
    reading: Desk, opened: Opened, generator: FakeGenerator
) -> None:
    shown = opened(reading)
    values = shown.form.values(SMALL)
    status, button, *_ = reply(shown, values)
    assert "0 of 40 images are here" in parse_html(status).text
    assert button["visible"] is False
    begin(shown, values, "me")
    *_, (status, *_) = watch(shown, "me")
    assert "This disk is full" in alert(status)
    assert generator.generated == []


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
    status, generate, _, findings = change(shown, values, "me")
    assert parse_html(status).one("div", role="status").text == asked
    assert not generate["visible"]
    assert findings == gr.skip()


def test_back_fills_the_fields(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    values = shown.form.values(SMALL)
    change(shown, values, "me")
    *again, status, _, _, findings = opening(
        shown, QueryParams(address(EXPLORE).removeprefix("?")), "me"
    )
    assert again == shown.form.values(EXPLORE)
    assert parse_html(status).text.startswith("0 of 189 images are here.")
    assert parse_html(findings).one("article").attributes["data-address"] == address(EXPLORE)
    *again, status, _, _, _ = opening(shown, QueryParams("gate=maybe"), "me")
    assert again == shown.form.values(EXPLORE)
    assert "'maybe'" in alert(status)


def test_a_large_choice_first_says_that_its_images_are_counted(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    assert starting(shown, QueryParams("images=20")) is None
    assert starting(shown, QueryParams("gate=maybe")) is None
    found = starting(shown, QueryParams("images=300"))
    assert found is not None
    *values, status, generate, cancel, findings = found
    assert values == shown.form.values(replace(EXPLORE, images=300))
    assert "Counting 6,300 images" in parse_html(status).text
    assert not generate["visible"]
    assert not cancel["visible"]
    assert findings == gr.skip()


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
    assert change(shown, values, "me") == [gr.skip()] * 4
    assert change(shown, shown.form.values(SMALL), "me") != [gr.skip()] * 4


def begun(shown: View, choice: Choice = SMALL, visitor: str = "me") -> list[object]:
    """Begin a run; return the values of the fields."""
    values = shown.form.values(choice)
    begin(shown, values, visitor)
    return values


def watched(shown: View, choice: Choice = SMALL) -> Generator[list[Any], None, None]:
    """Begin a run; return what its visitor is shown of it."""
    begun(shown, choice)
    return watch(shown, "me")


def run_of(shown: View, choice: Choice = SMALL) -> Run:
    made = study(choice, shown.desk.find_model, "cpu")
    run = shown.desk.runs.of(made)
    assert run is not None
    return run


def test_a_run_shows_images_and_ends_with_nothing_to_do(
    desk: Desk, opened: Opened, generator: FakeGenerator
) -> None:
    generator.seconds = 0.05
    shown = opened(desk)
    *middle, last = watched(shown)
    assert middle
    assert len(parse_html(middle[0][0]).all("div", role="progressbar")) == 1
    assert parse_html(last[0]).text == "All 40 images are here."
    assert len(parse_html(last[3]).all("button.bx-thumb")) == 40


def test_a_cancelled_run_keeps_what_is_generated_and_offers_the_rest(
    desk: Desk, opened: Opened, generator: FakeGenerator
) -> None:
    shown = opened(desk)

    def fifth(request: ImageRequest) -> bool:
        if request.replicate == 4:
            run_of(shown).stopped = True
        return False

    generator.filtered = fifth
    generator.seconds = 0.05
    *_, last = watched(shown)
    told = parse_html(last[0]).text
    assert told.startswith("Stopped. All generated images are kept. 5 of 40 images are here.")
    assert last[1]["value"].startswith("Generate 35 images")


@pytest.fixture
def slow(generator: FakeGenerator) -> FakeGenerator:
    """Return a generator whose run outlasts what a visitor does meanwhile."""
    generator.seconds = 0.2
    return generator


@pytest.mark.usefixtures("slow")
def test_who_looks_at_something_else_is_shown_nothing_more(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    outputs = watched(shown)
    next(outputs)
    change(shown, shown.form.values(EXPLORE), "me")
    assert list(outputs) == []
    desk.runs.close()


@pytest.mark.usefixtures("slow")
def test_the_last_that_is_sent_of_a_run_changes_nothing(desk: Desk, opened: Opened) -> None:
    # Because Gradio sends it once more, when the visitor may look at something else.
    shown = opened(desk)
    begun(shown)
    outputs = shown.watched(gr.Request(session_hash="me"))
    assert next(outputs) == [gr.skip()] * 4
    assert next(outputs) != [gr.skip()] * 4
    change(shown, shown.form.values(EXPLORE), "me")
    assert list(outputs) == [[gr.skip()] * 4]
    desk.runs.close()


@pytest.mark.usefixtures("slow")
def test_a_reload_and_a_second_tab_find_the_run(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    begun(shown)
    run = run_of(shown)
    for visitor in ("reloaded", "second tab"):
        *_, status, generate, cancel, _ = opening(
            shown, QueryParams("adjectives=none,honest&images=20"), visitor
        )
        assert parse_html(status).all("div", role="progressbar")
        assert (generate["visible"], cancel["visible"]) == (False, True)
        outputs = watch(shown, visitor)
        next(outputs)
        assert visitor in run.watching
        outputs.close()
    assert not run.watching
    desk.runs.close()


@pytest.mark.usefixtures("slow")
def test_a_second_run_waits_and_says_so(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    outputs = watched(shown)
    next(outputs)
    status, *_ = begin(shown, shown.form.values(EXPLORE), "you")
    assert "Waiting for another run to end" in parse_html(status).text
    desk.runs.close()


@pytest.mark.usefixtures("slow")
def test_a_run_says_how_long_it_goes_on_unwatched(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    told = [parse_html(outputs[0]).text for outputs in watched(shown)]
    assert any("the run goes on for 10 min" in text for text in told)


def test_what_a_run_finds_out_about_its_prompts_is_told_during_and_after_it(
    desk: Desk, opened: Opened, slow: FakeGenerator
) -> None:
    warning = "It ignores the end of the prompts."
    slow.warnings = (warning,)
    shown, choice = opened(desk), replace(SMALL, images=4)
    *during, last = watched(shown, choice)
    assert any(warning in said(status) for status, *_ in during)
    assert said(last[0]) == f"All 8 images are here. {warning}"


def test_a_run_that_two_begin_keeps_what_the_first_was_told() -> None:
    runs, over = Runs(), threading.Event()

    def steps(_stopped: object) -> Iterator[Progress]:
        over.wait(10)
        yield Progress(1, 1, "generate", None, None, None)

    asked = study(SMALL, find_model, "cpu")
    first = runs.begin(asked, steps, ("A new version is used.",))
    assert runs.begin(asked, steps) is first
    over.set()
    runs.close()
    assert first.told == ("A new version is used.",)


@pytest.mark.usefixtures("slow")
def test_visiting_a_field_during_a_run_changes_nothing(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    values = begun(shown)
    assert change(shown, values, "me") == [gr.skip()] * 4
    assert not run_of(shown).stopped
    desk.runs.close()


def test_where_nothing_is_generated_there_is_nothing_to_watch(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    assert list(watch(shown, "me")) == []
    for choice in (SMALL, replace(SMALL, images=0)):
        status, *_ = change(shown, shown.form.values(choice), "me")
        assert not asks_to_watch(status)


def test_a_run_that_ends_before_it_is_watched_shows_what_came_of_it(
    desk: Desk, opened: Opened
) -> None:
    shown = opened(desk)
    begun(shown, visitor="somebody else")
    status, *_ = change(shown, shown.form.values(SMALL), "me")
    assert asks_to_watch(status)
    run = run_of(shown)
    while not run.over:
        desk.runs.wait(run, 1)
    ((status, *_),) = watch(shown, "me")
    assert parse_html(status).text == "All 40 images are here."


def test_what_is_shown_already_is_not_made_again(desk: Desk) -> None:
    made: list[object] = []

    def count(*asked: object) -> str:
        made.append(asked)
        return "<p>found</p>"

    page = gr.Blocks(analytics_enabled=False)
    with page:
        shown = view(page, desk, EXPLORE, ("Model",), count)
    values = shown.form.values(SMALL)
    assert change(shown, values, "me") != [gr.skip()] * 4
    assert change(shown, list(values), "me") == [gr.skip()] * 4
    assert change(shown, values, "somebody else") != [gr.skip()] * 4
    assert change(shown, shown.form.values(EXPLORE), "me") != [gr.skip()] * 4
    assert change(shown, values, "me") != [gr.skip()] * 4
    assert len(made) == 4


def test_a_model_that_fails_says_so_and_can_be_tried_again(
    desk: Desk, opened: Opened, generator: FakeGenerator
) -> None:
    generator.fail_after = 5
    generator.seconds = 0.4
    generator.error = ModelUnreachable("The hub cannot be reached.")
    shown = opened(desk)
    *_, last = watched(shown)
    assert "The hub cannot be reached." in alert(last[0])
    assert last[1]["visible"]


def test_images_that_came_to_nothing_are_told_and_tried_again(
    desk: Desk, opened: Opened, generator: FakeGenerator
) -> None:
    generator.filtered, generator.reason = lambda one: one.replicate == 0, "black image"
    generator.seconds = 0.05
    shown = opened(desk)
    *_, last = watched(shown)
    assert "2 images of 'emoji-skewed' are unusable: 2 are black." in said(last[0])
    assert last[1]["visible"]
    assert last[1]["value"] == "Try 2 failed images again"
    generator.filtered = lambda _: False
    before = len(generator.generated)
    *_, last = watched(shown)
    assert len(generator.generated) == before + 2
    assert "unusable" not in said(last[0])
    assert not last[1]["visible"]


def test_an_own_word_that_the_model_does_not_know_is_warned_about_before(
    desk: Desk, opened: Opened
) -> None:
    shown = opened(desk)
    status, generate, *_ = reply(shown, shown.form.values(replace(SMALL, professions=("qwxzk",))))
    assert "'emoji-skewed' probably does not know 'qwxzk'" in said(status)
    assert generate["visible"]
    status, *_ = reply(shown, shown.form.values(SMALL))
    assert "know" not in said(status)


def test_a_template_that_is_too_long_is_told_before(desk: Desk, opened: Opened) -> None:
    shown = opened(desk)
    template = "a photo " * 20 + "of a(n) {adjective} {profession}"
    status, *_ = reply(shown, shown.form.values(replace(SMALL, template=template)))
    assert "so the end of 'author' does not reach it" in said(status)


def test_the_pace_of_a_run_is_remembered(
    desk: Desk, opened: Opened, generator: FakeGenerator
) -> None:
    generator.seconds = 0.05
    shown = opened(desk)
    list(watched(shown))
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
    figures, _, _, _, shown = upload(beside, str(file), values, "me")
    assert figures == [["author", 0.2]]
    page = parse_html(shown)
    assert page.one("article").attributes["data-address"].endswith("&reference=author:0.2")
    assert "as the reference lacks them: nurse" in page.text
    assert beside.form.choice([*values[:-1], figures]).reference == (("author", 0.2),)


@pytest.mark.usefixtures("slow")
def test_another_reference_during_a_run_shows_the_run_further(beside: View, tmp_path: Path) -> None:
    choice = replace(GAPS, adjectives=("none",), images=5)
    values = begun(beside, choice)
    outputs = watch(beside, "me")
    next(outputs)
    file = tmp_path / "mine.csv"
    file.write_text("profession,share\nauthor,0.2\n", "utf-8")
    for compare in (partial(upload, beside, str(file)), partial(refer, beside, [])):
        figures, *_, findings = compare(values, "me")
        assert list(outputs) == [], "it would show the former reference"
        assert findings != gr.skip()
        values = [*values[:-1], figures]
        outputs = watch(beside, "me")
        status, *_ = next(outputs)
        assert parse_html(status).all("div", role="progressbar")
    beside.desk.runs.close()


def asks_to_watch(status: str) -> bool:
    return "data-watch" in status


@pytest.mark.usefixtures("slow")
def test_whatever_shows_a_choice_that_is_being_generated_asks_to_watch_it(beside: View) -> None:
    choice = replace(GAPS, adjectives=("none",), images=5)
    values = begun(beside, choice)
    shown = [
        begin(beside, values, "me")[0],
        opening(beside, QueryParams("adjectives=none&images=5"), "me")[-4],
        change(beside, values, "somebody else")[0],
        refer(beside, [], values, "me")[1],
    ]
    assert all(map(asks_to_watch, shown))
    assert len(set(shown)) == len(shown), "the page sees no second answer that is the same"
    status, *_ = next(watch(beside, "me"))
    assert not asks_to_watch(status), "it is watched already"
    beside.desk.runs.close()


def test_the_same_figures_take_away_what_was_wrong_with_a_file(beside: View) -> None:
    values = beside.form.values(GAPS)
    change(beside, values, "me")
    _, status, *_ = refer(beside, [], values, "me")
    assert "images are here" in said(status)


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
    figures, status, *others = upload(beside, str(file), beside.form.values(GAPS), "me")
    assert "'mine.csv'" in alert(status)
    assert str(tmp_path) not in alert(status)
    assert message in alert(status)
    assert [figures, *others] == [gr.skip()] * 4


def test_several_professions_are_refused_where_one_is_shown(desk: Desk, opened: Opened) -> None:
    with pytest.raises(InvalidData, match="Explore shows one at a time"):
        opened(desk).form.values(GAPS)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize(("seconds", "pause"), [(0.1, 0.7), (1.0, 3.0)])
def test_findings_that_take_long_are_made_less_often(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, seconds: float, pause: float
) -> None:
    now = 0.0
    made: list[float] = []

    def show(*_: object) -> str:
        nonlocal now
        made.append(now)
        now += seconds
        return "<p>found</p>"

    def wait(_runs: Runs, run: Run, for_seconds: float) -> None:
        nonlocal now
        now += for_seconds
        run.over = now > 20

    monkeypatch.setattr("explorer.page.sparing.time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(Runs, "wait", wait)
    page = gr.Blocks(analytics_enabled=False)
    with page:
        shown = view(page, desk, EXPLORE, ("Model",), show)
    begun(shown)
    run_of(shown).progress = Progress(1, 40, "generate", None, None, None)
    list(watch(shown, "me"))
    *during, _ = made
    assert len(during) > 1
    pauses = [later - former for former, later in pairwise(during)]
    assert min(pauses) > seconds + pause - 1e-9
    desk.runs.close()
