"""Explore as HTML: what is said, shown and never left out."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.page import explore
from explorer.page.choice import EXPLORE, STATISTICS, Choice
from explorer.page.desk import Desk
from explorer.page.routes import routes
from explorer.store.database import Database
from tests.fakes import FakeGenerator
from tests.markup import Element, parse_html
from tests.page.conftest import Generated, findings_of

SMALL = Choice(("emoji-skewed",), adjectives=("none", "honest"), images=6)


def html(desk: Desk, choice: Choice) -> Element:
    return parse_html(explore.show(desk, choice, findings_of(desk, choice)))


def statistics(desk: Desk, choice: Choice) -> Element:
    return html(desk, replace(choice, tab=STATISTICS))


def uncounted(chart: Element) -> list[str]:
    return [one.text for one in chart.one(".bx-uncounted").all("span")]


def percentages(page: Element) -> list[str]:
    """Return the shares of the charts."""
    found = (one.text for chart in page.all("figure.bx-chart") for one in chart.all("b"))
    return [text for text in found if text.endswith("%")]


def test_the_number_to_quote_is_the_headline(desk: Desk, generated: Generated) -> None:
    generated(SMALL)
    page = statistics(desk, SMALL)
    told = page.one("h1").text
    assert re.fullmatch(
        r"\d+% of images of an author look feminine \(95% interval \d+ to \d+\)\.", told
    )
    details = [one.text for one in page.all(".bx-quotes")[0].all(".bx-quote")]
    assert details[0].startswith("Corrected for classifier mistakes, measured on ")
    assert details[1] == "Women are 54% of US writers and authors (2023)."
    assert page.one(".bx-top").one(".bx-more").text.startswith("12 images: ")


def test_what_was_not_counted_is_always_told(
    desk: Desk, generated: Generated, generator: FakeGenerator
) -> None:
    generator.filtered = lambda request: request.replicate == 0
    generator.unclear = lambda request: request.replicate == 1
    generated(SMALL)
    more = replace(SMALL, images=7)
    charts = statistics(desk, more).all("figure.bx-chart")
    assert [uncounted(one) for one in charts] == [
        ["8 classified", "2 unclear", "2 filtered", "2 not generated"]
    ] * 2
    page = html(desk, more)
    told = [one.spoken for one in page.all("label.bx-filter")]
    assert [text for text in told if text.endswith(" 2")] == [
        *["unclear 2"] * 2,
        "filtered 2",
        "not generated 2",
    ]
    assert page.one(".bx-more").text.endswith("2 unclear, 2 filtered. Not generated yet: 2.")


def test_an_empty_store_shows_every_prompt_and_no_percentage(desk: Desk) -> None:
    page = html(desk, EXPLORE)
    assert len(page.all(".bx-row")) == 21
    assert len(page.all("li.bx-slot.missing")) == 189
    assert page.one("h1").text.startswith("No image of an author is classified yet")
    for chart in page.all("figure.bx-chart"):
        told = [row.all("td")[-1].spoken for row in chart.one("tbody").all("tr")]
        assert set(told) == {"none classified"}
    for chart in statistics(desk, EXPLORE).all("figure.bx-chart"):
        counted = [row.all("td")[2].spoken for row in chart.one("tbody").all("tr")]
        assert all(one.startswith("none classified") for one in counted)
    assert percentages(page) == percentages(statistics(desk, EXPLORE)) == []


def test_text_from_people_is_shown_as_text(desk: Desk, generated: Generated) -> None:
    word = "\"><script>alert('x')</script>"
    choice = Choice(SMALL.models, professions=("<b>x</b>",), adjectives=(word,), images=1)
    generated(choice)
    page = html(desk, choice)
    assert f"1 image of a {word} <b>x</b>" in page.one("h1").text
    assert page.one("h3").text == word
    assert page.one(".bx-row").attributes["aria-label"] == f"<b>x</b>, {word}"
    assert page.all("script") == []


def test_a_bundled_model_is_never_mistaken_for_a_finding(desk: Desk) -> None:
    note = html(desk, SMALL).one("aside.bx-note").text
    assert note.startswith("A teaching instrument, not a finding")
    assert html(desk, Choice(("CompVis/stable-diffusion-v1-4",))).all("aside") == []


def test_the_note_ascribes_no_bias_to_the_model_without_one(desk: Desk) -> None:
    note = html(desk, replace(SMALL, models=("emoji-even",))).one("aside.bx-note").text
    assert "to a known design" in note
    assert "bias" not in note


def test_the_address_holds_the_choice_and_the_files_belong_to_it(desk: Desk) -> None:
    page = html(desk, SMALL)
    query = "?model=emoji-skewed&profession=author&adjectives=none,honest&images=6"
    statistics_link = page.one("a.bx-showstatistics")
    assert statistics_link.attributes["href"] == f"explore{query}&tab=statistics"
    assert page.one("article").attributes["data-address"] == query
    assert [one.attributes["href"] for one in page.one(".bx-downloads").all("a")] == [
        f"csv/{name}{query}" for name in ("tallies.csv", "tallies-by-adjective.csv", "images.csv")
    ]
    readable = page.one(".bx-readable").all("a")
    assert readable[0].attributes["href"] == f"csv/tallies.csv{query}&readable=on&bom=on"
    assert readable[0].text == "Tallies, readable"


def test_readable_files_are_for_excel_and_on_request_for_other_programs(
    desk: Desk, generated: Generated
) -> None:
    generated(SMALL)
    page = html(desk, SMALL)
    readable = page.one(".bx-readable")
    assert readable.all("span")[0].text == "For Excel"
    assert readable.one("summary").text == "For another Excel or other programs"
    said = [one.text for one in readable.one("details").all("span")]
    assert said == ["Excel that writes decimals with a comma", "R, Python and other programs"]
    usual, commas, plain = (
        next(one for one in each.all("a") if one.text == "Tallies, readable").attributes["href"]
        for each in (readable, *readable.one("details").all("p"))
    )
    with TestClient(Starlette(routes=routes(desk))) as client:
        starts = [client.get(f"/{link}").content[:12] for link in (usual, commas, plain)]
    assert starts == [b"\xef\xbb\xbfModel,Pro", b"\xef\xbb\xbfModel;Pro", b"Model,Profes"]


def test_however_many_images_are_shown_as_many_queries_read_them(
    desk: Desk, generated: Generated, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = replace(SMALL, images=2), replace(SMALL, adjectives=("all",), images=9)
    generated(many)
    with counted_queries(monkeypatch) as of_few:
        html(desk, few)
    with counted_queries(monkeypatch) as of_many:
        html(desk, many)
    assert of_few
    assert len(of_many) == len(of_few)


@contextmanager
def counted_queries(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Give a list that each query of the index is added to."""
    asked: list[str] = []
    reading = Database.reading

    @contextmanager
    def traced(database: Database) -> Iterator[Any]:
        with reading(database) as connection:
            connection.set_trace_callback(asked.append)
            yield connection
            connection.set_trace_callback(None)

    with monkeypatch.context() as patched:
        patched.setattr(Database, "reading", traced)
        yield asked


