"""The view Footprint in a real browser: typed into, linked, downloaded."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_what_is_typed_is_calculated_linked_and_downloaded(visit: Visit, tmp_path: Path) -> None:
    page = visit("footprint")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("100 hours on 1 x NVIDIA A100 SXM4 80GB use 40 kWh")
    hours = page.get_by_role("textbox", name="Hours", exact=True)
    hours.click()
    hours.press("ControlOrMeta+a")
    hours.press_sequentially("2")
    hours.press("Enter")
    expect(heading).to_contain_text("2 hours on 1 x NVIDIA A100 SXM4 80GB use 0.8 kWh")
    place = page.get_by_role("combobox", name="Country or cloud region")
    place.click()
    place.press("ControlOrMeta+a")
    place.press_sequentially("France")
    page.get_by_role("option", name="France (FRA)").click()
    expect(page.get_by_text("0.8 kWh x 56 g/kWh = 44.8 g CO2e")).to_be_visible()
    assert page.url.endswith("footprint?hours=2&place=FRA")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").first.click()
    file = tmp_path / "calculation.csv"
    download.value.save_as(file)
    (row,) = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    assert (row["kwh"], row["grid"]) == ("0.8", "France")
    again = visit("footprint?" + page.url.partition("?")[2])
    expect(again.get_by_role("heading", level=1)).to_have_text(heading.inner_text())
    expect(again.get_by_role("textbox", name="Hours", exact=True)).to_have_value("2")


def test_a_model_that_hides_its_training_is_said_to(visit: Visit) -> None:
    page = visit("footprint", width=390)
    model = page.get_by_role("combobox", name="Model")
    model.click()
    model.press("ControlOrMeta+a")
    model.press_sequentially("FLUX.1 dev")
    page.get_by_role("option", name="FLUX.1 dev", exact=True).click()
    life = page.get_by_role("region", name="Lifecycle", exact=True)
    expect(life).to_contain_text("they do not disclose it")
    expect(life).to_contain_text("which is itself a finding")
    days = page.get_by_role("textbox", name="Days")
    days.click()
    days.press("ControlOrMeta+a")
    days.press_sequentially("0")
    days.press("Tab")
    expect(page.get_by_role("alert")).to_contain_text("The number of days is 0.0")
