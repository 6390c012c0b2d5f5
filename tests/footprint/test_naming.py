"""Models by the names that people give."""

import pytest

from explorer.errors import UnknownName
from explorer.footprint.naming import find_model_training


@pytest.mark.parametrize(
    ("name", "title", "status"),
    [
        ("Stable Diffusion 1.4", "Stable Diffusion 1.4", "disclosed"),
        ("runwayml/stable-diffusion-v1-5", "Stable Diffusion 1", "disclosed"),
        ("bloom", "BLOOM", "disclosed"),
        ("bigscience/bloom", "BLOOM", "disclosed"),
        ("SD-Turbo", "SD-Turbo", "not checked"),
        ("someone/tune", "someone/tune", None),
    ],
)
def test_a_title_or_an_id_of_the_hub_finds_the_training(
    name: str, title: str, status: str | None
) -> None:
    found = find_model_training(name, "cpu")
    assert found.title == title
    assert (found.training.status if found.training else None) == status


def test_the_ids_are_those_of_published_energies() -> None:
    assert find_model_training("stable diffusion 1.4", "cpu").ids == (
        "CompVis/stable-diffusion-v1-4",
    )


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(UnknownName, match="Unknown model 'nonsense'"):
        find_model_training("nonsense", "cpu")


@pytest.mark.parametrize(("name", "near"), [("blom", "BLOOM"), ("Flux", "FLUX.1 dev")])
def test_the_nearest_model_may_be_one_of_the_trainings(name: str, near: str) -> None:
    with pytest.raises(UnknownName, match=f"Did you mean .*'{near}'"):
        find_model_training(name, "cpu")
