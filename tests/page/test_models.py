"""The page of models: what each is and takes, and the ways to use another one."""

from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import constants

from explorer.models.names import HubName
from explorer.models.pins import Pin, keep_pin
from explorer.page.desk import Desk
from explorer.page.models import show
from explorer.rules import Mode
from tests.markup import Element, parse_html


@pytest.fixture(autouse=True)
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the hub's local cache, which is empty."""
    folder = tmp_path / "hub-cache"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    return folder


def card(html: str, name: str) -> Element:
    found = [one for one in parse_html(html).all("li.bx-model") if one.one("h3").text == name]
    assert len(found) == 1
    return found[0]


def facts(html: str, name: str) -> dict[str, str]:
    rows = card(html, name).one("dl").all("div")
    return {row.one("dt").text: row.one("dd").text for row in rows}


def test_a_real_model_tells_what_it_takes_before_it_is_asked_for(desk: Desk) -> None:
    told = facts(show(desk), "Stable Diffusion 1.4")
    assert told["On this machine"] == "not yet; its first run downloads it"
    assert told["Download"] == told["Disk"] == "5.5 GB"
    assert told["Memory"] == "at least 5.5 GB, that of its weights"
    assert told["Licence"] == "CreativeML Open RAIL-M"
    assert told["Time here for 189 images"].endswith("hours, estimated")
    assert told["Energy for them"] == "about 0.13 kWh, from published figures"


def test_a_graphics_card_takes_half_the_download(desk: Desk) -> None:
    from explorer.models.catalog import known_models

    told = facts(show(replace(desk, models=known_models("cuda"))), "Stable Diffusion 1.4")
    assert told["Download"] == "2.7 GB"


def test_a_test_object_is_here_and_needs_no_download(desk: Desk) -> None:
    told = facts(show(desk), "Emoji portraits, skewed")
    assert told["On this machine"] == "yes, it comes with the tool"
    assert told["Download"] == "none"


def test_a_service_has_a_price_and_no_disk(desk: Desk) -> None:
    told = facts(show(desk), "GPT Image 2 (OpenAI)")
    assert "prompts are sent there" in told["On this machine"]
    assert told["Price"].endswith("for 189 images")
    assert told["Energy for them"] == "not told by the service"
    assert "Disk" not in told


def test_each_model_opens_in_explore_and_compare(desk: Desk) -> None:
    links = card(show(desk), "SD-Turbo").one("p.bx-links").all("a")
    assert [link.attributes["href"].partition("&profession")[0] for link in links] == [
        "explore?model=stabilityai/sd-turbo",
        "compare?left=emoji-skewed&right=stabilityai/sd-turbo",
    ]
    assert [link.text for link in links] == ["Explore SD-Turbo", "Compare SD-Turbo"]


def test_models_that_were_used_here_before_are_listed_at_home_only(desk: Desk) -> None:
    pin = Pin("a/tune", "0" * 40, None, "default", 50, 7.5, (512, 512))
    keep_pin(desk.settings.cache, HubName("a/tune"), pin)
    told = facts(show(desk), "a/tune")
    assert told["Download"] == "not known before it is downloaded"
    public = replace(desk, settings=replace(desk.settings, mode=Mode.PUBLIC))
    assert "a/tune" not in show(public)


def test_in_public_no_field_takes_a_model_and_the_page_says_how_to_have_one(desk: Desk) -> None:
    assert parse_html(show(desk)).all("form")
    public = show(replace(desk, settings=replace(desk.settings, mode=Mode.PUBLIC)))
    assert not parse_html(public).all("form")
    assert "duplicate this Space" in public
