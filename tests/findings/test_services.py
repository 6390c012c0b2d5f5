"""What services did to prompts, counted over real rows of the store."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.findings.findings import Findings
from explorer.findings.services import (
    Rewriting,
    cost_sentences,
    refusals,
    rewriting,
    service_sentences,
    spent_sentence,
)
from explorer.generators.budget import Budget
from explorer.models.catalog import ModelCard, find_model
from explorer.models.requests import BLACK_IMAGE, Image
from explorer.settings import Settings
from explorer.store.index import Store
from explorer.study import Study

SETTINGS = Settings(Path("unused"), "cpu", 32)
REFUSED = "refused (moderation_blocked): No"


def card() -> ModelCard:
    return find_model("openai:gpt-image-2", "cpu", size=32)


def study(images: int = 6) -> Study:
    return Study((card(),), ("author",), images=images)


def fill(store: Store) -> Study:
    """Store six images: four rewritten, one refused, one black."""
    made = study()
    revised = ["A woman.", "A Black man.", "An author with a pen.", "A woman."]
    requests = made.requests(made.models[0])
    pixels = [
        np.full((32, 32, 3), number, dtype=np.uint8) for number in range(1, len(requests) + 1)
    ]
    for one in pixels:
        one[0, 0] = 0
    store.save(
        [
            *(map(Image, requests, pixels, [None] * 4, revised)),
            Image(requests[4], None, REFUSED),
            Image(requests[5], None, BLACK_IMAGE),
        ]
    )
    return made


def test_rewritten_prompts_are_counted_by_what_they_name(store: Store) -> None:
    made = fill(store)
    assert rewriting(made, store, made.models[0]) == Rewriting(4, 4, 3, 1)
    told, refused = service_sentences(made, store)
    assert "rewrote the prompts of 4 of 4 images" in told
    assert "3 of the rewritten prompts name a gender and 1 an ethnicity" in told
    assert "refused 1 image" in refused
    assert refused.endswith(": 1 (moderation_blocked): No.")


def test_an_image_that_came_to_nothing_is_no_refusal(store: Store) -> None:
    made = fill(store)
    assert refusals(made, store, made.models[0]) == {REFUSED: 1}


def test_a_study_without_services_has_nothing_to_say(store: Store) -> None:
    made = replace(study(), models=(find_model("emoji-skewed", "cpu"),))
    assert list(service_sentences(made, store)) == []
    assert list(cost_sentences(made, store, SETTINGS)) == []


def test_nothing_is_counted_for_a_model_of_no_service(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = replace(study(), models=(find_model("emoji-skewed", "cpu"),))
    for query in ("image_counts", "revised"):
        monkeypatch.setattr(store, query, None)
    assert list(service_sentences(made, store)) == []
    assert list(cost_sentences(made, store, SETTINGS)) == []


def test_a_cost_of_less_than_a_cent_is_not_nothing(store: Store) -> None:
    (told,) = cost_sentences(study(9), store, replace(SETTINGS, price_usd=0.0001))
    assert told.startswith(
        "9 images by openai:gpt-image-2 (32 px) cost about $0.0009 ($0.0001 each"
    )


def test_each_image_is_listed_with_its_rewritten_prompt(store: Store) -> None:
    rows = Findings(fill(store), store).image_rows()
    assert [row["revised_prompt"] for row in rows[:3]] == [
        *("A woman.", "A Black man.", "An author with a pen."),
    ]
    assert [row["revised_prompt_names"] for row in rows[:4]] == [
        *("gender", "gender, ethnicity", None, "gender"),
    ]
    assert rows[4]["filtered"] == REFUSED
    assert {row["seed"] for row in rows} == {None}


def test_a_rebuilt_index_knows_the_rewritten_prompts_and_the_refusals(store: Store) -> None:
    made = fill(store)
    root = store.root
    store.close()
    for file in root.glob("index.sqlite*"):
        file.unlink()
    again = Store.open(root)
    assert rewriting(made, again, made.models[0]) == Rewriting(4, 4, 3, 1)
    assert refusals(made, again, made.models[0]) == {REFUSED: 1}
    again.close()


@pytest.mark.parametrize("price", [None, 0.04])
def test_the_cost_of_what_is_missing_is_said_with_its_source(
    store: Store, price: float | None
) -> None:
    made = replace(study(9), models=(find_model("openai:gpt-image-2", "cpu"),))
    (told,) = cost_sentences(made, store, replace(SETTINGS, price_usd=price))
    assert told.startswith("9 images by openai:gpt-image-2 cost about $0.")
    assert ("$0.36" if price else "https://developers.openai.com") in told


def test_a_limit_below_the_cost_is_said_with_the_images_that_it_allows(store: Store) -> None:
    settings = replace(SETTINGS, price_usd=0.04, max_cost_usd=0.12)
    _cost, limit = cost_sentences(study(9), store, settings)
    assert limit == "The limit of $0.12 is reached after 3 of them."


def test_what_was_spent_is_said_once_there_is_something() -> None:
    budget = Budget(1)
    assert spent_sentence(budget.spent) is None
    budget.spend(0.25)
    budget.spend(0.25)
    assert spent_sentence(budget.spent) == "About $0.50 spent on 2 images of services."
