import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from explorer.errors import ModelError, ModelNotFound
from explorer.generators.diffusion import DiffusionGenerator
from explorer.generators.find import generators, half_free
from explorer.generators.hosted import HostedGenerator
from explorer.models.backends import Hosted, Imported
from explorer.models.requests import ModelSpec
from explorer.settings import Settings
from tests.tiny import requests_for, tiny_spec

SETTINGS = Settings(cache=Path("unused"), device="cpu", batch=3)


def test_diffusers_generates_the_models_of_its_backend() -> None:
    spec = tiny_spec("/not/there")
    generator = generators(SETTINGS)(spec)
    assert isinstance(generator, DiffusionGenerator)
    assert generator.provenance.device == "cpu"
    with pytest.raises(ModelNotFound):
        next(generator.generate(requests_for(spec)))


def test_a_service_generates_the_models_of_its_backend() -> None:
    spec = ModelSpec("theirs", "openai:theirs", "unversioned", Hosted(8, 8))
    find = generators(SETTINGS)
    assert isinstance(find(spec), HostedGenerator)
    assert find(spec) is find(spec)


def test_a_backend_that_nobody_generates_with_is_refused_by_name() -> None:
    settings = Imported()
    spec = ModelSpec("theirs", "a/b", "1", settings)
    with pytest.raises(ModelError) as caught:
        generators(SETTINGS)(spec)
    assert repr("theirs") in str(caught.value)
    assert repr(settings.backend) in str(caught.value)
    assert "stored images can be looked at" in str(caught.value)


@pytest.mark.parametrize(("room", "kept"), [(True, 2), (False, 1)])
def test_two_models_are_kept_where_they_fit(
    monkeypatch: pytest.MonkeyPatch, *, room: bool, kept: int
) -> None:
    monkeypatch.setattr("explorer.generators.find.half_free", lambda _device: room)
    find = generators(SETTINGS)
    first, second, third = (tiny_spec(name) for name in ("/one", "/two", "/three"))
    one = find(first)
    assert find(first) is one
    two = find(second)
    assert (find(first) is one) is (kept == 2)
    three = find(third)
    assert find(third) is three
    assert find(second) is not two or kept == 2


@pytest.mark.parametrize("room", [True, False])
def test_a_model_loads_beside_another_only_where_half_of_the_memory_is_free(
    monkeypatch: pytest.MonkeyPatch, stable_diffusion: Path, *, room: bool
) -> None:
    free = True
    monkeypatch.setattr("explorer.generators.find.half_free", lambda _device: free)
    find = generators(SETTINGS)
    first, second = (tiny_spec(stable_diffusion, name=name) for name in ("one", "two"))
    # A run asks every model about the prompts before the first of them loads.
    one, two = find(first), find(second)
    find(first).load()
    free = room
    assert find(second) is two
    assert (find(first) is one) is room


def test_a_loaded_model_makes_no_other_give_way(
    monkeypatch: pytest.MonkeyPatch, stable_diffusion: Path
) -> None:
    room = True
    monkeypatch.setattr("explorer.generators.find.half_free", lambda _device: room)
    find = generators(SETTINGS)
    first, second = (tiny_spec(stable_diffusion, name=name) for name in ("one", "two"))
    one, two = find(first), find(second)
    one.load()
    two.load()
    room = False
    assert (find(first), find(second)) == (one, two)


def test_half_of_the_memory_is_free_unless_a_model_takes_it_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for available, free in ((600, True), (400, False)):
        memory = SimpleNamespace(available=available, total=1000)
        monkeypatch.setattr("psutil.virtual_memory", lambda memory=memory: memory)
        assert half_free("cpu") is free


def test_finding_a_generator_loads_no_diffusers_and_no_torch() -> None:
    code = (
        "import sys; from pathlib import Path; from explorer.settings import Settings;"
        "from explorer.generators.find import generators;"
        "from explorer.models.catalog import find_model;"
        "generators(Settings(Path('unused'), 'cpu', 3))(find_model('emoji-even', 'cpu').spec);"
        "print(sorted({'torch', 'diffusers', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
