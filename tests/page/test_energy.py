"""The energy of models on the page: a line each, the methods a click away, a file."""

import csv
import io
import json
from dataclasses import replace

import gradio as gr
import pytest
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from explorer.errors import UnknownName
from explorer.footprint import metering
from explorer.footprint.tracker import Energies, Hardware
from explorer.page import compare, explore
from explorer.page.choice import COMPARE, EXPLORE, IMAGES_TAB, STATISTICS, Choice, address, parse
from explorer.page.desk import Desk
from explorer.page.routes import routes
from explorer.page.todo import to_do
from explorer.page.view import Show, begin, view, watch
from tests.markup import Element, parse_html
from tests.page.conftest import Generated, findings_of
from tests.readings import reading

SMALL = replace(EXPLORE, adjectives=("none",), images=10, tab=STATISTICS)
BOTH = replace(COMPARE, adjectives=("none",), images=10, tab=STATISTICS)


@pytest.fixture
def metered(desk: Desk, generated: Generated) -> Desk:
    """Return a desk whose images of the first model were metered."""
    made = generated(BOTH)
    read = reading(10, cpu_kwh=0.0004, ram_kwh=0.0017)
    desk.store.energy.save([(made.models[0].spec, read)])
    return desk


def shown(desk: Desk, choice: Choice, show: Show) -> Element:
    return parse_html(show(desk, choice, findings_of(desk, choice))).one("section.bx-energy")


def test_explore_tells_what_generating_took_and_how_that_was_measured(metered: Desk) -> None:
    section = shown(metered, SMALL, explore.show)
    assert "Generating 10 images took 2.1 Wh (processor 0.4 Wh" in section.text
    assert "memory 1.7 Wh as a constant" in section.text
    details = section.one("details")
    assert details.one("summary").text == "How this was measured"
    assert "Nothing is measured, and it is often the largest part" in details.text
    assert "No country is named" in details.text
    (first, second) = section.all("a")
    assert first.attributes["href"] == f"csv/energy.csv{address(SMALL)}"
    assert second.attributes["href"] == f"json/energy.json{address(SMALL)}"


def test_beside_the_images_it_is_a_line_for_each_model(metered: Desk) -> None:
    images = replace(BOTH, tab=IMAGES_TAB)
    page = parse_html(compare.show(metered, images, findings_of(metered, images)))
    told = [one.text for one in page.one("section.bx-foot").all("p")]
    assert "Generating 10 images took 2.1 Wh (processor 0.4 Wh" in told[0]
    assert "no image was generated here with a meter" in told[1]


def test_images_that_nobody_metered_say_so_and_have_no_methods(desk: Desk) -> None:
    section = shown(desk, SMALL, explore.show)
    assert "no image was generated here with a meter" in section.text
    assert section.all("details") == []


def test_compare_shows_energy_beside_bias(metered: Desk) -> None:
    section = shown(metered, BOTH, compare.show)
    heads = [one.text for one in section.all("th", scope="col")]
    assert heads == [
        *("Model", "Perceived as feminine"),
        *("Energy per 1,000 images", "Emissions per 1,000 images"),
    ]
    left, right = (one.all("td") for one in section.one("tbody").all("tr"))
    assert "%" in left[0].text
    assert left[1].text == "0.21 kWh"
    assert "to" in left[2].text
    assert [one.text for one in right[1:]] == ["not measured", "not measured"]


def test_a_country_is_kept_in_the_address_and_makes_emissions_a_value(metered: Desk) -> None:
    choice = replace(SMALL, country="FRA")
    assert address(choice).endswith("&country=FRA&tab=statistics")
    assert parse(QueryParams(address(choice).removeprefix("?")), EXPLORE) == choice
    text = shown(metered, choice, explore.show).text
    assert "11.8 g CO2e per 1,000 images" in text
    assert "Grid of France" in text


def test_an_unknown_country_in_an_address_names_the_nearest(metered: Desk) -> None:
    with pytest.raises(UnknownName, match="France"):
        shown(metered, replace(SMALL, country="Frnace"), explore.show)


def test_the_estimate_beside_the_button_is_that_of_this_machine(metered: Desk) -> None:
    more = replace(SMALL, images=100)
    made = findings_of(metered, more).study
    line = to_do(made, metered, "FRA").footprint
    assert line.startswith("About 19 Wh")
    assert "measured on this machine" in line


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_the_files_have_the_runs_of_the_models_of_the_view(metered: Desk, kind: str) -> None:
    client = TestClient(Starlette(routes=routes(metered)))
    for choice, number in ((SMALL, 2), (BOTH, 2), (replace(SMALL, models=("emoji-even",)), 0)):
        answer = client.get(f"/{kind}/energy.{kind}{address(choice)}")
        assert answer.status_code == 200
        found = (
            list(csv.DictReader(io.StringIO(answer.text)))
            if kind == "csv"
            else json.loads(answer.text)
        )
        assert len(found) == number
    assert client.get(f"/{kind}/energy.{kind}?country=Frnace").status_code == 400


class FakeTracker:
    hardware = Hardware("a processor", 2, 8.0, None, 16.0, "load model", None, "constant")

    def begin(self) -> None:
        """Begin."""

    def end(self) -> Energies:
        return Energies(0.001, None, 0.002)


@pytest.mark.parametrize("works", [True, False])
def test_a_run_of_the_page_is_metered_and_a_failure_is_said_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, *, works: bool
) -> None:
    def tracker() -> FakeTracker:
        if works:
            return FakeTracker()
        raise RuntimeError("no driver")

    monkeypatch.setattr(metering, "Tracker", tracker)
    on = replace(desk, settings=replace(desk.settings, meter=True))
    with gr.Blocks(analytics_enabled=False) as page:
        opened = view(page, on, EXPLORE, ("Model",), explore.show)
    values = opened.form.values(replace(SMALL, country="FRA"))
    begin(opened, values, "Ada")
    *_, (status, *_, findings) = watch(opened, "Ada")
    runs = desk.store.energy.runs()
    assert {one.where.country for _, one in runs} == {"FRA"}
    said = parse_html(str(status)).text
    assert ("not measured (no driver.)" in said) != works
    assert "All 10 images are here" in said
    assert ("Generating" in parse_html(findings).one("section.bx-energy").text) == works


def test_a_run_with_an_unknown_country_does_not_begin(desk: Desk) -> None:
    with gr.Blocks(analytics_enabled=False) as page:
        opened = view(page, desk, EXPLORE, ("Model",), explore.show)
    values = opened.form.values(replace(SMALL, country="Frnace"))
    status, *_ = begin(opened, values, "Ada")
    assert "Did you mean 'France'" in parse_html(status).text
    assert desk.store.size().images == 0
