"""What a study will take, before it starts."""

from dataclasses import replace

import pytest

from explorer.findings.tables import Row
from explorer.footprint.embodied import BLOOM
from explorer.footprint.estimates import (
    MODEL,
    PROFESSION,
    Place,
    cheapest,
    embodied_share,
    estimate_rows,
    of_study,
)
from explorer.footprint.grids import find_grid
from explorer.models.backends import Imported
from explorer.models.catalog import ModelCard, find_model
from explorer.study import Study
from explorer.words.vocabulary import load_adjectives, load_professions
from tests.readings import run_of

TURBO = find_model("stabilityai/sdxl-turbo", "cpu")
SERVICE = find_model("openai:gpt-image-1-mini", "cpu")
IMPORTED = replace(TURBO, spec=replace(TURBO.spec, name="mine", settings=Imported()))
FRANCE = Place("cpu", find_grid("France"), embodied=BLOOM)
NOWHERE = Place("cpu")


def study(
    *cards: ModelCard, professions: int = 150, adjectives: int = 20, images: int = 9
) -> Study:
    names = [one.name for one in load_professions()][:professions]
    words = [one.word for one in load_adjectives()][:adjectives]
    return Study(cards or (TURBO,), tuple(names), (None, *words), images)


def row_of(asked: Study, place: Place) -> Row:
    (row,) = estimate_rows(asked, of_study(asked, place))
    return row


def test_a_study_takes_as_much_as_its_images() -> None:
    (found,) = of_study(study(), FRANCE)
    assert found.images == 28_350
    assert found.kwh is not None
    assert found.energy is not None
    assert found.kwh.estimate == pytest.approx(28_350 * (found.energy.kwh.estimate or 0))
    assert found.operational_kg is not None
    assert found.operational_kg.estimate == pytest.approx((found.kwh.estimate or 0) * 0.056039)


def test_the_same_answer_is_to_be_had_for_less() -> None:
    found = cheapest(study())
    assert (found.level, found.of_model) == (MODEL, 450)


def test_a_study_that_answers_for_each_profession_is_reduced_for_each_profession() -> None:
    found = cheapest(study(professions=10, images=20))
    assert (found.level, found.images) == (PROFESSION, 388)


def test_without_a_country_kwh_are_one_number_and_emissions_a_range() -> None:
    row = row_of(study(), NOWHERE)
    assert row["kg"] is None
    assert row["kg_least"] is not None
    assert isinstance(row["kwh"], float)


def test_making_the_hardware_has_a_share_of_the_emissions() -> None:
    row = row_of(study(), FRANCE)
    assert isinstance(row["kg"], float)
    assert isinstance(row["embodied_kg"], float)
    assert row["embodied_share"] == pytest.approx(row["embodied_kg"] / row["kg"])
    assert row_of(study(), NOWHERE)["embodied_share"] is None


def test_without_a_country_the_share_of_making_the_hardware_is_a_range() -> None:
    row = row_of(study(), replace(FRANCE, grid=None))
    shares = [row[f"embodied_share{end}"] for end in ("_least", "", "_most")]
    assert shares == [pytest.approx(0.02, abs=5e-3), None, pytest.approx(0.27, abs=5e-3)]


def test_a_share_is_not_told_where_a_model_has_no_known_making() -> None:
    both = of_study(study(TURBO, find_model("emoji-skewed", "cpu")), FRANCE)
    assert embodied_share(both) is not None
    laptop = of_study(study(), replace(FRANCE, device="mps"))
    assert embodied_share([*both, *(replace(one, place=NOWHERE) for one in laptop)]) is None


def test_measured_runs_of_this_machine_replace_other_figures() -> None:
    row = row_of(study(), replace(FRANCE, measured=(run_of(TURBO.spec, 100, 50, 0.1),)))
    assert (row["basis"], row["kwh"]) == ("measured", pytest.approx(28.35))
    assert row["seconds"] == pytest.approx(28_350 / 2)
    assert row["basis_source"] is None


def test_a_published_figure_has_its_source_and_licence() -> None:
    row = row_of(study(), FRANCE)
    assert row["basis"] == "published"
    assert all(row[f"basis_{name}"] for name in ("source", "year", "licence"))


def test_imported_images_have_no_energy_and_take_no_time() -> None:
    row = row_of(study(IMPORTED), FRANCE)
    names = ("basis", "kwh", "kg", "cheapest_kwh", "seconds", "usd")
    assert [row[name] for name in names] == [None] * len(names)


def test_a_service_asks_money_and_tells_no_energy() -> None:
    row = row_of(study(SERVICE), FRANCE)
    assert row["kwh"] is None
    assert row["usd"] == pytest.approx(28_350 * 0.011)
    assert row["cheapest_usd"] == pytest.approx(450 * 0.011)
    assert row["price_source"]
    own = row_of(study(SERVICE), replace(FRANCE, price_usd=0.5))
    assert (own["usd"], own["price_basis"]) == (28_350 * 0.5, "your own figure")
    assert row_of(study(TURBO), replace(FRANCE, price_usd=0.5))["usd"] is None
