import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer import settings
from explorer.models import fingerprints
from explorer.models.fingerprints import flat_fingerprint, pipeline_fingerprint

Make = Callable[..., Path]
UNET = "unet/diffusion_pytorch_model.safetensors"


def _new_process() -> None:
    fingerprints._digest_of.cache_clear()  # noqa: SLF001 - as if the program started again


@pytest.fixture(autouse=True)
def _started() -> None:
    _new_process()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the files whose content is read."""
    opened: list[Path] = []
    original = Path.open

    def watched(self: Path, mode: str = "r", **others: object) -> object:
        if mode == "rb":
            opened.append(self)
        return original(self, mode, **others)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", watched)
    return opened


def test_what_changes_no_pixels_changes_no_fingerprint(model_folder: Make, tmp_path: Path) -> None:
    folder = model_folder()
    before = pipeline_fingerprint(folder, "float32")
    assert len(before) == 16
    (folder / "README.md").write_text("hello")
    (folder / "unet/.DS_Store").write_bytes(b"finder")
    (folder / "vae/diffusion_pytorch_model.fp16.safetensors").write_bytes(b"half")
    os.utime(folder / UNET, (1, 1))
    assert pipeline_fingerprint(folder, "float32") == before
    assert (
        pipeline_fingerprint(Path(shutil.copytree(folder, tmp_path / "copy")), "float32") == before
    )


@pytest.mark.parametrize(
    "file", [UNET, "unet/config.json", "model_index.json", "vae/tokenizer.json"]
)
def test_what_changes_pixels_changes_the_fingerprint(model_folder: Make, file: str) -> None:
    folder = model_folder()
    before = pipeline_fingerprint(folder, "float32")
    text = (folder / file).read_text() if (folder / file).is_file() else ""
    (folder / file).write_text(f"{text} ")
    assert pipeline_fingerprint(folder, "float32") != before


def test_weights_of_the_same_size_are_told_apart(model_folder: Make) -> None:
    folder = model_folder()
    before, status = pipeline_fingerprint(folder, "float32"), (folder / UNET).stat()
    (folder / UNET).write_bytes(b"WEIGHTS")
    os.utime(folder / UNET, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert pipeline_fingerprint(folder, "float32") != before


def test_a_file_is_read_once_on_a_machine(model_folder: Make, read: list[Path]) -> None:
    folder = model_folder()
    before = pipeline_fingerprint(folder, "float32")
    assert folder / UNET in read
    read.clear()
    _new_process()
    assert pipeline_fingerprint(folder, "float32") == before
    assert read == []


@pytest.mark.parametrize("kept", ["", "[]", "{", '{"x": 3}'])
def test_damaged_digests_are_made_again(model_folder: Make, kept: str) -> None:
    folder = model_folder()
    before = pipeline_fingerprint(folder, "float32")
    (settings.own_cache() / "digests.json").write_text(kept)
    _new_process()
    assert pipeline_fingerprint(folder, "float32") == before


def test_without_a_place_for_digests_fingerprints_are_the_same(
    model_folder: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = model_folder()
    (tmp_path / "machine").write_text("a file in the way")
    assert len(pipeline_fingerprint(folder, "float32")) == 16
    assert "anew at each start" in caplog.text


def test_a_classifier_follows_its_weights_configuration_and_tokenizer(tmp_path: Path) -> None:
    folder = tmp_path / "clip"
    folder.mkdir()
    (folder / "open_clip_model.safetensors").write_bytes(b"1")
    before = flat_fingerprint(folder)
    (folder / "README.md").write_text("hello")
    assert flat_fingerprint(folder) == before
    changed = set()
    for file in ("instrument.json", "tokenizer.json", "merges.txt", "open_clip_model.safetensors"):
        (folder / file).write_bytes(b"{}")
        changed.add(flat_fingerprint(folder))
    assert len(changed | {before}) == 5
