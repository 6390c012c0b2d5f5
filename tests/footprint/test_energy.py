"""The energy of an image: measured, else published, else counted, always saying which."""

from dataclasses import replace

import pytest

from explorer.footprint.energy import (
    COUNTED,
    MEASURED,
    PUBLISHED,
    Energy,
    energy_of,
    load_published,
    no_energy_sentence,
)
from explorer.footprint.hardware import find_hardware
from explorer.footprint.measured import Measured
from explorer.models.backends import Hosted, Imported
from explorer.models.catalog import ModelCard, find_model
from tests.readings import run_of

SD = find_model("CompVis/stable-diffusion-v1-4", "cpu", steps=50)
XL = find_model("stabilityai/stable-diffusion-xl-base-1.0", "cpu", steps=50)
EMOJI = find_model("emoji-skewed", "cpu")


def known(card: ModelCard, *runs: Measured, hardware: str | None = None) -> Energy:
    found = energy_of(card, runs, find_hardware(hardware) if hardware else None)
    assert found is not None
    return found


def test_earlier_runs_on_this_machine_come_first() -> None:
    runs = (run_of(SD.spec, 10, 50, 0.01), run_of(SD.spec, 30, 90, 0.06))
    found = known(SD, *runs)
    assert found.basis == MEASURED
    assert found.kwh.estimate == pytest.approx(0.07 / 40)
    assert (found.kwh.low, found.kwh.high) == pytest.approx((0.001, 0.002))
    assert found.seconds == pytest.approx(3.5)
    assert "in 2 earlier runs of 40 images" in found.told
    assert found.hardware is find_hardware("T4")
    assert found.device_hours == pytest.approx(3.5 / 3600)


def test_earlier_runs_on_another_device_than_the_named_one_do_not_count() -> None:
    run = run_of(SD.spec, 10, 50, 0.01)
    assert known(SD, run, hardware="T4").basis == MEASURED
    assert known(SD, run, hardware="L4").basis == PUBLISHED


def test_runs_of_other_settings_and_readings_of_zero_do_not_count() -> None:
    other = replace(SD.spec, settings=replace(SD.spec.diffusion, steps=20))
    runs = (run_of(other, 10, 50, 0.01), run_of(SD.spec, 10, 50, 0.0))
    assert known(SD, *runs).basis == PUBLISHED


def test_a_run_of_the_same_model_by_another_name_counts() -> None:
    named = replace(SD.spec, name="mine")
    assert known(SD, run_of(named, 1, 1, 0.5, "a card nobody knows")).kwh.estimate == 0.5


def test_published_figures_are_used_as_they_are_at_their_own_settings() -> None:
    found = known(SD)
    assert found.basis == PUBLISHED
    assert found.kwh.estimate == pytest.approx(1.3473e-3)
    assert "on NVIDIA A100 SXM4 80GB" in found.told
    assert "7 idle" in found.told
    assert "mean of 30 runs" in found.told
    assert "caled" not in found.told


def test_published_figures_are_scaled_to_other_steps() -> None:
    half = find_model("CompVis/stable-diffusion-v1-4", "cpu", steps=25)
    share = (50 * 0.8 + 2.5) / (100 * 0.8 + 2.5)
    assert known(half).kwh.estimate == pytest.approx(1.3473e-3 * share)
    assert "is known: 1.3 kWh per 1,000" in known(half).told
    assert "Scaled to the steps and the size asked for, that is 0.69 kWh." in known(half).told


def test_the_hours_of_a_published_figure_are_those_that_its_accelerators_need() -> None:
    assert known(SD).device_hours == pytest.approx(0.8103e-3 * 1000 / 400)
    rtx = find_hardware("RTX 4090")
    whole = next(one for one in load_published() if one.gpu_kwh is None and one.hardware is rtx)
    drawn = known(find_model(whole.models[0], "cpu"), hardware="RTX 4090")
    assert drawn.device_hours * rtx.watts / 1000 == pytest.approx(drawn.kwh.estimate)


def test_several_published_figures_are_a_range() -> None:
    found = known(XL)
    assert 10 < found.kwh.high / found.kwh.low < 40
    assert "4 published figures are known" in found.told
    assert found.kwh.low < (found.kwh.estimate or 0) < found.kwh.high


def test_those_on_the_named_hardware_are_preferred() -> None:
    found = known(XL, hardware="H100 SXM5 80GB")
    assert found.kwh.estimate == pytest.approx(1.64e-3)
    assert found.kwh.low == found.kwh.high
    assert "None is of NVIDIA L4." in known(XL, hardware="L4").told


def test_operations_are_counted_for_models_without_a_published_figure() -> None:
    unlisted = find_model("someone/tune", "cpu")
    found = known(unlisted, hardware="A100 SXM4 80GB")
    work = 100 * 0.8e12 + 2.5e12
    seconds = work / (312e12 * 0.3)
    assert found.basis == COUNTED
    assert found.seconds == pytest.approx(seconds)
    assert found.kwh.estimate == pytest.approx(seconds * 400 / 3.6e6)
    assert found.device_hours == pytest.approx(seconds / 3600)
    assert "is assumed" not in found.told


def test_a_device_that_nobody_named_is_told_as_assumed() -> None:
    assert "on AMD EPYC 7763, which draws 280 W" in known(EMOJI).told
    assert "This device is assumed: name yours" in known(EMOJI).told


@pytest.mark.parametrize(
    ("settings", "told"),
    [(Hosted(512, 512), "a service generates"), (Imported(), "imported images have no energy")],
)
def test_where_another_machine_generates_the_energy_is_unknown(
    settings: Hosted | Imported, told: str
) -> None:
    card = replace(SD, spec=replace(SD.spec, settings=settings))
    assert energy_of(card) is None
    assert told in no_energy_sentence(card)


def test_every_published_energy_is_plausible() -> None:
    images = [one.kwh * 1000 for one in load_published() if one.unit == "image"]
    assert len(images) > 40
    assert 0.05 < min(images) <= max(images) < 12
