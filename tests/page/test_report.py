"""The view Report: a card in the frame of the page, and its files."""

import json

from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from explorer.page.choice import EXPLORE
from explorer.page.desk import Desk
from explorer.page.report import Asked, files, parse, show
from tests.markup import parse_html
from tests.page.conftest import Generated

MODEL = EXPLORE.models[0]


def test_a_card_stands_in_the_frame_of_the_page_with_its_address_and_files(
    desk: Desk, generated: Generated
) -> None:
    generated(EXPLORE)
    page = parse_html(show(desk, Asked()))
    article = page.one("article.bx-view")
    assert article.attributes["data-address"] == f"?model={MODEL}"
    links = [one.attributes["href"] for one in article.one("p.bx-downloads").all("a")]
    assert links == [
        *(f"card/report.{kind}?model={MODEL}" for kind in ("html", "md", "json")),
        *(f"figure/card.{form}?model={MODEL}" for form in ("svg", "png")),
    ]
    assert len(page.all("h1")) == 1
    assert page.one("ol.rc-headlines") is not None


def test_an_address_names_what_differs_from_the_defaults_and_is_read_back() -> None:
    asked = Asked(MODEL, "emoji-even", "pronoun-skewed", "nurse")
    query = asked.address.removeprefix("?")
    assert query == f"model={MODEL}&against=emoji-even&language=pronoun-skewed&profession=nurse"
    assert parse(QueryParams(query)) == asked
    assert parse(QueryParams("")) == Asked()
    assert parse(QueryParams("model=+")) == Asked()


def test_a_model_without_images_is_an_alert_that_names_the_command(desk: Desk) -> None:
    page = parse_html(show(desk, Asked()))
    assert "No image of 'emoji-skewed' is stored" in page.one("", role="alert").text
    assert page.all(".bx-view") == []


def test_an_unknown_name_is_an_alert_with_the_nearest_one(desk: Desk) -> None:
    page = parse_html(show(desk, Asked(model="emoji-scewed")))
    assert "Did you mean 'emoji-skewed'?" in page.one("", role="alert").text
    page = parse_html(show(desk, Asked(profession="nurze")))
    assert "Did you mean 'nurse'?" in page.one("", role="alert").text


def test_files_hold_the_card_that_the_address_asks_for(desk: Desk, generated: Generated) -> None:
    generated(EXPLORE)
    client = TestClient(Starlette(routes=list(files(desk))))
    answers = {
        kind: client.get(f"/card/report.{kind}?model={MODEL}") for kind in ("html", "md", "json")
    }
    assert {one.status_code for one in answers.values()} == {200}
    assert json.loads(answers["json"].text)["model"]["name"] == MODEL
    assert f"name: {MODEL}\n" in answers["md"].text
    assert "<!doctype html>" in answers["html"].text
    for kind, answer in answers.items():
        said = answer.headers["Content-Disposition"]
        assert said == f'attachment; filename="report.{kind}"'


def test_a_file_of_a_model_without_images_says_why_there_is_none(desk: Desk) -> None:
    client = TestClient(Starlette(routes=list(files(desk))))
    answer = client.get(f"/card/report.json?model={MODEL}")
    assert answer.status_code == 400
    assert "No image of 'emoji-skewed' is stored" in answer.text
