import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from explorer.errors import ModelBroken
from explorer.generators.pipelines import load_pipeline
from explorer.generators.reading import readers
from explorer.models.folders import read_config
from tests.tiny import LENGTH, tiny_spec

Tensors = dict[str, torch.Tensor]

WEIGHTS = (
    "text_encoder/model.safetensors",
    "text_encoder_2/model.safetensors",
    "unet/diffusion_pytorch_model.safetensors",
    "vae/diffusion_pytorch_model.safetensors",
    "safety_checker/model.safetensors",
)


@pytest.fixture(params=WEIGHTS)
def weights(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return the weights of each part in turn, in a model that the test may break."""
    kind = "xl" if "_2" in request.param else "unfiltered"
    return Path(shutil.copytree(request.getfixturevalue(kind), tmp_path / "copy") / request.param)


def _middle(tensors: Tensors) -> str:
    return sorted(tensors)[len(tensors) // 2]


def _drop(tensors: Tensors) -> str:
    del tensors[name := _middle(tensors)]
    return name


def _add(tensors: Tensors) -> str:
    tensors["extra.weight"] = torch.zeros(3)
    return "extra.weight"


def _reshape(tensors: Tensors) -> str:
    name = _middle(tensors)
    tensors[name] = torch.zeros([size + 1 for size in tensors[name].shape])
    return name


@pytest.mark.parametrize(
    ("spoil", "flaw"), [(_drop, "missing"), (_add, "unexpected"), (_reshape, "of another shape")]
)
def test_weights_that_do_not_fit_are_refused_by_name(
    weights: Path, spoil: Callable[[Tensors], str], flaw: str
) -> None:
    tensors = load_file(weights)
    name = spoil(tensors)
    save_file(tensors, weights, metadata={"format": "pt"})
    with pytest.raises(ModelBroken, match=rf"'{weights.parent.name}'.*'{name}' is {flaw}"):
        load_pipeline(tiny_spec(weights.parents[1]), "cpu")


def test_parts_that_a_model_has_not_are_not_read(stable_diffusion: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(stable_diffusion, tmp_path / "copy"))
    index = json.loads((copy / "model_index.json").read_text())
    (copy / "model_index.json").write_text(json.dumps({**index, "tokenizer_2": [None, None]}))
    assert len(readers(tiny_spec(copy), copy, read_config(copy / "model_index.json"))) == 1


def test_many_tensors_are_counted(stable_diffusion: Path, tmp_path: Path) -> None:
    weights = Path(shutil.copytree(stable_diffusion, tmp_path / "copy")) / WEIGHTS[0]
    tensors = load_file(weights)
    half = {name: tensors[name] for name in sorted(tensors)[::2]}
    save_file(half, weights, metadata={"format": "pt"})
    lost = len(tensors) - len(half) - 3
    with pytest.raises(ModelBroken, match=rf"and {lost} more are missing"):
        load_pipeline(tiny_spec(tmp_path / "copy"), "cpu")


def test_the_names_of_older_checkpoints_fit(unfiltered: Path, tmp_path: Path) -> None:
    # Stable Diffusion 1.5 is stored with these names, and with positions that nobody needs.
    copy = Path(shutil.copytree(unfiltered, tmp_path / "copy"))
    for name, prefix in (("text_encoder", "text_model."), ("safety_checker", "vision_model.")):
        path = copy / name / "model.safetensors"
        tensors = {
            prefix + key if prefix == "text_model." or key.startswith(prefix) else key: value
            for key, value in load_file(path).items()
        }
        inner = prefix if prefix == "text_model." else prefix * 2
        tensors[f"{inner}embeddings.position_ids"] = torch.arange(LENGTH)[None]
        save_file(tensors, path, metadata={"format": "pt"})
    pipeline: Any = load_pipeline(tiny_spec(copy), "cpu")
    assert pipeline.safety_checker is not None
