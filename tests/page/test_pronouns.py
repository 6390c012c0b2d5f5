"""Pronouns as HTML and files: what is kept is shown, what is missing can be asked for."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from explorer.errors import OutOfRange
from explorer.page import pronouns
from explorer.page.choice import GAPS, Choice
from explorer.page.desk import Desk
from explorer.page.pronoun_findings import NO_IMAGES, Session, is_complete, kept_of, parse, show
from explorer.page.routes import routes
from explorer.pronouns.kept import Completions, Kept, keep
from explorer.pronouns.source import find_source
from explorer.words.vocabulary import spread_by_women
from tests.commands import run
from tests.languages import PROFESSIONS, causal, saved
from tests.markup import Element, parse_html
from tests.page.conftest import Generated

ALONE = Session(images=NO_IMAGES)
OWN = replace(ALONE, professions=PROFESSIONS[:2], templates=("{pronoun} is a(n) {profession}.",))
SEVERAL = Choice(GAPS.models, spread_by_women(12), ("none", "honest"), images=10)


@pytest.fixture
def client(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr("explorer.reference.sample.open_sample", lambda *_: None)
    with TestClient(Starlette(routes=routes(desk))) as client:
        yield client


def html(desk: Desk, asked: Session) -> Element:
    return parse_html(show(desk, asked, kept_of(desk, asked)))


def test_a_link_holds_the_whole_session() -> None:
    asked = Session("a/writer@main", "emoji-even", 2019)
    for each in (asked, OWN):
        assert parse(QueryParams(each.address[1:])) == each
    assert parse(QueryParams("")) == Session()


@pytest.mark.parametrize("year", ["1999", "soon", "9" * 5_000])
def test_a_year_without_statistics_is_refused(year: str) -> None:
    with pytest.raises(OutOfRange):
        parse(QueryParams({"year": year}))


def test_plain_sentences_come_first_and_method_last(desk: Desk) -> None:
    page = html(desk, ALONE)
    assert page.one("h1").text.startswith("Of 150 professions, pronoun-skewed expects “she” for")
    told = [line.text for line in page.all("p.bx-quote")]
    assert "exaggerates the differences between professions" in told[2]
    assert "A teaching instrument, not a finding" in page.one("aside").text


def test_every_profession_has_a_dot_and_a_row_in_order(desk: Desk) -> None:
    page = html(desk, ALONE)
    assert len(page.one("svg", role="img").all("circle")) == 150
    assert page.one("svg", role="img").all("path") == []
    body = page.one("figure.bx-beside-reference").one("tbody")
    shares = [int(row.one("b").text.rstrip("%")) for row in body.all("tr")]
    assert len(shares) == 150
    assert shares == sorted(shares)
    assert all(row.all("td")[2].text.endswith("%") for row in body.all("tr")), "they is shown"


def test_images_of_a_generator_are_diamonds_in_the_same_cloud(
    desk: Desk, generated: Generated
) -> None:
    generated(SEVERAL)
    page = html(desk, Session())
    diamonds = page.one("svg", role="img").all("path.bx-diamond")
    assert 0 < len(diamonds) <= 12
    assert "images of emoji-skewed" in page.text
    (told,) = (line.text for line in page.all("p.bx-quote") if "the two lean alike" in line.text)
    assert "Beside the images of emoji-skewed" in told


def test_what_it_writes_by_itself_stands_in_a_table(desk: Desk) -> None:
    words = html(desk, ALONE).one("figure.bx-words")
    assert len(words.one("tbody").all("tr")) == 16
    assert "continued “she” 600 times" in words.text


def test_a_model_that_was_not_scored_says_how(desk: Desk, tmp_path: Path) -> None:
    folder = saved(causal(), tmp_path / "own")
    asked = replace(ALONE, model=str(folder))
    assert html(desk, asked).one("h1").text == "This model was not scored yet."
    assert not is_complete(kept_of(desk, asked), asked)
    assert is_complete(kept_of(desk, ALONE), ALONE)


def test_a_folder_that_has_changed_was_not_scored(desk: Desk, tmp_path: Path) -> None:
    asked = replace(ALONE, model=str(saved(causal(), tmp_path / "own")))
    found = find_source(asked.model)
    keep(desk.settings.cache, Kept(found.name, found.revision, found.kind, chat=False))
    assert kept_of(desk, asked) is not None
    (tmp_path / "own" / "generation_config.json").write_text("{}")
    assert kept_of(desk, asked) is None


def test_a_chat_model_is_shown_as_the_view_asks_it(desk: Desk) -> None:
    asked = Session("a/chatter", NO_IMAGES)
    chat, plain = (Kept(asked.model, "1", "causal", chat=chat) for chat in (True, False))
    keep(desk.settings.cache, plain)
    assert kept_of(desk, asked) == plain
    keep(desk.settings.cache, chat)
    keep(desk.settings.cache, plain)
    assert kept_of(desk, asked) == chat


def test_whoever_looks_at_another_model_is_shown_no_steps_of_the_last(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [[name] * 3 for name in ("first", "second", "third")]
    monkeypatch.setattr(pronouns, "ask", lambda *_: iter(steps))
    page = gr.Blocks(analytics_enabled=False)
    with page:
        pronouns.view(page, desk)
    handlers = {one.name: one.fn for one in page.fns.values()}
    scored, changed = handlers["scored"], handlers["changed"]
    assert scored is not None
    assert changed is not None
    me, you = SimpleNamespace(session_hash="me"), SimpleNamespace(session_hash="you")
    fields = [[ALONE.model], [NO_IMAGES], [], [], ALONE.year]
    mine, yours = scored(me, *fields), scored(you, *fields)
    assert next(mine) == next(yours) == steps[0]
    changed(me, *fields)
    assert list(mine) == [[gr.skip()] * 3]
    assert list(yours) == [*steps[1:], [gr.skip()] * 3]


def _visible(update: Any) -> bool:
    return bool(update["visible"])


def test_the_button_is_there_only_where_something_can_be_asked(
    desk: Desk, reading: Desk, tmp_path: Path
) -> None:
    asked = replace(ALONE, model=str(saved(causal(), tmp_path / "own")))
    assert _visible(pronouns.reply(desk, asked)[1])
    assert not _visible(pronouns.reply(reading, asked)[1])
    assert not _visible(pronouns.reply(desk, ALONE)[1])


def test_a_model_is_asked_step_by_step_and_then_shown(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.page.pronoun_findings.COMPLETIONS", 2)
    model = str(saved(causal(), tmp_path / "own"))
    asked = replace(OWN, model=model, templates=("{pronoun} should work as a(n) {profession}.",))
    first, *_steps, last = pronouns.ask(desk, asked)
    assert "Loading the model" in first[0]
    assert parse_html(last[2]).one("h1").text.startswith("Of 2 professions")


def test_own_words_and_sentences_are_counted_before_they_are_scored(desk: Desk) -> None:
    told = html(desk, OWN)
    assert told.one("h1").text == "This model was not scored yet."
    assert "scores 6 short sentences" in told.one("p.bx-quote").text
    assert not is_complete(kept_of(desk, OWN), OWN)


@pytest.mark.parametrize("template", ["She works.", "{pronoun} {pronoun} is a {profession}."])
def test_a_sentence_without_its_two_places_is_refused(desk: Desk, template: str) -> None:
    status, _button, _findings = pronouns.reply(desk, replace(ALONE, templates=(template,)))
    assert "{profession}" in parse_html(status).one("div", role="alert").text


def test_an_error_of_the_model_is_told_and_can_be_tried_again(desk: Desk, tmp_path: Path) -> None:
    folder = saved(causal(), tmp_path / "own")
    (folder / "model.safetensors").write_bytes(b"damaged")
    *_before, (status, button, _findings) = pronouns.ask(desk, replace(ALONE, model=str(folder)))
    assert parse_html(status).one("div", role="alert").text.startswith("That did not work.")
    assert _visible(button)


def test_a_store_that_is_only_read_asks_nothing(reading: Desk) -> None:
    *_before, (status, _button, _findings) = pronouns.ask(reading, ALONE)
    assert "This disk is full." in status


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("pronouns.csv", "pronouns pronoun-skewed --csv -"),
        ("pronoun-words.csv", "pronouns pronoun-skewed --completions 100 --csv -"),
        ("pronouns.json", "pronouns pronoun-skewed --json"),
        ("pronoun-words.json", "pronouns pronoun-skewed --completions 100 --json"),
    ],
)
def test_a_file_equals_what_the_command_line_writes(
    client: TestClient, file: str, command: str
) -> None:
    name, kind = file.split(".")
    answer = client.get(f"/{kind}/{file}{ALONE.address}")
    assert kind in answer.headers["content-type"]
    assert f'filename="{name}.{kind}"' in answer.headers["content-disposition"]
    assert answer.content == run(command).stdout_bytes
    marked = client.get(f"/csv/{name}.csv{ALONE.address}&bom=on&separator=semicolon").content
    assert marked.startswith("\ufeffmodel;revision;".encode())


@pytest.mark.parametrize("file", ["pronouns.csv", "pronoun-words.csv"])
def test_a_file_has_a_form_for_people(client: TestClient, file: str) -> None:
    answer = client.get(f"/csv/{file}{ALONE.address}&readable=on&separator=semicolon&bom=on")
    completions = " --completions 100" * ("words" in file)
    told = run(
        f"pronouns pronoun-skewed{completions} --csv - --readable --separator semicolon --bom"
    )
    assert answer.content == told.stdout_bytes
    assert file.replace(".", "-readable.") in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("?model=a/writer", 400, "was not scored yet"),
        ("?model=emoji-skewed", 400, "generates images"),
        ("?model=/no/such/folder", 404, "There is no folder"),
        ("?separator=pipe", 400, "Unknown separator"),
        ("?images=nothing", 400, "Unknown model"),
    ],
)
def test_a_file_that_cannot_be_says_why(
    client: TestClient, query: str, status: int, told: str
) -> None:
    answer = client.get(f"/csv/pronouns.csv{query}")
    assert (answer.status_code, told in answer.text) == (status, True), answer.text


def test_completions_of_other_templates_do_not_count_in_the_view(desk: Desk) -> None:
    kept = kept_of(desk, ALONE)
    assert kept is not None
    others = Completions("{pronoun} was once a {profession}", "she", ("a carpenter",) * 500)
    more = replace(kept, completions=(*kept.completions, others))
    assert show(desk, ALONE, more) == show(desk, ALONE, kept)
