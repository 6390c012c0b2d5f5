"""The energy of two models beside their bias."""

from dataclasses import replace

import pytest

from explorer.findings.findings import Findings
from explorer.footprint.beside import BESIDE_COLUMNS, Beside, beside_bias
from explorer.footprint.grids import find_grid
from explorer.perception.axes import find_axis
from explorer.store.index import Store
from explorer.study import Study, run
from explorer.words.references import labour_references
from explorer.words.vocabulary import DEFAULT_YEAR, spread_by_women
from tests.fakes import FakeClassifier, FakeGenerator, fake_card
from tests.readings import reading

REFERENCES = labour_references(DEFAULT_YEAR)
LEFT, RIGHT = fake_card(), fake_card("fake-b")


def beside(store: Store, *professions: str, **changes: object) -> tuple[Beside, ...]:
    study = Study((LEFT, RIGHT), professions, images=20)
    for _ in run(study, store, lambda _: FakeGenerator(), FakeClassifier):
        pass
    store.energy.save([(LEFT.spec, reading(10, cpu_kwh=0.1))])
    asked = replace(study, **changes)  # type: ignore[arg-type]
    return beside_bias(Findings(asked, store), store, REFERENCES, find_grid("France"))


def test_one_profession_has_its_share_beside_the_energy(store: Store) -> None:
    left, right = beside(store, "nurse")
    assert set(left.row) == set(BESIDE_COLUMNS)
    assert (left.row["model"], left.row["measure"]) == ("fake-a", "share")
    assert left.bias is not None
    assert left.interval is not None
    assert left.interval.low < left.bias < left.interval.high
    assert left.row["kwh_per_1000"] == pytest.approx(10)
    assert (left.energy_text, left.carbon_text) == ("10 kWh", "0.56 kg CO2e")
    assert right.bias != left.bias
    # A model without a meter has no energy, and not none of it.
    assert (right.energy_text, right.carbon_text) == ("not measured", "not measured")
    assert right.row["kwh_per_1000"] is None


def test_a_few_professions_have_their_mean_gap_and_many_the_slope(store: Store) -> None:
    few = beside(store, "nurse", "pilot")
    assert [one.measure for one in few] == ["gap", "gap"]
    assert "points" in few[0].bias_text
    many = beside(store, *spread_by_women(12))
    assert [one.measure for one in many] == ["slope", "slope"]
    assert many[0].bias_text.startswith("x")
    assert many[0].interval is not None


def test_a_study_of_tones_alone_has_no_bias_of_gender(store: Store) -> None:
    (left, _) = beside(store, "nurse", axes=(find_axis("tone"),))
    assert (left.bias, left.bias_text) == (None, "not known")
