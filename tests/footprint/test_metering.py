"""The meter of a run: it measures batch by batch, and a run never fails or waits because of it."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from explorer import settings
from explorer.errors import OutOfRange, UnknownName
from explorer.footprint import metering
from explorer.footprint.metering import Meter
from explorer.footprint.tracker import Energies, Hardware
from explorer.models.backends import Hosted
from explorer.models.readings import CLASSIFIED, GENERATED, Reading
from explorer.models.requests import ModelSpec
from explorer.settings import Settings
from explorer.store.index import Store
from explorer.study import Study, run
from tests.fakes import FakeClassifier, FakeGenerator, fake_card

MODEL = fake_card().spec
HARDWARE = Hardware("a processor", 2, 8.0, None, 16.0, "load model", None, "constant")
MACHINE = Settings(Path(), "cpu", 32)


class FakeTracker:
    """Reads the same for every batch."""

    hardware = HARDWARE
    read = Energies(1.0, None, 2.0, 0.5)
    open = False

    def begin(self) -> None:
        assert not self.open
        self.open = True

    def end(self) -> Energies:
        assert self.open
        self.open = False
        return self.read


@pytest.fixture
def tracker(monkeypatch: pytest.MonkeyPatch) -> FakeTracker:
    tracker = FakeTracker()
    monkeypatch.setattr(metering, "Tracker", lambda: tracker)
    return tracker


def started(machine: Settings = MACHINE) -> Meter:
    meter = Meter(machine)
    meter.start()
    assert meter.ready(10)
    return meter


def batch(meter: Meter, images: int = 4) -> Reading:
    with meter.measuring(GENERATED, MODEL, images):
        time.sleep(0.01)
    ((model, reading),) = meter.taken()
    assert model == MODEL
    return reading


@pytest.mark.usefixtures("tracker")
def test_a_batch_is_read_with_its_hardware_and_methods() -> None:
    meter = started()
    read = batch(meter)
    assert (read.cpu_kwh, read.gpu_kwh, read.ram_kwh, read.share) == (1.0, None, 2.0, 0.5)
    assert (read.model, read.done, read.images) == ("fake-a", "generated", 4)
    assert read.seconds >= 0.01
    assert (read.where.run, read.where.cpu_method) == (meter.run, "load model")
    assert (read.where.cpu, read.where.cpu_watts, read.where.ram_gb) == ("a processor", 8.0, 16.0)
    assert meter.taken() == []
    assert meter.notice == ""


@pytest.mark.usefixtures("tracker")
def test_the_grid_is_kept_with_its_figure_source_and_year_and_never_guessed() -> None:
    nowhere = batch(started()).where
    assert (nowhere.country, nowhere.g_per_kwh) == (None, None)
    france = batch(started(replace(MACHINE, country="France", pue=1.2))).where
    assert (france.country, france.g_per_kwh, france.pue) == ("FRA", 56.039, 1.2)
    assert france.grid_year == 2023
    assert "Our World in Data" in str(france.grid_source)


@pytest.mark.parametrize(("place", "country"), [("Poland", "POL"), ("nowhere", None), ("", "FRA")])
@pytest.mark.usefixtures("tracker")
def test_a_place_that_somebody_chose_comes_before_that_of_the_settings(
    place: str, country: str | None
) -> None:
    meter = Meter(replace(MACHINE, country="France"), place)
    meter.start()
    assert meter.ready(10)
    assert batch(meter).where.country == country


def test_an_unknown_country_and_an_impossible_pue_are_refused_before_anything_starts() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'France'"):
        Meter(replace(MACHINE, country="Frnace"))
    for pue in (0.9, 0.0, -1.0, float("nan"), 11.0):
        with pytest.raises(OutOfRange, match="PUE"):
            Meter(replace(MACHINE, pue=pue))


def test_a_meter_that_does_not_start_costs_its_figures_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> FakeTracker:
        raise RuntimeError("no driver\nat all")

    monkeypatch.setattr(metering, "Tracker", fails)
    meter = Meter(MACHINE)
    meter.start()
    assert not meter.ready(10)
    read = batch(meter)
    assert (read.cpu_kwh, read.gpu_kwh, read.ram_kwh) == (None, None, None)
    assert "not measured (no driver.)" in meter.notice
    assert "images are complete" in meter.notice
    assert "RuntimeError: no driver" in caplog.text


@pytest.mark.parametrize("step", ["begin", "end"])
def test_a_meter_that_fails_during_a_run_measures_no_more(
    tracker: FakeTracker, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    meter = started()
    assert batch(meter).machine_kwh == 3.0

    def fails(_: FakeTracker) -> None:
        raise OSError("the driver is gone")

    monkeypatch.setattr(FakeTracker, step, fails)
    assert batch(meter).machine_kwh is None
    monkeypatch.undo()
    assert batch(meter).machine_kwh is None
    assert meter.notice == ""
    assert tracker.hardware == HARDWARE


def test_readings_of_nothing_are_not_measured_and_said_so(tracker: FakeTracker) -> None:
    tracker.read = Energies()
    meter = started()
    assert batch(meter).machine_kwh is None
    assert "gave no readings" in meter.notice


def test_images_of_a_graphics_card_that_is_not_read_are_not_measured(tracker: FakeTracker) -> None:
    meter = started(replace(MACHINE, device="cuda"))
    read = batch(meter)
    assert (read.cpu_kwh, read.machine_kwh) == (1.0, None)
    tracker.hardware = replace(HARDWARE, gpu="1 x T4", gpu_method="NVML")
    tracker.read = Energies(1.0, 4.0, 2.0)
    assert batch(started(replace(MACHINE, device="cuda"))).machine_kwh == 7.0


def test_a_run_waits_for_no_meter(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = threading.Event()

    def slow() -> FakeTracker:
        assert ready.wait(10)
        return FakeTracker()

    monkeypatch.setattr(metering, "Tracker", slow)
    meter = Meter(MACHINE)
    since = time.monotonic()
    meter.start()
    assert batch(meter).machine_kwh is None
    assert time.monotonic() - since < 5
    assert "before the meter was ready" in meter.notice
    ready.set()
    assert meter.ready(10)
    assert batch(meter).machine_kwh == 3.0


def test_a_batch_that_fails_leaves_no_reading_and_the_next_is_read(tracker: FakeTracker) -> None:
    meter = started()
    with pytest.raises(KeyboardInterrupt), meter.measuring(GENERATED, MODEL, 4):
        raise KeyboardInterrupt
    assert not tracker.open
    assert meter.taken() == []
    assert batch(meter).machine_kwh == 3.0


def test_switched_off_it_starts_nothing_and_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metering, "Tracker", lambda: pytest.fail("it started"))
    meter = Meter(replace(MACHINE, meter=False))
    meter.start()
    with meter.measuring(GENERATED, MODEL, 4):
        pass
    assert (meter.ready(0), meter.taken(), meter.notice) == (False, [], "")


@pytest.mark.usefixtures("tracker")
def test_images_of_a_service_are_not_measured_here_but_classifying_them_is() -> None:
    hosted = ModelSpec("m", "openai:m", "unversioned", Hosted(8, 8))
    meter = started()
    with meter.measuring(GENERATED, hosted, 4):
        pass
    assert meter.taken() == []
    with meter.measuring(CLASSIFIED, hosted, 4):
        pass
    assert [reading.done for _, reading in meter.taken()] == ["classified"]


@pytest.fixture
def study() -> Study:
    return Study((fake_card(), fake_card("fake-b")), ("author", "nurse"), images=5)


@pytest.fixture
def measured(study: Study, store: Store, tracker: FakeTracker) -> Store:
    """Return a store with a metered study."""
    generator = FakeGenerator(seconds=0.001)
    del tracker
    list(run(study, store, lambda _: generator, FakeClassifier, batch=4, meter=started()))
    return store


def test_a_run_stores_what_each_model_took(measured: Store) -> None:
    runs = measured.energy.runs()
    assert [(model.repo, one.done, one.images) for model, one in runs] == [
        ("fake-a", "generated", 10),
        ("fake-a", "classified", 10),
        ("fake-b", "generated", 10),
        ("fake-b", "classified", 10),
    ]
    assert len({one.where.run for _, one in runs}) == 1
    batches = len(measured.root.joinpath("journal.jsonl").read_text().splitlines()) - 2
    assert sum(one.cpu_kwh or 0 for _, one in runs) == batches


def test_a_second_run_generates_nothing_and_starts_no_meter(
    measured: Store, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metering, "Tracker", lambda: pytest.fail("it started"))
    before = measured.energy.runs()
    meter = Meter(MACHINE)
    list(run(study, measured, lambda _: FakeGenerator(), FakeClassifier, meter=meter))
    assert measured.energy.runs() == before


def test_the_settings_of_the_machine_turn_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.load().meter is False
    monkeypatch.setenv("EXPLORER_METER", "on")
    assert settings.load().meter is True
