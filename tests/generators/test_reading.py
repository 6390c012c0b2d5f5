import json
import re
import shutil
from pathlib import Path

import pytest

from explorer.errors import InvalidData, ModelBroken
from explorer.generators.diffusion import DiffusionGenerator
from explorer.generators.pipelines import load_pipeline
from explorer.models.catalog import find_model
from explorer.settings import Settings
from explorer.torchvision_schemas import load_torchvision
from explorer.words.prompts import Prompt
from explorer.words.vocabulary import load_adjectives, load_professions
from tests.tiny import LENGTH, tiny_spec

SETTINGS = Settings(cache=Path("unused"), device="cpu", batch=1)
# The tiny tokenizer reads letter by letter.
SOME = "x" * (LENGTH - 20)


def _check(folder: Path | str, *prompts: Prompt) -> tuple[str, ...]:
    return DiffusionGenerator(tiny_spec(folder), SETTINGS).check(prompts)


def _bundled(*prompts: Prompt) -> tuple[str, ...]:
    return DiffusionGenerator(find_model("emoji-even", "cpu").spec, SETTINGS).check(prompts)


@pytest.fixture(params=["stable_diffusion", "xl"])
def folder(request: pytest.FixtureRequest) -> Path:
    return Path(request.getfixturevalue(request.param))


@pytest.fixture(params=["tokenizer", "tokenizer_2"])
def tokenizer(request: pytest.FixtureRequest, xl: Path, tmp_path: Path) -> Path:
    """Return the folder of each tokenizer in turn, in a model that the test may break."""
    return Path(shutil.copytree(xl, tmp_path / "copy"), request.param)


