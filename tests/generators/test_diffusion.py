from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.errors import ModelBroken, ModelNotFound, OutOfMemory
from explorer.generators import diffusion
from explorer.generators.diffusion import DiffusionGenerator, load_pipeline
from explorer.models.requests import Image, ImageRequest, ModelSpec
from explorer.models.variants import SCHEDULERS
from explorer.settings import Settings
from tests.tiny import SIZE_PX, requests_for, tiny_spec


def _settings(batch: int = 3) -> Settings:
    return Settings(cache=Path("unused"), device="cpu", batch=batch)


def _generate(spec: ModelSpec, requests: Sequence[ImageRequest], batch: int = 3) -> list[Image]:
    return list(DiffusionGenerator(spec, _settings(batch)).generate(requests))


def _pixels(image: Image) -> np.ndarray:
    assert image.filtered is None
    assert image.pixels is not None
    return image.pixels


def _difference(one: Image, other: Image) -> int:
    return int(np.abs(_pixels(one).astype(int) - _pixels(other)).max())


@dataclass
class Watched:
    """A real pipeline that notes the seeds of each batch and every prompt it encodes.

    `room` is the largest batch that fits into memory; `spoil` changes the finished images.
    """

    pipeline: Any
    room: int = 1000
    spoil: Callable[[np.ndarray], None] = lambda _: None
    seeds: list[list[int]] = field(default_factory=list)
    encoded: list[str] = field(default_factory=list)

    def __call__(self, **options: Any) -> Any:
        import torch

        self.seeds.append([generator.initial_seed() for generator in options["generator"]])
        if self.batches[-1] > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        output = self.pipeline(**options)
        self.spoil(output.images)
        return output

    @property
    def batches(self) -> list[int]:
        return [len(seeds) for seeds in self.seeds]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.pipeline, name)

    def encode_prompt(self, prompt: list[str], **options: Any) -> Any:
        self.encoded.extend(prompt)
        return self.pipeline.encode_prompt(prompt=prompt, **options)


@pytest.fixture
def watched(stable_diffusion: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """Return the pipeline that the test's generators generate with."""
    watched = Watched(load_pipeline(tiny_spec(stable_diffusion), "cpu"))
    monkeypatch.setattr(diffusion, "load_pipeline", lambda *_: watched)
    return watched


@pytest.fixture(params=["stable_diffusion", "xl"])
def folder(request: pytest.FixtureRequest) -> Path:
    return Path(request.getfixturevalue(request.param))


@pytest.mark.parametrize("guidance", [0.0, 1.0, 5.0])
def test_a_batch_across_prompts_generates_what_single_images_would(
    folder: Path, guidance: float
) -> None:
    spec = tiny_spec(folder, guidance=guidance)
    requests = requests_for(spec, ("author", "nurse", "CEO"))
    together, alone = _generate(spec, requests, batch=5), _generate(spec, requests, batch=1)
    assert [image.request for image in together] == list(requests)
    assert all(_difference(one, other) <= 1 for one, other in zip(together, alone, strict=True))


@pytest.mark.parametrize("guidance", [1.0, 5.0])
def test_an_image_is_what_the_plain_pipeline_generates_with_the_seed(
    folder: Path, guidance: float
) -> None:
    import torch

    spec = tiny_spec(folder, guidance=guidance)
    request = requests_for(spec)[-1]
    plain = load_pipeline(spec, "cpu")(
        request.prompt.text,
        generator=torch.Generator().manual_seed(request.seed),
        num_inference_steps=2,
        guidance_scale=guidance,
        width=SIZE_PX,
        height=SIZE_PX,
    ).images[0]
    generated = _pixels(_generate(spec, requests_for(spec))[-1])
    assert np.abs(np.asarray(plain).astype(int) - generated).max() <= 1


def test_images_are_stored_as_the_model_generated_them(stable_diffusion: Path) -> None:
    spec = tiny_spec(stable_diffusion, width_px=24, height_px=16)
    pixels = _pixels(_generate(spec, requests_for(spec)[:1])[0])
    assert pixels.shape == (16, 24, 3)
    assert pixels.dtype == np.uint8
    assert pixels.std() > 1


def test_generating_again_gives_the_same_images(stable_diffusion: Path) -> None:
    spec = tiny_spec(stable_diffusion)
    first, second = (_generate(spec, requests_for(spec)) for _ in range(2))
    assert all(_difference(one, other) == 0 for one, other in zip(first, second, strict=True))


def test_replicates_and_prompts_differ(stable_diffusion: Path) -> None:
    spec = tiny_spec(stable_diffusion)
    images = _generate(spec, requests_for(spec))
    assert len({_pixels(image).tobytes() for image in images}) == len(images)


def test_models_are_paired_by_seed(stable_diffusion: Path, watched: Watched) -> None:
    for name in ("one", "other"):
        spec = tiny_spec(stable_diffusion, name=name, revision=name, steps=len(name))
        _generate(spec, requests_for(spec), batch=9)
    first, second = watched.seeds
    assert first == second
    assert len(set(first)) == 4


@pytest.mark.parametrize(("guidance", "empty"), [(1.0, 0), (5.0, 1)])
def test_each_prompt_is_encoded_once(
    stable_diffusion: Path, watched: Watched, guidance: float, empty: int
) -> None:
    spec = tiny_spec(stable_diffusion, guidance=guidance)
    requests = requests_for(spec, ("author", "nurse", "CEO"), images=5)
    generator = DiffusionGenerator(spec, _settings(4))
    list(generator.generate(requests))
    list(generator.generate(requests[:6]))
    assert sorted(filter(None, watched.encoded)) == sorted({r.prompt.text for r in requests})
    assert watched.encoded.count("") == empty
    assert watched.batches == [4, 4, 4, 3, 4, 2]


def test_prompts_long_past_are_forgotten(
    stable_diffusion: Path, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diffusion, "_MAX_ENCODED", 2)
    spec = tiny_spec(stable_diffusion)
    requests = requests_for(spec, ("a", "b", "c", "d"), images=1)
    generator = DiffusionGenerator(spec, _settings(2))
    assert len(list(generator.generate(requests + requests[:1]))) == 5
    assert len(watched.encoded) == 5


def test_cancelling_between_batches_generates_no_further(
    stable_diffusion: Path, watched: Watched
) -> None:
    spec = tiny_spec(stable_diffusion)
    images = DiffusionGenerator(spec, _settings(2)).generate(requests_for(spec, images=4))
    next(images)
    next(images)
    images.close()  # type: ignore[attr-defined]
    assert watched.batches == [2]


def test_nothing_is_loaded_before_the_first_image() -> None:
    generator = DiffusionGenerator(tiny_spec("/not/there"), _settings())
    assert list(generator.generate(())) == []
    with pytest.raises(ModelNotFound):
        next(generator.generate(requests_for(tiny_spec("/not/there"))))


def test_who_generates_tells_device_and_libraries_without_loading_anything() -> None:
    made = DiffusionGenerator(tiny_spec("/not/there"), _settings()).provenance
    assert made.device == "cpu"
    assert made.libraries is not None
    told = dict(library.split(" ") for library in made.libraries.split(", "))
    assert told == {name: version(name) for name in ("torch", "diffusers", "transformers")}


def test_a_request_for_another_model_is_refused(stable_diffusion: Path) -> None:
    spec = tiny_spec(stable_diffusion)
    generator = DiffusionGenerator(spec, _settings())
    with pytest.raises(ValueError, match="another model"):
        next(generator.generate(requests_for(tiny_spec(stable_diffusion, steps=9))))


def test_what_the_safety_filter_takes_is_filtered_and_never_black(filtered: Path) -> None:
    spec = tiny_spec(filtered)
    images = _generate(spec, requests_for(spec))
    assert {(image.filtered, image.pixels is None) for image in images} == {("safety filter", True)}


def test_what_the_safety_filter_passes_is_generated(
    unfiltered: Path, stable_diffusion: Path
) -> None:
    checked, plain = (
        _generate(spec, requests_for(spec))
        for spec in (tiny_spec(unfiltered), tiny_spec(stable_diffusion))
    )
    assert all(_difference(one, other) == 0 for one, other in zip(checked, plain, strict=True))


def _blacken_second(images: np.ndarray) -> None:
    images[1] = 0


def _break_second(images: np.ndarray) -> None:
    images[1, 0, 0, 0] = np.nan


def _blank_second(images: np.ndarray) -> None:
    images[1] = 1, 0.5, 0


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_blacken_second, "black image"),
        (_blank_second, "blank image"),
        (_break_second, "decode failure"),
    ],
)
def test_an_image_that_came_to_nothing_is_filtered_alone(
    stable_diffusion: Path, watched: Watched, spoil: Callable[[np.ndarray], None], reason: str
) -> None:
    watched.spoil = spoil
    spec = tiny_spec(stable_diffusion)
    images = _generate(spec, requests_for(spec), batch=4)
    assert [image.filtered for image in images] == [None, reason, None, None]
    assert images[1].pixels is None


