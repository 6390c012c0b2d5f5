from pathlib import Path

import pytest

from explorer.errors import ModelBroken, ModelNotFound
from explorer.models.names import (
    HubName,
    cleaned,
    folder_name,
    hub_name,
    locally_cached,
    refuse_address,
)

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("pasted", "name"),
    [
        ("owner/name", "owner/name"),
        ("owner/their_model-2.0", "owner/their_model-2.0"),
        ("https://huggingface.co/owner/name", "owner/name"),
        ("http://www.huggingface.co/owner/name/", "owner/name"),
        ("huggingface.co/owner/name?library=diffusers#files", "owner/name"),
        ("https://hf.co/owner/name/tree/main", "owner/name"),
        ("https://huggingface.co/owner/name/tree/main/unet", "owner/name"),
        ("https://huggingface.co/owner/name/blob/main/unet/config.json", "owner/name"),
        ("https://huggingface.co/owner/name/tree/fp16", "owner/name@fp16"),
        ("https://huggingface.co/owner/name/tree/refs%2Fpr%2F3", "owner/name@refs/pr/3"),
        ("https://huggingface.co/owner/name/discussions/3", "owner/name"),
        (f"https://huggingface.co/owner/name/commit/{COMMIT}", f"owner/name@{COMMIT}"),
        ("https://huggingface.co/owner/name.git", "owner/name"),
        ("hf://owner/name", "owner/name"),
        ("owner/name/tree/main", "owner/name"),
        ("owner/name/", "owner/name"),
        ("owner/name@v2", "owner/name@v2"),
        ("owner/name@refs/pr/3", "owner/name@refs/pr/3"),
        ("owner/name@main", "owner/name@main"),
    ],
)
def test_what_is_pasted_from_the_hub_is_read(pasted: str, name: str) -> None:
    assert str(hub_name(pasted)) == name


def test_only_a_commit_never_moves() -> None:
    assert HubName("a/b", COMMIT).pinned
    assert not HubName("a/b", "main").pinned
    assert not HubName("a/b").pinned


@pytest.mark.parametrize("text", ["name", "a/b/c", "x y", "a/..", "a/b--c", "<b>", "", "a/", "/b"])
def test_what_is_no_hub_id_is_none(text: str) -> None:
    assert hub_name(text) is None


@pytest.mark.parametrize(
    "address", ["spaces/a/b", "datasets/a/b", "owner", "models?search=x", "", "collections/a/b"]
)
def test_an_address_of_the_hub_that_is_no_model_is_explained(address: str) -> None:
    with pytest.raises(ModelNotFound, match="copy the id 'owner/name'"):
        hub_name(f"https://huggingface.co/{address}")


@pytest.mark.parametrize(
    ("address", "remedy"),
    [
        ("https://civitai.com/models/4201/realistic-vision", "single files"),
        ("civitai.com/models/4201", "single files"),
        ("urn:air:sd1:checkpoint:civitai:4201@130072", "single files"),
        ("https://github.com/a/b", "web address"),
        ("www.example.org/model", "web address"),
        ("models/mine/v2", "no folder of that path"),
    ],
)
def test_any_other_address_is_explained(address: str, remedy: str) -> None:
    assert hub_name(address) is None
    assert folder_name(address) is None
    with pytest.raises(ModelNotFound, match=remedy):
        refuse_address(address)


@pytest.mark.parametrize("path", ["C:\\models\\sd", "d:/models/sd", "\\\\nas\\sd", "models\\sd"])
def test_a_path_of_windows_is_explained_elsewhere(path: str) -> None:
    with pytest.raises(ModelNotFound, match="Windows"):
        folder_name(path)


def test_a_path_is_a_folder_however_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "my model"
    folder.mkdir()
    for text in (
        str(folder),
        "my model",
        "./my model",
        f"{folder}/",
        f"file://{tmp_path}/my%20model",
    ):
        found = folder_name(text)
        assert found
        assert (found.path, found.revision) == (folder, None)
    earlier = folder_name(f"{folder}@0123456789abcdef")
    assert earlier
    assert (earlier.path, earlier.revision) == (folder, "0123456789abcdef")


@pytest.mark.parametrize("path", ["~nosuchuser/x", "/" + "x" * 300, "/a\0b"])
def test_a_path_that_cannot_be_is_no_traceback(path: str) -> None:
    try:
        found = folder_name(path)
    except ModelNotFound:
        return
    assert found
    assert not found.path.name.startswith("~")


def test_a_folder_that_may_not_be_entered_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_dir", denied)
    with pytest.raises(ModelBroken, match="Permission denied"):
        folder_name(str(tmp_path))


@pytest.mark.parametrize("pasted", [" a/b\n", '"a/b"', "\u201ca/b\u201d", "`a/b`", "'a/b '"])
def test_quotes_and_spaces_around_a_name_are_ignored(pasted: str) -> None:
    assert cleaned(pasted) == "a/b"


def test_models_for_images_are_found_in_the_local_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert locally_cached() == ()
    for name in ("models--b--tune", "models--a--tune-2", "models--a--text"):
        (tmp_path / name / "snapshots" / ("0" * 40)).mkdir(parents=True)
    for name in ("models--b--tune", "models--a--tune-2"):
        (tmp_path / name / "snapshots" / ("0" * 40) / "model_index.json").touch()
    assert locally_cached() == ("a/tune-2", "b/tune")
