import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from explorer.errors import ExplorerError, InvalidData, ModelBroken, ModelNotFound, UnknownName
from explorer.models import catalog
from explorer.models.backends import Hosted
from explorer.models.catalog import (
    asked_of_hub,
    find_model,
    known_models,
    weights_folder,
)
from explorer.models.hub import start
from explorer.models.services import UNVERSIONED

Make = Callable[..., Path]
PHOTO = "CompVis/stable-diffusion-v1-4"


def test_the_bundled_models_come_first() -> None:
    cards = known_models()
    assert [card.spec.name for card in cards[:2]] == ["emoji-skewed", "emoji-even"]
    assert [card.bundled for card in cards] == [True, True] + [False] * (len(cards) - 2)
    assert len({card.spec.name for card in cards}) == len(cards)


def test_every_model_says_where_it_comes_from_and_under_which_licence() -> None:
    for card in known_models():
        assert card.title
        assert card.licence
        assert card.described.endswith(f"{card.licence}.")
        assert card.spec.repo == card.spec.name


def test_a_hub_model_is_pinned_to_a_commit() -> None:
    for card in known_models():
        hosted = isinstance(card.spec.settings, Hosted)
        assert card.bundled or len(card.spec.revision) == 40 or hosted
        assert hosted == (card.spec.revision == UNVERSIONED)


def test_each_kind_of_image_has_its_classifier() -> None:
    for card in known_models():
        photo = "ViT-L-14-quickgelu/openai"
        assert card.classifier == ("emoji-clip" if card.bundled else photo)


def test_hub_models_use_half_precision_on_a_graphics_card_only() -> None:
    assert find_model(PHOTO, "cuda").spec.diffusion.dtype == "float16"
    assert find_model(PHOTO, "cpu").spec.diffusion.dtype == "float32"
    assert find_model(PHOTO, "mps").spec.diffusion.dtype == "float32"
    assert find_model("emoji-even", "cuda").spec.diffusion.dtype == "float32"


def test_model_json_beside_the_weights_overrides_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "weights_folder", lambda name: tmp_path / name)
    (tmp_path / "emoji-even").mkdir()
    settings = {"revision": "r7", "steps": 9, "guidance": 2, "size_px": 128, "loss": 0.2}
    (tmp_path / "emoji-even/model.json").write_text(json.dumps(settings))
    spec = find_model("emoji-even", "cpu").spec
    assert (spec.revision, spec.size_px) == ("r7", (128, 128))
    assert (spec.diffusion.steps, spec.diffusion.guidance) == (9, 2.0)
    assert isinstance(spec.diffusion.guidance, float)


def test_an_unreadable_model_json_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "weights_folder", lambda name: tmp_path / name)
    (tmp_path / "emoji-even").mkdir()
    (tmp_path / "emoji-even/model.json").write_text("{")
    with pytest.raises(InvalidData, match="model\\.json"):
        known_models()


def test_weights_lie_in_the_reference_folder() -> None:
    assert weights_folder("emoji-even").parts[-4:] == (
        "explorer",
        "reference",
        "weights",
        "emoji-even",
    )


def test_a_name_is_found_whatever_its_case_and_spaces() -> None:
    assert find_model(" Emoji-Skewed ", "cpu") == find_model("emoji-skewed", "cpu")


@pytest.mark.parametrize(
    ("name", "near"),
    [("emoji-skewd", "emoji-skewed"), ("stable-diffusion-v1-4", PHOTO), ("sdturbo", "SD-Turbo")],
)
def test_an_unknown_model_names_the_nearest(name: str, near: str) -> None:
    with pytest.raises(UnknownName, match=near):
        find_model(name, "cpu")


NOBODY_EXPECTED = [
    "~nosuchuser/x",
    "x" * 300,
    "/" + "x" * 300,
    "a/" * 3_000,
    "owner/" + "n" * 300,
    "a\0b",
    "/a\0b",
    "a\ud800",
    "/\udcff",
    f"emoji-skewed ({'9' * 5_000} steps)",
    f"emoji-skewed (guidance {'9' * 5_000})",
]


