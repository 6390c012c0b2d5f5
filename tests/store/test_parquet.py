import errno
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from explorer.errors import InvalidData, StoreCorrupt, StoreUnwritable
from explorer.perception.axes import load_axes
from explorer.store.index import Store
from explorer.store.parquet import export_study, import_study
from tests.fakes import FakeClassifier
from tests.store.generate_and_die import (
    INSTRUMENTS,
    generator,
    is_filtered,
    missing,
    requests,
    same,
)
from tests.store.strange_files import strange

ASKED = requests(70)


@pytest.fixture
def study(store: Store, tmp_path: Path) -> Path:
    """Return the file of a study of seventy images, seven of them filtered."""
    images = list(generator().generate(ASKED))
    store.save(images)
    shown = [image for image in images if image.filtered is None]
    store.save_perceptions(FakeClassifier().classify_all(shown, load_axes()))
    path = tmp_path / "study.parquet"
    assert export_study(store, ASKED, INSTRUMENTS, path) == 70
    return path


@pytest.fixture
def other(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "other")


def test_a_study_comes_back_whole(study: Path, store: Store, other: Store) -> None:
    assert import_study(other, study) == 70
    assert missing(other, ASKED) == ()
    assert other.observations(ASKED, INSTRUMENTS) == store.observations(ASKED, INSTRUMENTS)
    for request in ASKED:
        assert same(other.load(request), store.load(request))
        if not is_filtered(request):
            assert other.thumbnail_path(request.key).exists()


def test_a_rewritten_prompt_comes_back(store: Store, other: Store, tmp_path: Path) -> None:
    (image,) = generator().generate(ASKED[:1])
    store.save([replace(image, revised="A woman who writes.")])
    path = tmp_path / "revised.parquet"
    export_study(store, ASKED[:1], INSTRUMENTS, path)
    assert parquet.read_table(path)["revised_prompt"].to_pylist() == ["A woman who writes."]
    assert import_study(other, path) == 1
    assert other.load(ASKED[0]).revised == store.load(ASKED[0]).revised == "A woman who writes."


def test_a_file_without_rewritten_prompts_is_read(study: Path, other: Store) -> None:
    table = parquet.read_table(study).drop_columns(["revised_prompt"])
    parquet.write_table(table, study)
    assert import_study(other, study) == 70


def test_importing_twice_adds_nothing(study: Path, other: Store) -> None:
    import_study(other, study)
    assert import_study(other, study) == 0
    assert other.size().images == 70


def test_importing_leaves_what_is_generated_already(study: Path, other: Store) -> None:
    black = [
        replace(image, pixels=np.zeros((32, 32, 3), dtype=np.uint8))
        for image in generator().generate(ASKED[:2])
    ]
    other.save(black)
    assert import_study(other, study) == 68
    pixels = other.load(ASKED[0]).pixels
    assert pixels is not None
    assert not pixels.any()
    assert other.unclassified(ASKED, "gender", INSTRUMENTS["gender"]) == ASKED[:2]


def test_only_what_is_stored_is_exported(store: Store, tmp_path: Path) -> None:
    store.save(generator().generate(ASKED[:5]))
    assert export_study(store, ASKED, {}, tmp_path / "some.parquet") == 5


def test_a_study_reads_without_bias_explorer(study: Path) -> None:
    row = parquet.read_table(study).to_pylist()[0]
    assert row["prompt"] == "Photo portrait of an honest author"
    assert row["seed"] == ASKED[0].seed
    assert row["image"]["path"] == f"{ASKED[0].key}.webp"
    assert {seen["axis"] for seen in row["perceptions"]} == {"gender", "tone"}


def test_exporting_a_damaged_image_is_refused_and_leaves_no_file(
    store: Store, tmp_path: Path
) -> None:
    store.save(generator().generate(ASKED[:5]))
    damaged = store.image_path(ASKED[1].key)
    damaged.write_bytes(bytes(damaged.stat().st_size))
    with pytest.raises(StoreCorrupt, match="generates it again"):
        export_study(store, ASKED, {}, tmp_path / "study.parquet")
    assert not list(tmp_path.glob("*.parquet*"))


def test_an_image_whose_file_is_gone_is_not_exported(store: Store, tmp_path: Path) -> None:
    store.save(generator().generate(ASKED[:5]))
    store.image_path(ASKED[1].key).unlink()
    path = tmp_path / "study.parquet"
    assert export_study(store, ASKED, {}, path) == parquet.read_table(path).num_rows == 4


def test_a_full_disk_leaves_the_earlier_file(
    study: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = study.read_bytes()

    def fsync(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(StoreUnwritable, match="no space left"):
            export_study(store, ASKED[:3], INSTRUMENTS, study)
    assert study.read_bytes() == before
    assert list(study.parent.glob("*.partial")) == []


def test_a_file_that_is_not_there_is_named(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=r"nowhere\.parquet' cannot be read"):
        import_study(store, tmp_path / "nowhere.parquet")


@pytest.mark.parametrize("size", [0, 10, 0.5])
def test_a_damaged_file_is_refused(study: Path, other: Store, size: float) -> None:
    data = study.read_bytes()
    study.write_bytes(data[: int(size if size >= 1 else size * len(data))])
    with pytest.raises(InvalidData, match="Export or download it again"):
        import_study(other, study)


def test_another_programs_file_is_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "other.parquet"
    parquet.write_table(pa.table({"key": ["a"], "image": [b"b"]}), path)
    with pytest.raises(InvalidData, match="not written by Bias Explorer"):
        import_study(store, path)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("key", "0" * 64, "does not match its request"),
        ("image", {"bytes": b"RIFF", "path": "x.webp"}, "not a complete WebP image"),
        ("request", "{}", "is not a request for an image"),
        *(
            ("image", {"bytes": data, "path": "x.webp"}, "Export or download it again")
            for data in strange(ASKED[0]).values()
        ),
    ],
)
def test_a_study_that_was_tampered_with_is_refused(
    study: Path, other: Store, column: str, value: object, message: str
) -> None:
    table = parquet.read_table(study)
    rows = table.to_pylist()
    rows[0][column] = value
    parquet.write_table(pa.Table.from_pylist(rows, schema=table.schema), study)
    with pytest.raises(InvalidData, match=message):
        import_study(other, study)
    assert other.size().images == 0
