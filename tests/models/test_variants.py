from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.errors import InvalidData, OutOfRange, UnknownName
from explorer.models.backends import Diffusers, Hosted, Imported
from explorer.models.requests import ModelSpec
from explorer.models.variants import PRECISIONS, SCHEDULERS, changed, in_precision, read_variant

OWN = ModelSpec("mine", "a/b", "main", Diffusers("default", 50, 7.5, 512, 512, "float32"))
changes = st.fixed_dictionaries(
    {},
    optional={
        "steps": st.integers(1, 1000),
        "guidance": st.integers(0, 500).map(lambda tenths: tenths / 10),
        "size": st.integers(1, 256).map(lambda eighth: 8 * eighth),
        "scheduler": st.sampled_from(SCHEDULERS),
        "precision": st.sampled_from(PRECISIONS),
    },
)


@given(changes)
def test_a_variants_name_tells_its_changes(asked: dict[str, Any]) -> None:
    variant = changed(OWN, asked)
    name, told = read_variant(variant.name)
    assert name == OWN.name
    assert changed(OWN, told) == variant


def test_changed_settings_are_in_the_name_and_the_spec() -> None:
    variant = changed(OWN, {"guidance": 3, "steps": 1, "size": 64, "scheduler": "ddim"})
    assert variant.name == "mine (guidance 3, 1 step, 64 px, ddim)"
    assert (variant.repo, variant.revision) == (OWN.repo, OWN.revision)
    assert variant.settings == Diffusers("ddim", 1, 3.0, 64, 64, "float32")
    assert isinstance(variant.diffusion.guidance, float)


@pytest.mark.parametrize("name", ["mine", "mine (2 steps, 64 px)"])
def test_a_name_in_another_precision_is_that_of_the_variant(name: str) -> None:
    base, own = read_variant(name)
    half = changed(OWN, {"precision": "float16"})
    again = read_variant(in_precision(name, "float32"))
    assert again == (base, own | {"precision": "float32"})
    assert changed(half, again[1]).diffusion.dtype == "float32"


def test_the_models_own_settings_do_not_change_its_name() -> None:
    assert changed(OWN, {"guidance": 7.5, "steps": 50, "size": 512}) == OWN


@pytest.mark.parametrize("name", ["mine", "mine (blue)", "mine (2 steps, blue)", "(2 steps)", ""])
def test_a_name_without_known_changes_stays_as_it_is(name: str) -> None:
    assert read_variant(name) == (name, {})


def test_a_folder_that_is_called_like_a_variant_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "mine (2 steps)"
    assert read_variant(str(folder))[1] == {"steps": 2}
    folder.mkdir()
    assert read_variant(str(folder)) == (str(folder), {})


@pytest.mark.parametrize(
    "asked",
    [
        {"steps": 0},
        {"steps": 1001},
        {"guidance": -1},
        {"guidance": 51},
        {"guidance": float("nan")},
        {"size": 0},
        {"size": 9000},
    ],
)
def test_settings_out_of_range_say_the_range(asked: dict[str, float]) -> None:
    with pytest.raises(OutOfRange, match="from"):
        changed(OWN, asked)


def test_a_size_must_be_a_multiple_of_eight() -> None:
    with pytest.raises(OutOfRange, match="96"):
        changed(OWN, {"size": 100})


def test_an_unknown_scheduler_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="euler"):
        changed(OWN, {"scheduler": "eular"})
    assert SCHEDULERS[0] == "default"


def test_a_model_of_another_backend_has_no_settings_to_change() -> None:
    with pytest.raises(InvalidData, match=r"'imported', which has no steps.*Leave these"):
        changed(ModelSpec("theirs", "a/b", "1", Imported()), {"steps": 3})


def test_size_and_quality_of_a_service_are_part_of_a_variants_name() -> None:
    theirs = ModelSpec("openai:theirs", "openai:theirs", "unversioned", Hosted(1024, 1024, "high"))
    variant = changed(theirs, {"size": 512, "quality": "low"})
    assert variant.settings == Hosted(512, 512, "low")
    assert variant.name == "openai:theirs (512 px, low)"
    assert read_variant(variant.name) == ("openai:theirs", {"size": 512, "quality": "low"})


@pytest.mark.parametrize(
    ("spec", "asked", "said"),
    [
        (OWN, {"quality": "low"}, "no model of a service"),
        (
            ModelSpec("openai:theirs", "openai:theirs", "unversioned", Hosted(8, 8)),
            {"steps": 3},
            "no steps, guidance or scheduler",
        ),
    ],
)
def test_a_setting_of_the_other_kind_of_model_is_refused(
    spec: ModelSpec, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidData, match=said):
        changed(spec, asked)


def test_an_unknown_quality_is_refused() -> None:
    with pytest.raises(UnknownName, match="'lowest'"):
        changed(OWN, {"quality": "lowest"})
