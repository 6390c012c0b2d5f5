"""Compare as HTML: two models on the same prompts and seeds."""

import re
from dataclasses import replace

import pytest

from explorer.errors import InvalidData
from explorer.findings.comparison import compare as compare_tallies
from explorer.findings.differences import differences
from explorer.findings.tallies import ALL, Cell, Tally
from explorer.page import compare
from explorer.page.choice import COMPARE, Choice, address
from explorer.page.desk import Desk
from explorer.perception.axes import find_axis
from explorer.words.vocabulary import Profession, find_profession
from tests.fakes import FakeGenerator
from tests.markup import Element, parse_html, table_rows
from tests.page.conftest import Generated, findings_of

SMALL = Choice(COMPARE.models, adjectives=("none", "honest"), images=6)


def said(left: tuple[int, int], right: tuple[int, int]) -> str:
    one, other = (
        Tally(Cell(model, "author", ALL), find_axis("gender"), counts)
        for model, counts in (("left", left), ("right", right))
    )
    (difference,) = differences(compare_tallies([one], [other]))
    return compare.sentence(difference, find_profession("author"))


def test_a_clear_difference_is_said_with_its_interval() -> None:
    assert said((150, 30), (90, 90)) == (
        "Images of an author by left are perceived as feminine more often than those by right "
        "(as counted, 95% interval of the difference 24 to 42 points); "
        "women are 54% of US writers and authors (2023)."
    )
    assert "less often" in said((30, 150), (90, 90))


def test_a_difference_that_may_be_chance_is_not_called_one() -> None:
    assert "left and right do not clearly differ" in said((92, 88), (90, 90))


@pytest.mark.parametrize(("left", "right"), [((0, 0), (90, 90)), ((5, 4), (90, 90))])
def test_too_few_images_give_counts_and_no_share(
    left: tuple[int, int], right: tuple[int, int]
) -> None:
    sentence = said(left, right)
    assert sentence.startswith("Too few images of an author to compare")
    assert "%" not in sentence.partition(";")[0]


def test_a_profession_without_statistics_ends_with_the_finding() -> None:
    one, other = (
        Tally(Cell(model, "wizard", ALL), find_axis("gender"), (90, 90)) for model in "ab"
    )
    (difference,) = differences(compare_tallies([one], [other]))
    assert compare.sentence(difference, Profession("wizard")).endswith(
        "\N{MINUS SIGN}10 to 10 points)."
    )


def shown(desk: Desk, choice: Choice) -> Element:
    return parse_html(compare.show(desk, choice, findings_of(desk, choice)))


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
    for chart in shown(desk, SMALL).all("figure.bx-pairs"):
        heads = [one.text for one in chart.all("th", scope="col")]
        assert heads[2:] == ["As counted", "Bounds", "Corrected"]
        assert [one.text.partition(" Quote ")[0] for one in chart.all(".bx-quote")] == ["A", "B"]
        assert len(chart.all("i.bx-bounds")) == len(chart.one("tbody").all("tr"))


def test_of_one_profession_every_label_is_a_row_but_masculine(
    desk: Desk, generated: Generated
) -> None:
    generated(SMALL)
    plot = figure(shown(desk, SMALL), "Where they differ")
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
    assert page.one("h1").text.startswith("Of 3 professions, emoji-skewed shows")
    assert re.search(
        r"\d of 3 tests of emoji-skewed against emoji-even (is|are) significant", page.text
    )
    links = figure(page, "Perceived as feminine, by profession").one("tbody").all("a")
    assert {one.text: one.attributes["href"] for one in links} == {
        name: address(replace(several, professions=(name,))) for name in several.professions
    }
    assert page.all(".bx-row") == []


def test_adjectives_have_rows_where_they_have_enough_images(
    desk: Desk, generated: Generated
) -> None:
    enough = replace(SMALL, images=12)
    generated(enough)
    assert "Perceived as feminine, by adjective" in titles(shown(desk, enough))
    assert "Perceived as feminine, by adjective" not in titles(shown(desk, SMALL))


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
    plot = figure(shown(desk, several), "Perceived skin tone by profession")
    assert (
        plot.one("figcaption").one("p").text == "The 8 clearest significant differences, in points"
    )
    assert len(table_rows(plot)) == 8


def test_too_few_images_of_several_professions_are_said_to_be(
    desk: Desk, generated: Generated
) -> None:
    few = Choice(COMPARE.models, ("author", "nurse"), ("none",), images=4)
    generated(few)
    page = shown(desk, few)
    assert page.one("h1").text.startswith("Too few images of 2 professions to compare")
    assert [one.text for one in page.all(".bx-few")] == ["too few images"] * 2
    assert "not tested against each other" in page.text


def test_two_sides_that_were_not_asked_the_same_are_refused() -> None:
    gender = find_axis("gender")
    one = Tally(Cell("a", "author", None), gender, (5, 5))
    other = Tally(Cell("b", "nurse", None), gender, (5, 5))
    with pytest.raises(InvalidData, match="Only one of the two models was asked"):
        compare_tallies([one], [other])


def test_one_model_is_not_compared_with_itself(desk: Desk) -> None:
    with pytest.raises(InvalidData, match="'emoji-even' is given twice"):
        shown(desk, replace(SMALL, models=("emoji-even", "emoji-even")))
