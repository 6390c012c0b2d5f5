"""Explore as HTML: what is said, shown and never left out."""

import re
import time
from dataclasses import replace

from explorer.page import explore
from explorer.page.choice import EXPLORE, Choice, study
from explorer.page.desk import Desk
from tests.fakes import FakeGenerator
from tests.page.conftest import Generated

SMALL = Choice(("emoji-skewed",), adjectives=("none", "honest"), images=6)


def html(desk: Desk, choice: Choice) -> str:
    return explore.show(desk, choice, study(choice, desk.find_model, desk.settings.device))


def test_it_says_in_one_sentence_what_was_found(desk: Desk, generated: Generated) -> None:
    generated(SMALL)
    shown = html(desk, SMALL)
    assert "Of 12 images of an author," in shown
    assert "women are 54% of US writers and authors (2023)" in shown


def test_what_was_not_counted_is_always_told(
    desk: Desk, generated: Generated, generator: FakeGenerator
) -> None:
    generator.filtered = lambda request: request.replicate == 0
    generator.unclear = lambda request: request.replicate == 1
    generated(SMALL)
    shown = html(desk, Choice(SMALL.models, adjectives=SMALL.adjectives, images=7))
    for counted in (
        "<b>8</b> classified",
        "<b>2</b> unclear",
        "<b>2</b> filtered",
        "<b>2</b> not generated",
    ):
        assert shown.count(counted) == 2, counted


def test_an_empty_store_shows_every_prompt_and_no_percentage(desk: Desk) -> None:
    shown = html(desk, EXPLORE)
    assert shown.count('class="bx-row"') == 21
    assert shown.count('class="bx-slot missing"') == 189
    assert "No image of an author is classified yet" in shown
    assert "none classified" in shown


def test_text_from_people_is_shown_as_text(desk: Desk, generated: Generated) -> None:
    choice = Choice(
        SMALL.models,
        professions=("<b>x</b>",),
        adjectives=("\"><script>alert('x')</script>",),
        images=1,
    )
    generated(choice)
    shown = html(desk, choice)
    assert "&lt;b&gt;x&lt;/b&gt;" in shown
    assert "<b>x</b>" not in shown
    assert "<script" not in shown
    assert '""><' not in shown


def test_a_bundled_model_is_never_mistaken_for_a_finding(desk: Desk) -> None:
    note = "A teaching instrument, not a finding"
    assert note in html(desk, SMALL)
    assert note not in html(desk, Choice(("CompVis/stable-diffusion-v1-4",)))


def test_the_address_holds_the_choice_and_the_files_belong_to_it(desk: Desk) -> None:
    shown = html(desk, SMALL)
    query = "?model=emoji-skewed&amp;profession=author&amp;adjectives=none,honest&amp;images=6"
    assert f'data-address="{query}"' in shown
    assert f'href="csv/tallies.csv{query}"' in shown
    assert f'href="csv/images.csv{query}"' in shown


def test_189_stored_images_are_shown_in_half_a_second(desk: Desk, generated: Generated) -> None:
    generated(EXPLORE)
    html(desk, EXPLORE)
    start = time.perf_counter()
    html(desk, EXPLORE)
    assert time.perf_counter() - start < 0.5


def test_it_says_which_number_to_quote_and_why(desk: Desk, generated: Generated) -> None:
    generated(SMALL)
    shown = html(desk, SMALL)
    assert shown.count('<p class="bx-quote">Quote ') == 2
    for head in ("As counted", "Bounds", "Corrected"):
        assert shown.count(f">{head}</th>") == 2
    assert "Gap to the reference (Writers and authors): " in shown


def test_few_images_have_a_mark_each_and_no_percentage(desk: Desk, generated: Generated) -> None:
    few = replace(SMALL, adjectives=("none",), images=9)
    generated(few)
    shown = html(desk, few)
    assert "Quote the counts" in shown
    assert "One mark an image" in shown
    assert shown.count('class="bx-squares"') == 2
    assert not re.search(r"<b>\d+%</b>", shown)
    generated(replace(few, images=12))
    assert "One mark an image" not in html(desk, replace(few, images=12))


def test_a_statistic_that_fits_roughly_is_not_in_the_sentence(
    desk: Desk, generated: Generated
) -> None:
    generated(replace(SMALL, professions=("painter",)))
    shown = html(desk, replace(SMALL, professions=("painter",)))
    heading = re.search("<h1.*?</h1>", shown)
    assert heading
    assert "women" not in heading[0]
    assert "one of several senses: kept out of headlines" in shown


def test_no_usable_image_is_neither_balance_nor_all_masculine(
    desk: Desk, generated: Generated, generator: FakeGenerator
) -> None:
    generator.filtered = lambda request: request.replicate % 2 == 0
    generator.unclear = lambda request: request.replicate % 2 == 1
    generated(SMALL)
    shown = html(desk, SMALL)
    assert "None of 12 images of an author could be classified" in shown
    assert shown.count("<b>6</b> unclear") == 2
    assert shown.count("<b>6</b> filtered") == 2
    assert "Gap to the reference" not in shown
    assert not re.search(r"<b>\d+%</b>", shown)
