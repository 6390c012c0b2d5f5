"""Explore as HTML: what is said, shown and never left out."""

import time

from explorer.page import explore
from explorer.page.choice import EXPLORE, Choice, study
from explorer.page.desk import Desk
from tests.fakes import FakeGenerator
from tests.page.conftest import Drawn

SMALL = Choice(("emoji-skewed",), adjectives=("none", "honest"), images=6)


def html(desk: Desk, choice: Choice) -> str:
    return explore.show(desk, choice, study(choice, desk.find_model, desk.settings.device))


def test_it_says_in_one_sentence_what_was_found(desk: Desk, drawn: Drawn) -> None:
    drawn(SMALL)
    shown = html(desk, SMALL)
    assert "Of 12 pictures of an author," in shown
    assert "women are 54% of US writers and authors (2023)" in shown


def test_what_was_not_counted_is_always_told(
    desk: Desk, drawn: Drawn, generator: FakeGenerator
) -> None:
    generator.withheld = lambda request: request.replicate == 0
    generator.unclear = lambda request: request.replicate == 1
    drawn(SMALL)
    shown = html(desk, Choice(SMALL.models, adjectives=SMALL.adjectives, images=7))
    for counted in (
        "<b>8</b> judged",
        "<b>2</b> unclear",
        "<b>2</b> withheld",
        "<b>2</b> not drawn",
    ):
        assert shown.count(counted) == 2, counted


def test_an_empty_store_shows_every_prompt_and_no_percentage(desk: Desk) -> None:
    shown = html(desk, EXPLORE)
    assert shown.count('class="bx-row"') == 21
    assert shown.count('class="bx-slot missing"') == 189
    assert "No picture of an author is judged yet" in shown
    assert "none judged" in shown


def test_text_from_people_is_shown_as_text(desk: Desk, drawn: Drawn) -> None:
    choice = Choice(
        SMALL.models,
        professions=("<b>x</b>",),
        adjectives=("\"><script>alert('x')</script>",),
        images=1,
    )
    drawn(choice)
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
    assert f'href="csv/pictures.csv{query}"' in shown


def test_189_stored_pictures_are_shown_in_half_a_second(desk: Desk, drawn: Drawn) -> None:
    drawn(EXPLORE)
    html(desk, EXPLORE)
    start = time.perf_counter()
    html(desk, EXPLORE)
    assert time.perf_counter() - start < 0.5