@pytest.mark.parametrize("name", NOBODY_EXPECTED)
def test_a_name_that_nobody_expected_is_refused_in_a_few_words(name: str) -> None:
    with pytest.raises(ExplorerError) as error:
        find_model(name, "cpu")
    assert len(str(error.value)) < 500


@pytest.mark.parametrize("name", ["", "  ", "x y", "<b>", "a/", "/"])
def test_what_cannot_be_a_model_is_refused(name: str) -> None:
    with pytest.raises((UnknownName, ModelBroken, ModelNotFound)):
        find_model(name, "cpu")


def test_any_hub_id_is_a_model() -> None:
    card = find_model("someone/their_model-2.0", "cpu")
    assert card.spec.repo == "someone/their_model-2.0"
    assert card.spec.revision == "main"
    assert not card.bundled


@pytest.mark.parametrize(
    "name", ["Stable Diffusion 1.4", "stable diffusion  1.4", f"https://huggingface.co/{PHOTO}"]
)
def test_a_title_or_address_of_a_listed_model_is_that_model(name: str) -> None:
    assert find_model(name, "cpu") == find_model(PHOTO, "cpu")
    assert asked_of_hub(name) is None


def test_a_variant_of_a_pasted_address_has_the_name_of_the_model() -> None:
    card = find_model("https://huggingface.co/a/b/tree/main", "cpu", guidance=3)
    assert card.spec.name == "a/b (guidance 3)"


@pytest.mark.usefixtures("no_yunet")
def test_a_withdrawn_model_names_its_copy(no_yunet: Path) -> None:
    withdrawn = "runwayml/stable-diffusion-v1-5"
    with pytest.raises(ModelNotFound, match="'stable-diffusion-v1-5/stable-diffusion-v1-5'"):
        find_model(withdrawn, "cpu")
    (no_yunet / "models--runwayml--stable-diffusion-v1-5").mkdir(parents=True)
    assert find_model(withdrawn, "cpu").spec.repo == withdrawn


@pytest.mark.parametrize("name", ["https://civitai.com/models/1", "C:\\sd", "a/b/c", "x" * 300])
def test_what_people_paste_is_never_taken_for_a_folder(name: str) -> None:
    with pytest.raises((ModelNotFound, UnknownName)) as raised:
        find_model(name, "cpu")
    assert "model_index.json" not in str(raised.value)


def test_changed_settings_change_the_key_and_the_name() -> None:
    card = find_model("emoji-skewed", "cpu", guidance=3, steps=1, size=64, scheduler="ddim")
    assert card.spec.name == "emoji-skewed (guidance 3, 1 step, 64 px, ddim)"
    assert card.spec.repo == "emoji-skewed"
    assert (card.spec.diffusion.guidance, card.spec.diffusion.steps) == (3.0, 1)
    assert card.spec.size_px == (64, 64)


def test_the_models_own_settings_do_not_change_its_name() -> None:
    own = find_model("emoji-skewed", "cpu")
    settings = own.spec.diffusion
    same = find_model("emoji-skewed", "cpu", guidance=settings.guidance, steps=settings.steps)
    assert same == own


@pytest.mark.parametrize(
    "changes",
    [{"guidance": 2.5}, {"steps": 3}, {"size": 64, "scheduler": "euler"}, {"guidance": 0}],
)
def test_a_variants_name_finds_the_variant_again(changes: dict[str, float]) -> None:
    card = find_model(PHOTO, "cpu", **changes)  # type: ignore[arg-type]
    assert find_model(card.spec.name, "cpu") == card


def test_a_setting_beside_a_variants_name_wins() -> None:
    card = find_model("emoji-even (guidance 3)", "cpu", guidance=5)
    assert card.spec.name == "emoji-even (guidance 5)"


def test_an_unknown_variant_is_no_model() -> None:
    with pytest.raises(UnknownName):
        find_model("emoji-even (blue)", "cpu")


def test_an_unknown_scheduler_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="euler"):
        find_model("emoji-even", "cpu", scheduler="eular")


