import os
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.errors import ModelBroken, ModelNotFound
from explorer.models.folders import fingerprint, native_size, read_config, require_safe_folder

Make = Callable[..., Path]


def test_the_fingerprint_follows_every_file(model_folder: Make) -> None:
    folder = model_folder()
    before = fingerprint(folder)
    assert len(before) == 16
    assert fingerprint(folder) == before
    os.utime(folder / "unet/w.safetensors", (1, 1))
    moved = fingerprint(folder)
    (folder / "unet/w.safetensors").rename(folder / "unet/v.safetensors")
    assert len({before, moved, fingerprint(folder)}) == 3


def test_the_native_size_is_that_of_the_latents_times_the_decoders_steps(
    model_folder: Make,
) -> None:
    folder = model_folder()
    assert native_size(folder) == 96
    (folder / "unet/config.json").write_text('{"sample_size": [64, 96]}')
    assert native_size(folder) == 768
    for part in ("unet", "vae"):
        (folder / part / "config.json").write_text("{}")
    assert native_size(folder) == 512


def test_a_whole_folder_is_safe(model_folder: Make) -> None:
    require_safe_folder(model_folder())


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="no folder"):
        require_safe_folder(tmp_path / "gone")


def test_a_folder_without_a_pipeline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="model_index\\.json"):
        require_safe_folder(tmp_path)


@pytest.mark.parametrize("suffix", [".bin", ".ckpt", ".pkl", ".pt", ".pth", ".msgpack"])
def test_a_part_with_pickles_only_is_refused(model_folder: Make, suffix: str) -> None:
    folder = model_folder(text_encoder=f"pytorch_model{suffix}")
    with pytest.raises(ModelBroken, match=rf"text_encoder.*\{suffix}.*safetensors"):
        require_safe_folder(folder)


def test_pickles_beside_safetensors_are_left_alone(model_folder: Make) -> None:
    folder = model_folder()
    (folder / "unet/diffusion_pytorch_model.bin").write_bytes(b"")
    require_safe_folder(folder)


@pytest.mark.parametrize("text", ["{", "", "[1]", "\x00"])
def test_an_unreadable_configuration_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(ModelBroken, match="config\\.json"):
        read_config(tmp_path / "config.json")
    with pytest.raises(ModelBroken, match="gone"):
        read_config(tmp_path / "gone")