def _edit(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_profession_that_does_not_reach_the_model_is_refused(folder: Path) -> None:
    template = f"{SOME} {{adjective}} {{profession}}"
    assert _check(folder, Prompt("nurse", None, template), Prompt("author", None, template)) == ()
    with pytest.raises(
        InvalidData, match=r"'tiny' reads 77 tokens .* end of 'zookeeper, zookeeper'"
    ):
        _check(
            folder, Prompt("nurse", None, template), Prompt("zookeeper, zookeeper", None, template)
        )


def test_an_adjective_that_does_not_reach_the_model_is_refused(folder: Path) -> None:
    template = f"{{profession}} {SOME} {{adjective}}"
    assert (
        _check(folder, Prompt("nurse", None, template), Prompt("author", "honest", template)) == ()
    )
    with pytest.raises(InvalidData, match="end of 'self-confident' or 'nurse'"):
        _check(folder, Prompt("nurse", "self-confident", template))


def test_the_last_words_of_a_profession_have_to_reach_the_model(folder: Path) -> None:
    template = f"{SOME} {{adjective}} {{profession}}"
    with pytest.raises(InvalidData, match="end of 'office clerk for accounts'"):
        _check(folder, Prompt("office clerk for accounts", None, template))


def test_a_plural_is_part_of_the_word(folder: Path) -> None:
    template = "x" * (LENGTH - 7) + " {adjective} {profession}s"
    assert _check(folder, Prompt("cook", None, template)) == ()
    with pytest.raises(InvalidData, match="end of 'baker'"):
        _check(folder, Prompt("baker", None, template))


def test_each_encoder_of_xl_has_to_read_the_word(tokenizer: Path) -> None:
    _edit(tokenizer / "tokenizer_config.json", model_max_length=20)
    with pytest.raises(InvalidData, match="reads 20 tokens"):
        _check(tokenizer.parent, Prompt("nurse"))


def test_a_template_whose_end_is_cut_off_is_warned_about_once(folder: Path) -> None:
    template = f"{{adjective}} {{profession}} {SOME} {SOME}"
    (warning,) = _check(folder, Prompt("nurse", None, template), Prompt("author", None, template))
    assert "'tiny' ignores the end of 2 prompts, such as 'nurse x" in warning


def test_prompts_that_are_read_alike_are_refused(tokenizer: Path) -> None:
    path = tokenizer / "tokenizer.json"
    stored = json.loads(path.read_text())
    # As many words as before, but none that a prompt could have.
    stored["model"]["vocab"] = {
        word if word == "!" or word.startswith("<|") else word * 2: token
        for word, token in stored["model"]["vocab"].items()
    }
    path.write_text(json.dumps(stored))
    with pytest.raises(InvalidData, match=r"reads '.* nurse' and '.* baker' as the same text"):
        _check(tokenizer.parent, Prompt("nurse"), Prompt("baker"))


def test_a_tokenizer_without_its_vocabulary_is_refused(tokenizer: Path) -> None:
    (tokenizer / "tokenizer.json").unlink()
    with pytest.raises(ModelBroken, match=r"it knows 3 tokens and the encoder 514"):
        _check(tokenizer.parent, Prompt("nurse"))
    with pytest.raises(ModelBroken, match=r"it knows 3 tokens and the encoder 514"):
        load_pipeline(tiny_spec(tokenizer.parent), "cpu")


def test_the_tokenizer_of_another_model_is_refused(tokenizer: Path) -> None:
    other = Path(__file__).parents[2] / "explorer/reference/weights/emoji-even/tokenizer"
    shutil.copytree(other, tokenizer, dirs_exist_ok=True)
    with pytest.raises(ModelBroken, match=r"knows 1,397 tokens and the encoder 514"):
        _check(tokenizer.parent, Prompt("nurse"))


def test_a_tokenizer_without_its_length_is_refused(tokenizer: Path) -> None:
    (tokenizer / "tokenizer_config.json").unlink()
    with pytest.raises(ModelBroken, match=r"reads 77 tokens: 'model_max_length' in .* missing"):
        _check(tokenizer.parent, Prompt("nurse"))


def test_a_tokenizer_in_the_older_format_fits(tokenizer: Path) -> None:
    stored = json.loads((tokenizer / "tokenizer.json").read_text())["model"]
    (tokenizer / "tokenizer.json").unlink()
    (tokenizer / "vocab.json").write_text(json.dumps(stored["vocab"]))
    (tokenizer / "merges.txt").write_text("#version: 0.2\n")
    assert _check(tokenizer.parent, Prompt("nurse"), Prompt("baker")) == ()


def test_the_bundled_models_know_every_listed_word() -> None:
    adjectives = (None, *(one.word for one in load_adjectives()))
    prompts = (Prompt(one.name, word) for one in load_professions() for word in adjectives)
    assert _bundled(*prompts) == ()


@pytest.mark.parametrize(
    "word", ["\u0645\u0647\u0646\u062f\u0633", "blorptang", "beekeeper", "ice sculptor"]
)
def test_a_word_that_a_bundled_model_does_not_know_is_warned_about(word: str) -> None:
    (warning,) = _bundled(Prompt("nurse"), Prompt(word), Prompt("nurse", "shiny"))
    assert "'emoji-even' probably does not know" in warning
    assert repr(word) in warning
    assert "'shiny'" in warning
    assert "'nurse'" not in warning


@pytest.fixture
def large(stable_diffusion: Path, tmp_path: Path) -> Path:
    """Return a model with the tokenizer of Stable Diffusion, which open_clip brings along."""
    load_torchvision()
    from open_clip.tokenizer import SimpleTokenizer
    from transformers import CLIPTokenizer

    copy = Path(shutil.copytree(stable_diffusion, tmp_path / "large"))
    known = SimpleTokenizer()
    words = {
        re.sub("<(.*)_of_text>", r"<|\1oftext|>", word): n for word, n in known.encoder.items()
    }
    tokenizer = CLIPTokenizer(words, list(known.bpe_ranks), model_max_length=LENGTH)
    tokenizer.save_pretrained(copy / "tokenizer")
    _edit(copy / "text_encoder/config.json", vocab_size=len(words))
    return copy


@pytest.mark.parametrize("word", ["beekeeper", "ice sculptor", "haberdasher", "bossy"])
def test_a_large_model_knows_words_that_are_made_of_others(large: Path, word: str) -> None:
    assert _check(large, Prompt(word)) == ()


@pytest.mark.parametrize(
    "word", ["\u0645\u0647\u0646\u062f\u0633", "\u770b\u8b77\u5e2b", "blorptang", "qwxzk"]
)
def test_a_word_that_a_large_model_does_not_know_is_warned_about(large: Path, word: str) -> None:
    (warning,) = _check(large, Prompt(word), Prompt("nurse"))
    assert repr(word) in warning


def test_listed_words_are_warned_about_by_no_model(large: Path) -> None:
    adjectives = (None, *(one.word for one in load_adjectives()))
    assert _check(large, *(Prompt("nurse", word) for word in adjectives)) == ()
    assert _check(large, *(Prompt(one.name) for one in load_professions())) == ()
