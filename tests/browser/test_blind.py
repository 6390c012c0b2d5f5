"""Compare: one model's image laid over the other's, and images compared without the names."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_report import violations

pytestmark = pytest.mark.browser

MODELS = ("emoji-skewed", "emoji-even")
# What a run does to the view now and then.
REWRITTEN = """() => {
  const view = document.querySelector(".bx-view");
  view.replaceWith(view.cloneNode(true));
}"""
# The third model has no images yet.
THREE = "compare?adjectives=none,honest&images=3&third=emoji-even (3 steps)"


def open_first(page: Page) -> Locator:
    page.get_by_role("group", name="author, no adjective").get_by_role("button").first.click()
    return page.get_by_role("dialog")


def shown(page: Page) -> float:
    """Return the share of the second image that can be seen, in percent."""
    clip = page.locator(".bx-layer").nth(1).evaluate("one => getComputedStyle(one).clipPath")
    found = re.search(r"(\d+)%", clip)
    assert found, clip
    return 100 - float(found[1])


def test_a_slider_lays_one_image_over_the_other_and_stays_from_image_to_image(
    visit: Visit,
) -> None:
    page = visit("compare?profession=author")
    dialog = open_first(page)
    toggle = dialog.get_by_role("button", name="Lay one over the other")
    toggle.click()
    slider = dialog.get_by_role("slider", name="How far the second image lies over the first")
    first = page.locator(".bx-layer img").first.get_attribute("src")
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "0% emoji-even, 100% emoji-skewed")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert shown(page) == 2
    assert page.locator(".bx-layer img").first.get_attribute("src") == first
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "100% emoji-even, 0% emoji-skewed")
    box = slider.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    assert shown(page) == 25
    dialog.get_by_role("button", name="next image").click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    assert page.locator(".bx-layer img").first.get_attribute("src") != first
    assert shown(page) == 25
    assert violations(page) == []
    again = visit("compare" + page.evaluate("location.search"))
    expect(again.get_by_role("slider")).to_be_visible()
    toggle.click()
    expect(slider).to_have_count(0)
    assert "over=" not in page.url
    page.keyboard.press("Escape")
    expect(page.locator(".bx-thumb:focus")).to_have_count(1)


def test_of_three_models_two_are_laid_over_each_other_unless_an_image_is_missing(
    visit: Visit,
) -> None:
    page = visit(THREE)
    dialog = open_first(page)
    dialog.get_by_role("button", name="Lay one over the other").click()
    models = dialog.get_by_role("combobox", name="Models")
    models.select_option("A emoji-skewed, C emoji-even (3 steps)")
    told = "The image by emoji-even (3 steps) in this place is not generated yet."
    expect(dialog.get_by_text(told)).to_be_visible()
    expect(dialog.get_by_role("slider")).to_have_count(0)
    expect(models).to_be_focused()
    assert "over=ac" in page.url


def test_images_are_compared_blind_by_keys_and_clicks_and_then_revealed(visit: Visit) -> None:
    page = visit("compare?profession=author", width=390)
    page.get_by_role("button", name="Compare blind").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Question").select_option("Which image is better made?")
    dialog.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Which image is better made?")).to_be_visible()
    expect(dialog.get_by_role("button", name="Stop and reveal")).to_be_disabled()
    keys = ["ArrowLeft", "ArrowRight", "ArrowDown"]
    for place in range(12):
        expect(dialog.get_by_role("status")).to_have_text(f"{place + 1} of 189")
        expect(page.locator(".bx-blind-pair[aria-busy]")).to_have_count(0)
        if place % 4 < 3:
            page.keyboard.press(keys[place % 4])
        else:
            dialog.get_by_role("button", name="Left image").click()
        asking = dialog.inner_html().split('data-stage="revealed"')[0]
        assert not any(name in asking for name in MODELS)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="The models, revealed")).to_be_focused()
    # Three of twelve had no difference, so nine are decided.
    expect(dialog).to_contain_text("Too few choices to tell.")
    rows = dialog.get_by_role("row")
    counts = [int(rows.nth(place).get_by_role("cell").first.inner_text()) for place in (1, 2, 3)]
    assert counts[0] + counts[1] == 9
    assert counts[2] == 3
    chosen = dialog.locator("figure.chosen figcaption")
    named = [text.split()[0] for text in chosen.all_inner_texts()]
    assert [named.count(name) for name in MODELS] == counts[:2]
    expect(dialog.get_by_role("listitem")).to_have_count(12)
    assert violations(page) == []
    page.evaluate(REWRITTEN)
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Compare blind")).to_be_focused()
