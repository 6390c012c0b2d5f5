import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from explorer.errors import InvalidData, ModelBroken, ModelNotFound, ModelUnreachable
from explorer.models import hub as hubs
from explorer.models.catalog import find_model
from explorer.models.requests import ModelSpec
from tests.hub import COMMIT, Hub, running, use

Make = Callable[..., Path]
NEWER = "89abcdef0123456789abcdef0123456789abcdef"
XL = "StableDiffusionXLPipeline"
UNET = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def hub(model_folder: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Return a running hub that holds a/tune, a fine-tune of SDXL at 1024 pixels."""
    folder = model_folder("tune")
    index = json.loads((folder / "model_index.json").read_text())
    (folder / "model_index.json").write_text(json.dumps(index | {"_class_name": XL}))
    (folder / "unet/config.json").write_text('{"sample_size": 128}')
    hub = Hub(models={"a/tune": folder})
    with running(hub) as address:
        use(monkeypatch, address, tmp_path / "hub-cache")
        yield hub


def start(names: list[str], cache: Path) -> tuple[str, ...]:
    return hubs.start([_spec(name, cache) for name in names], cache)


def _spec(name: str, cache: Path) -> ModelSpec:
    return find_model(name, "cpu", cache=cache).spec


def test_a_study_is_pinned_to_a_commit_with_the_models_own_settings(
    hub: Hub, cache: Path, tmp_path: Path
) -> None:
    assert start(["a/tune"], cache) == ()
    spec = _spec("a/tune", cache)
    assert (spec.repo, spec.revision, spec.size_px) == ("a/tune", COMMIT, (1024, 1024))
    assert (spec.diffusion.steps, spec.diffusion.guidance) == (50, 5.0)
    assert _spec("a/tune (guidance 3)", cache).diffusion.width_px == 1024
    assert not list((tmp_path / "hub-cache").rglob("*.safetensors")), "no weights are fetched"
    assert _spec("a/tune", cache).settings == _spec(str(hub.models["a/tune"]), cache).settings


def test_a_pinned_model_is_found_without_the_hub(hub: Hub, cache: Path) -> None:
    start(["https://huggingface.co/a/tune/tree/main"], cache)
    asked = len(hub.asked)
    assert _spec("a/tune", cache).revision == COMMIT
    assert len(hub.asked) == asked


def test_before_any_study_nobody_asks_the_hub(hub: Hub, cache: Path) -> None:
    assert _spec("a/tune", cache).revision == "main"
    assert hub.asked == []
    assert not cache.exists()


def test_a_hub_that_has_moved_on_is_told_and_images_are_not_mixed(hub: Hub, cache: Path) -> None:
    start(["a/tune"], cache)
    hub.commit = NEWER
    (hub.models["a/tune"] / UNET).write_bytes(b"trained further")
    (told,) = start(["a/tune (guidance 3)"], cache)
    assert "'a/tune'" in told
    assert COMMIT in told
    assert f"'a/tune@{NEWER}'" in told
    assert _spec("a/tune", cache).revision == COMMIT
    start([f"a/tune@{NEWER}"], cache)
    assert _spec(f"a/tune@{NEWER}", cache).revision == NEWER
    assert _spec(f"a/tune@{COMMIT}", cache).identity == _spec("a/tune", cache).identity


def test_a_new_readme_is_no_news(hub: Hub, cache: Path) -> None:
    start(["a/tune"], cache)
    hub.commit = NEWER
    (hub.models["a/tune"] / "README.md").write_text("Thank you for a million downloads.")
    assert start(["a/tune"], cache) == ()


def test_a_pinned_model_starts_without_the_hub(
    hub: Hub, cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    start(["a/tune"], cache)
    use(monkeypatch, "http://127.0.0.1:9", tmp_path / "hub-cache")
    assert start(["a/tune", "emoji-even"], cache) == ()
    assert hub.asked


def test_without_the_hub_its_local_cache_decides(
    hub: Hub, cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from huggingface_hub import hf_hub_download

    for file in ("model_index.json", "unet/config.json", "vae/config.json"):
        hf_hub_download("a/tune", file)
    use(monkeypatch, "http://127.0.0.1:9", tmp_path / "hub-cache")
    start(["a/tune"], cache)
    assert (_spec("a/tune", cache).revision, _spec("a/tune", cache).size_px) == (
        COMMIT,
        (1024, 1024),
    )
    use(monkeypatch, "http://127.0.0.1:9", tmp_path / "another")
    with pytest.raises(ModelUnreachable, match="internet"):
        start(["b/unknown"], cache)
    assert hub.asked


def test_another_kind_of_pipeline_is_refused_before_any_weights(
    hub: Hub, cache: Path, tmp_path: Path
) -> None:
    (hub.models["a/tune"] / "model_index.json").write_text('{"_class_name": "FluxPipeline"}')
    with pytest.raises(ModelBroken, match=r"'a/tune' is a 'FluxPipeline'"):
        start(["a/tune"], cache)
    (hub.models["a/tune"] / "model_index.json").unlink()
    with pytest.raises(ModelBroken, match=r"LoRA.*'Diffusers'"):
        start(["a/tune"], cache)
    assert not list((tmp_path / "hub-cache").rglob("*.safetensors"))
    assert not cache.exists()


def test_a_model_that_the_hub_does_not_have_is_not_pinned(hub: Hub, cache: Path) -> None:
    with pytest.raises(ModelNotFound, match="spelling"):
        start(["a/gone"], cache)
    assert hub.asked
    assert not cache.exists()


@pytest.mark.parametrize("text", ["{", "{}", '{"repo": 3}'])
def test_a_damaged_pin_is_named(hub: Hub, cache: Path, text: str) -> None:
    start(["a/tune"], cache)
    (pin,) = (cache / "models").iterdir()
    pin.write_text(text)
    with pytest.raises(InvalidData, match=r"a%2Ftune\.json"):
        _spec("a/tune", cache)
    assert hub.asked


def test_an_earlier_version_of_a_folder_is_found_but_not_generated_with(
    model_folder: Make, cache: Path
) -> None:
    folder = model_folder()
    current = _spec(str(folder), cache).revision
    assert start([str(folder), f"{folder}@{current} (2 steps)"], cache) == ()
    assert _spec(f"{folder}@0123456789abcdef", cache).revision == "0123456789abcdef"
    with pytest.raises(ModelBroken, match="looked at and counted"):
        start([f"{folder}@0123456789abcdef"], cache)
