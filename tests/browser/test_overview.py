"""Overview: a profession is found and sorted by keys, in the browser alone, and in the address."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def shown(page: Page) -> list[str]:
    return page.locator(".bx-professions tbody tr:visible th a").all_inner_texts()


@pytest.mark.parametrize("width", [1400, 390])
def test_a_profession_is_found_and_stays_found_after_reading_its_images(
    visit: Visit, width: int
) -> None:
    page = visit("", width=width)
    first = page.locator(".bx-nine").first
    expect(first).to_be_in_viewport()
    page.get_by_label("Find a profession").click()
    page.keyboard.type("ENGIN")
    expect(page.get_by_role("status").filter(has_text="of 150")).to_have_text(
        "6 of 150 professions"
    )
    page.keyboard.press("Tab")
    page.keyboard.type("largest gap")
    expect(page.locator(".bx-group:visible")).to_have_count(0)
    assert page.url.endswith("#find=ENGIN&sort=gap")
    found = shown(page)
    assert len(found) == 6
    page.get_by_role("link", name=found[0], exact=True).click()
    page.wait_for_url("**/explore?**")
    page.go_back()
    expect(page.get_by_label("Find a profession")).to_have_value("ENGIN")
    assert shown(page) == found
