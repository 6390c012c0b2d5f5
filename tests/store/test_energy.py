"""The energy of a store's runs outlives its index, and a run that is killed."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from explorer.errors import StoreUnwritable
from explorer.models.readings import CLASSIFIED
from explorer.store.index import Store
from tests.fakes import fake_card
from tests.readings import LAPTOP, SERVER, reading

MODEL, OTHER = fake_card().spec, fake_card("fake-b").spec
ALIAS = replace(MODEL, name="mine")
SOON = "2026-11-28T10:00:21+00:00"
LATER = "2026-11-28T11:00:00+00:00"
BATCHES = (
    (MODEL, reading(started="2026-11-28T10:00:00+00:00", ram_kwh=0.004)),
    (MODEL, reading(done=CLASSIFIED, started="2026-11-28T10:00:20+00:00")),
    (
        ALIAS,
        reading(20, 30.0, 0.002, started=SOON, ram_kwh=0.005, share=0.4),
    ),
    (MODEL, reading(cpu_kwh=None, started="2026-11-28T10:00:59+00:00")),
    (OTHER, reading(where=SERVER, gpu_kwh=0.1, started=LATER)),
)


@pytest.fixture
def filled(store: Store) -> Store:
    """Return a store with the readings of two runs."""
    for batch in BATCHES:
        store.energy.save([batch])
    return store


def forgotten(store: Store) -> Store:
    """Return the store, opened again after its index was deleted."""
    store.close()
    for path in store.root.glob("index.sqlite3*"):
        path.unlink()
    return Store.open(store.root)


@pytest.fixture
def reopened(filled: Store) -> Iterator[Store]:
    again = forgotten(filled)
    yield again
    again.close()


def test_batches_of_a_run_are_added_up_by_what_was_done(filled: Store) -> None:
    first, seen, unread = filled.energy.runs(MODEL)
    assert (first[0], first[1].model) == (ALIAS, "mine")
    assert (first[1].images, first[1].seconds, first[1].done) == (30, 50.0, "generated")
    assert (first[1].cpu_kwh, first[1].ram_kwh) == pytest.approx((0.003, 0.009))
    assert first[1].share == pytest.approx((10 + 20 * 0.4) / 30)
    assert (seen[1].done, seen[1].where) == ("classified", LAPTOP)
    assert (unread[1].images, unread[1].cpu_kwh) == (10, None)


def test_a_deleted_index_costs_no_reading(reopened: Store, filled: Store) -> None:
    assert len(reopened.energy.runs()) == 4
    assert reopened.energy.runs(OTHER) == ((replace(OTHER, name="mine"), BATCHES[-1][1]),)
    assert filled.root == reopened.root


def test_a_deleted_journal_is_written_anew_with_every_reading(filled: Store) -> None:
    before = filled.energy.runs()
    filled.close()
    (filled.root / "journal.jsonl").unlink()
    mended = Store.open(filled.root)
    again = forgotten(mended)
    assert again.energy.runs() == before
    again.close()


def test_a_line_that_is_read_twice_counts_once(filled: Store) -> None:
    before = filled.energy.runs()
    filled.energy.save(BATCHES)
    assert filled.energy.runs() == before


def test_nothing_measured_writes_nothing(store: Store) -> None:
    store.energy.save([])
    assert not (store.root / "journal.jsonl").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"images": "many"},
        {"images": 0},
        {"images": 1.5},
        {"cpu_kwh": -1},
        {"cpu_kwh": "much"},
        {"ram_kwh": float("nan")},
        {"seconds": None},
        {"done": "sold"},
        {"started": 7},
        {"where": {"run": "r"}},
        {"where": None},
        {"colour": "red"},
    ],
)
def test_a_line_that_makes_no_sense_is_skipped_and_costs_no_other(
    filled: Store, change: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    journal, before = filled.root / "journal.jsonl", filled.energy.runs()
    fields = json.loads(journal.read_text().splitlines()[0])
    fields["energy"]["reading"] |= {"started": LATER} | change
    filled.close()
    with journal.open("a") as file:
        file.write(json.dumps(fields) + "\n")
    again = forgotten(filled)
    assert again.energy.runs() == before
    assert "1 of the lines" in caplog.text
    again.close()


def test_a_store_that_is_only_read_tells_its_readings(filled: Store) -> None:
    filled.close()
    only_read = Store.open_reading(filled.root, StoreUnwritable("This disk is full."))
    assert len(only_read.energy.runs()) == 4
    with pytest.raises(StoreUnwritable, match="full"):
        only_read.energy.save(BATCHES)
    only_read.close()


def test_the_energy_of_a_machine_is_unknown_without_that_of_its_device() -> None:
    assert reading(cpu_kwh=0.0, ram_kwh=1.0).machine_kwh is None
    assert reading(cpu_kwh=None, gpu_kwh=1.0).machine_kwh is None
    assert reading(where=SERVER, ram_kwh=1.0).machine_kwh is None
    assert reading(0, 0, 1.0, SERVER, gpu_kwh=2.0, ram_kwh=4.0).machine_kwh == 7.0
