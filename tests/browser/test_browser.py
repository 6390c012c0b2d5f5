"""The page in a real browser: it generates, cancels, opens, downloads, shares and compares."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from explorer.models.requests import Image
from explorer.page.choice import EXPLORE, address, study
from explorer.study import count_missing
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.commands import run

pytestmark = pytest.mark.browser

SMALL = "explore?profession=pilot&adjectives=none,honest,stubborn&images=3"
WORDS = "--profession pilot --adjective none --adjective honest --adjective stubborn --images 3"

# Gradio complains of a page that is left while the end of an answer still comes in.
SETTLED_MS = 1_000

TABLE_FLAWS = Path(__file__).with_name("table_flaws.js").read_text("utf-8")
# A first image waits for the libraries and the model; a busy machine takes its time.
PATIENCE_MS = 60_000


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def generate(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Generate")).click()
    done = re.compile(r"All \d+ images are here")
    expect(page.locator("#bx-status")).to_contain_text(done, timeout=PATIENCE_MS)


def unfold_settings(page: Page) -> None:
    page.get_by_role("button", name="More settings").click()


def give_name(page: Page, name: str) -> None:
    page.get_by_label("Your name or initials").click()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.locator(".bx-answers")).to_be_visible(timeout=PATIENCE_MS)


def test_it_opens_on_images_and_a_finding(visit: Visit) -> None:
    page = visit("explore")
    expect(page.get_by_role("heading", level=1)).to_contain_text("images of an author")
    assert page.locator(".bx-row").count() == 21
    shown = page.locator(".bx-thumb img").first
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    expect(page.get_by_role("button", name=re.compile("^Generate"))).to_be_hidden()


def test_a_readable_file_is_downloaded_for_spreadsheets(
    visit: Visit, site: Site, tmp_path: Path
) -> None:
    with (page := visit("explore")).expect_download() as download:
        page.get_by_role("link", name="Tallies, readable", exact=True).click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert re.fullmatch(r"author-emoji-skewed-21x9-tallies-[\d-]{10}\.csv", file.name)
    options = f"--csv - --readable --bom --cache {site.desk.store.root}"
    line = f"tally --model emoji-skewed --profession author {options}"
    assert file.read_bytes() == run(line).stdout_bytes


def test_a_small_grid_is_generated_and_its_files_equal_the_command_line(
    visit: Visit, site: Site, tmp_path: Path
) -> None:
    page = visit(SMALL)
    expect(page.get_by_role("button", name="Generate 9 images")).to_be_visible()
    generate(page)
    expect(page.locator(".bx-thumb, li.bx-slot.filtered")).to_have_count(9)
    for link, command in (("Tallies", "tally"), ("Images", "images")):
        with page.expect_download() as download:
            page.locator(".bx-downloads").get_by_role("link", name=link, exact=True).click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        line = f"{command} --model emoji-skewed {WORDS} --csv - --cache {site.desk.store.root}"
        assert file.read_bytes() == run(line).stdout_bytes


def test_a_run_can_be_cancelled_and_continued_with_keys(visit: Visit) -> None:
    page = visit("explore?profession=farmer")
    page.get_by_role("button", name="Generate 189 images").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#bx-status")).to_contain_text("left", timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#bx-status")).to_contain_text(
        "All generated images are kept", timeout=PATIENCE_MS
    )
    kept = page.locator(".bx-thumb, li.bx-slot.filtered").count()
    assert 0 < kept < 189
    expect(page.get_by_role("button", name=f"Generate {189 - kept} images")).to_be_focused()


def test_a_reload_and_a_second_tab_find_the_run_which_ends_when_all_have_left(
    visit: Visit, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.desk.runs, "patience_seconds", 10)
    page = visit("explore?profession=cook&images=30")
    page.get_by_role("button", name="Generate 630 images").click()
    expect(page.locator("#bx-status")).to_contain_text("left", timeout=PATIENCE_MS)
    page.reload()
    expect(page.locator("#bx-status")).to_contain_text(" of 630 generated", timeout=PATIENCE_MS)
    second = visit("explore?profession=cook&images=30")
    expect(second.locator("#bx-status")).to_contain_text(" of 630 generated", timeout=PATIENCE_MS)
    expect(second.locator("#bx-status")).to_contain_text("the run goes on for 10 s")
    expect(second.get_by_role("button", name="Cancel")).to_be_visible()
    expect(second.get_by_role("button", name="Generate")).to_be_hidden()
    choice = replace(EXPLORE, professions=("cook",), images=30)
    asked = study(choice, site.desk.find_model, site.desk.settings.device)
    begun = site.desk.runs.of(asked)
    assert begun is not None
    page.close()
    second.close()
    site.desk.runs.wait(begun, PATIENCE_MS / 1000)
    assert begun.stopped
    assert 0 < count_missing(asked, site.desk.store) < 630


def test_an_image_opens_with_prompt_seed_and_scores_and_the_keys_work(visit: Visit) -> None:
    page = visit("explore")
    row = page.get_by_role("group", name="author, honest")
    row.get_by_role("button").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Photo portrait of an honest author")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Seed")
    expect(dialog).to_contain_text("Perceived skin tone")
    full = dialog.get_by_role("img").first
    assert full.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    first = full.get_attribute("src")
    page.keyboard.press("ArrowRight")
    assert full.get_attribute("src") != first
    page.keyboard.press("ArrowLeft")
    assert full.get_attribute("src") == first
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(row.get_by_role("button").nth(1)).to_be_focused()


def test_an_open_image_leads_to_those_that_look_like_it_and_back(visit: Visit) -> None:
    page = visit("explore?adjectives=honest")
    page.get_by_role("group", name="author, honest").get_by_role("button").first.click()
    dialog = page.get_by_role("dialog")
    file = str(dialog.get_by_role("img").first.get_attribute("src")).split("/")[-1]
    dialog.get_by_role("link", name="Similar images").focus()
    page.keyboard.press("Enter")
    # The sample is encoded from the start.
    expect(page.locator("ol.bx-near li")).to_have_count(24)
    expect(dialog).to_be_hidden()
    expect(page.get_by_alt_text("The chosen image")).to_have_attribute("src", re.compile(file))
    page.go_back()
    expect(dialog).to_be_visible()


def test_an_image_of_a_service_opens_with_its_rewritten_prompt_and_without_a_seed(
    visit: Visit, site: Site
) -> None:
    asked = replace(EXPLORE, models=("openai:painter (32 px)",), adjectives=("none",), images=2)
    (first, second) = (made := study(asked, site.desk.find_model, "cpu")).requests(made.models[0])
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    refused = Image(second, None, "refused (moderation_blocked): No")
    site.desk.store.save([Image(first, pixels, revised="A woman who writes."), refused])
    page = visit(address(asked))
    expect(page.locator(".bx-view")).to_contain_text("rewrote the prompt of 1 of 1 image")
    expect(page.locator(".bx-view")).to_contain_text("refused 1 image")
    page.get_by_role("group", name="author, no adjective").get_by_role("button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Prompt as the service rewrote it")
    expect(dialog).to_contain_text("A woman who writes.")
    expect(dialog).not_to_contain_text("Seed")


def test_skin_tone_is_measured_in_the_pixels_of_stored_images(visit: Visit) -> None:
    page = visit("explore")
    unfold_settings(page)
    page.get_by_role("combobox", name="Skin tone").click()
    page.get_by_role("option", name="by pixels").click()
    page.get_by_role("button", name="Classify 189 images").click()
    expect(page.locator("#bx-status")).to_contain_text(
        "All 189 images are here", timeout=PATIENCE_MS
    )
    assert query(page)["tone"] == ["pixels"]
    page.locator(".bx-frames").get_by_text("Skin tone by pixels", exact=True).click()
    expect(page.locator(".bx-for-pixel-tone .bx-filter").first).to_be_visible()
    expect(page.locator(".bx-for-gender .bx-filter").first).to_be_hidden()
    page.locator(".bx-thumb").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("Typology angle")


def test_a_link_opens_into_the_same_state(visit: Visit) -> None:
    page = visit("explore?profession=nurse&adjectives=honest&images=3")
    unfold_settings(page)
    adjectives = page.get_by_role("combobox", name="Adjectives")
    adjectives.click()
    adjectives.press_sequentially("shy, quiet")
    page.get_by_role("option", name="Use “shy, quiet” as my own word").click()
    expect(page.locator(".bx-row")).to_have_count(2)
    number = page.get_by_label("Images per prompt")
    number.fill("5")
    expect(page.locator(".bx-row").first.locator("li")).to_have_count(5)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert query(page)["adjectives"] == ["honest", "shy, quiet"]
    other = visit("explore?" + link.partition("?")[2])
    for part in (".bx-top", ".bx-charts", ".bx-grid"):
        assert other.locator(part).inner_html() == page.locator(part).inner_html()
    assert other.get_by_label("Images per prompt").input_value() == "5"


def test_what_people_type_is_shown_as_text_and_what_is_wrong_is_said(visit: Visit) -> None:
    page = visit("explore")
    page.get_by_role("combobox", name="Profession").click()
    page.keyboard.type("<b>x</b>")
    page.get_by_role("option", name="Use “<b>x</b>” as my own word").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("a <b>x</b>")
    unfold_settings(page)
    page.get_by_label("Images per prompt").fill("0")
    expect(page.get_by_role("alert")).to_contain_text("Give a whole number from 1 to 1000")


def test_two_models_are_compared_on_the_same_seeds(
    visit: Visit, site: Site, tmp_path: Path
) -> None:
    page = visit(SMALL)
    page.wait_for_timeout(SETTLED_MS)
    page.get_by_role("link", name="Compare").click()
    page.wait_for_url("**/compare?left=emoji-skewed&right=emoji-even&profession=pilot**")
    page.locator(".bx-view").wait_for()
    generate(page)
    expect(page.locator(".bx-thumb, li.bx-slot.filtered")).to_have_count(18)
    page.locator(".bx-thumb").first.click()
    seeds = page.get_by_role("dialog").locator("dd:last-child").all_inner_texts()
    assert len(seeds) == 2
    assert seeds[0] == seeds[1]
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        page.get_by_role("link", name="Comparison", exact=True).click()
    file = tmp_path / "comparison.csv"
    download.value.save_as(file)
    line = f"compare emoji-skewed emoji-even {WORDS} --csv - --cache {site.desk.store.root}"
    assert file.read_bytes() == run(line).stdout_bytes


def test_images_are_annotated_with_keys_taken_back_and_continued(visit: Visit, site: Site) -> None:
    page = visit("annotate", width=390)
    give_name(page, "Ada")
    done = page.locator(".bx-said b")
    expect(done).to_have_text("0")
    expect(page.get_by_role("button", name="feminine", exact=True)).to_be_focused()
    for place, key in enumerate("fmcn"):
        page.keyboard.press(key)
        expect(done).to_have_text(str(place + 1))
    expect(page.get_by_role("button", name="no or several people")).to_be_focused()
    page.get_by_role("button", name="masculine", exact=True).click()
    expect(done).to_have_text("5")
    page.keyboard.press("u")
    expect(done).to_have_text("4")
    said = [one.label for one in site.desk.store.annotations.all() if one.annotator == "Ada"]
    assert said == ["feminine", "masculine", "cannot tell", "no or several people"]
    shown = page.get_by_role("img", name="Image 5 of").get_attribute("src")
    again = visit("annotate" + page.evaluate("location.search"))
    give_name(again, "Ada")
    assert again.get_by_role("img", name="Image 5 of").get_attribute("src") == shown
    again.get_by_role("button", name="Show the annotation report").click()
    report = again.get_by_role("region", name="Annotation report")
    expect(report).to_contain_text("are annotated, by Ada (4)")
    again.get_by_role("button", name="Draw another sample").click()
    again.get_by_label("Images, 20 to 10,000").click()
    again.keyboard.press("Control+a")
    again.keyboard.type("20")
    again.keyboard.press("Tab")
    again.get_by_role("button", name="Draw it").click()
    expect(again.locator(".bx-howfar")).to_contain_text("of 20 annotated", timeout=PATIENCE_MS)
    assert len([one for one in site.desk.store.annotations.all() if one.annotator == "Ada"]) == 4
    last = page.get_by_role("link", name="Annotate").bounding_box()
    assert last is not None
    assert last["x"] + last["width"] <= 390


def test_a_model_stands_beside_the_labour_statistics_and_ones_own_figures(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit("gaps")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("2 professions are too few to test for exaggeration")
    found = page.locator(".bx-top")
    expect(found).to_contain_text("Mean gap between images and the labour statistics of 2023")
    rows = page.get_by_role("region", name="Gap of each profession").get_by_role("row")
    expect(rows).to_have_count(3)
    expect(page.get_by_role("figure", name="Images against people")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Share of images perceived"))).to_be_visible()
    file = tmp_path / "mine.csv"
    file.write_text("profession,share\nauthor,0.1\n", "utf-8")
    page.get_by_role("button", name="Reference: labour statistics").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(found).to_contain_text("Gap between images and your own figures")
    expect(rows.filter(has_text="nurse")).to_contain_text("not in the reference")
    assert query(page)["reference"] == ["author:0.1"]
    again = visit("gaps?" + page.url.partition("?")[2])
    expect(again.locator(".bx-top")).to_contain_text("your own figures")
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("profession,share\nauthor,60\n", "utf-8")
    page.locator("input[type=file]").set_input_files(wrong)
    expect(page.get_by_role("alert")).to_contain_text("'wrong.csv', line 2: the share is '60'")
    page.get_by_role("button", name="Labour statistics", exact=True).click()
    expect(found).to_contain_text("the labour statistics of 2023")
    assert "reference" not in query(page)


def test_a_profession_is_followed_from_its_gap_to_its_images_by_keys(visit: Visit) -> None:
    page = visit("gaps")
    page.wait_for_timeout(SETTLED_MS)
    page.get_by_role("link", name="nurse").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/explore?model=emoji-skewed&profession=nurse**")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("images of a nurse", timeout=PATIENCE_MS)
    page.get_by_role("link", name="Show statistics").focus()
    page.keyboard.press("Enter")
    summary = page.locator(".bx-plan summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("are told apart 80% of the time")).to_be_visible()
    unfold_settings(page)
    page.get_by_label("Images per prompt").fill("20")
    expect(summary).to_contain_text("With 420 images", timeout=PATIENCE_MS)
    expect(page.get_by_text("are told apart 80% of the time")).to_be_visible()


def test_several_professions_are_compared_row_by_row(visit: Visit) -> None:
    page = visit("compare?profession=author,nurse")
    expect(page.get_by_role("heading", level=1)).to_contain_text("tested professions")
    figure = page.get_by_role("figure", name="Perceived as feminine, by profession")
    expect(figure.get_by_role("row")).to_have_count(3)
    expect(figure.get_by_role("columnheader", name="q", exact=True)).to_be_visible()
    page.wait_for_timeout(SETTLED_MS)
    figure.get_by_role("link", name="author").click()
    page.wait_for_url("**/compare?left=emoji-skewed&right=emoji-even&profession=author**")
    expect(page.locator(".bx-row")).to_have_count(21, timeout=PATIENCE_MS)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "explore",
            "compare",
            "compare?profession=author,nurse",
            "gaps",
            "annotate?axis=tone",
        ),
        *("pronouns", "footprint", "report", "models", "method", "explore?embed=1"),
    ],
)
def test_nothing_keeps_people_out(visit: Visit, address: str) -> None:
    page = visit(address, scheme="light")
    if address.startswith("annotate"):
        give_name(page, "Axe")
    assert flaws(page) == []
    shown = page.locator(".bx-view").first
    ink = shown.evaluate("view => getComputedStyle(view).color")
    page.emulate_media(color_scheme="dark")
    expect(shown).not_to_have_css("color", ink)
    assert flaws(page, runOnly=["color-contrast"]) == []


def flaws(page: Page, **options: object) -> list[object]:
    return [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in Axe().run(page, options=options).response["violations"]
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize(
    "address",
    [
        *("", "explore", "explore?tab=statistics", "compare", "compare?tab=statistics"),
        *("compare?profession=author,nurse", "gaps", "annotate", "explore?embed=1"),
        *("pronouns", "footprint", "report", "models", "method"),
    ],
)
def test_no_view_scrolls_sideways(visit: Visit, address: str) -> None:
    page = visit(address)
    if address == "annotate":
        give_name(page, "Eve")
    for width in (1400, 1024, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        wide, room = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide == room, width


@pytest.mark.parametrize(
    "address",
    [
        "explore",
        "explore?tab=statistics",
        "compare",
        "compare?tab=statistics",
        "compare?profession=author,nurse",
        "gaps",
        "annotate?annotator=Tom",
        "pronouns",
        "footprint",
    ],
)
def test_every_number_of_every_table_can_be_read_at_every_width(visit: Visit, address: str) -> None:
    page = visit(address)
    if address.startswith("annotate"):
        page.get_by_role("button", name="Show the annotation report").click()
        page.get_by_role("region", name="Annotation report").wait_for()
    flaws = []
    for width in (1920, 1400, 1280, 1024, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        flaws += page.evaluate(TABLE_FLAWS)
    assert flaws == []


def test_a_table_without_room_is_scrolled_by_keys_and_shows_a_bar(visit: Visit) -> None:
    page = visit("compare?profession=author,nurse", width=320)
    region = page.get_by_role("region", name="Perceived as feminine, by profession")
    # A reader's own font can be wider than any that was tried.
    region.evaluate("region => region.firstElementChild.style.minWidth = '600px'")
    assert region.evaluate("region => region.offsetHeight - region.clientHeight") > 0
    region.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("region => region.scrollLeft > 0", arg=region.element_handle())


def test_a_link_that_cannot_be_says_what_is_wrong_and_offers_the_example(visit: Visit) -> None:
    page = visit("explore?model=emoji-skew&images=0", shown=".bx-status.error")
    expect(page.get_by_role("alert")).to_contain_text("Did you mean 'emoji-skewed'?")
    page.wait_for_timeout(SETTLED_MS)
    page.get_by_role("link", name="See the example").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("images of an author")
