"""Choosing with mouse, keys and touch; Back and Forward; names and messages, as hands meet them."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.site import Site

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000
# What has not happened by then does not happen.
MOMENT_MS = 1_500
TARGET_PX = 24

HAS = """(wanted) => {
  const found = new URLSearchParams(location.search);
  return Object.entries(wanted).every(([name, value]) => (found.get(name) ?? "") === value);
}"""


def wait_for(page: Page, **parameters: str) -> None:
    """Wait until the address has these parameters; "" means that one is not there."""
    # The address that the browser itself reports lags behind what scripts write.
    page.wait_for_function(HAS, arg=parameters, timeout=PATIENCE_MS)


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("combobox", name=name, exact=True)


def unfold_settings(page: Page) -> None:
    page.get_by_role("button", name="More settings").click()


def test_a_listed_word_replaces_the_one_that_is_shown(visit: Visit) -> None:
    page = visit("explore", width=1400)
    box = field(page, "Profession")
    # The second time, the field has the focus already.
    for word in ("nurse", "author"):
        box.click()
        page.keyboard.type(word)
        page.keyboard.press("Enter")
        expect(box).to_have_value(word)
        expect(page.get_by_role("listbox")).to_have_count(0)
        wait_for(page, profession=word)


def test_a_listed_word_is_taken_with_a_finger_on_a_phone(visit: Visit) -> None:
    page = visit("compare?profession=nurse&adjectives=none", width=390, touch=True)
    field(page, "Model B").tap()
    page.keyboard.type("turbo")
    page.get_by_role("option", name="SD-Turbo", exact=True).tap()
    wait_for(page, right="stabilityai/sd-turbo")
    field(page, "Professions").tap()
    page.keyboard.type("autho")
    page.get_by_role("option", name="author", exact=True).tap()
    page.get_by_role("button", name="Remove nurse").tap()
    wait_for(page, profession="author")


def test_half_a_word_is_dropped_and_an_empty_field_keeps_its_word(visit: Visit) -> None:
    page = visit("explore")
    before = page.url
    box = field(page, "Profession")
    box.click()
    page.keyboard.type("nur")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_text(
        ["nurse", "nursing assistant", "Use “nur” as my own word"]
    )
    page.get_by_role("heading", level=1).click()
    expect(box).to_have_value("author")
    for leave in ("Tab", "Enter", "Escape"):
        box.click()
        page.keyboard.press("Backspace")
        page.keyboard.press(leave)
        expect(box).to_have_value("author")
    page.wait_for_timeout(MOMENT_MS)
    assert page.url == before


def test_an_unlisted_word_is_asked_about_and_a_near_one_offered(visit: Visit) -> None:
    page = visit("explore?adjectives=none&images=2")
    box = field(page, "Profession")
    box.click()
    page.keyboard.type("nurze")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_text(
        ["Did you mean “nurse”?", "Use “nurze” as my own word"]
    )
    assert "profession=author" in page.url
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    wait_for(page, profession="nurze")
    box.click()
    page.keyboard.type("nurze ")
    page.get_by_role("option", name="Did you mean “nurse”?").click()
    wait_for(page, profession="nurse")
    expect(box).to_have_value("nurse")


def test_a_field_without_own_words_takes_none(visit: Visit) -> None:
    page = visit("explore")
    unfold_settings(page)
    box = field(page, "Scheduler")
    box.click()
    page.keyboard.type("warp")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_text(
        ["Nothing in the list matches."]
    )
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(box).to_have_value("the model's default")
    box.click()
    page.keyboard.type("ddim")
    page.keyboard.press("Enter")
    wait_for(page, scheduler="ddim")


def test_several_words_are_added_and_taken_away_by_keys(visit: Visit) -> None:
    page = visit("explore?adjectives=none&images=2")
    unfold_settings(page)
    field(page, "Adjectives").focus()
    page.keyboard.type("hon")
    page.keyboard.press("Enter")
    wait_for(page, adjectives="none,honest")
    page.keyboard.press("Shift+Tab")
    remove = page.get_by_role("button", name="Remove honest")
    expect(remove).to_be_focused()
    box = remove.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= TARGET_PX
    page.keyboard.press("Enter")
    wait_for(page, adjectives="none")
    page.get_by_role("button", name="Remove no adjective").click()
    status = page.locator("#bx-status")
    expect(status).to_contain_text("No adjective is chosen. Choose at least one")
    expect(status.get_by_role("alert")).to_have_count(0)
    expect(field(page, "Adjectives")).to_be_focused()


def test_every_stop_of_the_tab_key_shows_that_it_has_the_focus(visit: Visit) -> None:
    page = visit("compare?profession=author,nurse&adjectives=none&images=9")
    stops: list[tuple[str, bool, int]] = []
    while len(stops) < 25:
        page.keyboard.press("Tab")
        seen = page.evaluate("""() => {
            const at = document.activeElement;
            const drawn = [at, at.parentElement, at.nextElementSibling].filter(Boolean);
            const outlined = drawn.some((one) => parseFloat(getComputedStyle(one).outlineWidth) >= 2
                && getComputedStyle(one).outlineStyle !== "none");
            const lists = [...document.querySelectorAll("[role=listbox]:not([hidden])")];
            return [at.outerHTML.slice(0, 90), outlined, lists.length];
        }""")
        stops.append(tuple(seen))
    assert [one for one in stops if not one[1] or one[2]] == []


def test_an_open_list_closes_when_one_tabs_on(visit: Visit) -> None:
    page = visit("explore")
    field(page, "Profession").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox", name="Profession")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(page.get_by_role("button", name="More settings")).to_be_focused()


@pytest.mark.parametrize("address", ["explore", "compare", "gaps", "annotate"])
def test_what_unfolds_says_whether_it_is_unfolded(visit: Visit, address: str) -> None:
    page = visit(address)
    for fold in page.locator(".bx-settings > button, .bx-unfold button").all():
        expect(fold).to_have_attribute("aria-expanded", "false")
        fold.focus()
        page.keyboard.press("Enter")
        expect(fold).to_have_attribute("aria-expanded", "true")


def test_what_is_typed_stays_when_the_server_fills_the_field(visit: Visit) -> None:
    page = visit("explore?profession=author&adjectives=none&images=9")
    box, heading = field(page, "Profession"), page.get_by_role("heading", level=1)
    box.click()
    page.keyboard.type("nurse")
    page.keyboard.press("Enter")
    wait_for(page, profession="nurse")
    page.evaluate(HOLD)
    page.go_back()
    box.click()
    page.keyboard.type("paint")
    page.evaluate("release()")
    expect(heading).to_contain_text("of an author", timeout=PATIENCE_MS)
    expect(box).to_have_value("paint")
    page.keyboard.press("Escape")
    expect(box).to_have_value("author")


# The server's answers wait until they are released.
HOLD = """() => {
  const send = window.fetch, released = new Promise((resolve) => (window.release = resolve));
  window.fetch = async (...request) => {
    if (String(request[0]).includes("queue/join")) await released;
    return send(...request);
  };
}"""


def test_back_and_forward_can_be_pressed_faster_than_the_server_answers(visit: Visit) -> None:
    page = visit("explore?profession=author&adjectives=none&images=9")
    box, heading = field(page, "Profession"), page.get_by_role("heading", level=1)
    for word in ("nurse", "painter"):
        box.click()
        page.keyboard.type(word)
        page.keyboard.press("Enter")
        wait_for(page, profession=word)
    for steps, word in ((("go_back", "go_back"), "an author"), (("go_forward",) * 2, "a painter")):
        page.evaluate(HOLD)
        for step in steps:
            getattr(page, step)()
        page.evaluate("release()")
        expect(heading).to_contain_text(f"of {word} ", timeout=PATIENCE_MS)
        wait_for(page, profession=word.split()[1])
    for word in ("a nurse", "an author"):
        page.go_back()
        expect(heading).to_contain_text(f"of {word} ", timeout=PATIENCE_MS)


def test_back_and_forward_lead_through_every_choice(visit: Visit) -> None:
    page = visit("explore?profession=author&adjectives=none&images=9")
    field(page, "Profession").click()
    page.keyboard.type("nurse")
    page.keyboard.press("Enter")
    wait_for(page, profession="nurse")
    unfold_settings(page)
    number = page.get_by_label("Images per prompt")
    number.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("12")
    wait_for(page, images="12")
    page.locator(".bx-frames").get_by_text("Skin tone", exact=True).click()
    wait_for(page, frame="tone")
    page.locator(".bx-thumb").nth(1).click()
    wait_for(page, image="none:2")
    dialog = page.get_by_role("dialog")
    page.go_back()
    expect(dialog).to_be_hidden()
    page.go_back()
    expect(page.locator("#bx-frame-gender")).to_be_checked()
    page.go_back()
    wait_for(page, profession="nurse", images="9")
    expect(number).to_have_value("9")
    page.go_back()
    wait_for(page, profession="author")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("images of an author", timeout=PATIENCE_MS)
    expect(field(page, "Profession")).to_have_value("author")
    page.go_forward()
    expect(heading).to_contain_text("images of a nurse", timeout=PATIENCE_MS)
    page.reload()
    expect(heading).to_contain_text("images of a nurse", timeout=PATIENCE_MS)
    for _ in range(3):
        page.go_forward()
        page.wait_for_timeout(MOMENT_MS)
    expect(dialog).to_be_visible(timeout=PATIENCE_MS)
    wait_for(page, images="12", frame="tone", image="none:2")


def test_a_link_with_an_open_image_opens_it_and_closing_it_leaves_the_view(visit: Visit) -> None:
    page = visit("compare?profession=nurse&adjectives=none,honest&frame=tone&image=honest:3")
    dialog = page.get_by_role("dialog", name="Photo portrait of an honest nurse")
    expect(dialog.get_by_role("img")).to_have_count(2)
    page.keyboard.press("ArrowRight")
    wait_for(page, image="honest:4")
    page.keyboard.press("Escape")
    wait_for(page, image="", frame="tone")
    page.locator(".bx-thumb").first.click()
    wait_for(page, image="none:1")
    page.keyboard.press("Escape")
    wait_for(page, image="", frame="tone")
    expect(page.locator("#bx-frame-tone")).to_be_checked()
    gone = visit("explore?profession=nurse&adjectives=none&image=none:99")
    wait_for(gone, image="")
    expect(gone.get_by_role("dialog")).to_have_count(0)


def test_a_name_stays_in_the_browser_and_no_key_for_an_image_ends_in_it(visit: Visit) -> None:
    page = visit("annotate?rater=Teacher&annotator=Teacher")
    expect(page.get_by_role("heading", level=1)).to_contain_text("What do people see")
    name = page.get_by_label("Your name or initials")
    expect(name).to_have_value("")
    name.click()
    page.keyboard.type("Pupil")
    field(page, "Question").click()
    page.get_by_role("option", name="Perceived skin tone").click()
    wait_for(page, axis="tone")
    expect(name).to_be_visible()
    page.go_back()
    expect(field(page, "Question")).to_have_value("Perceived gender presentation")
    name.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("Pupil")
    page.keyboard.press("Enter")
    page.keyboard.type("zz")
    who = page.locator(".bx-who")
    expect(who).to_contain_text("Annotating as Pupil", timeout=PATIENCE_MS)
    expect(name).to_be_hidden()
    done = page.locator(".bx-said b")
    page.keyboard.press("f")
    expect(done).to_have_text("1", timeout=PATIENCE_MS)
    assert "Pupil" not in page.url
    page.reload()
    expect(done).to_have_text("1", timeout=PATIENCE_MS)
    other = page.context.new_page()
    other.goto(page.url.replace("axis=gender", "rater=Teacher&axis=gender"))
    expect(other.locator(".bx-who")).to_contain_text("Annotating as Pupil", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Change name").click()
    expect(name).to_be_visible(timeout=PATIENCE_MS)


def test_half_a_number_is_said_to_be_wrong(visit: Visit) -> None:
    page = visit("explore?adjectives=none")
    unfold_settings(page)
    page.get_by_label("Images per prompt").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("2.5")
    message = "Images per prompt is 2.5. Give a whole number."
    expect(page.get_by_role("alert")).to_contain_text(message, timeout=PATIENCE_MS)
    page.keyboard.press("Control+A")
    page.keyboard.press("Backspace")
    expect(page.locator("#bx-status")).to_contain_text("Images per prompt: give a whole number.")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_what_a_mouse_is_told_of_a_term_or_a_place_is_told_to_keys_and_touch(visit: Visit) -> None:
    plumber = "explore?profession=plumber&adjectives=none&images=9"
    page = visit(plumber + "&tab=statistics", touch=True)
    meaning = page.locator(".bx-meaning")
    term = page.get_by_role("button", name="Corrected").first
    page.locator(".bx-plan summary").focus()
    # The region that scrolls comes before what is in it.
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(term).to_be_focused()
    page.keyboard.press("Enter")
    expect(meaning.get_by_role("status")).to_contain_text("errors")
    page.keyboard.press("Tab")
    expect(meaning.get_by_role("link", name="More on “Corrected” in Method")).to_be_focused()
    page.keyboard.press("Escape")
    expect(meaning).to_be_hidden()
    page.get_by_role("button", name="As counted").first.tap()
    expect(meaning).to_contain_text("The share among images with a label")
    page.get_by_role("button", name="As counted").first.tap()
    expect(meaning).to_be_hidden()
    tip = page.get_by_role("tooltip")
    page.get_by_role("link", name="Images", exact=True).first.tap()
    page.locator("li.bx-slot").first.focus()
    page.keyboard.press("ArrowRight")
    expect(tip).to_have_text("plumber, no adjective, image 2, not generated yet")
    page.locator("li.bx-slot").nth(2).tap()
    expect(tip).to_have_text("plumber, no adjective, image 3, not generated yet")


def test_words_from_right_to_left_keep_the_sentence_in_order(visit: Visit) -> None:
    page = visit("explore?adjectives=none&images=2")
    field(page, "Profession").click()
    page.keyboard.insert_text("ممرضة")
    page.get_by_role("option", name="ممرضة").click()
    expect(page.locator("h1 bdi")).to_have_text("ممرضة", timeout=PATIENCE_MS)


def test_a_page_that_is_not_there_says_so_and_leads_back(chromium: Browser, site: Site) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    answer = page.goto(site.url + "comparee")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("alert")).to_contain_text("There is nothing at '/comparee'.")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.goto(site.url + "csv/tallies.csv?model=emoji-skew")
    expect(page.get_by_role("alert")).to_contain_text("Did you mean 'emoji-skewed'?")
    page.get_by_role("link", name="Compare").click()
    page.wait_for_url(re.compile("/compare"))
    page.locator(".bx-view").wait_for()
    page.close()