def test_the_number_to_quote_is_first_in_the_tables_too(desk: Desk, generated: Generated) -> None:
    generated(SMALL)
    page = statistics(desk, SMALL)
    for chart in page.all("figure.bx-chart"):
        heads = [one.text for one in chart.all("th", scope="col")]
        assert heads == ["Perceived as", "Corrected", "As counted", "Bounds", "Images"]
    gap = page.one(".bx-gapline").text
    assert gap.startswith("Gap to the reference (Writers and authors): ")


def test_few_images_have_a_mark_each_and_no_percentage(desk: Desk, generated: Generated) -> None:
    few = replace(SMALL, adjectives=("none",), images=9)
    generated(few)
    page = html(desk, few)
    assert page.one("h1").text == "9 images of an author are too few for a percentage."
    assert [one.text for one in page.all(".bx-minihead")] == ["1 mark per image"] * 2
    assert [len(one.all("i")) for one in page.all(".bx-squares")] == [9, 9]
    assert percentages(page) == []
    more = replace(few, images=12)
    generated(more)
    assert html(desk, more).all(".bx-squares") == []


def test_a_statistic_that_fits_roughly_is_not_in_the_sentence(
    desk: Desk, generated: Generated
) -> None:
    painter = replace(SMALL, professions=("painter",))
    generated(painter)
    assert "Women are" not in statistics(desk, painter).text
    for page in (html(desk, painter), statistics(desk, painter)):
        mark = page.one(".bx-marknote.unfit").text
        assert "one of several senses: kept out of headlines" in mark


def test_no_usable_image_is_neither_balance_nor_all_masculine(
    desk: Desk, generated: Generated, generator: FakeGenerator
) -> None:
    generator.filtered = lambda request: request.replicate % 2 == 0
    generator.unclear = lambda request: request.replicate % 2 == 1
    generated(SMALL)
    page = statistics(desk, SMALL)
    assert percentages(html(desk, SMALL)) == []
    assert "None of 12 images of an author could be classified" in page.text
    assert [uncounted(one) for one in page.all("figure.bx-chart")] == [
        ["0 classified", "6 unclear", "6 filtered", "0 not generated"]
    ] * 2
    assert page.all(".bx-gapline") == []
    assert percentages(page) == []


def test_before_the_first_image_stand_the_finding_its_counts_and_a_note_that_unfolds(
    desk: Desk, generated: Generated
) -> None:
    generated(SMALL)
    top = html(desk, SMALL).one(".bx-top")
    said = [one for one in (*top.all("h1"), *top.all("p")) if one not in top.one("aside").all("p")]
    headline, prompt, counts = (one.text for one in said)
    assert headline.endswith(").")
    assert prompt == "“Photo portrait of an author”"
    assert counts.startswith("12 images: ")
    assert "open" not in top.one("details").attributes


def test_the_simple_chart_has_a_dot_an_interval_and_the_labour_tick_on_a_numbered_axis(
    desk: Desk, generated: Generated
) -> None:
    generated(SMALL)
    gender, tone = html(desk, SMALL).all("figure.bx-simple")
    assert [one.text for one in gender.one(".bx-scale").all("span")] == ["0", "50", "100%"]
    (row,) = gender.one("tbody").all("tr")
    drawn = row.one("svg")
    assert (len(drawn.all("circle")), len(drawn.all("line")), len(drawn.all("rect"))) == (1, 1, 1)
    assert re.fullmatch(r"\d+% \d+ to \d+", row.all("td")[-1].text)
    # What the legend explains is drawn as in the chart.
    assert len(gender.one("ul.bx-legendary").all("svg")) == 3
    assert len(tone.one("tbody").all("tr")) == 5
    assert tone.one("ul.bx-legendary").all("rect") == []


def test_each_part_of_the_view_has_a_tab(desk: Desk) -> None:
    for choice, current in ((SMALL, "Images"), (replace(SMALL, tab=STATISTICS), "Statistics")):
        tabs = html(desk, choice).one("nav.bx-tabs").all("a")
        names = ["Images", "Average face", "Neighbours", "Statistics", "Pronouns"]
        assert [one.text for one in tabs] == names
        assert [one.text for one in tabs if "aria-current" in one.attributes] == [current]
