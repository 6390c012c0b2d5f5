"""The image grid: one row per adjective, nothing left out, nothing unescaped."""

import json
from dataclasses import replace
from typing import Any

import pytest

from explorer.findings.findings import Findings
from explorer.page.charts import labour_mark
from explorer.page.choice import COMPARE, Choice, profession, study
from explorer.page.desk import Desk
from explorer.page.grid import Row, Thumb, grid, shown_requests
from explorer.page.images import codings, row, shown_of
from explorer.study import Study
from tests.fakes import FakeGenerator, expected_label
from tests.markup import parse_html
from tests.page.conftest import Generated

SMALL = Choice(("emoji-skewed",), adjectives=("none", "honest"), images=3)


def rows(desk: Desk, made: Study, choice: Choice = SMALL) -> tuple[Row, ...]:
    findings = Findings(made, desk.store)
    shown = [shown_of(findings, card) for card in made.models]
    return grid(shown, made.axes, labour_mark(profession(choice)), codings())


def facts(of: Row, side: int = 0) -> list[Any]:
    found: list[Any] = json.loads(of.sides[side].facts)
    return found


def test_there_is_a_row_for_each_prompt_with_its_coding(desk: Desk, generated: Generated) -> None:
    plain, honest = rows(desk, generated(SMALL))
    assert (plain.title, plain.coding) == ("no adjective", None)
    assert (honest.title, honest.coding) == ("honest", "feminine")
    assert honest.prompt == "Photo portrait of an honest author"


def test_an_image_is_described_for_those_who_cannot_see_it(
    desk: Desk, generated: Generated
) -> None:
    made = generated(SMALL)
    request = made.requests(made.models[0])[5]
    gender, tone = (expected_label(request, axis) for axis in made.axes)
    alt = rows(desk, made)[1].sides[0].thumbs[2].alt
    assert alt == f"author, honest, image 3, perceived as {gender}, skin tone {tone}"


def test_an_image_carries_seed_labels_and_scores_for_the_dialog(
    desk: Desk, generated: Generated
) -> None:
    made = generated(SMALL)
    request = made.requests(made.models[0])[5]
    seed, labels, scores = facts(rows(desk, made)[1])[2]
    assert seed == request.seed
    assert [axis.labels[place] for axis, place in zip(made.axes, labels, strict=True)] == [
        expected_label(request, axis) for axis in made.axes
    ]
    assert [sum(some) for some in scores] == pytest.approx([1, 1])


def test_an_image_has_the_same_address_below_the_two_image_folders(
    desk: Desk, generated: Generated
) -> None:
    made = generated(SMALL)
    key = made.requests(made.models[0])[0].key
    source = rows(desk, made)[0].sides[0].thumbs[0].source
    assert source == f"{desk.store.image_path(key).parent.name}/{key}.webp"
    assert desk.store.thumbnail_path(key).name == desk.store.image_path(key).name


def test_what_is_not_generated_keeps_its_place(desk: Desk, generated: Generated) -> None:
    made = generated(SMALL)
    more = Study(made.models, made.professions, made.adjectives, images=5)
    states = [thumb.state for thumb in rows(desk, more)[0].sides[0].thumbs]
    assert states == ["seen"] * 3 + ["missing"] * 2


def test_what_is_filtered_says_why_and_is_never_an_image(
    desk: Desk, generated: Generated, generator: FakeGenerator
) -> None:
    generator.filtered = lambda request: request.replicate == 1
    thumb = rows(desk, generated(SMALL))[0].sides[0].thumbs[1]
    assert thumb.state == "filtered"
    assert thumb.alt == "author, no adjective, image 2, filtered: safety filter"
    assert thumb.source == ""


def test_what_is_unclear_has_no_label_on_any_axis_and_says_why(
    desk: Desk, generated: Generated, generator: FakeGenerator
) -> None:
    generator.unclear = lambda request: request.replicate == 1
    plain = rows(desk, generated(SMALL))[0]
    thumb = plain.sides[0].thumbs[1]
    assert thumb.styles == "gender-u tone-u"
    assert thumb.alt.endswith("gender presentation unclear, skin tone unclear")
    assert facts(plain)[1][1] == [None, None]


def test_what_is_not_classified_yet_is_not_called_unclear(desk: Desk, generated: Generated) -> None:
    made = replace(generated(SMALL), classifier="clip-vit-b-32")
    assert {one.styles for one in rows(desk, made)[0].sides[0].thumbs} == {"gender-n tone-n"}


def test_a_comparison_has_two_sides_on_the_same_seeds(desk: Desk, generated: Generated) -> None:
    choice = Choice(COMPARE.models, adjectives=("none", "honest"), images=3)
    for one in rows(desk, generated(choice), choice):
        left, right = ([seed for seed, *_ in facts(one, side)] for side in (0, 1))
        assert left == right
        assert [side.model for side in one.sides] == list(COMPARE.models)


def test_a_view_shows_some_of_very_many_images_at_first_and_each_row_offers_the_rest(
    desk: Desk,
) -> None:
    choice = Choice(SMALL.models, adjectives=("none", "honest"), images=1000)
    made = study(choice, desk.find_model, "cpu")
    for one in rows(desk, made, choice):
        assert len(one.sides[0].thumbs) < one.images == 1000
        assert one.more
        assert one.sides[0].charts[0].missing == 1000
    whole = parse_html(row(desk, replace(choice, adjectives=("honest",))))
    assert [len(one.all("li")) for one in whole.all("ul.bx-thumbs")] == [1000]


def test_nine_hundred_images_are_all_there_at_once(desk: Desk) -> None:
    for choice in (replace(SMALL, images=450), replace(SMALL, adjectives=("all",), images=43)):
        made = study(choice, desk.find_model, "cpu")
        assert len(shown_requests(made, made.models[0])) >= 900


def test_every_place_says_what_it_is(desk: Desk, generated: Generated) -> None:
    generated(SMALL)
    more = replace(SMALL, images=4)
    made = study(more, desk.find_model, "cpu")
    (*_, last) = rows(desk, made, more)[0].sides[0].thumbs
    assert last == Thumb("missing", "author, no adjective, image 4, not generated yet")
