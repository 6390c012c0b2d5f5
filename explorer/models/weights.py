"""The files of a model that are loaded: configurations, tokenizers, and one variant of weights.

Only names are looked at, so the same rules hold for a folder and for the list that the hub gives.
"""

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from explorer.errors import ModelBroken
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

INDEX = "model_index.json"
_PICKLES = {".bin", ".ckpt", ".msgpack", ".pkl", ".pickle", ".pt", ".pth"}
_TEXTS = {"merges.txt", "vocab.txt", "spiece.model", "tokenizer.model", "chat_template.jinja"}
_SHARD = r"(?:-\d{5}-of-\d{5})?"
_WEIGHTS = re.compile(
    rf"(?:diffusion_pytorch_)?model{_SHARD}(?:\.(?P<variant>fp16|bf16|fp32))?{_SHARD}\.safetensors"
)
_FULL: tuple[str | None, ...] = (None, "fp32", "bf16", "fp16")
_HALF: tuple[str | None, ...] = ("fp16", None, "fp32", "bf16")


def loaded_files(
    name: str, files: "Iterable[str]", index: "Mapping[str, Any]", dtype: str
) -> tuple[str, ...]:
    """Return the files that a pipeline is loaded from, sorted.

    Args:
        name: the model, for messages.
        files: all of its files, relative to its folder.
        index: the content of its model_index.json.
        dtype: "float32", "float16" or "bfloat16"; decides which variant of the weights is loaded.

    Raises:
        ModelBroken: a component has weights, but none that can be loaded safely.
    """
    there = tuple(files)
    wanted = [INDEX]
    for part in parts(index):
        own = _of_part(there, part)
        wanted += [f"{part}/{file}" for file in own if is_text(file)]
        wanted += [f"{part}/{file}" for file in _weights(name, part, own, dtype)]
    return tuple(sorted(wanted))


def flat_files(name: str, files: "Iterable[str]") -> tuple[str, ...]:
    """Return the files that a model without components is loaded from, sorted.

    Args:
        name: the model, for messages.
        files: all of its files, relative to its folder.

    Raises:
        ModelBroken: it has no weights, or none that can be loaded safely.
    """
    own = _of_part(tuple(files), ".")
    weights = [file for file in _weights(name, "", own, "float32") if _variant_of(file) is None]
    if not weights:
        raise ModelBroken(
            _(
                "The model {name!r} has no file model.safetensors, the weights that "
                "this tool reads. Save or download the model again, or choose another "
                "one."
            ).format(name=name)
        )
    return tuple(sorted([*filter(is_text, own), *weights]))


def parts(index: "Mapping[str, Any]") -> tuple[str, ...]:
    """Return the components that a pipeline has, by the content of its model_index.json."""
    return tuple(
        part for part, kind in index.items() if isinstance(kind, list) and kind and kind[0]
    )


def variants(
    files: "Iterable[str]", index: "Mapping[str, Any]", dtype: str
) -> dict[str, str | None]:
    """Return the variant that is loaded of each component with weights, None for the plain one."""
    there = tuple(files)
    own = {part: _of_part(there, part) for part in parts(index)}
    return {part: _variant(names, dtype) for part, names in own.items() if _safe(names)}


def is_text(file: str) -> bool:
    """Return whether a file of a component is a configuration or belongs to a tokenizer."""
    plain = file.endswith(".json") and (".index." not in file or ".safetensors." in file)
    return not file.startswith(".") and (plain or file in _TEXTS)


def _of_part(files: tuple[str, ...], part: str) -> list[str]:
    paths = map(PurePosixPath, files)
    return [path.name for path in paths if str(path.parent) == part]


def _safe(files: list[str]) -> list[str]:
    return [file for file in files if _WEIGHTS.fullmatch(file)]


def _weights(name: str, part: str, files: list[str], dtype: str) -> list[str]:
    safe, variant = _safe(files), _variant(files, dtype)
    pickles = sorted({PurePosixPath(file).suffix for file in files} & _PICKLES)
    if pickles and not safe:
        of_part = f" of {part!r}" if part else ""
        raise ModelBroken(
            _(
                "The model {name!r} has the weights{of_part} only as a {pickles} file, "
                "a pickle file, which can run code when it is opened. Use a version "
                "with .safetensors files, or convert it by loading it where you trust "
                "it and calling save_pretrained."
            ).format(name=name, of_part=of_part, pickles=pickles[0])
        )
    return [file for file in safe if _variant_of(file) == variant]


def _variant(files: list[str], dtype: str) -> str | None:
    there = {_variant_of(file) for file in _safe(files)}
    order = _HALF if dtype == "float16" else _FULL
    return next((variant for variant in order if variant in there), None)


def _variant_of(file: str) -> str | None:
    found = _WEIGHTS.fullmatch(file)
    return found["variant"] if found else None