def test_a_folder_is_a_model_with_its_native_size(tmp_path: Path, model_folder: Make) -> None:
    card = find_model(str(model_folder()), "cpu")
    assert card.spec.repo == str(tmp_path / "mine")
    assert card.title == "mine"
    assert card.spec.size_px == (96, 96)


def test_a_folders_revision_follows_its_weights(model_folder: Make) -> None:
    folder, weights = model_folder(), "unet/diffusion_pytorch_model.safetensors"
    before = find_model(str(folder), "cpu").spec.revision
    os.utime(folder / weights, (1, 1))
    assert find_model(str(folder), "cpu").spec.revision == before
    (folder / weights).write_bytes(b"others")
    assert find_model(str(folder), "cpu").spec.revision != before


def test_a_folders_revision_is_that_of_the_weights_in_the_precision_asked_for(
    model_folder: Make, tmp_path: Path
) -> None:
    folder = model_folder()
    (folder / "unet/diffusion_pytorch_model.fp16.safetensors").write_bytes(b"half the weights")
    full, half = (find_model(str(folder), "cpu", precision=one).spec for one in (None, "float16"))
    assert half.revision == find_model(str(folder), "cuda").spec.revision != full.revision
    assert start([full, half], tmp_path) == ()


def test_a_folder_with_a_size_that_is_no_square_keeps_it(model_folder: Make) -> None:
    folder = model_folder()
    (folder / "unet/config.json").write_text('{"sample_size": [64, 96]}')
    card = find_model(str(folder), "cpu")
    assert card.spec.size_px == (768, 512)
    square = find_model(str(folder), "cpu", size=768)
    assert square.spec.name == f"{folder} (768 px)"


def test_a_folder_that_may_not_be_read_says_so(
    model_folder: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, entries = model_folder(), Path.iterdir

    def denied(self: Path) -> Iterator[Path]:
        if self.name == "unet":
            raise PermissionError(13, "Permission denied", str(self))
        return entries(self)

    monkeypatch.setattr(Path, "iterdir", denied)
    with pytest.raises(ModelBroken, match=r"unet' is refused \(Permission denied\)"):
        find_model(str(folder), "cpu")


def test_a_folders_own_model_json_sets_its_defaults(model_folder: Make) -> None:
    folder = model_folder()
    (folder / "model.json").write_text('{"steps": 4, "guidance": 0, "revision": "theirs"}')
    spec = find_model(str(folder), "cpu").spec
    assert (spec.diffusion.steps, spec.diffusion.guidance) == (4, 0.0)
    assert spec.revision != "theirs"


def test_a_folder_whose_name_looks_like_a_variant_is_itself(model_folder: Make) -> None:
    folder = model_folder("mine (2 steps)")
    assert find_model(str(folder), "cpu").spec.repo == str(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="no folder"):
        find_model(str(tmp_path / "gone"), "cpu")


def test_a_folder_without_a_pipeline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="model_index\\.json"):
        find_model(str(tmp_path), "cpu")


def test_a_folder_with_pickles_only_is_refused(model_folder: Make) -> None:
    folder = model_folder("mine", text_encoder="pytorch_model.bin")
    with pytest.raises(ModelBroken, match=r"text_encoder.*\.bin.*safetensors"):
        find_model(str(folder), "cpu")


def test_a_folder_with_an_unreadable_configuration_is_refused(model_folder: Make) -> None:
    folder = model_folder()
    (folder / "unet/config.json").write_text("{")
    with pytest.raises(ModelBroken, match="config\\.json"):
        find_model(str(folder), "cpu")


def test_listing_models_loads_no_torch_and_asks_no_network() -> None:
    code = (
        "import sys; from explorer.models.catalog import find_model, known_models;"
        "known_models('cpu'); find_model('a/b', 'cpu');"
        "print(sorted({'torch', 'diffusers', 'huggingface_hub', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_size_of_the_weights_follows_their_number_format() -> None:
    assert find_model(PHOTO, "cpu").weights_gb == pytest.approx(5.48)
    assert find_model(PHOTO, "cuda").weights_gb == pytest.approx(2.74)
    assert "About 5.5 GB. Licence: " in find_model(PHOTO, "cpu").described
    assert find_model("a/tune", "cpu").weights_gb is None
