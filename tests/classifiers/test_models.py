import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.classifiers.models import load_model
from explorer.errors import (
    InvalidData,
    ModelAccessDenied,
    ModelBroken,
    ModelNotFound,
    ModelUnreachable,
    UnknownName,
)
from explorer.perception.decide import Calibration
from explorer.torchvision_schemas import load_torchvision
from tests.hub import Hub, running, use
from tests.tiny import LENGTH

WEIGHTS = "open_clip_model.safetensors"
TOWERS = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16},
    "text_cfg": {"context_length": 16, "width": 16, "heads": 2, "layers": 1},
}


@pytest.fixture
def copy(clip: Path, tmp_path: Path) -> Path:
    """Return a classifier's folder that the test may break."""
    return Path(shutil.copytree(clip, tmp_path / "copy"))


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Return a running hub that holds the weights of "tiny-clip/test"."""
    load_torchvision()
    import open_clip
    from open_clip import factory, pretrained
    from safetensors.torch import save_file

    known = {"hf_hub": "a/clip/", "quick_gelu": True, "mean": (0.5,) * 3, "std": (0.25,) * 3}
    monkeypatch.setitem(factory._MODEL_CONFIGS, "tiny-clip", TOWERS)  # noqa: SLF001
    monkeypatch.setitem(pretrained._PRETRAINED, "tiny-clip", {"test": known})  # noqa: SLF001
    (tmp_path / "a-clip").mkdir()
    save_file(open_clip.CLIP(**TOWERS).state_dict(), tmp_path / "a-clip" / WEIGHTS)
    hub = Hub(models={"a/clip": tmp_path / "a-clip"})
    with running(hub) as address:
        use(monkeypatch, address, tmp_path / "hub-cache")
        yield hub


def test_known_weights_are_fetched_once(hub: Hub) -> None:
    load_model("tiny-clip/test", "cpu")
    asked = len(hub.asked)
    load_model("tiny-clip/test", "cpu")
    assert len(hub.asked) == asked > 0


def test_weights_bring_their_own_preprocessing_and_activation(hub: Hub) -> None:
    from PIL import Image

    model = load_model("tiny-clip/test", "cpu")
    assert hub.asked
    white = model.prepare(Image.new("RGB", (32, 32), "white"))
    assert white.unique().tolist() == [2.0]
    assert "QuickGELU" in str(model.clip)
    assert not model.clip.training


def test_weights_here_need_no_network(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    load_model("tiny-clip/test", "cpu")
    asked = len(hub.asked)
    monkeypatch.delitem(_known(), "file")
    load_model("tiny-clip/test", "cpu")
    assert len(hub.asked) == asked


def _known() -> dict[str, object]:
    from open_clip.pretrained import get_pretrained_cfg

    known: dict[str, object] = get_pretrained_cfg("tiny-clip", "test")
    return known


def test_a_hub_that_does_not_answer_is_asked_once_and_not_waited_for(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.seconds = 60.0
    monkeypatch.setattr("explorer.models.hub.HUB_SECONDS", 0.2)
    # It would answer in the end: whoever waited would load the weights.
    with pytest.raises(ModelUnreachable, match=r"'tiny-clip/test'.*internet"):
        load_model("tiny-clip/test", "cpu")
    assert len(hub.asked) == 1, "it is not asked again"


@pytest.mark.parametrize(
    ("answer", "error"),
    [((403, "GatedRepo"), ModelAccessDenied), ((404, "RepoNotFound"), ModelNotFound)],
)
def test_a_refusal_of_the_hub_names_the_page(
    hub: Hub, answer: tuple[int, str], error: type[Exception]
) -> None:
    hub.refuses["a/clip"] = answer
    with pytest.raises(error, match=r"'tiny-clip/test'.*https://huggingface\.co/a/clip"):
        load_model("tiny-clip/test", "cpu")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("ViT-L-14-quickgelu/openia", "ViT-L-14-quickgelu/openai"),
        ("emoji-clp", "emoji-clip"),
        ("vit-l-14-quickgelu/OpenAI", "ViT-L-14-quickgelu/openai"),
    ],
)
def test_an_unknown_classifier_names_the_nearest(name: str, near: str) -> None:
    with pytest.raises(UnknownName, match=near):
        load_model(name, "cpu")


@pytest.mark.parametrize(
    ("pasted", "remedy"),
    [
        ("laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "give 'ViT-B-32/laion2b_s34b_b79k'"),
        ("hf-hub:laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "give 'ViT-B-32/laion2b_s34b_b79k'"),
        (
            "https://huggingface.co/laion/CLIP-ViT-B-32-laion2B-s34B-b79K/tree/main",
            "give 'ViT-B-32/laion2b_s34b_b79k'",
        ),
        ("hf-hub:a/own-clip", "hf download a/own-clip --local-dir"),
        ("https://huggingface.co/a/own-clip", "hf download a/own-clip --local-dir"),
        ("https://civitai.com/models/1", "Civitai"),
        ("C:\\clip", "Windows"),
        ("~nosuchuser/clip", "cannot be the path"),
    ],
)
def test_a_pasted_name_of_a_classifier_is_explained(pasted: str, remedy: str) -> None:
    with pytest.raises(ModelNotFound, match=remedy):
        load_model(pasted, "cpu")


def test_the_default_for_photographs_is_known_to_open_clip() -> None:
    import open_clip

    assert ("ViT-L-14-quickgelu", "openai") in open_clip.list_pretrained()


def test_a_folder_that_is_missing_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="no folder"):
        load_model(str(tmp_path / "gone"), "cpu")


@pytest.mark.parametrize("name", [WEIGHTS, "open_clip_config.json"])
def test_a_folder_without_its_files_is_refused(copy: Path, name: str) -> None:
    (copy / name).rename(copy / "open_clip_model.bin")
    with pytest.raises(ModelBroken, match="safetensors"):
        load_model(str(copy), "cpu")


def test_cut_off_weights_are_a_broken_model(copy: Path) -> None:
    (copy / WEIGHTS).write_bytes((copy / WEIGHTS).read_bytes()[:999])
    with pytest.raises(ModelBroken, match="damaged"):
        load_model(str(copy), "cpu")


@pytest.mark.parametrize(
    ("name", "shape", "flaw"),
    [
        ("visual.proj", None, "Missing"),
        ("extra", (3,), "Unexpected"),
        ("visual.proj", (3, 3), "size mismatch"),
        # open_clip resizes it without a word.
        ("visual.positional_embedding", (10, 64), r"shape \(10, 64\) instead of \(5, 64\)"),
    ],
)
def test_weights_that_do_not_fit_are_refused_by_name(
    copy: Path, name: str, shape: tuple[int, ...] | None, flaw: str
) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    weights = load_file(copy / WEIGHTS)
    weights.pop(name, None)
    if shape:
        weights[name] = torch.zeros(shape)
    save_file(weights, copy / WEIGHTS)
    with pytest.raises(ModelBroken, match=flaw) as raised:
        load_model(str(copy), "cpu")
    assert name in str(raised.value)


def test_a_tokenizer_without_its_vocabulary_is_refused(copy: Path) -> None:
    (copy / "tokenizer.json").unlink()
    with pytest.raises(ModelBroken, match=r"tokenizer.*it knows 3 tokens and the encoder 514"):
        load_model(str(copy), "cpu")


def test_a_classifier_without_a_tokenizer_of_its_own_is_refused(copy: Path) -> None:
    path = copy / "open_clip_config.json"
    description = json.loads(path.read_text())
    del description["model_cfg"]["text_cfg"]["hf_tokenizer_name"]
    path.write_text(json.dumps(description))
    with pytest.raises(ModelBroken, match=r"49,408 tokens and the encoder 514"):
        load_model(str(copy), "cpu")


def test_a_broken_configuration_is_a_broken_model(copy: Path) -> None:
    (copy / "open_clip_config.json").write_text("{}")
    with pytest.raises(ModelBroken, match="again"):
        load_model(str(copy), "cpu")


def test_a_folder_brings_its_own_tokenizer(clip: Path) -> None:
    model = load_model(str(clip), "cpu")
    tokens = model.tokenize(["man"])
    assert tokens.shape == (1, LENGTH)
    assert int(tokens.max()) < model.clip.vocab_size


def test_a_folder_without_temperatures_has_none(clip: Path) -> None:
    assert load_model(str(clip), "cpu").calibrations == {}


def test_a_folder_sets_the_temperature_of_an_axis(copy: Path) -> None:
    (copy / "instrument.json").write_text(json.dumps({"temperature": {"tone": 0.02}}))
    assert load_model(str(copy), "cpu").calibrations == {"tone": Calibration(0.02)}


def test_a_folder_sets_the_bias_of_an_axis(copy: Path) -> None:
    settings = {"temperature": {"gender": 0.02}, "bias": {"gender": [-0.01, 0]}}
    (copy / "instrument.json").write_text(json.dumps(settings))
    found = load_model(str(copy), "cpu").calibrations
    assert found == {"gender": Calibration(0.02, (-0.01, 0.0))}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        "[]",
        '{"temperature": 1}',
        '{"temperature": {"tone": "x"}}',
        '{"temperature": {"tone": 0}}',
        '{"temperature": {"tone": NaN}}',
        '{"temperature": {"tone": 0.1}, "bias": {"tone": [1]}}',
        '{"temperature": {"gender": 0.1}, "bias": {"gender": [NaN, 0]}}',
        '{"temperature": {"gender": 0.1}, "bias": 3}',
    ],
)
def test_unusable_temperatures_are_refused(copy: Path, text: str) -> None:
    (copy / "instrument.json").write_text(text)
    with pytest.raises(InvalidData, match=r"instrument\.json"):
        load_model(str(copy), "cpu")
