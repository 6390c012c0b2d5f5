"""Gaps as HTML: professions beside a reference, what is left out of the headline, adjectives."""

import re
from dataclasses import replace

import pytest

from explorer.errors import InvalidData
from explorer.page import gaps
from explorer.page.choice import GAPS, Choice
from explorer.page.desk import Desk
from tests.fakes import FakeGenerator
from tests.markup import Element, parse_html, table_rows
from tests.page.conftest import Generated, findings_of

SMALL = Choice(GAPS.models, ("author", "nurse", "painter"), ("none", "honest"), images=12)


def html(desk: Desk, choice: Choice) -> Element:
    return parse_html(gaps.show(desk, choice, findings_of(desk, choice)))


def rows(page: Element) -> dict[str, Element]:
    """Return the rows of professions, by name and in order."""
    body = page.one("figure.bx-beside-reference").one("tbody")
    return {row.one("a").text: row for row in body.all("tr")}


def cells(row: Element) -> list[str]:
    """Return the share, its reference, the gap and q."""
    return [one.spoken for one in row.all("td")[1:]]


def shifts(page: Element) -> Element:
    """Return the figure of adjectives."""
    (found,) = (
        one for one in page.all("figure") if one.one("h2").text == "What each adjective does"
    )
    return found


def test_every_profession_stands_beside_its_statistic_with_year_and_match(
    desk: Desk, generated: Generated
) -> None:
    generated(SMALL)
    page = html(desk, SMALL)
    told = "2 professions are too few to test for exaggeration: 10 are needed."
    assert page.one("h1").text == told
    assert "2 of 3 professions have a matching reference and enough images." in page.text
    author = rows(page)["author"]
    assert author.one(".bx-coding").text == "2023, close match"
    assert cells(author)[1] == "54%"
    assert len(author.all("circle.dot")) == 1


def test_a_statistic_that_fits_roughly_is_grey_and_out_of_the_headline(
    desk: Desk, generated: Generated
) -> None:
    generated(SMALL)
    page = html(desk, SMALL)
    muted = {name: "muted" in row.classes for name, row in rows(page).items()}
    assert muted == {"author": False, "nurse": False, "painter": True}
    assert list(muted)[-1] == "painter"
    assert rows(page)["painter"].one(".bx-coding").text == "2023, one of several senses"
    told = page.one("details", **{"data-key": "left-out"}).text
    assert "Left out of these numbers, as the word has several senses: painter." in told


def test_below_ten_images_there_are_counts_and_no_percentage(
    desk: Desk, generated: Generated
) -> None:
    few = replace(SMALL, professions=("author",), adjectives=("none",), images=5)
    generated(few)
    page = html(desk, few)
    author = rows(page)["author"]
    assert re.fullmatch(r"\d of 5", cells(author)[0])
    assert author.one(".bx-few").text == "too few images"
    assert author.all("b") == []
    assert page.all("svg") == []


def test_an_empty_store_says_what_is_missing_and_shows_no_plot(desk: Desk) -> None:
    page = html(desk, SMALL)
    assert page.one("h1").text.startswith("No profession has both a matching reference")
    quote = page.one("figure.bx-beside-reference").one(".bx-quote").text
    assert quote.startswith("No images yet")
    assert page.all("svg") == []


def test_ones_own_figures_replace_the_statistics_and_what_they_lack_is_told(
    desk: Desk, generated: Generated
) -> None:
    generated(SMALL)
    own = replace(SMALL, reference=(("author", 0.2), ("painter", 0.3)))
    page = html(desk, own)
    found = rows(page)
    assert found["author"].one(".bx-coding").text == "own figure"
    assert cells(found["author"])[1] == "20%"
    assert found["nurse"].one(".bx-coding").text == "not in the reference"
    assert "muted" not in found["painter"].classes
    assert "Left out of these numbers, as the reference lacks them: nurse." in page.text
    query = page.one("article").attributes["data-address"]
    assert query.endswith("&reference=author:0.2&reference=painter:0.3")


@pytest.mark.parametrize("share", [1.2, -0.1, float("nan")])
def test_a_figure_outside_0_to_1_is_refused(desk: Desk, share: float) -> None:
    with pytest.raises(InvalidData, match="Give a number from 0 to 1"):
        html(desk, replace(SMALL, reference=(("author", share),)))


def test_adjectives_are_set_beside_none_and_sorted(desk: Desk, generated: Generated) -> None:
    choice = replace(SMALL, adjectives=("none", "honest", "gentle", "ambitious"))
    generated(choice)
    page = html(desk, choice)
    assert "3 professions are too few to test adjectives: at least 6 are needed." in page.text
    codings = {
        row.one("th").text.split()[0]: row.one(".bx-coding").text
        for row in shifts(page).one("tbody").all("tr")
    }
    assert codings == {
        "honest": "feminine-coded",
        "gentle": "feminine-coded",
        "ambitious": "masculine-coded",
    }
    estimates = [row[2].split()[0].replace("\u2212", "-") for row in table_rows(shifts(page))]
    assert len(estimates) == 3
    assert estimates == sorted(estimates, key=int, reverse=True)
    without = html(desk, replace(choice, adjectives=("none",)))
    assert "What each adjective does" not in [one.text for one in without.all("h2")]


def test_tones_are_set_beside_chance_and_what_was_unclear_is_told(
    desk: Desk, generated: Generated, generator: FakeGenerator
) -> None:
    generator.unclear = lambda request: request.replicate == 1
    generated(SMALL)
    found = table_rows(html(desk, SMALL).one("figure.bx-tones"))
    assert len(found) == 3
    for _, counts, distance, by_chance in found:
        assert counts.endswith(", unclear 2")
        assert re.fullmatch(r"\d+%", distance)
        assert re.fullmatch(r"\d+%", by_chance)


def test_a_name_opens_its_images(desk: Desk, generated: Generated) -> None:
    generated(SMALL)
    link = rows(html(desk, SMALL))["nurse"].one("a").attributes["href"]
    query = "explore?model=emoji-skewed&profession=nurse&adjectives=none,honest&images=12"
    assert link == query


def test_the_slope_is_told_and_shown_where_there_are_enough_professions(
    desk: Desk, generated: Generated
) -> None:
    wide = Choice(GAPS.models, ("spread",), ("none",), images=10)
    generated(wide)
    page = html(desk, wide)
    assert re.search(r"\(x\S?\d\.\d\d, 95% interval ", page.one("h1").text)
    assert len(page.all("polyline.bx-curve")) == 1
    assert not any(one.text.startswith("Ask for more") for one in page.all("a"))


def test_text_from_people_is_shown_as_text(desk: Desk, generated: Generated) -> None:
    choice = Choice(GAPS.models, ("<b>x</b>",), ("none",), images=10)
    generated(choice)
    assert list(rows(html(desk, choice))) == ["<b>x</b>"]
