"""The image grid: one row per adjective, nothing left out, nothing unescaped."""

import json

import pytest

from explorer.findings.findings import Findings
from explorer.page.charts import labour_mark
from explorer.page.choice import COMPARE, Choice, profession, study
from explorer.page.desk import Desk
from explorer.page.explore import codings, shown_of
from explorer.page.grid import Row, grid
from explorer.study import Study
from tests.fakes import FakeGenerator, expected_label
from tests.page.conftest import Generated

SMALL = Choice(("emoji-skewed",), adjectives=("none", "honest"), images=3)


def rows(desk: Desk, made: Study, choice: Choice = SMALL) -> tuple[Row, ...]:
    findings = Findings(made, desk.store)
    shown = [shown_of(findings, card) for card in made.models]
    return grid(shown, made.axes, labour_mark(profession(choice)), codings())


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


def test_an_image_carries_seed_and_scores_for_the_dialog(desk: Desk, generated: Generated) -> None:
    made = generated(SMALL)
    facts = json.loads(rows(desk, made)[1].sides[0].thumbs[2].facts)
    assert facts["seed"] == made.requests(made.models[0])[5].seed
    assert facts["number"] == 3
    assert [sum(scores) for scores in facts["scores"]] == pytest.approx([1, 1])


def test_images_have_addresses_below_the_two_image_folders(
    desk: Desk, generated: Generated
) -> None:
    made = generated(SMALL)
    thumb = rows(desk, made)[0].sides[0].thumbs[0]
    key = made.requests(made.models[0])[0].key
    assert thumb.image == f"img/{desk.store.image_path(key).parent.name}/{key}.webp"
    assert thumb.thumbnail.startswith("thumb/")


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
    assert thumb.image == ""


def test_what_is_unclear_has_no_label_on_any_axis(
    desk: Desk, generated: Generated, generator: FakeGenerator
) -> None:
    generator.unclear = lambda request: request.replicate == 1
    thumb = rows(desk, generated(SMALL))[0].sides[0].thumbs[1]
    assert [label for _, label in thumb.marks] == [None, None]
    assert thumb.alt.endswith("gender presentation unclear, skin tone unclear")


def test_a_comparison_has_two_sides_on_the_same_seeds(desk: Desk, generated: Generated) -> None:
    choice = Choice(COMPARE.models, adjectives=("none", "honest"), images=3)
    for row in rows(desk, generated(choice), choice):
        left, right = (
            [json.loads(thumb.facts)["seed"] for thumb in side.thumbs] for side in row.sides
        )
        assert left == right
        assert [side.model for side in row.sides] == list(COMPARE.models)


def test_a_row_shows_some_of_very_many_images_and_says_so(desk: Desk) -> None:
    choice = Choice(SMALL.models, adjectives=("none",), images=1000)
    made = study(choice, desk.find_model, "cpu")
    (side,) = rows(desk, made, choice)[0].sides
    assert len(side.thumbs) + side.more == 1000
    assert side.more > 0
    assert side.charts[0].missing == 1000
