"""All models with images of many professions in one table, with what each lacks."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from explorer.models.catalog import ModelCard
from explorer.overview.shipped import shipped
from explorer.page import overview
from explorer.page.desk import Desk
from tests.fakes import fake_card
from tests.markup import Element, parse_html
from tests.report.leaning import PROFESSIONS, Leaning, fill, plain


def shown(desk: Desk, query: str = "") -> Element:
    return parse_html(overview.show(desk, overview.parse(QueryParams(query))))


def rows(page: Element) -> list[Element]:
    """Return the rows of professions, without those of their groups."""
    body = page.one("table.bx-professions").one("tbody")
    return [row for row in body.all("tr") if "bx-group" not in row.classes]


def leaders(page: Element) -> dict[str, Element]:
    """Return the lines of the table of models, by name."""
    body = page.one("table.bx-leaders").one("tbody")
    return {str(row.one("th").inside[0]).strip(): row for row in body.all("tr")}


@pytest.fixture
def with_own(desk: Desk) -> Desk:
    """Return a desk that has a model of one's own, with images of twenty professions."""
    card = fake_card()
    fill(desk.store, Leaning(), plain(card))
    known = {card.spec.name: card}

    def find(name: str, device: str) -> ModelCard:
        return known.get(name) or desk.find_model(name, device)

    return replace(desk, models=(*desk.models, card), find_model=find)


def test_images_without_a_label_stay_in_view(desk: Desk) -> None:
    unclear = {line.profession.lower(): line.unclear for line in shipped()["emoji-skewed"].lines}
    assert any(unclear.values())
    for row in rows(shown(desk)):
        number = unclear[row.attributes["data-prompt"]]
        assert (f"{number} unclear" in row.all("td")[0].text) is bool(number)


def test_a_strip_says_what_it_shows_and_leads_to_its_images(desk: Desk) -> None:
    row = next(one for one in rows(shown(desk)) if one.attributes["data-prompt"] == "nurse")
    _skewed, even = row.all("a.bx-nine")
    assert even.attributes["aria-label"] == "Nine images of the profession nurse by emoji-even"
    to = urlsplit(even.attributes["href"])
    assert to.path == "explore"
    asked = parse_qs(to.query)
    assert (asked["model"], asked["profession"]) == (["emoji-even"], ["nurse"])


def test_strips_are_served_and_kept(desk: Desk) -> None:
    file = rows(shown(desk))[0].all("img")[0].attributes["src"]
    answer = TestClient(Starlette(routes=overview.routes())).get(f"/{file}")
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == "public, max-age=86400"


@pytest.mark.parametrize(
    ("tab", "there"),
    [
        ("cloud", "figure.bx-cloud"),
        ("tones", "svg.bx-stack"),
        ("adjectives", "svg.bx-stem"),
        ("models", "table.bx-leaders"),
    ],
)
def test_each_part_has_an_address(desk: Desk, tab: str, there: str) -> None:
    page = shown(desk, f"tab={tab}")
    assert page.all(there)
    (current,) = page.one("nav.bx-tabs").all("a", **{"aria-current": "page"})
    assert current.attributes["href"] == f"?tab={tab}"
    assert page.one("article").attributes["data-address"] == f"?tab={tab}"


def test_the_models_are_compared_with_intervals(desk: Desk) -> None:
    found = leaders(shown(desk, "tab=models"))
    assert list(found) == ["Emoji portraits, skewed", "Emoji portraits, even"]
    slope, gap, _clear, distance, *_others = found["Emoji portraits, skewed"].all("td")
    for cell in (slope, gap, distance):
        assert " to " in cell.one("span.bx-range").text


def test_another_model_with_images_of_many_professions_is_in_the_table(with_own: Desk) -> None:
    found = leaders(shown(with_own, "tab=models"))
    assert list(found)[-1] == "fake-a"
    (beside,) = (one for one in found["fake-a"].all("a") if "data-stays" in one.attributes)
    query = beside.attributes["href"].removeprefix("?")
    heads = shown(with_own, query).one("thead").all("th")
    assert [one.text for one in heads][-1].startswith("fake-a")


def test_a_model_of_a_few_professions_is_not(desk: Desk) -> None:
    card = fake_card()
    fill(desk.store, Leaning(), plain(card, professions=PROFESSIONS[:9]))
    few = replace(desk, models=(*desk.models, card))
    assert "fake-a" not in leaders(shown(few, "tab=models"))


def test_a_column_of_ones_own_has_stored_images_and_empty_cells(with_own: Desk) -> None:
    page = shown(with_own, "models=emoji-even,fake-a")
    by_name = {row.attributes["data-prompt"]: row.all("td")[1] for row in rows(page)}
    there = by_name[PROFESSIONS[0].lower()]
    assert len(there.one("a.bx-nine").all("img")) == 9
    assert {one.attributes["src"].partition("/")[0] for one in there.all("img")} == {"thumb"}
    missing = next(name for name in by_name if name not in {one.lower() for one in PROFESSIONS})
    assert by_name[missing].text.endswith("no images")
    assert not page.all("p.bx-honest")
