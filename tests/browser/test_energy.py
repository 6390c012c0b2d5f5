"""The energy of a model's images in a real browser: the country chosen, the file downloaded."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_the_country_of_a_run_is_chosen_once_and_kept_in_the_link(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit(
        "explore?model=emoji-skewed&profession=author&adjectives=none&images=9&tab=statistics"
    )
    energy = page.get_by_role("region", name="Energy", exact=True)
    # Other tests may have generated images of this model.
    expect(energy).to_contain_text(re.compile("no image was generated here|per 1,000 images"))
    page.get_by_role("button", name="More settings").click()
    country = page.get_by_role("combobox", name="Country of the electricity")
    country.click()
    country.press("ControlOrMeta+a")
    country.press_sequentially("Fran")
    page.get_by_role("option", name="France (FRA)").click()
    page.wait_for_function("new URLSearchParams(location.search).get('country') === 'FRA'")
    with page.expect_download() as download:
        energy.get_by_role("link", name="energy.csv").click()
    file = tmp_path / "energy.csv"
    download.value.save_as(file)
    assert file.read_text(encoding="utf-8").startswith("level,run,started,model,done,images,")
    again = visit(page.evaluate("location.search"))
    again.get_by_role("button", name="More settings").click()
    expect(again.get_by_role("combobox", name="Country of the electricity")).to_have_value(
        "France (FRA)"
    )
