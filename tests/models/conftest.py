"""A folder that looks like a model's."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def model_folder(tmp_path: Path) -> Callable[..., Path]:
    """Return the function that makes a folder of that name, with the weights file of each part."""

    def make(name: str = "mine", **files: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        plain = "diffusion_pytorch_model.safetensors"
        weights = {"unet": plain, "vae": plain, **files}
        index = {part: ["diffusers", "Any"] for part in weights}
        kind = {"_class_name": "StableDiffusionPipeline"}
        (folder / "model_index.json").write_text(json.dumps(kind | index))
        for part, file in weights.items():
            (folder / part).mkdir()
            (folder / part / file).write_bytes(b"weights")
        (folder / "unet/config.json").write_text('{"sample_size": 12}')
        (folder / "vae/config.json").write_text('{"block_out_channels": [8, 8, 8, 8]}')
        return folder

    return make
