"""The view Footprint: what its fields and its address ask, and its files."""

import csv
import io
import json
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from explorer.footprint.embodied import BLOOM
from explorer.footprint.grids import NOWHERE
from explorer.page.desk import Desk
from explorer.page.footprint import routes, show
from explorer.page.footprint_choice import Asked, parse
from tests.markup import Element, parse_html, table_rows


@pytest.fixture
def nowhere(desk: Desk) -> Desk:
    """Return a desk on a machine whose country nobody has set."""
    return replace(desk, settings=replace(desk.settings, country=None, region=None))


def html(desk: Desk, asked: Asked) -> Element:
    return parse_html(show(desk, asked))


def alert(desk: Desk, asked: Asked) -> str:
    return html(desk, asked).one("div", role="alert").text


def test_the_formula_stands_beside_the_result(nowhere: Desk) -> None:
    page = html(nowhere, Asked(hardware="A100 PCIe 40GB", hours="2", place="FRA"))
    assert page.one("h1").text.startswith("2 hours on 1 x NVIDIA A100 PCIe 40GB use 0.5 kWh")
    first, second, third = page.all("p.bx-quote")
    assert first.text.endswith("= 1 x 2 h x 0.25 kW x 1 x 1 = 0.5 kWh.")
    assert second.text.endswith("= 0.5 kWh x 56 g/kWh = 28 g CO2e.")
    assert third.text.startswith("Embodied emissions = ")


def test_the_lifecycle_is_a_table_that_says_what_is_not_known(nowhere: Desk) -> None:
    page = html(nowhere, Asked())
    life = page.one("section.bx-told")
    assert life.one("h2").text.startswith("After 28 million images, using Stable Diffusion 1.4")
    rows = table_rows(life.one("table"))
    assert rows[1] == ["Idle machines and overhead", "\N{EN DASH}", "not known"]
    assert rows[3][2].startswith("at least")


def test_the_address_holds_what_differs_and_leads_back_to_it(nowhere: Desk) -> None:
    asked = Asked(hardware="NVIDIA L4", hours="12.5", place="gcp/us-central1", embodied="off")
    page = html(nowhere, asked)
    query = page.one("article").attributes["data-address"]
    assert query == "?hardware=NVIDIA+L4&hours=12.5&place=gcp/us-central1&embodied=off"
    assert parse(QueryParams(query[1:])) == asked
    assert Asked().address == "?"
    assert parse(QueryParams("")) == Asked()


def test_own_figures_of_grid_and_hardware_take_the_place_of_the_usual_ones(desk: Desk) -> None:
    own = Asked(hours="2", intensity="100", server_kg="5000", in_use="0.5", training_kg="7")
    told = html(desk, own).text
    assert "x 100 g/kWh" in told
    assert "5,000 kg" in told
    assert own.making() == replace(BLOOM, server_kg=5000, in_use=0.5)
    training = own.lifecycle(desk.settings).training
    assert training is not None
    assert training.kg == 7
    assert parse(QueryParams(own.address[1:])) == own


def test_fields_are_read_in_their_order() -> None:
    values: list[object] = [getattr(Asked(), name) for name in Asked.__slots__]
    assert Asked.of(values) == Asked()
    values[2] = " 7 "
    values[5] = None
    assert (Asked.of(values).hours, Asked.of(values).place) == ("7", "")


def test_the_place_of_the_machine_counts_until_another_is_chosen(desk: Desk) -> None:
    swedish = replace(desk, settings=replace(desk.settings, country="Sweden"))
    assert "40.7 g/kWh" in html(swedish, Asked()).text
    assert "56 g/kWh" in html(swedish, Asked(place="France")).text
    assert "40.7 to 708 g/kWh" in html(swedish, Asked(place=NOWHERE)).text


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (Asked(hours=""), "The number of hours is empty."),
        (Asked(intensity="0"), "The carbon intensity is 0."),
        (Asked(in_use="2"), "The share of time in use is 2."),
        (Asked(devices_per_server="1.5"), "Give a whole number."),
        (Asked(hours="-1"), "The number of hours is -1.0."),
        (Asked(hours="many"), "The number of hours is 'many'. Give a number."),
        (Asked(devices="1.5"), "The number of devices is '1.5'. Give a whole number."),
        (Asked(devices="nan"), "The number of devices is 'nan'. Give a whole number."),
        (Asked(devices="inf"), "The number of devices is 'inf'. Give a whole number."),
        (Asked(utilisation="2"), "The utilisation is 2.0."),
        (Asked(pue="0.5"), "The PUE is 0.5."),
        (Asked(place="Frnce"), "Did you mean 'France'"),
        (Asked(hardware="H100"), "Did you mean 'NVIDIA H100 SXM5 80GB'"),
        (Asked(model="nonsense"), "Unknown model 'nonsense'."),
        (Asked(training_hours="5"), "belong together"),
        (Asked(per_day="0"), "The number of images a day is 0.0."),
    ],
)
def test_what_is_wrong_is_said_where_people_look(nowhere: Desk, asked: Asked, message: str) -> None:
    assert message in alert(nowhere, asked)


def test_figures_of_ones_own_replace_disclosed_ones(nowhere: Desk) -> None:
    asked = Asked(training_hours="1000", training_hardware="L4", kwh_per_1000="0.5", idle_share="1")
    told = html(nowhere, asked).text
    assert "is as you entered it" in told
    assert "After 290,000 images" in told


def test_text_from_people_is_shown_as_text(nowhere: Desk) -> None:
    assert "<b>x</b>" in alert(nowhere, Asked(hardware="<b>x</b>"))


def test_the_files_hold_the_rows_of_the_command_line(nowhere: Desk) -> None:
    client = TestClient(Starlette(routes=routes(nowhere)))
    query = Asked(hardware="L4", hours="10", place="FRA").address
    got = client.get(f"/csv/calculation.csv{query}")
    (row,) = csv.DictReader(io.StringIO(got.text))
    assert float(row["kwh"]) == 0.72
    (same,) = json.loads(client.get(f"/json/calculation.json{query}").text)
    assert same["kwh"] == 0.72
    assert len(client.get("/json/lifecycle.json").json()) == 5
    assert got.headers["content-disposition"] == 'attachment; filename="calculation.csv"'
    wrong = client.get("/csv/lifecycle.csv?model=nonsense")
    assert wrong.status_code == 400
    assert "Unknown model 'nonsense'" in wrong.text
