"""What a study will take, before it starts."""

from dataclasses import replace

import pytest

from explorer.footprint.embodied import BLOOM
from explorer.footprint.estimates import (
    MODEL,
    PROFESSION,
    Place,
    cheapest,
    estimate_line,
    estimate_rows,
    estimate_sentences,
    of_study,
)
from explorer.footprint.grids import find_grid
from explorer.models.backends import Imported
from explorer.models.catalog import ModelCard, find_model
from explorer.study import Study
from explorer.words.vocabulary import load_adjectives, load_professions
from tests.readings import run_of

TURBO = find_model("stabilityai/sdxl-turbo", "cpu")
FRANCE = Place("cpu", find_grid("France"), embodied=BLOOM)
NOWHERE = Place("cpu")


def study(
    *cards: ModelCard, professions: int = 150, adjectives: int = 20, images: int = 9
) -> Study:
    names = [one.name for one in load_professions()][:professions]
    words = [one.word for one in load_adjectives()][:adjectives]
    return Study(cards or (TURBO,), tuple(names), (None, *words), images)


def told(asked: Study, place: Place) -> str:
    return " ".join(estimate_sentences(asked, of_study(asked, place)))


def test_a_study_takes_as_much_as_its_images() -> None:
    (found,) = of_study(study(), FRANCE)
    assert found.images == 28_350
    assert found.kwh is not None
    assert found.energy is not None
    assert found.kwh.estimate == pytest.approx(28_350 * (found.energy.kwh.estimate or 0))
    assert found.operational_kg is not None
    assert found.operational_kg.estimate == pytest.approx((found.kwh.estimate or 0) * 0.056039)


def test_the_same_answer_is_to_be_had_for_less() -> None:
    asked = study()
    assert (cheapest(asked).level, cheapest(asked).of_model) == (MODEL, 450)
    text = told(asked, FRANCE)
    assert "450 images of each model would do instead of 28,350" in text
    assert "0.17 kWh instead of 11 kWh" in text


def test_a_study_that_answers_for_each_profession_is_reduced_for_each_profession() -> None:
    asked = study(professions=10, images=20)
    assert (cheapest(asked).level, cheapest(asked).images) == (PROFESSION, 388)
    assert "in each profession, 3,880 images" in told(asked, FRANCE)


def test_too_small_a_study_is_told_what_it_lacks() -> None:
    asked = study(professions=1, adjectives=0, images=9)
    assert "388 images of each are needed, which is more than asked for" in told(asked, FRANCE)
    enough = study(professions=1, adjectives=0, images=388)
    assert "no smaller study would do" in told(enough, FRANCE)


def test_the_precision_is_told_beside_the_energy() -> None:
    assert "about 1 point for the model and 7 points for one profession" in told(study(), FRANCE)
    one = study(professions=150, adjectives=0, images=1)
    assert "for one profession there are only counts" in told(one, FRANCE)
    assert "counts and no shares" in told(replace(one, professions=("author",)), FRANCE)


def test_without_a_country_kwh_are_one_number_and_emissions_a_range() -> None:
    (row,) = estimate_rows(study(), of_study(study(), NOWHERE))
    assert row["kg"] is None
    assert row["kg_least"] is not None
    assert isinstance(row["kwh"], float)
    assert "No country is named" in told(study(), NOWHERE)


def test_the_share_of_making_the_hardware_is_told_where_it_can_be() -> None:
    (row,) = estimate_rows(study(), of_study(study(), FRANCE))
    assert isinstance(row["embodied_share"], float)
    assert 0 < row["embodied_share"] < 1
    assert "are from making the hardware" in told(study(), FRANCE)
    (without,) = estimate_rows(study(), of_study(study(), NOWHERE))
    assert without["embodied_share"] is None


def test_measured_runs_of_this_machine_replace_other_figures() -> None:
    place = replace(FRANCE, measured=(run_of(TURBO.spec, 100, 50, 0.1),))
    (row,) = estimate_rows(study(), of_study(study(), place))
    assert (row["basis"], row["kwh"]) == ("measured", pytest.approx(28.35))
    assert row["seconds"] == pytest.approx(28_350 / 2)


def test_imported_images_have_no_energy_and_add_nothing() -> None:
    imported = replace(TURBO, spec=replace(TURBO.spec, name="mine", settings=Imported()))
    asked = study(imported)
    (row,) = estimate_rows(asked, of_study(asked, FRANCE))
    assert [row[name] for name in ("basis", "kwh", "kg", "cheapest_kwh")] == [None] * 4
    assert "their energy is not known" in told(asked, FRANCE)
    assert estimate_line(of_study(asked, FRANCE)) == ""


def test_one_line_says_energy_emissions_and_what_they_rest_on() -> None:
    found = estimate_line(of_study(study(), NOWHERE))
    assert found.startswith("About 11 kWh and ")
    assert found.endswith(" kg CO2e (from published figures).")