def test_a_batch_that_does_not_fit_is_halved_and_stays_so(
    stable_diffusion: Path, watched: Watched
) -> None:
    watched.room = 2
    spec = tiny_spec(stable_diffusion)
    requests = requests_for(spec, images=4)
    images = _generate(spec, requests, batch=8)
    assert [image.request for image in images] == list(requests)
    assert watched.batches == [8, 4, 2, 2, 2, 2]


def test_a_single_image_that_does_not_fit_says_what_to_do(
    stable_diffusion: Path, watched: Watched
) -> None:
    watched.room = 0
    spec = tiny_spec(stable_diffusion)
    with pytest.raises(OutOfMemory, match="smaller"):
        _generate(spec, requests_for(spec))
    assert watched.batches == [3, 1]


def test_a_size_the_model_cannot_generate_is_a_clear_error(stable_diffusion: Path) -> None:
    spec = tiny_spec(stable_diffusion, width_px=12)
    with pytest.raises(ModelBroken, match=r"'tiny' cannot generate.*size"):
        _generate(spec, requests_for(spec))


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_every_scheduler_generates(stable_diffusion: Path, scheduler: str) -> None:
    spec = tiny_spec(stable_diffusion, scheduler=scheduler, steps=4)
    images = _generate(spec, requests_for(spec))
    assert all(_pixels(image).std() > 1 for image in images)


def test_random_schedulers_do_not_depend_on_the_batch(stable_diffusion: Path) -> None:
    spec = tiny_spec(stable_diffusion, scheduler="euler-ancestral", steps=4)
    together, alone = (_generate(spec, requests_for(spec), batch) for batch in (4, 1))
    assert all(_difference(one, other) <= 1 for one, other in zip(together, alone, strict=True))


def test_threads_may_share_a_generator(stable_diffusion: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    spec = tiny_spec(stable_diffusion)
    generator = DiffusionGenerator(spec, _settings(2))
    expected = _generate(spec, requests_for(spec), batch=2)
    with ThreadPoolExecutor(3) as pool:
        generated = list(pool.map(lambda _: list(generator.generate(requests_for(spec))), range(3)))
    for images in generated:
        assert all(_difference(*pair) == 0 for pair in zip(images, expected, strict=True))
