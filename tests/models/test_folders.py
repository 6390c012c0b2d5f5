import shutil
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from explorer.errors import ModelBroken, ModelNotFound
from explorer.models.folders import native_size, own_settings, read_config, safe_index

Make = Callable[..., Path]
SD, XL = "StableDiffusionPipeline", "StableDiffusionXLPipeline"


@pytest.mark.parametrize(
    ("sample", "kind", "size"),
    [
        ("12", SD, (96, 96)),
        ("128", XL, (1024, 1024)),
        ("[64, 96]", SD, (768, 512)),
        ("null", SD, (512, 512)),
        ("null", XL, (1024, 1024)),
    ],
)
def test_the_native_size_is_that_of_the_latents_times_the_decoders_steps(
    model_folder: Make, sample: str, kind: str, size: tuple[int, int]
) -> None:
    folder = model_folder()
    (folder / "unet/config.json").write_text(f'{{"sample_size": {sample}}}')
    assert native_size(folder, kind) == size


def test_without_any_size_the_kind_of_pipeline_decides(model_folder: Make) -> None:
    folder = model_folder()
    for part in ("unet", "vae"):
        (folder / part / "config.json").write_text("{}")
    assert native_size(folder, SD) == (512, 512)
    assert native_size(folder, XL) == (1024, 1024)


def _own(folder: Path) -> dict[str, Any]:
    return own_settings(folder, read_config(folder / "model_index.json"))


@pytest.mark.parametrize(
    "sample", ['"64"', "0", "-8", "64.5", "true", "[64]", "[64, null]", "9999"]
)
def test_an_impossible_size_is_named(model_folder: Make, sample: str) -> None:
    folder = model_folder()
    (folder / "unet/config.json").write_text(f'{{"sample_size": {sample}}}')
    with pytest.raises(ModelBroken, match="sample_size"):
        _own(folder)


def test_steps_and_guidance_are_those_of_the_kind_of_pipeline(model_folder: Make) -> None:
    folder = model_folder()
    assert itemgetter("steps", "guidance")(_own(folder)) == (50, 7.5)
    index = folder / "model_index.json"
    index.write_text(index.read_text().replace(SD, XL))
    assert itemgetter("steps", "guidance")(_own(folder)) == (50, 5.0)


def test_a_distilled_model_takes_few_steps_without_guidance(model_folder: Make) -> None:
    folder = model_folder()
    (folder / "scheduler").mkdir()
    (folder / "scheduler/scheduler_config.json").write_text('{"_class_name": "LCMScheduler"}')
    assert itemgetter("steps", "guidance")(_own(folder)) == (4, 1.0)


def test_another_kind_of_pipeline_is_named_before_its_parts_are_read(model_folder: Make) -> None:
    folder = model_folder()
    (folder / "model_index.json").write_text('{"_class_name": "FluxPipeline"}')
    shutil.rmtree(folder / "unet")
    with pytest.raises(ModelBroken, match=r"'FluxPipeline'.*Choose a Stable Diffusion model"):
        safe_index(folder)


def test_a_whole_folder_is_safe(model_folder: Make) -> None:
    safe_index(model_folder())


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="no folder"):
        safe_index(tmp_path / "gone")


def test_a_folder_without_a_pipeline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="model_index\\.json"):
        safe_index(tmp_path)


@pytest.mark.parametrize("suffix", [".bin", ".ckpt", ".pkl", ".pt", ".pth", ".msgpack"])
def test_a_part_with_pickles_only_is_refused(model_folder: Make, suffix: str) -> None:
    folder = model_folder(text_encoder=f"pytorch_model{suffix}")
    with pytest.raises(ModelBroken, match=rf"text_encoder.*\{suffix}.*safetensors"):
        safe_index(folder)


def test_pickles_beside_safetensors_are_left_alone(model_folder: Make) -> None:
    folder = model_folder()
    (folder / "unet/diffusion_pytorch_model.bin").write_bytes(b"")
    safe_index(folder)


@pytest.mark.parametrize("text", ["{", "", "[1]", "\x00"])
def test_an_unreadable_configuration_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(ModelBroken, match="config\\.json"):
        read_config(tmp_path / "config.json")
    with pytest.raises(ModelBroken, match="gone"):
        read_config(tmp_path / "gone")
