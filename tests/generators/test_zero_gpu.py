"""A Space that lends its graphics card, played by a small module in place of `spaces`."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.errors import DeviceRefused, ModelNotFound
from explorer.generators.diffusion import DiffusionGenerator
from explorer.generators.find import generators
from explorer.generators.zero_gpu import LentGenerator, seconds
from explorer.models.catalog import find_model
from explorer.models.requests import ImageRequest, ModelSpec
from explorer.settings import Settings, repository
from tests.tiny import requests_for, tiny_spec

# As the real one does, it pickles what goes to the card and what comes back.
SPACES = """
import pickle

asked = []
refusal = None


def GPU(task, duration):
    def lent(*given):
        if refusal:
            raise refusal
        asked.append((task.__name__, duration(*given)))
        return pickle.loads(pickle.dumps(task(*pickle.loads(pickle.dumps(given)))))

    return lent
"""

# A machine of the tests has no graphics card: what is lent is the processor.
LENT = Settings(Path("unused"), "cpu", 4, zero_gpu=True)


@pytest.fixture
def spaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which Python finds the stand-in."""
    folder = tmp_path / "packages"
    folder.mkdir()
    (folder / "spaces.py").write_text(SPACES)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "spaces", raising=False)
    return folder


def stand_in() -> Any:
    return sys.modules["spaces"]


def asking(spec: ModelSpec, images: int) -> tuple[ImageRequest, ...]:
    return requests_for(spec, ("author",), images)


@pytest.fixture
def tiny(stable_diffusion: Path) -> ModelSpec:
    return tiny_spec(stable_diffusion)


@pytest.mark.usefixtures("spaces")
def test_a_batch_is_generated_on_a_lent_card_and_is_the_same_as_on_an_own_one(
    tiny: ModelSpec,
) -> None:
    requests = asking(tiny, 3)
    lent = list(generators(LENT)(tiny).generate(requests))
    own = list(DiffusionGenerator(tiny, LENT).generate(requests))
    for one, other in zip(lent, own, strict=True):
        assert one.request == other.request
        assert one.pixels is not None
        assert other.pixels is not None
        assert np.array_equal(one.pixels, other.pixels)
    assert stand_in().asked == [("generate_batch", seconds(tiny, LENT, requests))]


@pytest.mark.usefixtures("spaces")
def test_two_models_that_take_turns_are_loaded_once_where_the_card_is_lent_again(
    tiny: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[ModelSpec] = []
    real = DiffusionGenerator.__init__

    def counted(self: DiffusionGenerator, spec: ModelSpec, settings: Settings) -> None:
        loads.append(spec)
        real(self, spec, settings)

    monkeypatch.setattr(DiffusionGenerator, "__init__", counted)
    # No other test has loaded a model with these settings.
    find = generators(replace(LENT, batch=2))
    other = replace(tiny, name="other")
    for _turn in range(2):
        for spec in (tiny, other):
            list(find(spec).generate(asking(spec, 1)))
    assert loads == [tiny, other]


@pytest.mark.usefixtures("spaces")
def test_a_bundled_model_generates_without_the_card() -> None:
    bundled = find_model("emoji-even", "cuda").spec
    assert isinstance(generators(LENT)(bundled), DiffusionGenerator)
    assert isinstance(generators(LENT)(replace(bundled, repo="a/b")), LentGenerator)


@pytest.mark.usefixtures("spaces")
def test_an_error_comes_back_from_the_other_process_with_its_message(tiny: ModelSpec) -> None:
    absent = replace(tiny, repo="/absent/model")
    with pytest.raises(ModelNotFound, match="/absent/model"):
        list(generators(LENT)(absent).generate(asking(absent, 1)))


@pytest.mark.usefixtures("spaces")
def test_a_refusal_gives_the_reason_of_the_space(tiny: ModelSpec) -> None:
    find = generators(LENT)
    stand_in().refusal = RuntimeError("You have exceeded your quota")
    with pytest.raises(DeviceRefused, match="exceeded your quota"):
        list(find(tiny).generate(asking(tiny, 1)))


def test_the_card_is_asked_for_as_long_as_the_images_are_estimated_to_take() -> None:
    spec = find_model("stable-diffusion-v1-5/stable-diffusion-v1-5", "cuda").spec
    lent = replace(LENT, device="cuda")

    def asked(images: int) -> int:
        return seconds(spec, lent, asking(spec, images))

    # 25 steps with guidance are 50 passes of 0.8 TFLOP an image, at 50 TFLOP/s.
    assert asked(9) - asked(4) == 4
    assert asked(1) > 30
    assert asked(1000) == 120


@pytest.mark.parametrize(("zero_gpu", "expected"), [("true", "True"), ("", "False")])
def test_it_is_decorated_before_the_page_opens_and_nowhere_else(
    spaces: Path, zero_gpu: str, expected: str
) -> None:
    program = "import sys; from explorer import settings; from explorer.generators.find import "
    program += "generators; generators(settings.load()); print('spaces' in sys.modules)"
    environment = {**os.environ, "SPACES_ZERO_GPU": zero_gpu, "PYTHONPATH": str(spaces)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=repository(),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == expected
