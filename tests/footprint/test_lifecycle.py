"""The lifecycle of a model, line by line against the published one of BLOOM."""

import pytest

from explorer.errors import OutOfRange
from explorer.footprint.grids import find_grid
from explorer.footprint.lifecycle import EMBODIED, IDLE, MAKING, TRAINING, USE, Lifecycle, Line, Use
from explorer.footprint.training import entered, find_training

REQUESTS, DAYS = 230_768, 18
BLOOM = Lifecycle(
    "BLOOM",
    ("bigscience/bloom",),
    find_training("BLOOM"),
    Use(REQUESTS / DAYS, DAYS),
    find_grid(intensity=394),
)


def line(life: Lifecycle, part: str) -> Line:
    (found,) = (one for one in life.lines if one.part == part)
    return found


def kg(life: Lifecycle, part: str) -> float:
    found = line(life, part).kg
    assert found is not None
    assert found.estimate is not None
    return found.estimate


def kwh(life: Lifecycle, part: str) -> float:
    found = line(life, part).kwh
    assert found is not None
    assert found.estimate is not None
    return found.estimate


@pytest.mark.parametrize(
    ("part", "printed"),
    [(TRAINING, 24_692), (IDLE, 14_629), (EMBODIED, 11_204), (MAKING, 50_525)],
)
def test_the_published_table_of_bloom_is_met(part: str, printed: float) -> None:
    assert round(kg(BLOOM, part)) == printed


@pytest.mark.parametrize(("part", "printed"), [(TRAINING, 48.9), (IDLE, 29.0), (EMBODIED, 22.2)])
def test_the_published_shares_of_bloom_are_met(part: str, printed: float) -> None:
    assert 100 * kg(BLOOM, part) / kg(BLOOM, MAKING) == pytest.approx(printed, abs=0.05)


def test_the_energy_of_bloom_is_met() -> None:
    assert kwh(BLOOM, TRAINING) == 433_196
    assert kwh(BLOOM, IDLE) == 256_646
    assert kwh(BLOOM, MAKING) == 689_842


def test_the_deployment_experiment_of_bloom_is_met() -> None:
    assert kwh(BLOOM, USE) == pytest.approx(864.249, abs=0.001)
    assert kg(BLOOM, USE) == pytest.approx(340.5, abs=0.05)
    assert kg(BLOOM, USE) / DAYS == pytest.approx(18.92, abs=0.005)
    assert 1000 * kwh(BLOOM, USE) / REQUESTS == pytest.approx(3.745, abs=0.0005)
    assert 1000 * kg(BLOOM, USE) / REQUESTS == pytest.approx(1.476, abs=0.0005)
    assert BLOOM.unit == "request"


def test_the_training_keeps_its_own_grid_and_the_use_has_that_which_is_named() -> None:
    elsewhere = Lifecycle("BLOOM", BLOOM.ids, BLOOM.training, BLOOM.use, find_grid("Poland"))
    assert kg(elsewhere, TRAINING) == kg(BLOOM, TRAINING)
    assert kg(elsewhere, USE) == pytest.approx(864.249 * 0.661926, rel=1e-5)


def test_generating_exceeds_training_after_a_number_of_images() -> None:
    life = Lifecycle(
        "SD", ("CompVis/stable-diffusion-v1-4",), find_training("CompVis/stable-diffusion-v1-4")
    )
    found = life.images_until_even
    assert found is not None
    assert found.estimate == pytest.approx(37_500 / 1.3473e-3)


def test_an_energy_of_ones_own_replaces_the_published_one() -> None:
    life = Lifecycle("SD", BLOOM.ids, BLOOM.training, Use(10, 1, kwh_per_1000=1))
    assert kwh(life, USE) == pytest.approx(0.01)
    found = line(life, USE).kg
    assert found is not None
    assert (found.low, found.high) == pytest.approx((40.695e-5, 707.686e-5))


def test_where_only_emissions_are_disclosed_emissions_are_compared() -> None:
    mini = find_training("DALL-E mini")
    use = Use(kwh_per_1000=1)
    assert Lifecycle("mini", (), mini, use).images_until_even is None
    found = Lifecycle("mini", (), mini, use, find_grid(intensity=754)).images_until_even
    assert found is not None
    assert found.estimate == pytest.approx(10_000)


def test_what_is_not_disclosed_is_unknown_and_never_zero() -> None:
    hidden = Lifecycle("FLUX", (), find_training("FLUX.1 dev"))
    assert hidden.unknown == (TRAINING, IDLE, EMBODIED)
    assert [one.kg for one in hidden.lines] == [None] * 5
    assert hidden.images_until_even is None


def test_idle_machines_count_as_a_share_where_they_are_not_disclosed() -> None:
    made = entered("mine", kwh=1000)
    life = Lifecycle("mine", (), made, idle_share=0.59)
    assert kwh(life, IDLE) == pytest.approx(590)
    assert kwh(life, MAKING) == pytest.approx(1590)
    assert kwh(Lifecycle("BLOOM", (), BLOOM.training, idle_share=5), IDLE) == 256_646


@pytest.mark.parametrize("wrong", [{"a_day": 0}, {"days": -1}, {"kwh_per_1000": 0}])
def test_a_use_that_is_none_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(OutOfRange):
        Use(**wrong)
    with pytest.raises(OutOfRange, match="share of idle machines is -1"):
        Lifecycle("mine", idle_share=-1)
