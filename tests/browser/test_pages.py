"""Groups of words, the tour, embedded views, and the pages Models and Method, by hand."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_choosing import PATIENCE_MS, field, wait_for

pytestmark = pytest.mark.browser

ARRIVED = "() => Math.abs(document.getElementById('bounds').getBoundingClientRect().top) < 60"


def chosen(page: Page) -> list[str]:
    return page.locator("#bx-profession .bx-chip bdi").all_inner_texts()


def test_a_group_replaces_what_it_holds_says_so_and_is_undone(visit: Visit) -> None:
    page = visit("compare?profession=author,nurse&adjectives=none&images=1", width=390)
    box, line = field(page, "Professions"), page.locator("#bx-profession .bx-replaced")
    box.click()
    page.keyboard.type("all 150")
    page.keyboard.press("Enter")
    wait_for(page, profession="all")
    expect(line.get_by_role("status")).to_have_text("“all 150” has replaced author, nurse.")
    page.keyboard.press("Tab")
    expect(line.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    wait_for(page, profession="author,nurse")
    assert chosen(page) == ["author", "nurse"]
    expect(line).to_be_hidden()
    expect(box).to_be_focused()


def test_a_word_after_its_group_replaces_it_and_an_own_word_stays_beside(visit: Visit) -> None:
    page = visit("compare?profession=all&adjectives=none&images=1")
    box, line = field(page, "Professions"), page.locator("#bx-profession .bx-replaced")
    box.click()
    page.keyboard.type("ice sculptor")
    page.get_by_role("option", name="Use “ice sculptor” as my own word").click()
    expect(page.locator("#bx-profession .bx-chip")).to_have_count(2)
    expect(line).to_be_hidden()
    box.click()
    page.keyboard.type("nurse")
    page.keyboard.press("Enter")
    expect(line).to_contain_text("“nurse” has replaced all 150.")
    assert chosen(page) == ["ice sculptor", "nurse"]


def test_a_big_choice_leads_to_a_smaller_one(visit: Visit) -> None:
    page = visit("compare?profession=all&adjectives=all&images=9")
    line = page.locator(".bx-smaller")
    expect(line).to_contain_text("Without adjectives: 6,000 images", timeout=PATIENCE_MS)
    line.get_by_role("link", name="Choose that").click()
    wait_for(page, profession="all", adjectives="none", images="20")
    assert "/compare?" in page.url


@pytest.mark.parametrize("width", [1400, 390])
def test_the_tour_is_taken_with_keys(visit: Visit, width: int) -> None:
    page = visit("explore?profession=author&tour=1", width=width)
    card = page.get_by_role("dialog")
    expect(card).to_contain_text("emoji-skewed is a test object")
    title = card.get_by_role("heading")
    said = []
    for _step in range(8):
        expect(title).to_be_focused()
        said.append(title.inner_text())
        page.keyboard.press("Shift+Tab")
        last = card.get_by_role("button").last
        last.focus()
        name = last.inner_text()
        if name == "Done":
            break
        page.keyboard.press("Enter")
        expect(title).not_to_have_text(said[-1])
    assert said[:3] == ["A tour of two minutes", "The finding", "The images"]
    assert said[-1] == "Now a real model"
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(page.locator(".bx-tour-ring")).to_have_count(0)
    assert "tour" not in page.url
    assert page.evaluate("document.activeElement !== document.body")


def test_an_embedded_view_shows_images_and_has_no_field(visit: Visit) -> None:
    page = visit("explore?profession=nurse&embed=1", width=600, scheme="dark")
    expect(page.get_by_role("heading", level=1)).to_contain_text("look feminine")
    for role in ("textbox", "spinbutton", "banner", "navigation"):
        expect(page.get_by_role(role)).to_have_count(0)
    expect(page.locator("#bx-model, #bx-profession")).to_have_count(0)
    expect(page.get_by_role("button", name="Generate")).to_have_count(0)
    page.locator(".bx-thumb").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    wait_for(page, embed="1", image="")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open the full page in Bias Explorer").click()
    expect(opened.value.locator("#bx-profession input")).to_have_value("nurse")
    assert "embed" not in opened.value.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_code_that_embeds_a_view_leads_to_it(visit: Visit) -> None:
    page = visit("explore?profession=nurse")
    page.get_by_role("button", name="Embed", exact=True).click()
    dialog = page.get_by_role("dialog", name="Embed this view")
    code = dialog.get_by_role("textbox").input_value()
    assert code.startswith(f'<iframe src="{page.url.replace("&", "&amp;")}&amp;embed=1"')
    dialog.get_by_role("button", name="Copy code").click()
    expect(dialog.get_by_role("button", name="Code copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == code
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_link_to_a_place_in_the_method_leads_there(visit: Visit) -> None:
    page = visit("method#bounds", width=390)
    page.wait_for_function(ARRIVED)
    page.get_by_role("link", name="Two models", exact=True).first.click()
    expect(page.get_by_role("heading", name="Two models")).to_be_in_viewport()
    assert page.url.endswith("/method#two-models")


def test_a_model_of_ones_own_is_opened_from_the_page_of_models(visit: Visit) -> None:
    page = visit("models", width=390)
    page.get_by_role("textbox").click()
    page.keyboard.type("emoji-even")
    page.get_by_role("button", name="Open in Explore").click()
    expect(page.locator("#bx-model input")).to_have_value("Emoji portraits, even")
