import json
from datetime import date
from pathlib import Path

import pytest

from explorer.models import prices
from explorer.models.catalog import find_model, known_models
from explorer.models.prices import Price, price_of


def test_each_price_has_a_source_and_a_day_and_belongs_to_a_listed_model() -> None:
    rows = json.loads(Path(prices.__file__).with_name("prices.json").read_text(encoding="utf-8"))
    listed = {card.spec.name for card in known_models()}
    for row in rows:
        assert row["model"] in listed
        assert row["source"].startswith("https://")
        assert row["basis"]
        assert date.fromisoformat(row["date"]) <= date(2026, 11, 30)
        assert 0 < row["usd"] < 1
    assert len({(row["model"], row["quality"], row["size_px"]) for row in rows}) == len(rows)


def test_quality_decides_the_price() -> None:
    found = [
        price_of(find_model("openai:gpt-image-2", "cpu", quality=quality).spec)
        for quality in ("low", "medium", "high")
    ]
    assert [price.usd if price else None for price in found] == [0.006, 0.053, 0.211]


@pytest.mark.parametrize(
    "name",
    ["emoji-skewed", "openai:unlisted", "openai:gpt-image-2 (512 px)", "openai:dall-e-3"],
)
def test_what_is_not_listed_has_no_price(name: str) -> None:
    assert price_of(find_model(name, "cpu").spec) is None


def test_another_service_has_prices_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:8000/v1")
    assert price_of(find_model("openai:gpt-image-2", "cpu").spec) is None


def test_an_own_price_replaces_the_listed_one_of_a_service_only() -> None:
    assert price_of(find_model("openai:gpt-image-2", "cpu").spec, 0.5) == Price(
        0.5, "your own figure"
    )
    assert price_of(find_model("emoji-skewed", "cpu").spec, 0.5) is None
