"""The view of pronouns in a real browser: chosen by keys, scored by a click, shared by its link."""

import re
import shutil
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from explorer.models.catalog import weights_folder
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.commands import run

pytestmark = pytest.mark.browser

PATIENCE_MS = 120_000
STEP_MS = 4_000
HEADLINE = "expects “she” for"


def type_model(page: Page, name: str) -> None:
    field = page.get_by_role("combobox", name="Language model")
    field.click()
    page.keyboard.type(name)
    page.keyboard.press("Enter")


def test_it_opens_on_three_sources_and_a_finding(visit: Visit) -> None:
    page = visit("pronouns")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"pronoun-skewed {HEADLINE}")
    assert page.locator(".bx-cloud circle").count() == 150
    rows = page.get_by_role("region", name="Each profession").get_by_role("row")
    expect(rows).to_have_count(151)
    expect(page.get_by_role("button", name="Score it")).to_be_hidden()


def test_another_model_is_typed_and_its_link_opens_the_same(visit: Visit) -> None:
    page = visit("pronouns")
    type_model(page, "pronoun-even")
    expect(page.get_by_role("heading", level=1)).to_contain_text("pronoun-even")
    expect(page).to_have_url(re.compile("model=pronoun-even"))
    again = visit(page.url.rsplit("/", 1)[1])
    expect(again.get_by_role("heading", level=1)).to_contain_text("pronoun-even")


def test_a_file_equals_what_the_command_line_writes(
    visit: Visit, site: Site, tmp_path: Path
) -> None:
    page = visit("pronouns?images=none")
    with page.expect_download() as download:
        page.get_by_role("link", name="Log-odds", exact=True).click()
    download.value.save_as(tmp_path / "rows.csv")
    line = f"pronouns pronoun-skewed --csv - --cache {site.desk.store.root}"
    assert (tmp_path / "rows.csv").read_bytes() == run(line).stdout_bytes


def test_a_model_in_a_folder_is_scored_by_a_click(visit: Visit, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(weights_folder("pronoun-even"), tmp_path / "own"))
    page = visit(f"pronouns?model={quote(str(folder))}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("was not scored yet")
    page.get_by_role("button", name="Score it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(HEADLINE, timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name="Score it")).to_be_hidden()
    expect(page.locator(".bx-words tbody tr")).to_have_count(16)


def test_another_model_chosen_meanwhile_stays_on_the_page(visit: Visit, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(weights_folder("pronoun-even"), tmp_path / "own"))
    page = visit(f"pronouns?model={quote(str(folder))}")
    heading, score = page.get_by_role("heading", level=1), page.get_by_role("button", name="Score")
    score.click()
    expect(page.locator("#bx-status")).to_contain_text(re.compile("Loading|Step"))
    type_model(page, "pronoun-skewed")
    expect(heading).to_contain_text(f"pronoun-skewed {HEADLINE}")
    # Longer than a step takes.
    page.wait_for_timeout(STEP_MS)
    expect(heading).to_contain_text("pronoun-skewed")
    expect(page.locator("#bx-status")).to_have_text("")
    page.go_back()
    # It may have been asked in part.
    expect(page.locator(".bx-pronouns")).to_have_attribute("data-address", re.compile("own"))
    score.click()
    expect(page.locator(".bx-words tbody tr")).to_have_count(16, timeout=PATIENCE_MS)
    expect(score).to_be_hidden()


def test_a_name_that_cannot_be_says_what_is_wrong(visit: Visit) -> None:
    page = visit("pronouns")
    type_model(page, "emoji-skewed")
    expect(
        page.get_by_role("option", name="Use “emoji-skewed” as a hub id or folder")
    ).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("'emoji-skewed' generates images")
