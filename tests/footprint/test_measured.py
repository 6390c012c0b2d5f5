"""What was measured: by run, by model, and in words."""

from dataclasses import replace

import pytest

from explorer.footprint.grids import find_grid, spread
from explorer.footprint.measured import (
    MEASURED_COLUMNS,
    Measured,
    earlier_runs,
    measured,
    measured_rows,
)
from explorer.footprint.measured_report import (
    detail_sentences,
    energy_line,
    measured_sentences,
    run_sentences,
)
from explorer.models.backends import Hosted, Imported
from explorer.models.readings import CLASSIFIED
from explorer.models.requests import ModelSpec
from explorer.store.index import Store
from tests.fakes import fake_card
from tests.readings import LAPTOP, SERVER, reading

CARD = fake_card()
MODEL = CARD.spec
FRANCE = find_grid("France")
IN_FRANCE = replace(
    LAPTOP, run="r3", country="FRA", g_per_kwh=50.0, grid_source="a table", grid_year=2020, pue=1.5
)


def times(hour: int) -> str:
    return f"2026-11-28T{hour:02}:00:00+00:00"


def of(store: Store, *readings: object, **options: object) -> Measured:
    store.energy.save((MODEL, one) for one in readings)  # type: ignore[misc]
    found = measured(store, MODEL, **options)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_a_model_has_the_sum_of_its_runs(store: Store) -> None:
    found = of(
        store,
        reading(30, 60.0, 0.001, ram_kwh=0.002),
        reading(70, 40.0, 0.003, SERVER, gpu_kwh=0.5, ram_kwh=0.004, started=times(11)),
        reading(99, done=CLASSIFIED),
    )
    assert (found.images, found.seconds) == (100, 100.0)
    assert found.cpu_kwh == pytest.approx(0.004)
    assert found.gpu_kwh == 0.5
    assert found.ram_kwh == pytest.approx(0.006)
    assert found.kwh == pytest.approx(0.51)
    assert found.kwh_per_1000 == pytest.approx(5.1)
    assert (found.device, found.hardware) == ("cuda", "T4")


def test_a_model_without_a_reading_is_none_and_never_zero(store: Store) -> None:
    assert measured(store, MODEL) is None
    store.energy.save([(MODEL, reading(cpu_kwh=None)), (MODEL, reading(cpu_kwh=0.0))])
    assert measured(store, MODEL) is None


def test_images_without_a_reading_are_not_shared_in(store: Store) -> None:
    found = of(store, reading(10), reading(5, cpu_kwh=None, started=times(11)))
    assert (found.images, found.unmeasured) == (10, 5)
    assert found.kwh_per_1000 == pytest.approx(0.1)


def test_emissions_are_a_value_with_a_country_and_a_range_without(store: Store) -> None:
    found = of(store, reading(10, cpu_kwh=0.1))
    low, high = (grid.intensity / 1000 for grid in spread())
    assert (found.kg.low, found.kg.high) == pytest.approx((0.1 * low, 0.1 * high))
    assert found.kg.estimate is None
    named = measured(store, MODEL, FRANCE)
    assert named is not None
    assert named.kg.estimate == pytest.approx(0.1 * 0.056039)
    assert named.g_per_1000.estimate == pytest.approx(0.1 * 56.039 * 100)


def test_a_run_keeps_the_figure_of_its_own_grid_and_its_pue(store: Store) -> None:
    found = of(store, reading(10, cpu_kwh=0.1, where=IN_FRANCE), grid=find_grid("Poland"))
    assert found.kwh == pytest.approx(0.15)
    assert found.kg.estimate == pytest.approx(0.15 * 0.05)
    assert found.pue == pytest.approx(1.5)
    assert any("50 g CO2e per kWh (a table, 2020)" in line for line in detail_sentences(found))


def test_earlier_runs_are_those_of_the_same_device_with_a_reading(store: Store) -> None:
    store.energy.save(
        [
            (MODEL, reading(10)),
            (MODEL, reading(20, done=CLASSIFIED)),
            (MODEL, reading(30, where=replace(SERVER, run="a"), gpu_kwh=1.0)),
            (MODEL, reading(40, cpu_kwh=None, where=replace(LAPTOP, run="b"))),
        ]
    )
    assert [run.images for run in earlier_runs(store, [MODEL], "cpu")] == [10]
    assert [run.images for run in earlier_runs(store, [MODEL], "cuda")] == [30]
    assert earlier_runs(store, [fake_card("fake-b").spec], "cpu") == ()


