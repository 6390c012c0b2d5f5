"""Compare as HTML: two models on the same prompts and seeds."""

import re
from dataclasses import replace

import pytest

from explorer.errors import InvalidData
from explorer.findings.comparison import compare as compare_tallies
from explorer.findings.tallies import Cell, Tally
from explorer.page import compare
from explorer.page.choice import COMPARE, STATISTICS, Choice, address
from explorer.page.desk import Desk
from explorer.perception.axes import find_axis
from tests.fakes import FakeGenerator
from tests.markup import Element, parse_html, table_rows
from tests.page.conftest import Generated, findings_of

SMALL = Choice(COMPARE.models, adjectives=("none", "honest"), images=6)


def shown(desk: Desk, choice: Choice) -> Element:
    return parse_html(compare.show(desk, choice, findings_of(desk, choice)))


def statistics(desk: Desk, choice: Choice) -> Element:
    return shown(desk, replace(choice, tab=STATISTICS))


def figure(page: Element, title: str) -> Element:
    """Return the figure with that heading."""
    (found,) = (one for one in page.all("figure") if one.one("h2").text == title)
    return found


def titles(page: Element) -> list[str]:
    return [one.one("h2").text for one in page.all("figure")]


def test_both_models_stand_in_every_row(desk: Desk, generated: Generated) -> None:
    generated(SMALL)
    page = shown(desk, SMALL)
    for row in page.all(".bx-row"):
        lists = row.all("ul.bx-thumbs")
        assert [one.attributes["data-model"] for one in lists] == list(COMPARE.models)
        assert [len(one.all("button.bx-thumb")) for one in lists] == [6, 6]
    assert len(page.all(".bx-row")) == 2
    (link,) = (one for one in page.all("a") if one.text == "Comparison")
    query = "?left=emoji-skewed&right=emoji-even&profession=author&adjectives=none,honest&images=6"
    assert link.attributes["href"] == f"csv/comparison.csv{query}"


def test_each_side_shows_what_was_counted_bounds_and_what_to_quote(
    desk: Desk, generated: Generated, generator: FakeGenerator
) -> None:
    generator.unclear = lambda request: request.replicate == 1
    generated(SMALL)
    for chart in statistics(desk, SMALL).all("figure.bx-pairs"):
        heads = [one.text for one in chart.all("th", scope="col")]
        assert heads[2:] == ["Corrected", "As counted", "Bounds"]
        quotes = [one.text for one in chart.all(".bx-quote")]
        assert [quote[:2] for quote in quotes] == ["A ", "A ", "B ", "B "]
        assert re.match(r"A \d+% of images of an author look ", quotes[0])
        assert len(chart.all("i.bx-bounds")) == len(chart.one("tbody").all("tr"))


def test_of_one_profession_every_label_is_a_row_but_masculine(
    desk: Desk, generated: Generated
) -> None:
    generated(SMALL)
    plot = figure(statistics(desk, SMALL), "Where they differ")
    assert [row[0] for row in table_rows(plot)] == [
        "feminine",
        *(f"{tone} in skin tone" for tone in find_axis("tone").labels),
    ]


def test_of_several_professions_each_is_a_row_that_opens_its_images(
    desk: Desk, generated: Generated
) -> None:
    several = Choice(COMPARE.models, ("author", "nurse", "pilot"), ("none",), images=12)
    generated(several)
    page = shown(desk, several)
    heading = page.one("h1").text
    assert heading.startswith(("Images by emoji-skewed look feminine", "None of 3 differences"))
    links = figure(page, "Perceived as feminine, by profession").one("tbody").all("a")
    assert {one.text: one.attributes["href"] for one in links} == {
        name: "compare" + address(replace(several, professions=(name,)))
        for name in several.professions
    }
    assert page.all(".bx-row") == []


