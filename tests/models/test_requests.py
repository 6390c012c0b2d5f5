"""Keys of stored images: whoever changes one loses the images of everybody."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from explorer.errors import InvalidData
from explorer.models.backends import Diffusers, Hosted, Imported
from explorer.models.catalog import find_model
from explorer.models.requests import ImageRequest, ModelSpec, canonical, read_spec, spec_fields
from explorer.reference.sample import sample_path, sample_study
from explorer.words.prompts import Prompt
from tests.models.later import Later

DIFFUSERS = ModelSpec("mine", "a/b", "main", Diffusers("ddim", 20, 3.0, 512, 384, "float16"))
# As the first version computed them. Model, prompt, replicate and key.
FIRST = [
    (
        *("emoji-skewed", Prompt("author"), 0),
        "9688a0549ef053084b8c072d33a8b0992b5bd7a1a13de0f355fcf35205129711",
    ),
    (
        *("emoji-skewed", Prompt("nurse", "honest"), 8),
        "50ce6f42392b272094cf259c5b7241949774c191e2933791cfd88fdb7f3fc242",
    ),
    (
        *("emoji-even", Prompt("author"), 0),
        "92b9af26978b8b4edba92cdf09218b0174414c7e2b86cbe83180a6b0dc70868c",
    ),
    (
        *("emoji-even (guidance 2.5)", Prompt("nurse"), 1),
        "97d33289dfeeadc0f8375aee72c65bc06386ffdce58610dad1bc6ffba8eb82ab",
    ),
    (
        *("CompVis/stable-diffusion-v1-4", Prompt("author"), 0),
        "37e24d48989268dbc9d3ef8c8553c181c6cd75eff09f354e0fce7c2f44a30963",
    ),
    (
        *("stabilityai/sdxl-turbo", Prompt("nurse", "honest"), 8),
        "9a8d04801946272774eab493d90567d33d9312f930f06ab9dfa1f8e3a9d84f41",
    ),
]

names = st.text(min_size=1, max_size=20)
sizes = st.integers(1, 4096)
settings = st.one_of(
    st.builds(Diffusers, names, sizes, st.floats(0, 50), sizes, sizes, names),
    st.builds(Hosted, sizes, sizes, st.none() | names, st.none() | names, st.booleans()),
    st.just(Imported()),
)
specs = st.builds(ModelSpec, names, names, names, settings)


def key(spec: ModelSpec) -> str:
    return ImageRequest(spec, Prompt("author"), 0).key


@pytest.mark.parametrize(("model", "prompt", "replicate", "expected"), FIRST)
def test_keys_stay_as_they_were(model: str, prompt: Prompt, replicate: int, expected: str) -> None:
    assert ImageRequest(find_model(model, "cpu").spec, prompt, replicate).key == expected


def test_the_key_of_a_variant_in_half_precision_stays() -> None:
    card = find_model(
        "CompVis/stable-diffusion-v1-4", "cuda", guidance=3, steps=20, scheduler="ddim", size=256
    )
    request = ImageRequest(card.spec, Prompt("café owner", "naïve"), 8)
    assert request.key == "111efc2fecd4cf8c7d3bd7cc636d2e152fa2fd9a4931b6bd26c130b03e953b02"


def test_the_keys_of_the_bundled_sample_stay() -> None:
    table = parquet.read_table(sample_path(), columns=["key", "seed", "request"])
    stored = {row["key"]: row for row in table.to_pylist()}
    study = sample_study("cpu")
    asked = [one for card in study.models for one in study.requests(card)]
    assert {one.key for one in asked} == stored.keys()
    assert all(one.seed == stored[one.key]["seed"] for one in asked)
    for one in asked:
        told = json.loads(stored[one.key]["request"])["model"]
        assert read_spec(told) == one.model
        assert spec_fields(one.model) == told


def test_seeds_stay_and_are_the_same_for_every_model() -> None:
    assert {
        ImageRequest(spec, Prompt("author"), 0).seed
        for spec in (DIFFUSERS, ModelSpec("theirs", "c/d", "1", Imported()))
    } == {1267161330}


def test_images_without_seeds_have_a_key_for_each_replicate() -> None:
    spec = ModelSpec("theirs", "openai:theirs", "unversioned", Hosted(8, 8))
    asked = [ImageRequest(spec, Prompt("author"), replicate) for replicate in range(1000)]
    assert {one.seed for one in asked} == {None}
    assert len({one.key for one in asked}) == 1000
    seeded = replace(spec, settings=Hosted(8, 8, seeded=True))
    assert ImageRequest(seeded, Prompt("author"), 0).seed == 1267161330


def test_a_setting_that_is_added_later_changes_no_key() -> None:
    def later(**changes: Any) -> ModelSpec:
        added: Any = Later("ddim", 20, 3.0, 512, 384, "float16", **changes)
        return replace(DIFFUSERS, settings=added)

    assert later().identity == DIFFUSERS.identity
    assert key(later()) == key(DIFFUSERS)
    assert key(later(eta=0.5)) != key(DIFFUSERS)
    assert key(later(eta=0.5, negative_prompt="x")) != key(later(eta=0.5))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (Hosted(8, 16), {"backend": "hosted", "width_px": 8, "height_px": 16}),
        (Imported(), {"backend": "imported"}),
    ],
)
def test_what_a_backend_does_not_have_is_absent_from_identity_and_key(
    settings: Hosted | Imported, told: dict[str, Any]
) -> None:
    spec = ModelSpec("theirs", "c/d", "1", settings)
    assert json.loads(spec.identity) == {"repo": "c/d", "revision": "1", **told}


@given(specs)
def test_a_spec_comes_back_from_its_fields_with_its_key(spec: ModelSpec) -> None:
    again = read_spec(json.loads(json.dumps(spec_fields(spec))))
    assert again == spec
    assert (again.identity, key(again)) == (spec.identity, key(spec))


@given(specs, specs)
def test_models_share_images_exactly_where_nothing_but_the_name_differs(
    one: ModelSpec, other: ModelSpec
) -> None:
    renamed = replace(one, name=other.name)
    assert (key(renamed), renamed.identity) == (key(one), one.identity)
    assert (key(one) == key(other)) == (replace(other, name=one.name) == one)


def test_a_key_tells_every_setting_prompt_and_replicate_apart() -> None:
    changes: dict[str, Any] = {
        "repo": "a/c",
        "revision": "1",
        "scheduler": "euler",
        "steps": 21,
        "guidance": 3.5,
        "width_px": 384,
        "height_px": 512,
        "dtype": "float32",
    }
    told = spec_fields(DIFFUSERS)
    assert told.keys() - changes.keys() == {"name", "backend"}
    variants = [read_spec({**told, name: value}) for name, value in changes.items()]
    asked = [
        *(ImageRequest(spec, Prompt("author"), 0) for spec in (DIFFUSERS, *variants)),
        ImageRequest(DIFFUSERS, Prompt("nurse"), 0),
        ImageRequest(DIFFUSERS, Prompt("author"), 1),
    ]
    assert len({one.key for one in asked}) == len(asked)


def test_prompts_of_the_same_text_have_one_key() -> None:
    words = Prompt("author", "honest"), Prompt("honest author")
    assert len({ImageRequest(DIFFUSERS, prompt, 0).key for prompt in words}) == 1


def test_asking_for_a_key_changes_nothing_about_a_request() -> None:
    asked, fresh = (ImageRequest(DIFFUSERS, Prompt("author"), 0) for _ in range(2))
    assert len(asked.key) == 64
    assert asked == fresh
    assert hash(asked) == hash(fresh)
    assert replace(asked, replicate=1).key != asked.key


def test_a_model_of_another_backend_has_no_diffusion() -> None:
    assert DIFFUSERS.diffusion.steps == 20
    with pytest.raises(InvalidData, match="'imported', which has no steps"):
        _ = ModelSpec("theirs", "c/d", "1", Imported()).diffusion


def test_the_size_of_imported_images_is_not_known() -> None:
    assert DIFFUSERS.size_px == (512, 384)
    assert ModelSpec("theirs", "c/d", "1", Hosted(8, 16)).size_px == (8, 16)
    assert ModelSpec("theirs", "c/d", "1", Imported()).size_px is None


@pytest.mark.parametrize("lost", ["name", "repo", "revision"])
def test_a_spec_without_a_name_repository_or_revision_is_refused(lost: str) -> None:
    told = spec_fields(DIFFUSERS)
    del told[lost]
    with pytest.raises(KeyError, match=lost):
        read_spec(told)


@given(st.dictionaries(names, st.integers() | names, max_size=4))
def test_equal_values_have_one_text(values: dict[str, int | str]) -> None:
    backwards = dict(reversed(values.items()))
    assert canonical(values) == canonical(backwards)
    assert json.loads(canonical(values)) == values