def test_rows_tell_runs_and_models_with_every_method(store: Store) -> None:
    of(store, reading(10, ram_kwh=0.004), reading(10, where=IN_FRANCE, started=times(11)))
    first, second, whole = measured_rows(store)
    assert set(first) == set(MEASURED_COLUMNS)
    assert (first["level"], first["run"], first["images"]) == ("run", "r1", 10)
    assert (first["cpu_method"], first["gpu_method"], first["ram_method"]) == (
        *("load model", None, "constant"),
    )
    assert (first["kwh"], first["gpu_kwh"]) == (pytest.approx(0.005), None)
    assert (first["kg"], first["grid"], first["pue"]) == (None, None, 1.0)
    assert (second["grid"], second["g_per_kwh"], second["grid_year"]) == ("France", 50.0, 2020)
    assert (second["pue"], second["kg"]) == (pytest.approx(1.5), pytest.approx(0.0015 * 0.05))
    assert (whole["level"], whole["run"], whole["images"]) == ("model", None, 20)
    assert whole["kwh"] == pytest.approx(0.005 + 0.0015)
    # Where runs differ, there is no one grid.
    assert whole["grid"] is None


def test_a_row_of_a_run_that_was_not_measured_is_empty_and_not_zero(store: Store) -> None:
    store.energy.save([(MODEL, reading(10, cpu_kwh=None))])
    row, _ = measured_rows(store)
    assert (row["kwh"], row["kwh_per_1000"], row["kg_least"], row["images"]) == (None,) * 4
    assert row["unmeasured"] == 10


def test_a_sentence_tells_parts_methods_and_the_energy_of_1000_images(store: Store) -> None:
    found = of(store, reading(189, cpu_kwh=0.0004, ram_kwh=0.0017), grid=FRANCE)
    assert energy_line(CARD, store, FRANCE) == (
        "fake-a: Generating 189 images took 2.1 Wh (processor 0.4 Wh estimated from its load, "
        "memory 1.7 Wh as a constant): 11.1 Wh and 0.623 g CO2e per 1,000 images."
    )
    details = " ".join(detail_sentences(found))
    assert "AMD EPYC 7763, 2 threads, 16 GB of memory" in details
    assert "8 W at full load" in details
    assert "Nothing is measured" in details
    assert "Grid of France: 56.039 g" in details
    assert "is counted here" not in details
    assert "PUE" not in details


def test_what_is_shared_and_what_was_not_read_is_said(store: Store) -> None:
    shared = reading(10, where=replace(IN_FRANCE, cpu_method="RAPL"), share=0.5)
    found = of(store, shared, reading(3, cpu_kwh=None, started=times(11)))
    details = " ".join(detail_sentences(found))
    assert "50% is counted here" in details
    assert "a PUE of 1.5" in details
    assert "3 images more were generated while nothing was read" in details
    assert "own counter (RAPL)" in details


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (Imported(), "imported images have no energy"),
        (Hosted(8, 8), "a service generates the images and does not tell its energy"),
        (MODEL.settings, "no image was generated here with a meter"),
    ],
)
def test_images_that_nobody_metered_have_no_energy_and_it_is_said_why(
    store: Store, settings: Imported, told: str
) -> None:
    card = replace(CARD, spec=ModelSpec("m", "m", "1", settings))
    assert told in energy_line(card, store, None)


def test_images_that_were_generated_unmeasured_are_counted(store: Store) -> None:
    store.energy.save([(MODEL, reading(12, cpu_kwh=None))])
    assert "the energy of 12 images generated here was not measured" in energy_line(
        CARD, store, None
    )


def test_a_run_tells_only_its_own(store: Store) -> None:
    seen = reading(4, done=CLASSIFIED, where=IN_FRANCE, started=times(11))
    of(store, reading(10), reading(20, where=IN_FRANCE, started=times(10)), seen)
    (told,) = run_sentences("r3", store)
    assert told.startswith("mine: Generating 20 images took 1.5 Wh")
    assert "Classifying 4 images took" in told
    assert list(run_sentences("another", store)) == []


def test_nothing_measured_yet_is_said(store: Store) -> None:
    (told,) = measured_sentences(store, None)
    assert "Nothing was measured yet" in told
    assert measured_rows(store) == []
