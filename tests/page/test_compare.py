"""Compare as HTML: two models on the same prompts and seeds."""

import re
from dataclasses import replace

import pytest

from explorer.errors import InvalidData
from explorer.findings.comparison import compare as compare_tallies
from explorer.findings.differences import differences
from explorer.findings.tallies import ALL, Cell, Tally
from explorer.page import compare
from explorer.page.choice import COMPARE, Choice, study
from explorer.page.desk import Desk
from explorer.perception.axes import find_axis
from explorer.words.vocabulary import Profession, find_profession
from tests.fakes import FakeGenerator
from tests.page.conftest import Generated

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


def test_both_models_stand_in_every_row(desk: Desk, generated: Generated) -> None:
    generated(SMALL)
    shown = compare.show(desk, SMALL, study(SMALL, desk.find_model, desk.settings.device))
    assert shown.count('class="bx-row"') == 2
    assert shown.count('class="bx-thumbs') == 4
    assert shown.count("bx-thumb ") == 24
    assert "csv/comparison.csv?left=emoji-skewed&amp;right=emoji-even" in shown


def html(desk: Desk, choice: Choice) -> str:
    shown = compare.show(desk, choice, study(choice, desk.find_model, desk.settings.device))
    return re.sub(r"\s+", " ", shown)


def test_each_side_shows_what_was_counted_bounds_and_what_to_quote(
    desk: Desk, generated: Generated, generator: FakeGenerator
) -> None:
    generator.unclear = lambda request: request.replicate == 1
    generated(SMALL)
    shown = html(desk, SMALL)
    for head in ("As counted", "Bounds", "Corrected"):
        assert f">{head}</th>" in shown
    assert shown.count("<b>A</b> Quote ") == 2
    assert shown.count("<b>B</b> Quote ") == 2
    assert "bx-bounds" in shown


def test_of_one_profession_every_label_is_a_row_but_masculine(
    desk: Desk, generated: Generated
) -> None:
    generated(SMALL)
    (plot,) = re.findall(r"Where they differ.*?</figure>", html(desk, SMALL))
    assert re.findall(r"rowheader\">([^<]+)<", plot) == [
        "feminine",
        *(f"{tone} in skin tone" for tone in find_axis("tone").labels),
    ]


def test_of_several_professions_each_is_a_row_that_opens_its_images(
    desk: Desk, generated: Generated
) -> None:
    several = Choice(COMPARE.models, ("author", "nurse", "pilot"), ("none",), images=12)
    generated(several)
    shown = html(desk, several)
    assert "Of 3 professions emoji-skewed shows" in shown
    assert "of 3 tests of emoji-skewed against emoji-even hold at q 0.05" in shown
    names = re.findall(r"profession=(\w+)&amp;adjectives=none&amp;images=12\">(\w+)</a>", shown)
    assert sorted(names) == [(name, name) for name in ("author", "nurse", "pilot")]
    assert "bx-row" not in shown


def test_adjectives_have_rows_where_they_have_images_enough(
    desk: Desk, generated: Generated
) -> None:
    enough = replace(SMALL, images=12)
    generated(enough)
    assert "Perceived as feminine, by adjective" in html(desk, enough)
    assert "Perceived as feminine, by adjective" not in html(desk, SMALL)


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
    (plot,) = re.findall(r"Perceived skin tone by profession.*?</figure>", html(desk, several))
    assert "The clearest 8 differences that hold" in plot
    assert plot.count("<tr") == 9


def test_too_few_images_of_several_professions_are_said_to_be(
    desk: Desk, generated: Generated
) -> None:
    few = Choice(COMPARE.models, ("author", "nurse"), ("none",), images=4)
    generated(few)
    shown = html(desk, few)
    assert "Too few images of 2 professions to compare" in shown
    assert "too few images" in shown
    assert "not tested against each other" in shown


def test_two_sides_that_were_not_asked_the_same_are_refused() -> None:
    gender = find_axis("gender")
    one = Tally(Cell("a", "author", None), gender, (5, 5))
    other = Tally(Cell("b", "nurse", None), gender, (5, 5))
    with pytest.raises(InvalidData, match="Only one of the two models was asked"):
        compare_tallies([one], [other])


def test_one_model_is_not_compared_with_itself(desk: Desk) -> None:
    with pytest.raises(InvalidData, match="'emoji-even' is given twice"):
        html(desk, replace(SMALL, models=("emoji-even", "emoji-even")))
