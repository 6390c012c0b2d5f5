"""Overview: what the landing page shows."""

from dataclasses import replace
from datetime import date

import pytest
from starlette.datastructures import QueryParams

from explorer.errors import InvalidData, UnknownName
from explorer.models.catalog import find_model
from explorer.overview.results import overview
from explorer.overview.shipped import IMAGES, shipped, strip_name
from explorer.page.choice import Choice
from explorer.page.desk import Desk
from explorer.page.leaders import overviews
from explorer.page.overview import MODELS, TONES, Asked, parse, show, usual
from explorer.perception.axes import find_axis
from explorer.words.vocabulary import DEFAULT_YEAR
from tests.markup import Element, parse_html
from tests.page.conftest import Generated

SOME = Choice(("emoji-skewed",), ("author", "nurse"), ("none",), images=12)


def rows(html: str) -> list[Element]:
    """Return the lines of all professions."""
    lines = parse_html(html).one("table.bx-professions").all("tr")
    return [line for line in lines if "data-name" in line.attributes]


def test_the_landing_page_needs_nothing_generated(desk: Desk) -> None:
    html = show(desk, Asked(usual()))
    lines = rows(html)
    assert len(lines) == 150
    first = lines[0]
    assert [one.attributes["src"] for one in first.all("img")] == [
        f"strips/{name}/{strip_name(first.attributes['data-prompt'])}" for name in usual()
    ]
    page = parse_html(html)
    assert "exaggerated" in page.one("h1").text
    assert "nothing here is about Stable Diffusion" in page.one(".bx-honest").text
    groups = [one.text for one in page.all("tr.bx-group")]
    assert groups[0] == "Healthcare practitioners and technical"
    assert len(groups) == len(set(groups)) == 21


def test_each_profession_leads_to_its_images(desk: Desk) -> None:
    nurse = next(
        one for one in rows(show(desk, Asked(usual()))) if one.attributes["data-prompt"] == "nurse"
    )
    address = nurse.one("th").one("a").attributes["href"]
    assert address.startswith("explore?model=emoji-skewed&profession=nurse")


def test_the_numbers_are_those_that_rows_are_sorted_by(desk: Desk) -> None:
    known = {one.profession.lower(): one for one in shipped()["emoji-skewed"].lines}
    for row in rows(show(desk, Asked(usual()))):
        line = known[row.attributes["data-prompt"]]
        # Too few images of a profession have a label for a share: it is sorted last.
        said = row.attributes["data-share"]
        assert said == ("" if line.share is None else str(line.share.estimate))


def test_tones_show_all_their_counts(desk: Desk) -> None:
    row = next(one for one in rows(show(desk, Asked(usual(), TONES))))
    line = next(
        one
        for one in shipped()["emoji-skewed"].lines
        if one.profession == row.attributes["data-prompt"]
    )
    told = row.all("td")[0].text
    for label, number in zip(find_axis("tone").labels, line.tones, strict=True):
        assert f"{label} {number}" in told


def test_models_are_compared_with_intervals(desk: Desk) -> None:
    table = parse_html(show(desk, Asked(usual(), MODELS))).one("table.bx-leaders")
    skewed, even = table.one("tbody").all("tr")
    assert "x1." in skewed.text
    assert "to" in even.all("td")[0].text
    assert "by chance" in skewed.text


def test_a_model_of_ones_own_stands_beside_the_others(desk: Desk, generated: Generated) -> None:
    generated(SOME)
    found = overview(
        find_model("emoji-skewed", "cpu"), desk.store, date(2026, 11, 28), DEFAULT_YEAR
    )
    assert [line.profession for line in found.lines] == ["nurse", "author"]
    assert all(line.feminine + line.masculine + line.unclear == 12 for line in found.lines)
    assert found.summary.slope is None
    own = Choice(("emoji-skewed (guidance 3)",), ("author",), ("none",), images=12)
    generated(own)
    html = show(desk, Asked(("emoji-even", *own.models)))
    author = next(one for one in rows(html) if one.attributes["data-prompt"] == "author")
    strips = author.all(".bx-nine")
    assert len(strips[1].all("img")) == IMAGES
    nurse = next(one for one in rows(html) if one.attributes["data-prompt"] == "nurse")
    assert "no images" in nurse.text


def test_addresses_hold_models_and_part(desk: Desk) -> None:
    assert parse(QueryParams("")) == Asked(usual())
    asked = Asked(("emoji-even",), TONES)
    assert parse(QueryParams(asked.address.removeprefix("?"))) == asked
    assert replace(asked, tab="professions", models=usual()).address == "?"
    with pytest.raises(UnknownName, match="tab in the address"):
        parse(QueryParams("tab=nothing"))
    with pytest.raises(InvalidData, match="Show at most 4"):
        overviews(desk, [f"emoji-even (guidance {n})" for n in range(2, 7)])
