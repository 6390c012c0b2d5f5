import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.errors import (
    ExplorerError,
    InvalidData,
    ModelAccessDenied,
    ModelBroken,
    ModelNotFound,
    ModelUnreachable,
    UnknownName,
)
from explorer.pronouns.language import CAUSAL, MASKED
from explorer.pronouns.source import BUNDLED, find_source, folder_revision, language_name
from tests.hub import COMMIT, Hub, running, use
from tests.languages import causal, masked, saved


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(causal(), tmp_path_factory.mktemp("models") / "causal")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "causal"))


@pytest.fixture
def hub(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Return a running hub that holds a/writer and openai-community/gpt2."""
    hub = Hub(models={"a/writer": folder, "openai-community/gpt2": folder})
    with running(hub) as address:
        use(monkeypatch, address, tmp_path / "hub-cache")
        yield hub


def _change(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_models_are_found_by_name_regardless_of_case(name: str) -> None:
    found = find_source(f" {name.upper()} ")
    assert (found.name, found.kind) == (name, CAUSAL)


def test_a_folder_has_a_fingerprint_that_names_its_version(folder: Path) -> None:
    found = find_source(str(folder))
    assert (found.kind, found.folder, len(found.revision)) == (CAUSAL, folder, 16)
    assert find_source(f"{folder}@{found.revision}").revision == found.revision
    _change(folder, temperature=2)
    assert find_source(str(folder)).revision != found.revision
    with pytest.raises(ModelBroken, match="earlier version"):
        find_source(f"{folder}@{found.revision}")


def test_names_are_normalised_without_fetching_anything(hub: Hub, folder: Path) -> None:
    assert language_name(" GPT2 ") == "openai-community/gpt2"
    assert language_name("https://huggingface.co/a/writer/tree/main") == "a/writer"
    assert language_name("Pronoun-Even") == "pronoun-even"
    assert folder_revision("a/writer") is None
    assert folder_revision(str(folder)) == find_source(str(folder)).revision
    assert hub.asked == []


def test_a_masked_model_is_known_by_its_head(tmp_path: Path) -> None:
    assert find_source(str(saved(masked(), tmp_path))).kind == MASKED


@pytest.mark.parametrize(
    "name",
    [
        "a/writer",
        "https://huggingface.co/a/writer/tree/main",
        '"a/writer"',
        "hf.co/a/writer",
        f"a/writer@{COMMIT}",
        "gpt2",
    ],
)
def test_a_model_of_the_hub_is_fetched_at_a_commit(name: str, hub: Hub) -> None:
    (hub.models["a/writer"] / "pytorch_model.bin").write_bytes(b"a pickle")
    found = find_source(name)
    assert found.revision == COMMIT
    assert (found.folder / "model.safetensors").is_file()
    assert not list(found.folder.glob("*.bin"))


def test_what_is_here_serves_when_the_hub_is_away(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelNotFound):
        find_source("a/nobody")
    find_source("a/writer")
    asked = len(hub.asked)
    assert find_source(f"a/writer@{COMMIT}").revision == COMMIT
    assert len(hub.asked) == asked
    use(monkeypatch, "http://127.0.0.1:9", tmp_path / "hub-cache")
    assert find_source("a/writer").revision == COMMIT
    with pytest.raises(ModelUnreachable, match="'openai-community/gpt2'"):
        find_source("gpt2")


def test_a_gated_model_says_where_to_accept_its_licence(hub: Hub) -> None:
    hub.refuses["a/writer"] = (403, "GatedRepo")
    with pytest.raises(ModelAccessDenied, match=r"huggingface\.co/a/writer"):
        find_source("a/writer")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"architectures": ["GPT2Model"]}, "'GPT2Model', which has no head"),
        ({"architectures": None}, "has no head"),
        ({"model_type": "new", "auto_map": {"AutoModel": "new.py"}}, "code that comes with it"),
        ({"quantization_config": {"bits": 4}}, "are quantised"),
    ],
)
def test_a_model_that_cannot_be_asked_is_refused_by_cause(
    changes: dict[str, object], told: str, folder: Path, hub: Hub
) -> None:
    _change(folder, **changes)
    for name in (str(folder), "a/writer"):
        with pytest.raises(ModelBroken, match=told):
            find_source(name)
    assert not any(path.endswith(".safetensors") for path in hub.asked), "nothing large is fetched"


def test_pickles_alone_are_refused(folder: Path, hub: Hub) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    for name in (str(folder), "a/writer"):
        with pytest.raises(ModelBroken, match=r"only as a \.bin file, a pickle"):
            find_source(name)
    assert not any(path.endswith(".bin") for path in hub.asked)
    (folder / "pytorch_model.bin").unlink()
    with pytest.raises(ModelBroken, match=r"no file model\.safetensors"):
        find_source(str(folder))


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("model_index.json", "generates images"),
        ("adapter_config.json", "an adapter"),
        ("model.gguf", "single files"),
    ],
)
def test_other_kinds_of_repositories_are_named(file: str, told: str, folder: Path) -> None:
    (folder / "config.json").rename(folder / file)
    with pytest.raises(ModelBroken, match=told):
        find_source(str(folder))


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("pronoun-skewd", UnknownName, "'pronoun-skewed'"),
        ("emoji-skewed", InvalidData, "generates images"),
        ("/no/such/folder", ModelNotFound, "no folder"),
        ("https://example.com/model", ModelNotFound, "web address"),
        ("https://huggingface.co/spaces/a/b", ModelNotFound, "no address of a model"),
        (r"C:\models\gpt2", ModelNotFound, "Windows"),
    ],
)
def test_names_that_people_paste_are_explained(
    name: str, kind: type[ExplorerError], told: str
) -> None:
    with pytest.raises(kind, match=told):
        find_source(name)
