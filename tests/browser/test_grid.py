"""The grid as people look at it: at once, in part, in order, side by side, and whole."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000
FITS = """(place) => {
  const box = document.querySelector(".bx-thumb").getBoundingClientRect();
  return box.top > 0 && box.bottom <= innerHeight;
}"""


def numbers(page: Page, row: str) -> list[str]:
    """Return the numbers of the images of a row that can be seen, in order."""
    images = page.get_by_role("group", name=f"author, {row}", exact=True).get_by_role("button")
    return [str(one.get_attribute("value")) for one in images.all()]


def shown(page: Page, name: str) -> str:
    return str(page.evaluate("name => new URLSearchParams(location.search).get(name) ?? ''", name))


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (390, 844)])
@pytest.mark.parametrize("address", ["explore", "compare"])
def test_the_first_images_are_in_the_first_screen(
    visit: Visit, address: str, width: int, height: int
) -> None:
    page = visit(address, width=width)
    page.set_viewport_size({"width": width, "height": height})
    assert page.evaluate(FITS)


def test_images_are_shown_alone_by_answer_sorted_and_sized_and_the_link_says_so(
    visit: Visit,
) -> None:
    page = visit("explore")
    unclear = page.get_by_role("checkbox", name="unclear 10")
    unclear.focus()
    page.keyboard.press("Space")
    expect(page.locator(".bx-thumb:visible")).to_have_count(10)
    expect(page.get_by_role("status").filter(has_text="10 of 189")).to_be_visible()
    page.get_by_role("checkbox", name="feminine 109").check()
    expect(page.locator(".bx-thumb:visible")).to_have_count(119)
    before = numbers(page, "honest")
    page.get_by_label("Sort").select_option("most confident first")
    page.get_by_role("radio", name="large").check()
    after = numbers(page, "honest")
    assert sorted(after) == sorted(before)
    assert after != before
    assert shown(page, "show") == "gender-0,gender-u"
    other = visit("explore" + page.evaluate("location.search"))
    assert numbers(other, "honest") == after
    expect(other.get_by_role("radio", name="large")).to_be_checked()
    page.go_back()
    page.go_back()
    expect(page.get_by_label("Sort")).to_have_value("")
    assert numbers(page, "honest") == before


def test_several_images_are_selected_by_keys_and_stand_side_by_side(visit: Visit) -> None:
    page = visit("compare?profession=author")
    page.get_by_role("checkbox", name="Select several").check()
    first = page.get_by_role("group", name="author, honest").get_by_role("button").first
    first.focus()
    for _ in range(2):
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowRight")
    expect(first).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Open side by side").click()
    figures = page.get_by_role("dialog", name="Images side by side").get_by_role("figure")
    expect(figures).to_have_count(4)
    assert shown(page, "image") == "honest:1,honest:2"
    again = visit("compare" + page.evaluate("location.search"))
    expect(again.get_by_role("dialog").get_by_role("figure")).to_have_count(4)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Select none").click()
    first.click(modifiers=["Control"])
    expect(page.get_by_text("1 selected, 3 at most")).to_be_visible()


def test_every_image_of_a_long_row_is_reached_and_its_name_stays_in_sight(visit: Visit) -> None:
    page = visit("explore?adjectives=none,honest&images=1000")
    row = page.get_by_role("group", name="author, honest")
    assert row.locator("li").count() == 900
    row.get_by_role("button", name="900 of 1,000 are shown. Show all").click()
    expect(row.locator("li")).to_have_count(1000)
    # The first of those that came has the focus.
    expect(row.locator("li").nth(900)).to_be_focused()
    name = row.get_by_role("heading").bounding_box()
    assert name is not None
    assert 0 <= name["y"] < 100


def test_the_choice_is_kept_from_page_to_page(visit: Visit) -> None:
    page = visit("explore?profession=nurse&adjectives=none&images=3")
    page.get_by_role("link", name="Pronouns").click()
    page.locator(".bx-pronouns").wait_for(timeout=PATIENCE_MS)
    page.locator(".bx-tabs").get_by_role("link", name="Statistics").click()
    page.wait_for_url("**/explore?**profession=nurse**")
    page.locator(".bx-reading").wait_for(timeout=PATIENCE_MS)
    assert shown(page, "tab") == "statistics"
    page.get_by_role("link", name="Compare").click()
    page.wait_for_url("**/compare?**profession=nurse**")


SLOW = """() => {
  const send = window.fetch, released = new Promise((resolve) => (window.release = resolve));
  window.fetch = async (...request) => {
    if (String(request[0]).includes("queue/join")) await released;
    return send(...request);
  };
}"""


def test_what_takes_long_shows_that_it_works(visit: Visit) -> None:
    page = visit("explore?adjectives=none&images=3")
    page.evaluate(SLOW)
    page.get_by_role("link", name="Show statistics").click()
    busy = page.locator("#bx-findings [aria-busy=true]")
    expect(busy).to_be_visible()
    assert busy.evaluate("one => getComputedStyle(one, '::before').height") == "3px"
    page.evaluate("release()")
    page.locator(".bx-reading").wait_for(timeout=PATIENCE_MS)
    expect(busy).to_have_count(0)


LOADED = """(images) => {
  const first = [...document.querySelectorAll(images)].slice(0, 9);
  return first.every((one) => one.complete);
}"""
TRANSFERRED = """() => Object.fromEntries(performance.getEntriesByType("resource")
  .filter(({ name }) => name.endsWith(".webp")).map((one) => [one.name, one.transferSize]))"""


@pytest.mark.parametrize(
    ("address", "images"), [("", ".bx-nine img"), ("explore", ".bx-thumb img")]
)
def test_a_second_visit_transfers_no_image(visit: Visit, address: str, images: str) -> None:
    page = visit(address)
    visits = []
    for _ in range(2):
        page.wait_for_function(LOADED, arg=images)
        visits.append(page.evaluate(TRANSFERRED))
        page.goto(page.url)
        page.locator(".bx-view").wait_for()
    first, second = visits
    assert sum(first.values()) > 0
    # Further images may be fetched by then, as they come near the screen.
    assert {second[name] for name in first.keys() & second.keys()} == {0}