def test_adjectives_have_rows_where_they_have_enough_images(
    desk: Desk, generated: Generated
) -> None:
    enough = replace(SMALL, images=12)
    generated(enough)
    assert "Perceived as feminine, by adjective" in titles(statistics(desk, enough))
    assert "Perceived as feminine, by adjective" not in titles(statistics(desk, SMALL))


def test_tones_of_many_professions_show_the_clearest_only(
    desk: Desk, generated: Generated, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One model generates tone 1 alone, the other tone 3: every profession differs in both.
    monkeypatch.setattr(
        "tests.fakes.digits",
        lambda request: (0, 0 if request.model.name == "emoji-skewed" else 4, 0),
    )
    several = Choice(COMPARE.models, tuple(f"trade {n}" for n in range(6)), ("none",), images=12)
    generated(several)
    plot = figure(statistics(desk, several), "Perceived skin tone by profession")
    assert plot.one("figcaption").one("p").text == "The 8 clearest differences, A minus B in points"
    assert len(table_rows(plot)) == 8


def test_too_few_images_of_several_professions_are_said_to_be(
    desk: Desk, generated: Generated
) -> None:
    few = Choice(COMPARE.models, ("author", "nurse"), ("none",), images=4)
    generated(few)
    page = shown(desk, few)
    assert page.one("h1").text == "Too few images to compare emoji-skewed and emoji-even."
    assert [one.text for one in page.all(".bx-few")] == ["too few images"] * 2
    told = statistics(desk, few).text
    assert "Perceived skin tone: too few images to compare" in told


@pytest.mark.parametrize("professions", [("author",), ("author", "nurse")])
def test_too_few_prompts_are_the_headline_and_no_row_is_called_clear(
    desk: Desk, generated: Generated, professions: tuple[str, ...]
) -> None:
    two_prompts = replace(SMALL, professions=professions, images=12)
    generated(two_prompts)
    page = statistics(desk, two_prompts)
    assert page.one("h1").text == "Too few prompts to test emoji-skewed against emoji-even."
    assert "2 prompts are too few to test: at least 6 are needed." in page.one("article").text
    plot = page.all("figure.bx-dots")[0]
    assert page.all("tr.holds") == []
    assert {one.spoken for one in plot.all("td.bx-test")} == {"\N{EN DASH}"}


def test_two_sides_that_were_not_asked_the_same_are_refused() -> None:
    gender = find_axis("gender")
    one = Tally(Cell("a", "author", None), gender, (5, 5))
    other = Tally(Cell("b", "nurse", None), gender, (5, 5))
    with pytest.raises(InvalidData, match="Only one of the two models was asked"):
        compare_tallies([one], [other])


def test_one_model_is_not_compared_with_itself(desk: Desk) -> None:
    with pytest.raises(InvalidData, match="'emoji-even' is given twice"):
        shown(desk, replace(SMALL, models=("emoji-even", "emoji-even")))


def test_the_simple_chart_names_every_model_beside_its_share(
    desk: Desk, generated: Generated
) -> None:
    generated(SMALL)
    gender, tone = shown(desk, SMALL).all("figure.bx-simple")
    assert [row[0] for row in table_rows(gender)] == ["A feminine", "B feminine"]
    assert len(table_rows(tone)) == 10


def test_several_professions_keep_their_statistics_in_a_tab(
    desk: Desk, generated: Generated
) -> None:
    several = Choice(COMPARE.models, ("author", "nurse"), ("none",), images=12)
    generated(several)
    assert titles(shown(desk, several)) == ["Perceived as feminine, by profession"]
    assert shown(desk, several).one("a.bx-showstatistics").text == "Show statistics"
    assert statistics(desk, several).all("footer.bx-reading")


def test_the_simple_chart_names_a_third_model_too(desk: Desk, generated: Generated) -> None:
    three = replace(SMALL, models=(*SMALL.models, "sd-turbo"))
    generated(three)
    gender = shown(desk, three).all("figure.bx-simple")[0]
    assert [row[0] for row in table_rows(gender)] == ["A feminine", "B feminine", "C feminine"]
