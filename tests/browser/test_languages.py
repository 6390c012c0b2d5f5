"""The page in French: the switch, the browser's language, and what a handler says."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.browser.test_choosing import wait_for

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000


def test_the_switch_keeps_what_is_shown_and_is_remembered(visit: Visit, site: Site) -> None:
    page = visit("compare?adjectives=none")
    page.get_by_role("link", name="Français").click()
    view = page.locator(".bx-view")
    expect(view).to_contain_text("Trop peu d", timeout=PATIENCE_MS)
    assert re.search(r"/fr/compare\?.*adjectives=none", page.url)
    assert page.evaluate("document.documentElement.lang") == "fr"
    # A handler answers in the language of its page, and takes a word of either language.
    box = page.get_by_role("combobox", name="Métiers", exact=True)
    box.click()
    page.keyboard.type("infirmier")
    page.keyboard.press("Enter")
    wait_for(page, profession="author,nurse")
    expect(page.get_by_role("button", name="infirmier ou infirmière")).to_be_visible()
    page.goto(site.url)
    expect(page.get_by_role("link", name="English")).to_be_visible(timeout=PATIENCE_MS)
    assert page.url.startswith(f"{site.url.rstrip('/')}/fr/")


def test_a_french_browser_lands_on_the_french_page(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(site.url)
    expect(page.get_by_role("link", name="English")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("link", name="Français")).to_be_visible(timeout=PATIENCE_MS)
    assert "/fr" not in page.url
    context.close()
