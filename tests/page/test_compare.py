"""Compare as HTML: two models on the same prompts and seeds."""

import pytest

from explorer.findings.comparison import compare as compare_tallies
from explorer.findings.differences import differences
from explorer.findings.tallies import ALL, Cell, Tally
from explorer.page import compare
from explorer.page.choice import COMPARE, Choice, study
from explorer.page.desk import Desk
from explorer.perception.axes import find_axis
from explorer.words.vocabulary import Profession, find_profession
from tests.page.conftest import Drawn

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
        "Pictures of an author by left are perceived as feminine more often than those by right "
        "(as counted, 95% interval of the difference 24 to 42 points); "
        "women are 54% of US writers and authors (2023)."
    )
    assert "less often" in said((30, 150), (90, 90))


def test_a_difference_that_may_be_chance_is_not_called_one() -> None:
    assert "left and right do not clearly differ" in said((92, 88), (90, 90))


@pytest.mark.parametrize(("left", "right"), [((0, 0), (90, 90)), ((5, 4), (90, 90))])
def test_too_few_pictures_give_counts_and_no_share(
    left: tuple[int, int], right: tuple[int, int]
) -> None:
    sentence = said(left, right)
    assert sentence.startswith("Too few pictures of an author to compare")
    assert "%" not in sentence.partition(";")[0]


def test_a_profession_without_statistics_ends_with_the_finding() -> None:
    one, other = (
        Tally(Cell(model, "wizard", ALL), find_axis("gender"), (90, 90)) for model in "ab"
    )
    (difference,) = differences(compare_tallies([one], [other]))
    assert compare.sentence(difference, Profession("wizard")).endswith(
        "\N{MINUS SIGN}10 to 10 points)."
    )


def test_both_models_stand_in_every_row(desk: Desk, drawn: Drawn) -> None:
    drawn(SMALL)
    shown = compare.show(desk, SMALL, study(SMALL, desk.find_model, desk.settings.device))
    assert shown.count('class="bx-row"') == 2
    assert shown.count('class="bx-thumbs') == 4
    assert shown.count("bx-thumb ") == 24
    assert "csv/comparison.csv?left=emoji-skewed&amp;right=emoji-even" in shown
