"""How long it takes to generate images, before and after some were generated."""

import pytest

from explorer.models.catalog import find_model
from explorer.page.pace import Pace


def test_without_a_measurement_the_estimate_is_a_guess() -> None:
    estimate = Pace("cpu").estimate([(find_model("emoji-skewed", "cpu"), 189)])
    assert not estimate.measured
    assert 5 < estimate.seconds < 60


def test_a_large_model_is_guessed_to_be_slow_on_a_processor_and_quick_on_a_card() -> None:
    card = find_model("CompVis/stable-diffusion-v1-4", "cpu")
    slow, quick = (Pace(device).estimate([(card, 1)]).seconds for device in ("cpu", "cuda"))
    assert slow > 60
    assert quick < 5


def test_what_was_measured_replaces_the_guess_for_that_model_alone() -> None:
    pace = Pace("cpu")
    skewed, even = (find_model(name, "cpu") for name in ("emoji-skewed", "emoji-even"))
    pace.note(skewed.spec, 20.0)
    assert pace.estimate([(skewed, 40)]).seconds == pytest.approx(2.0)
    assert pace.estimate([(skewed, 40)]).measured
    assert not pace.estimate([(skewed, 40), (even, 1)]).measured
    assert pace.estimate([(skewed, 40), (even, 0)]).measured
