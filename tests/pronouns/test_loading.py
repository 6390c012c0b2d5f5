import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from explorer.errors import ModelBroken
from explorer.pronouns.causal import causal_scores
from explorer.pronouns.language import CAUSAL, MASKED, LanguageModel
from explorer.pronouns.loading import CHAT_REQUEST, load_language_model
from explorer.pronouns.masked import masked_scores
from explorer.pronouns.source import find_source
from explorer.pronouns.templates import TEMPLATES
from explorer.settings import Settings
from tests.languages import PROFESSIONS, causal, masked, saved, tokenizer

CHAT = "{% for turn in messages %}{{ turn.content }} {% endfor %}<end>"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(causal(), tmp_path_factory.mktemp("models") / "causal")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "causal"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path, "cpu", 8)


def load(folder: Path, settings: Settings, *, plain: bool = False) -> LanguageModel:
    return load_language_model(find_source(str(folder)), settings, plain=plain)


def test_a_causal_model_loads_as_it_was_saved(folder: Path, settings: Settings) -> None:
    model = load(folder, settings)
    assert (model.kind, model.context, model.chat, model.batch) == (CAUSAL, (1,), False, 8)
    found = list(causal_scores(model, TEMPLATES[0], PROFESSIONS))
    known = list(causal_scores(causal(), TEMPLATES[0], PROFESSIONS))
    assert [one.log_odds for one in found] == pytest.approx([one.log_odds for one in known])


def test_a_masked_model_loads_as_it_was_saved(tmp_path: Path, settings: Settings) -> None:
    model = load(saved(masked(), tmp_path / "bert"), settings)
    assert (model.kind, model.context) == (MASKED, ())
    found = list(masked_scores(model, TEMPLATES[0], PROFESSIONS))
    known = list(masked_scores(masked(), TEMPLATES[0], PROFESSIONS))
    assert [one.log_odds for one in found] == pytest.approx([one.log_odds for one in known])


def test_a_layer_that_the_configuration_leaves_out_is_refused(
    folder: Path, settings: Settings
) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"n_layer": 1}))
    with pytest.raises(ModelBroken, match=r"no place for '.*h\.1\."):
        load(folder, settings)


def test_half_precision_is_computed_in_single(folder: Path, settings: Settings) -> None:
    weights = folder / "model.safetensors"
    halves = {name: one.half() for name, one in load_file(weights).items()}
    save_file(halves, weights, {"format": "pt"})
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"dtype": "float16"}))
    assert load(folder, settings).network.dtype == torch.float32


def test_a_chat_model_is_asked_through_its_template(folder: Path, settings: Settings) -> None:
    (folder / "chat_template.jinja").write_text(CHAT)
    model = load(folder, settings)
    asked = model.tokenizer(f"{CHAT_REQUEST} <end>").input_ids
    assert (model.chat, model.context) == (True, tuple(asked))
    plain = load(folder, settings, plain=True)
    assert (plain.chat, plain.context) == (False, (1,))
    (told, *_others), (bare, *_more) = (
        list(causal_scores(one, TEMPLATES[0], PROFESSIONS)) for one in (model, plain)
    )
    assert told.log_odds != pytest.approx(bare.log_odds)


def test_a_head_that_is_missing_is_not_made_up(tmp_path: Path, settings: Settings) -> None:
    folder = saved(masked(), tmp_path / "bert")
    weights = folder / "model.safetensors"
    body = {name: one for name, one in load_file(weights).items() if not name.startswith("cls.")}
    save_file(body, weights, {"format": "pt"})
    with pytest.raises(ModelBroken, match=r"lack 'cls\.predictions"):
        load(folder, settings)


def test_damaged_weights_are_told(folder: Path, settings: Settings) -> None:
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelBroken, match="incomplete, damaged"):
        load(folder, settings)


def test_a_tokenizer_of_another_model_is_refused(folder: Path, settings: Settings) -> None:
    tokenizer(known=("she", "he", "they")).save_pretrained(folder)
    with pytest.raises(ModelBroken, match="does not fit its weights"):
        load(folder, settings)


def test_a_masked_model_needs_a_mask(tmp_path: Path, settings: Settings) -> None:
    model = masked()
    folder = saved(model, tmp_path / "bert")
    path = folder / "tokenizer_config.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps({key: one for key, one in told.items() if key != "mask_token"}))
    with pytest.raises(ModelBroken, match="has no mask"):
        load(folder, settings)
