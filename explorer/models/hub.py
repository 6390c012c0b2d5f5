"""Start a study of models on the Hugging Face hub: pin each to a commit and tell what has changed.

Only starting a study asks the hub. Everything else reads the pins.
"""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import ExplorerError, ModelBroken
from explorer.failures import load_failure
from explorer.models.catalog import asked_of_hub
from explorer.models.fingerprints import pipeline_fingerprint
from explorer.models.folders import own_settings, read_config, require_supported
from explorer.models.pins import Pin, find_pin, keep_pin
from explorer.models.variants import read_variant
from explorer.models.weights import INDEX, is_text
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.models.names import HubName
    from explorer.models.requests import ModelSpec

HUB_SECONDS = 10.0
_NEWS_SECONDS = 3.0
# The configurations that size, steps and guidance are read from.
_CONFIGS = ("unet/config.json", "vae/config.json")
_SCHEDULER = "scheduler/scheduler_config.json"
_MAIN = "main"


def start(models: "Iterable[ModelSpec]", cache: Path) -> tuple[str, ...]:
    """Pin the models of a study that starts, and return sentences on those that have moved on.

    A model that is pinned, bundled or listed stays as it is, without the hub too. Those that were
    not pinned before must be looked up again.

    Args:
        models: the models.
        cache: the folder of images and index.

    Raises:
        ModelError: a model cannot be fetched or used; the message says what to do.
        StoreUnwritable: the cache cannot be written.
    """
    told: list[str] = []
    for model in models:
        name, _changes = read_variant(model.name)
        if Path(model.repo).is_absolute():
            _require_current(name, model)
        elif "/" in model.repo and (asked := asked_of_hub(name)):
            told += _pinned(asked, cache)
    return tuple(told)


def _require_current(name: str, model: "ModelSpec") -> None:
    folder = Path(model.repo)
    if model.revision != pipeline_fingerprint(folder, model.diffusion.dtype):
        raise ModelBroken(
            _(
                "{name!r} stands for an earlier version of the folder, whose stored "
                "images can be looked at and counted. Give {folder!r} to generate with "
                "what it holds now."
            ).format(name=name, folder=str(folder))
        )


def _pinned(asked: "HubName", cache: Path) -> list[str]:
    pin = find_pin(cache, asked)
    if pin is None:
        keep_pin(cache, asked, _resolved(asked))
        return []
    return [] if asked.pinned else _news(asked, pin)


def model_info(repo: str, revision: str | None, seconds: float | None = None) -> Any:
    """Return the hub's facts of a model: its commit and its files, with their hashes."""
    from huggingface_hub import HfApi

    timeout = HUB_SECONDS if seconds is None else seconds
    return HfApi().model_info(repo, revision=revision, timeout=timeout, files_metadata=True)


def fetched_index(repo: str, revision: str, files: "Iterable[str]") -> Path:
    """Return the path of a model's model_index.json, fetched and of a supported pipeline.

    Raises:
        ModelBroken: there is none, or it is of another kind of pipeline.
    """
    from huggingface_hub import hf_hub_download

    if INDEX not in files:
        raise ModelBroken(
            _(
                "The model {repo!r} on the hub has no model_index.json, so this tool "
                "cannot generate with it: it is a LoRA, a single file of weights, or "
                "no model for images. Choose a model that is marked 'Diffusers' on the "
                "hub."
            ).format(repo=repo)
        )
    path = Path(hf_hub_download(repo, INDEX, revision=revision))
    require_supported(repo, read_config(path))
    return path


def _resolved(asked: "HubName") -> Pin:
    """Return the pin of a model, from the hub, or from its local cache if it cannot be asked."""
    try:
        found = model_info(asked.repo, asked.revision)
        folder = _configs(asked.repo, found)
        revision, contents = found.sha, _contents(found)
    except ExplorerError:
        raise
    except Exception as error:
        local = _local(asked)
        if local is None:
            raise load_failure(asked.repo, error) from error
        folder, revision, contents = local, local.name, None
    own = own_settings(folder, read_config(folder / INDEX))
    return Pin(repo=asked.repo, revision=revision, contents=contents, **own)


def _configs(repo: str, found: Any) -> Path:
    """Return the folder with the fetched configurations of a model."""
    from huggingface_hub import hf_hub_download

    files = {file.rfilename for file in found.siblings or ()}
    index = fetched_index(repo, found.sha, files)
    for config in (*_CONFIGS, _SCHEDULER):
        if config in files:
            hf_hub_download(repo, config, revision=found.sha)
    return index.parent


def _local(asked: "HubName") -> Path | None:
    """Return the folder of the version that the hub's local cache holds, named by its commit."""
    from huggingface_hub import try_to_load_from_cache

    path = try_to_load_from_cache(asked.repo, INDEX, revision=asked.revision or _MAIN)
    if not isinstance(path, str):
        return None
    folder = Path(path).parent
    return folder if all((folder / config).is_file() for config in _CONFIGS) else None


def _contents(found: Any) -> str:
    """Return a digest of the files of a version that change pixels."""
    facts = sorted(
        (file.rfilename, file.blob_id)
        for file in found.siblings or ()
        if is_text(Path(file.rfilename).name) or file.rfilename.endswith(".safetensors")
    )
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _news(asked: "HubName", pin: Pin) -> list[str]:
    try:
        found = model_info(asked.repo, asked.revision, _NEWS_SECONDS)
    except Exception:  # noqa: BLE001 - without the hub there is no news, and none is needed
        return []
    if found.sha == pin.revision or _contents(found) == pin.contents:
        return []
    pattern = _(
        "{name!r} has changed on the hub. This cache keeps to the version of its images, "
        "{pinned}; the new one is {new!r}, a model of its own."
    )
    new = f"{asked.repo}@{found.sha}"
    return [pattern.format(name=str(asked), pinned=pin.revision, new=new)]
