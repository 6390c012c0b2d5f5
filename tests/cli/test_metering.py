"""Commands that run a study measure its energy, tell it, and can be told not to."""

import csv
import io
import json
from typing import Any

import pytest

from explorer.footprint import metering
from explorer.footprint.tracker import Energies, Hardware
from tests.cli.conftest import Command
from tests.commands import Result

NURSE = "generate --model fake-a --profession nurse --adjective none --images 10"


class FakeTracker:
    """Reads 1 Wh of the processor and 2 of memory for each batch."""

    hardware = Hardware("a processor", 2, 8.0, None, 16.0, "load model", None, "constant")

    def begin(self) -> None:
        """Begin."""

    def end(self) -> Energies:
        return Energies(0.001, None, 0.002)


@pytest.fixture(autouse=True)
def _on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch the meter on, ready at once."""
    monkeypatch.setenv("EXPLORER_METER", "on")
    monkeypatch.setattr(metering, "Tracker", FakeTracker)
    start = metering.Meter.start

    def ready(meter: metering.Meter) -> None:
        start(meter)
        meter.ready(10)

    monkeypatch.setattr(metering.Meter, "start", ready)


def rows(done: Result) -> list[dict[str, Any]]:
    assert done.exit_code == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_a_run_tells_what_it_took_in_one_paragraph(command: Command) -> None:
    done = command(f"{NURSE} --country France")
    assert done.exit_code == 0
    (told,) = [line for line in done.stderr.splitlines() if line.startswith("fake-a: ")]
    assert "Generating 10 images took 9 Wh (processor 3 Wh estimated from its load" in told
    assert "memory 6 Wh as a constant): 0.9 kWh and 50.4 g CO2e per 1,000 images" in told
    assert "Classifying 10 images took 9 Wh" in told
    again = command(NURSE)
    assert " took " not in again.stderr


def test_several_models_have_a_paragraph_each(command: Command) -> None:
    done = command(f"{NURSE} --model fake-b")
    assert [line[:7] for line in done.stderr.splitlines() if " took " in line] == [
        "fake-a:",
        "fake-b:",
    ]


def test_measured_energy_is_listed_by_run_and_by_model(command: Command) -> None:
    command(f"{NURSE} --country France --pue 1.5")
    listed = rows(command("footprint measured --csv -"))
    assert [(row["level"], row["done"]) for row in listed] == [
        *(("run", "generated"), ("run", "classified")),
        *(("model", "generated"), ("model", "classified")),
    ]
    first = listed[0]
    assert (first["images"], first["grid"], first["pue"]) == ("10", "France", "1.5")
    assert float(first["kwh"]) == pytest.approx(0.009 * 1.5)
    assert float(first["kwh_per_1000"]) == pytest.approx(0.9 * 1.5)
    assert (first["cpu_method"], first["ram_method"]) == ("load model", "constant")
    told = command("footprint measured")
    assert "Memory: a constant" in told.stdout
    as_json = json.loads(command("footprint measured --json").stdout)
    assert as_json[0]["kwh"] == pytest.approx(0.009 * 1.5)
    assert as_json[0]["gpu_kwh"] is None


def test_nothing_measured_is_a_header_and_a_sentence(command: Command) -> None:
    assert command("footprint measured --csv -").stdout.startswith("level,run,started,model,done,")
    assert "Nothing was measured yet" in command("footprint measured").stdout


@pytest.mark.parametrize("how", ["--no-meter", "EXPLORER_METER"])
def test_one_switch_turns_it_off(
    command: Command, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(metering, "Tracker", lambda: pytest.fail("it started"))
    if how == "EXPLORER_METER":
        monkeypatch.setenv(how, "off")
    done = command(f"{NURSE} {how if how.startswith('-') else ''}")
    assert done.exit_code == 0
    assert " took " not in done.stderr
    assert "not measured" not in done.stderr
    assert rows(command("footprint measured --csv -")) == []


def test_a_meter_that_fails_is_said_once_and_costs_nothing_else(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> FakeTracker:
        raise RuntimeError("no driver")

    monkeypatch.setattr(metering, "Tracker", fails)
    done = command(f"{NURSE} --model fake-b")
    assert done.exit_code == 0
    assert done.stderr.count("was not measured (no driver.)") == 1
    assert "20 of 20 images are in" in done.stderr
    assert {row["kwh"] for row in rows(command("footprint measured --csv -"))} == {""}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("--country Frnace", "Did you mean 'France'"),
        ("--region californa", "'California'"),
        ("--pue 0.5", "The PUE is 0.5. Give a number from 1"),
        ("--pue nan", "The PUE is nan"),
    ],
)
def test_a_place_that_is_unknown_is_refused_before_anything_is_generated(
    command: Command, line: str, told: str
) -> None:
    done = command(f"{NURSE} {line}")
    assert done.exit_code == 2
    assert told in done.stderr
    assert "0 of 10" not in done.stderr
    assert "10 of the images" in command(NURSE.replace("generate", "tally")).stderr


def test_variables_say_the_same(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_COUNTRY", "Poland")
    monkeypatch.setenv("EXPLORER_PUE", "2")
    command(NURSE)
    row = rows(command("footprint measured --csv -"))[0]
    assert (row["grid"], row["pue"]) == ("Poland", "2.0")


@pytest.mark.parametrize(("name", "value"), [("EXPLORER_PUE", "much"), ("EXPLORER_METER", "maybe")])
def test_variables_with_impossible_values_are_refused(
    command: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    done = command(NURSE)
    assert done.exit_code == 2
    assert f"{name} is {value!r}" in done.stderr


def test_an_estimate_uses_the_runs_of_this_machine_first(command: Command) -> None:
    line = "estimate --model fake-a --profession nurse --adjective none --images 100"
    command(NURSE)
    (row,) = rows(command(f"{line} --csv -"))
    assert row["basis"] == "measured"
    assert float(row["kwh"]) == pytest.approx(0.09)


def test_other_commands_that_classify_are_metered_too(command: Command) -> None:
    command(f"{NURSE} --no-meter")
    done = command("sensitivity --model fake-a --profession nurse --adjective none --images 10")
    assert done.exit_code == 0, done.stderr
    assert "fake-a: Classifying" in done.stderr
