"""Comparing blind: what is told of the choices, and what the page has before it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.page import compare
from explorer.page.blind import told
from explorer.page.choice import COMPARE, EXPLORE, Choice, address
from explorer.page.desk import Desk
from explorer.page.explore import show as explore
from explorer.page.routes import routes
from explorer.translations import language
from tests.markup import Element, parse_html, table_rows
from tests.page.conftest import Generated, findings_of

SMALL = Choice(COMPARE.models, ("pilot",), ("none",), images=3)
NAMES = ("one", "other")


@pytest.fixture
def client(desk: Desk) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(desk))) as client:
        yield client


def verdict(first: int, second: int, ties: int = 0) -> str:
    return parse_html(told(NAMES, (first, second), ties)).one(".bx-blind-verdict").text


def shares(first: int, second: int) -> list[str]:
    rows = table_rows(parse_html(told(NAMES, (first, second), 0)).one("table"))
    return [cells[-1] for cells in rows[-3:-1]]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (0, 0, "Too few choices to tell. At least 10 are needed"),
        (9, 0, "Too few choices to tell."),
        (5, 5, "No clear choice: chance alone could explain these counts (p 1)."),
        (9, 2, "No clear choice: chance alone could explain these counts (p 0.065)."),
        (10, 2, "You chose one clearly more often: chance alone would seldom give such counts"),
        (2, 10, "You chose other clearly more often"),
        (0, 40, "You chose other clearly more often"),
    ],
)
def test_the_verdict_needs_ten_choices_and_a_difference_beyond_chance(
    first: int, second: int, said: str
) -> None:
    assert verdict(first, second).startswith(said)


def test_pairs_without_a_difference_do_not_count() -> None:
    assert verdict(5, 4, ties=30).startswith("Too few choices to tell.")
    assert verdict(10, 2, ties=30) == verdict(10, 2)


def test_shares_have_intervals_from_ten_choices_on_and_agree_with_the_verdict() -> None:
    assert shares(9, 0) == ["too few", "too few"]
    assert shares(9, 2) == ["82% 48 to 98", "18% 2 to 52"]
    assert shares(10, 2) == ["83% 52 to 98", "17% 2 to 48"]


def test_the_page_asks_with_the_letters_of_two_of_its_models(client: TestClient) -> None:
    three = replace(SMALL, models=(*SMALL.models, "emoji-even (3 steps)"))
    answer = client.get(f"/blind{address(three)}&pair=ac&first=1&second=11&ties=2")
    assert answer.status_code == 200
    rows = table_rows(parse_html(answer.text).one("table"))
    assert [row[:2] for row in rows[-3:]] == [
        ["emoji-skewed", "1"],
        ["emoji-even (3 steps)", "11"],
        ["No difference", "2"],
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("pair=ac", "pair is 'ac' in the address."),
        ("pair=aa", "pair is 'aa' in the address."),
        ("pair=abb", "pair is 'abb' in the address."),
        ("first=many", "first is 'many' in the address."),
        ("ties=-1", "ties is '-1' in the address."),
        ("left=nobody", "'nobody'"),
    ],
)
def test_what_cannot_be_told_is_said(client: TestClient, asked: str, said: str) -> None:
    query = address(SMALL).replace("left=emoji-skewed&", "") if "left" in asked else address(SMALL)
    answer = client.get(f"/blind{query}&{asked}")
    assert answer.status_code == 400
    assert said in answer.text


def test_it_is_told_in_french() -> None:
    with language("fr"):
        assert verdict(9, 0).startswith("Trop peu de choix")
        assert shares(10, 2)[0] == "83 % 52 à 98"


def view(desk: Desk, choice: Choice) -> Element:
    return parse_html(compare.show(desk, choice, findings_of(desk, choice)))


def test_nothing_names_a_model_while_somebody_chooses(desk: Desk, generated: Generated) -> None:
    generated(SMALL)
    page = view(desk, SMALL)
    assert page.one("button.bx-blind-open").text == "Compare blind"
    (asking,) = (one for one in page.all("div") if one.attributes.get("data-stage") == "asking")
    assert asking.text
    assert not any(name in str(asking) for name in SMALL.models)


def test_of_three_models_two_are_chosen_and_of_two_there_is_no_choice(
    desk: Desk, generated: Generated
) -> None:
    generated(SMALL)
    three = replace(SMALL, models=(*SMALL.models, "emoji-even (3 steps)"))
    assert not view(desk, SMALL).all("select", name="two")
    for select in (found := view(desk, three).all("select", name="two")):
        values = [one.attributes["value"] for one in select.all("option")]
        assert values == ["ab", "ac", "bc"]
    assert len(found) == 2


def test_one_model_is_not_compared(desk: Desk) -> None:
    page = explore(desk, EXPLORE, findings_of(desk, EXPLORE))
    assert not parse_html(page).all(".bx-blind-open")
