import inspect
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer.errors import (
    ExplorerError,
    ModelAccessDenied,
    ModelBroken,
    ModelNotFound,
    ModelUnreachable,
    OutOfMemory,
)
from explorer.generators.pipelines import fetch, load_pipeline, stored_folder
from explorer.models.catalog import find_model
from explorer.models.folders import PIPELINES, native_size
from explorer.models.hub import start
from tests.hub import Hub, running, use
from tests.tiny import tiny_spec

UNET = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def copy(stable_diffusion: Path, tmp_path: Path) -> Path:
    """Return a pipeline's folder that the test may break."""
    return Path(shutil.copytree(stable_diffusion, tmp_path / "copy"))


@pytest.fixture
def hub(stable_diffusion: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Return a running hub that holds a/tiny."""
    hub = Hub(models={"a/tiny": stable_diffusion})
    with running(hub) as address:
        use(monkeypatch, address, tmp_path / "hub-cache")
        yield hub


def _edit(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def _halved(folder: Path) -> Path:
    """Add an fp16 variant beside every weights file."""
    for path in folder.glob("*/*.safetensors"):
        shutil.copy(path, path.with_name(path.name.replace(".safetensors", ".fp16.safetensors")))
    return folder


def _cached(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "hub-cache").rglob("*.safetensors"))


def test_a_model_of_the_hub_is_fetched_once(hub: Hub) -> None:
    first = load_pipeline(tiny_spec("a/tiny"), "cpu")
    asked = len(hub.asked)
    again = load_pipeline(tiny_spec("a/tiny"), "cpu")
    assert type(first) is type(again)
    assert len(hub.asked) == asked > 0


@pytest.mark.usefixtures("hub")
def test_a_model_of_the_hub_is_here_once_all_of_its_files_are(tmp_path: Path) -> None:
    spec = find_model("a/tiny", "cpu").spec
    assert stored_folder(spec) is None
    # A study that starts fetches the configurations only.
    start([spec], tmp_path)
    spec = find_model("a/tiny", "cpu", cache=tmp_path).spec
    assert stored_folder(spec) is None
    folder = fetch(spec)
    assert stored_folder(spec) == folder
    (folder / "tokenizer/tokenizer.json").unlink()
    assert stored_folder(spec) is None


def test_a_folder_is_here_if_it_exists(copy: Path) -> None:
    assert stored_folder(tiny_spec(copy)) == copy
    assert stored_folder(tiny_spec(copy / "gone")) is None


def test_an_interrupted_download_goes_on(hub: Hub, tmp_path: Path) -> None:
    load_pipeline(tiny_spec("a/tiny"), "cpu")
    next((tmp_path / "hub-cache").rglob(UNET)).unlink()
    asked = len(hub.asked)
    load_pipeline(tiny_spec("a/tiny"), "cpu")
    assert len(hub.asked) > asked


@pytest.mark.parametrize(("dtype", "halves"), [("float16", 3), ("float32", 0)])
def test_half_precision_fetches_the_smaller_files_where_there_are_any(
    hub: Hub, copy: Path, tmp_path: Path, dtype: str, halves: int
) -> None:
    hub.models["a/half"] = _halved(copy)
    pipeline: Any = load_pipeline(tiny_spec("a/half", dtype=dtype), "cpu")
    assert str(pipeline.unet.dtype) == f"torch.{dtype}"
    assert sum(".fp16." in name for name in _cached(tmp_path)) == halves
    assert len(_cached(tmp_path)) == 3


@pytest.mark.usefixtures("hub")
def test_half_precision_works_without_smaller_files(tmp_path: Path) -> None:
    load_pipeline(tiny_spec("a/tiny", dtype="float16"), "cpu")
    assert len(_cached(tmp_path)) == 3


@pytest.mark.parametrize(
    ("answer", "error", "remedy"),
    [
        ((403, "GatedRepo"), ModelAccessDenied, "Accept it at https://huggingface.co/a/b"),
        ((401, "GatedRepo"), ModelAccessDenied, "hf auth login"),
        ((401, "RepoNotFound"), ModelNotFound, "Check the spelling"),
        ((404, "RepoNotFound"), ModelNotFound, "Check the spelling"),
        ((404, "RevisionNotFound"), ModelNotFound, "version"),
        ((403, ""), ModelAccessDenied, "HF_TOKEN"),
        ((503, ""), ModelUnreachable, "try again"),
    ],
)
def test_a_refusal_of_the_hub_says_what_to_do(
    hub: Hub, answer: tuple[int, str], error: type[ExplorerError], remedy: str
) -> None:
    hub.refuses["a/b"] = answer
    with pytest.raises(error, match=remedy) as raised:
        load_pipeline(tiny_spec("a/b"), "cpu")
    assert "'a/b'" in str(raised.value)


def test_without_network_a_model_that_is_not_here_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, "http://127.0.0.1:9", tmp_path)
    with pytest.raises(ModelUnreachable, match=r"internet.*HF_HOME"):
        load_pipeline(tiny_spec("a/tiny"), "cpu")


def test_offline_mode_is_respected_and_named(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelUnreachable, match="HF_HUB_OFFLINE"):
        load_pipeline(tiny_spec("a/tiny"), "cpu")
    assert hub.asked == []


def test_a_hub_that_does_not_answer_is_asked_once_and_not_waited_for(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.seconds = 60.0
    monkeypatch.setattr("explorer.models.hub.HUB_SECONDS", 0.2)
    # It would answer in the end: whoever waited would load the model.
    with pytest.raises(ModelUnreachable):
        load_pipeline(tiny_spec("a/tiny"), "cpu")
    assert len(hub.asked) == 1, "it is not asked again"


def test_a_hub_model_with_pickles_only_is_refused(hub: Hub, copy: Path, tmp_path: Path) -> None:
    (copy / UNET).rename((copy / UNET).with_suffix(".bin"))
    hub.models["a/pickles"] = copy
    with pytest.raises(ModelBroken, match=r"pickle.*safetensors"):
        load_pipeline(tiny_spec("a/pickles"), "cpu")
    assert not list((tmp_path / "hub-cache").rglob("*.bin"))


def test_an_unsupported_pipeline_is_refused_before_its_weights_are_fetched(
    hub: Hub, copy: Path, tmp_path: Path
) -> None:
    _edit(copy / "model_index.json", _class_name="StableDiffusionInpaintPipeline")
    hub.models["a/inpaint"] = copy
    with pytest.raises(ModelBroken, match=r"Inpaint.*StableDiffusionPipeline"):
        load_pipeline(tiny_spec("a/inpaint"), "cpu")
    assert _cached(tmp_path) == []


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_components_with_half_precision_files_only_fall_back_one_by_one(
    hub: Hub, copy: Path, tmp_path: Path, dtype: str
) -> None:
    _halved(copy)
    (copy / "vae/diffusion_pytorch_model.safetensors").unlink()
    (copy / "text_encoder/model.fp16.safetensors").unlink()
    hub.models["a/mixed"] = copy
    for spec in (tiny_spec("a/mixed", dtype=dtype), tiny_spec(copy, dtype=dtype)):
        pipeline: Any = load_pipeline(spec, "cpu")
        types = {str(part.dtype) for part in (pipeline.unet, pipeline.vae, pipeline.text_encoder)}
        assert types == {f"torch.{dtype}"}
    unet = "diffusion_pytorch_model" + (".fp16" if dtype == "float16" else "") + ".safetensors"
    expected = sorted(["diffusion_pytorch_model.fp16.safetensors", "model.safetensors", unet])
    assert _cached(tmp_path) == expected


def test_half_precision_files_only_are_fetched_on_a_processor(
    hub: Hub, copy: Path, tmp_path: Path
) -> None:
    for path in copy.glob("*/*.safetensors"):
        path.rename(path.with_name(path.name.replace(".safetensors", ".fp16.safetensors")))
    hub.models["a/half"] = copy
    pipeline: Any = load_pipeline(tiny_spec("a/half"), "cpu")
    assert str(pipeline.unet.dtype) == "torch.float32"
    assert len(_cached(tmp_path)) == 3


def test_the_settings_of_each_pipeline_are_those_of_diffusers(xl: Path) -> None:
    import diffusers

    for kind, (steps, guidance, _side) in PIPELINES.items():
        usual = inspect.signature(getattr(diffusers, kind).__call__).parameters
        assert usual["num_inference_steps"].default == steps
        assert usual["guidance_scale"].default == guidance
    assert native_size(xl, "StableDiffusionXLPipeline") == (16, 16)


def test_a_hub_id_of_something_else_is_refused(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "language").mkdir()
    (tmp_path / "language/config.json").write_text("{}")
    hub.models["a/language"] = tmp_path / "language"
    with pytest.raises(ModelBroken, match=r"model_index\.json"):
        load_pipeline(tiny_spec("a/language"), "cpu")


def test_a_bundled_model_that_is_missing_says_so() -> None:
    with pytest.raises(ModelNotFound, match="Restore"):
        load_pipeline(tiny_spec("emoji-gone"), "cpu")


def test_a_folder_that_is_missing_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="no folder"):
        load_pipeline(tiny_spec(tmp_path / "gone"), "cpu")


def test_a_folder_with_pickles_only_is_refused(copy: Path) -> None:
    (copy / UNET).rename((copy / UNET).with_suffix(".bin"))
    with pytest.raises(ModelBroken, match="run code"):
        load_pipeline(tiny_spec(copy), "cpu")


def test_a_folder_with_half_precision_files_only_loads_in_full(copy: Path) -> None:
    for path in copy.glob("*/*.safetensors"):
        path.rename(path.with_name(path.name.replace(".safetensors", ".fp16.safetensors")))
    pipeline: Any = load_pipeline(tiny_spec(copy), "cpu")
    assert str(pipeline.unet.dtype) == "torch.float32"


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder", "tokenizer", "scheduler"])
def test_a_missing_part_is_named(copy: Path, part: str) -> None:
    shutil.rmtree(copy / part)
    with pytest.raises(ModelBroken, match=part):
        load_pipeline(tiny_spec(copy), "cpu")


@pytest.mark.parametrize(
    "name", ["model_index.json", "unet/config.json", "scheduler/scheduler_config.json"]
)
def test_a_broken_configuration_is_a_broken_model(copy: Path, name: str) -> None:
    (copy / name).write_text("{")
    with pytest.raises(ModelBroken, match="again"):
        load_pipeline(tiny_spec(copy), "cpu")


@pytest.mark.parametrize("name", [UNET, "text_encoder/model.safetensors"])
def test_cut_off_weights_are_a_broken_model(copy: Path, name: str) -> None:
    (copy / name).write_bytes((copy / name).read_bytes()[:999])
    with pytest.raises(ModelBroken, match="damaged"):
        load_pipeline(tiny_spec(copy), "cpu")


def test_weights_of_another_shape_are_a_broken_model(copy: Path) -> None:
    _edit(copy / "unet/config.json", block_out_channels=[16, 32])
    with pytest.raises(ModelBroken, match=r"'unet'.* of another shape"):
        load_pipeline(tiny_spec(copy), "cpu")


def test_another_kind_of_pipeline_is_refused_by_name(copy: Path) -> None:
    _edit(copy / "model_index.json", _class_name="StableDiffusionInpaintPipeline")
    with pytest.raises(ModelBroken, match=r"Inpaint.*StableDiffusionPipeline"):
        load_pipeline(tiny_spec(copy), "cpu")


def test_code_that_comes_with_a_model_is_not_run(copy: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    code = f"open({str(mark)!r}, 'w')\nclass Own: pass\n"
    (copy / "unet/own.py").write_text(code)
    (copy / "pipeline.py").write_text(code)
    _edit(copy / "model_index.json", unet=["own", "Own"])
    with pytest.raises(ModelBroken):
        load_pipeline(tiny_spec(copy), "cpu")
    _edit(copy / "model_index.json", _class_name=["pipeline", "Own"])
    with pytest.raises(ModelBroken):
        load_pipeline(tiny_spec(copy), "cpu")
    assert not mark.exists()


def test_a_model_that_does_not_fit_says_so(
    stable_diffusion: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from diffusers import StableDiffusionPipeline

    def full(*_: object, **__: object) -> None:
        raise RuntimeError("CUDA error: out of memory")

    monkeypatch.setattr(StableDiffusionPipeline, "from_pretrained", full)
    with pytest.raises(OutOfMemory, match="memory"):
        load_pipeline(tiny_spec(stable_diffusion), "cpu")


def test_an_old_models_settings_are_mended_without_a_word(copy: Path) -> None:
    _edit(copy / "scheduler/scheduler_config.json", steps_offset=0, clip_sample=True)
    pipeline: Any = load_pipeline(tiny_spec(copy), "cpu")
    assert pipeline.scheduler.config.steps_offset == 1


def test_a_chosen_scheduler_keeps_the_models_noise(stable_diffusion: Path) -> None:
    own: Any = load_pipeline(tiny_spec(stable_diffusion), "cpu")
    chosen: Any = load_pipeline(tiny_spec(stable_diffusion, scheduler="dpm++-karras"), "cpu")
    assert type(chosen.scheduler).__name__ == "DPMSolverMultistepScheduler"
    assert chosen.scheduler.config.use_karras_sigmas
    assert chosen.scheduler.config.beta_schedule == own.scheduler.config.beta_schedule


def test_xl_images_carry_no_watermark(xl: Path) -> None:
    pipeline: Any = load_pipeline(tiny_spec(xl), "cpu")
    assert pipeline.watermark is None


def test_loading_and_generating_print_nothing(
    unfiltered: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    pipeline: Any = load_pipeline(tiny_spec(unfiltered), "cpu")
    pipeline("x", num_inference_steps=1, height=16, width=16)
    assert capfd.readouterr() == ("", "")
