"""The commands for energy and emissions."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from tests.commands import run

PHOTO = "--model CompVis/stable-diffusion-v1-4 --profession all"
LIFE = "footprint lifecycle bigscience/bloom"


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXPLORER_COUNTRY", raising=False)
    monkeypatch.delenv("EXPLORER_REGION", raising=False)
    monkeypatch.setenv("EXPLORER_DEVICE", "cpu")


def rows(line: str) -> list[dict[str, str]]:
    done = run(f"{line} --csv -")
    assert done.exit_code == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_estimate_tells_what_a_study_takes_and_what_would_do() -> None:
    done = run(f"estimate {PHOTO} --country France")
    assert done.exit_code == 0
    assert "28,350 images will take 20 kWh" in done.stdout
    assert "On this machine that takes about 93 days." in done.stdout
    assert "takes 450 images instead of 28,350: 0.31 kWh instead of 20." in done.stdout
    assert "One published figure is known" in done.stdout
    assert "Grid of France" in done.stdout


def test_estimate_takes_the_options_of_a_study_and_changed_settings() -> None:
    (full,) = rows(f"estimate {PHOTO} --adjective none")
    (quick,) = rows(f"estimate {PHOTO} --adjective none --steps 5")
    assert full["images"] == quick["images"] == "1350"
    assert float(quick["kwh"]) < float(full["kwh"]) / 3


def test_estimate_tells_the_money_of_a_service(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "estimate --model openai:gpt-image-1-mini --profession all"
    assert rows(line)[0]["usd"] == "311.85"
    assert rows(f"{line} --price 0.5")[0]["usd"] == "14175.0"
    monkeypatch.setenv("EXPLORER_PRICE", "1")
    assert rows(line)[0]["usd"] == "28350.0"
    assert "--price" in run(f"{line} --price -1").stderr


def test_estimate_opens_no_store_and_generates_nothing(cache: Path) -> None:
    run(f"estimate {PHOTO}")
    assert not cache.exists()


def test_the_country_is_an_option_before_it_is_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    line = f"estimate {PHOTO}"
    assert rows(line)[0]["grid"] == ""
    monkeypatch.setenv("EXPLORER_COUNTRY", "Sweden")
    assert rows(line)[0]["grid"] == "Sweden"
    assert rows(f"{line} --country Poland")[0]["grid"] == "Poland"
    assert rows(f"{line} --intensity 300")[0]["g_per_kwh"] == "300.0"


def test_calculate_tells_the_formula_and_writes_its_numbers() -> None:
    line = "footprint calculate 'A100 PCIe 40GB' --hours 2 --region gcp/asia-east1 --pue 1"
    done = run(line)
    assert "1 x 2 h x 0.25 kW x 1 x 1 = 0.5 kWh." in done.stdout
    assert "gives 0.279 kg CO2e" in done.stdout
    (row,) = rows(f"{line} --no-embodied")
    assert (float(row["kwh"]), float(row["kg"])) == pytest.approx((0.5, 0.2255))
    (same,) = json.loads(run(f"{line} --no-embodied --json").stdout)
    assert same["kg"] == pytest.approx(0.2255)


def test_lifecycle_meets_the_published_table_and_deployment_of_bloom() -> None:
    line = f"{LIFE} --per-day 12820.4444 --days 18 --intensity 394"
    found = {row["part"]: round(float(row["kg"]), 1) for row in rows(line)}
    assert found == {
        "training": 24_692.2,
        "idle": 14_628.8,
        "embodied": 11_203.8,
        "making": 50_524.8,
        "use": 340.5,
    }
    assert re.search(r"training +yes +433,196 +433,196 +433,196 +24,692", run(line).stdout)


def test_lifecycle_takes_figures_of_ones_own() -> None:
    line = "footprint lifecycle someone/tune --training-hours 100 --training-hardware 'L4'"
    found = {row["part"]: row for row in rows(f"{line} --kwh-per-1000 1 --idle-share 0.5")}
    assert float(found["training"]["kwh"]) == pytest.approx(7.2)
    assert float(found["idle"]["kwh"]) == pytest.approx(3.6)
    assert float(found["use"]["images_until_even"]) == pytest.approx(10_800)
    assert found["training"]["training"] == "entered"


def test_the_constants_of_embodied_emissions_are_options() -> None:
    usual = {row["part"]: row["kg"] for row in rows(LIFE)}
    dearer = {row["part"]: row["kg"] for row in rows(f"{LIFE} --device-kg 318")}
    assert float(dearer["embodied"]) > float(usual["embodied"])
    assert dearer["training"] == usual["training"]


@pytest.mark.parametrize(("group", "least"), [("hardware", 150), ("places", 400)])
def test_every_name_is_listed_with_its_source(group: str, least: int) -> None:
    found = rows(f"footprint {group}")
    assert len(found) > least
    assert all(row["source"] and row["licence"] for row in found)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("footprint calculate A100 --hours 1", "Did you mean 'NVIDIA A100 SXM4 40GB',"),
        ("footprint calculate L4 --hours 0", "The number of hours is 0.0. Give a number above 0."),
        ("footprint calculate L4 --hours -3", "The number of hours is -3.0."),
        ("footprint calculate L4 --hours 1 --utilisation 1.1", "The utilisation is 1.1."),
        ("footprint calculate L4 --hours 1 --country Frnce", "Did you mean 'France'?"),
        ("footprint calculate L4 --hours 1 --region us-east-9", "'aws/us-east-2'"),
        ("footprint calculate L4 --hours 1 --country uk", "Did you mean 'United Kingdom',"),
        ("footprint calculate L4 --hours 1e300", "at most 1,000,000,000,000."),
        ("footprint calculate L4 --hours 1,5", "--hours is '1,5'. Give a number, such as 0.5."),
        ("footprint calculate L4 --hours 1 --devices 1.5", "is '1.5'. Give a whole number."),
        ("footprint calculate L4 --hours 1 --pue 0.9", "Give a number from 1 to 10."),
        ("footprint calculate L4 --hours 1 --in-use 2", "share of time in use is 2.0."),
        ("footprint lifecycle nonsense", "Unknown model 'nonsense'."),
        ("footprint lifecycle blom", "Did you mean 'BLOOM'?"),
        ("footprint lifecycle bloom --per-day 0", "The number of images a day is 0.0."),
        ("footprint lifecycle bloom --idle-share nan", "idle machines is nan."),
        (f"estimate {PHOTO} --images 1.5", "--images is '1.5'. Give a whole number."),
        ("footprint lifecycle bloom --training-hours 3", "belong together"),
        (f"estimate {PHOTO} --country Frnce", "Did you mean 'France'?"),
        (f"estimate {PHOTO} --hardware 4090", "'NVIDIA GeForce RTX 4090'"),
    ],
)
def test_bad_input_is_a_message_and_exit_status_2(line: str, message: str) -> None:
    done = run(line)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
