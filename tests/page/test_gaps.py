"""Gaps as HTML: professions beside a reference, what is left out of the headline, adjectives."""

import re
from dataclasses import replace

import pytest

from explorer.errors import InvalidData
from explorer.page import gaps
from explorer.page.choice import GAPS, Choice, study
from explorer.page.desk import Desk
from tests.fakes import FakeGenerator
from tests.page.conftest import Generated

SMALL = Choice(GAPS.models, ("author", "nurse", "painter"), ("none", "honest"), images=12)


def html(desk: Desk, choice: Choice) -> str:
    shown = gaps.show(desk, choice, study(choice, desk.find_model, desk.settings.device))
    return re.sub(r"\s+", " ", shown)


def row(shown: str, profession: str) -> str:
    start = r'<tr role="row" class="[^>]*> <th [^>]*><a [^>]*>'
    (found,) = re.finditer(f"{start}{profession}</a>.*?</tr>", shown)
    return found.group()


def test_every_profession_stands_beside_its_statistic_with_year_and_match(
    desk: Desk, generated: Generated
) -> None:
    generated(SMALL)
    shown = html(desk, SMALL)
    assert "Over 2 professions emoji-skewed shows people perceived as feminine" in shown
    assert "2023, close match" in row(shown, "author")
    assert ">54%<" in row(shown, "author")
    assert "bx-dot" in row(shown, "author")
    assert "Fewer than 10 professions cannot tell whether it exaggerates." in shown


def test_a_statistic_that_fits_roughly_is_grey_and_out_of_the_headline(
    desk: Desk, generated: Generated
) -> None:
    generated(SMALL)
    shown = html(desk, SMALL)
    assert 'class=" muted"' in row(shown, "painter")
    assert "muted" not in row(shown, "author")
    assert "2023, one of several senses" in row(shown, "painter")
    assert "Not in these numbers, as the word has several senses: painter." in shown
    assert shown.index(">author</a>") < shown.index(">painter</a>")


def test_below_ten_images_there_are_counts_and_no_percentage(
    desk: Desk, generated: Generated
) -> None:
    few = replace(SMALL, professions=("author",), adjectives=("none",), images=5)
    generated(few)
    found = row(html(desk, few), "author")
    assert re.search(r"\d of 5<", found)
    assert "too few images" in found
    assert "<b>" not in found
    assert "<svg" not in html(desk, few)


def test_an_empty_store_says_what_is_missing_and_shows_no_plot(desk: Desk) -> None:
    shown = html(desk, SMALL)
    assert "No profession has 10 classified images" in shown
    assert "No images yet" in shown
    assert "<svg" not in shown


def test_ones_own_figures_replace_the_statistics_and_what_they_lack_is_told(
    desk: Desk, generated: Generated
) -> None:
    generated(SMALL)
    own = replace(SMALL, reference=(("author", 0.2), ("painter", 0.3)))
    shown = html(desk, own)
    assert "own figure" in row(shown, "author")
    assert ">20%<" in row(shown, "author")
    assert "not in the reference" in row(shown, "nurse")
    assert "muted" not in row(shown, "painter")
    assert "Not in these numbers, as the reference lacks them: nurse." in shown
    assert "reference=author:0.2&amp;reference=painter:0.3" in shown


@pytest.mark.parametrize("share", [1.2, -0.1, float("nan")])
def test_a_figure_outside_0_to_1_is_refused(desk: Desk, share: float) -> None:
    with pytest.raises(InvalidData, match="Give a number from 0 to 1"):
        html(desk, replace(SMALL, reference=(("author", share),)))


def test_adjectives_are_set_beside_none_and_sorted(desk: Desk, generated: Generated) -> None:
    choice = replace(SMALL, adjectives=("none", "honest", "gentle", "ambitious"))
    generated(choice)
    shown = html(desk, choice)
    assert "What each adjective does" in shown
    assert "masculine-coded" in shown
    assert re.search(r"\d of 3 shifts hold at q 0.05", shown)
    found = re.search(r"What each adjective does.*?</figure>", shown)
    assert found
    estimates = re.findall(r"<b>([+\u2212]?\d+)</b>", found[0])
    values = [int(text.replace("\u2212", "-")) for text in estimates]
    assert values == sorted(values, reverse=True)
    assert "What each adjective does" not in html(desk, replace(choice, adjectives=("none",)))


def test_tones_are_set_beside_chance_and_what_was_unclear_is_told(
    desk: Desk, generated: Generated, generator: FakeGenerator
) -> None:
    generator.unclear = lambda request: request.replicate == 1
    generated(SMALL)
    shown = html(desk, SMALL)
    assert shown.count("unclear 2</span>") == 3
    assert re.search(r"By chance below.*?<b>\d+%</b>.*?\d+%", shown)


def test_a_name_opens_its_images(desk: Desk, generated: Generated) -> None:
    generated(SMALL)
    query = "./?model=emoji-skewed&amp;profession=nurse&amp;adjectives=none,honest&amp;images=12"
    assert f'<a href="{query}">nurse</a>' in row(html(desk, SMALL), "nurse")


def test_the_slope_is_generated_where_there_are_professions_enough(
    desk: Desk, generated: Generated
) -> None:
    wide = Choice(GAPS.models, ("spread",), ("none",), images=10)
    generated(wide)
    shown = html(desk, wide)
    assert "its log odds rise" in shown
    assert "bx-curve" in shown
    assert "Ask more" not in shown


def test_text_from_people_is_shown_as_text(desk: Desk, generated: Generated) -> None:
    choice = Choice(GAPS.models, ("<b>x</b>",), ("none",), images=10)
    generated(choice)
    shown = html(desk, choice)
    assert "&lt;b&gt;x&lt;/b&gt;" in shown
    assert "<b>x</b>" not in shown
