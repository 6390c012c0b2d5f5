"""Report cards in a real browser: the view chosen by click and keys, and the file alone."""

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from explorer import settings
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

CARD = settings.repository() / "docs" / "cards" / "emoji-skewed.html"


def violations(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], node["failureSummary"])
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


def test_the_header_leads_to_a_card_that_clicks_and_keys_change(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit("explore")
    page.get_by_role("link", name="Report", exact=True).click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Emoji portraits, skewed")
    model = page.get_by_role("combobox", name="Model", exact=True)
    model.click()
    model.press("ControlOrMeta+a")
    model.press_sequentially("even")
    page.get_by_role("option", name="Emoji portraits, even").click()
    expect(heading).to_have_text("Emoji portraits, even")
    beside = page.get_by_role("combobox", name="Beside")
    beside.click()
    beside.press("ControlOrMeta+a")
    beside.press_sequentially("skewed")
    beside.press("Enter")
    expect(page.get_by_role("heading", name="Beside Emoji portraits, skewed")).to_be_visible()
    assert page.url.endswith("report?model=emoji-even&against=emoji-skewed&profession=author")
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON").click()
    saved = tmp_path / "report.json"
    download.value.save_as(saved)
    card = json.loads(saved.read_text(encoding="utf-8"))
    assert (card["model"]["name"], card["beside"]["model"]["name"]) == (
        "emoji-even",
        "emoji-skewed",
    )
    page.go_back()
    expect(page.get_by_role("heading", name="Beside Emoji portraits, skewed")).to_have_count(0)
    expect(heading).to_have_text("Emoji portraits, even")


def test_an_address_opens_the_same_card(visit: Visit) -> None:
    page = visit("report?model=emoji-even&language=pronoun-skewed&profession=author")
    expect(page.get_by_role("heading", level=1)).to_have_text("Emoji portraits, even")
    expect(
        page.get_by_role("heading", name="The same question to a language model")
    ).to_be_visible()
    expect(page.get_by_text("“Photo portrait of an author”")).to_be_visible()


def test_a_model_without_images_says_which_command_generates_them(visit: Visit) -> None:
    page = visit("report?model=stabilityai/sdxl-turbo", shown="[role=alert]")
    expect(page.get_by_role("alert")).to_contain_text("so there is nothing to report")
    expect(page.get_by_role("alert")).to_contain_text("python -m explorer generate --model")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_file_alone_passes_axe_fits_a_phone_and_follows_the_colours(
    chromium: Browser, scheme: str
) -> None:
    context = chromium.new_context(
        viewport={"width": 1400, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(CARD.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [CARD.as_uri()]
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 22, 25)"}[scheme]
    assert violations(page) == []
    for width in (1400, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_on_paper_the_card_is_light_and_its_images_are_whole(chromium: Browser) -> None:
    context = chromium.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(CARD.as_uri())
    page.emulate_media(media="print")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    widths = page.evaluate("[...document.images].map((one) => one.naturalWidth)")
    assert widths
    assert min(widths) > 0
    context.close()
