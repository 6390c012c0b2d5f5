"""The commands about likeness, on stand-ins."""

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from tests.commands import run
from tests.fakes import FakeGenerator

WORDS = "--model fake-a --model fake-b --profession author --profession nurse --adjective none"
ASKED = f"{WORDS} --images 12"

pytestmark = pytest.mark.usefixtures("generator", "no_yunet")


@pytest.fixture
def generated(generator: FakeGenerator) -> None:
    assert run(f"generate {ASKED}").exit_code == 0
    assert len(generator.generated) == 48


def rows(command: str) -> "list[dict[str, object]]":
    found = run(f"{command} --json")
    assert found.exit_code == 0, found.stderr
    made: list[dict[str, object]] = json.loads(found.stdout)
    return made


@pytest.mark.usefixtures("generated")
def test_diversity_has_a_row_for_each_group_and_says_what_it_means() -> None:
    found = rows(f"likeness diversity {ASKED}")
    assert [row["images"] for row in found] == [12] * 4
    assert all(float(str(row["vendi_score"])) >= 1 for row in found)
    told = run(f"likeness diversity {ASKED}").stdout
    assert "12 images of an author are as varied as" in told
    assert "A model can be balanced and still draw one face." in told


@pytest.mark.usefixtures("generated")
def test_clusters_can_be_asked_for_by_number() -> None:
    found = rows(f"likeness clusters {ASKED} --number 3")
    assert {row["cluster"] for row in found} == {1, 2, 3}
    assert run(f"likeness clusters {ASKED} --number 99").exit_code == 2


@pytest.mark.usefixtures("generated")
def test_neighbours_of_an_image_are_named_by_its_key() -> None:
    keys = [str(row["key"]) for row in rows(f"images {ASKED}")]
    found = rows(f"likeness neighbours {keys[0][:10]} {ASKED} --number 5")
    assert len(found) == 5
    assert {row["key"] for row in found} <= set(keys[1:])
    unknown = run(f"likeness neighbours 0000000000 {ASKED}")
    assert unknown.exit_code == 2
    assert "Unknown image '0000000000'" in unknown.stderr


@pytest.mark.usefixtures("generated")
def test_an_average_is_written_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "average.webp"
    told = run(f"likeness average {path} {ASKED}")
    assert told.stdout.startswith("48 of 48 images: 0 aligned by the eyes, 48 as they are")
    assert Image.open(io.BytesIO(path.read_bytes())).format == "WEBP"
    assert run(f"likeness average {tmp_path} {ASKED}").exit_code == 2


def test_an_average_of_nothing_is_refused(tmp_path: Path) -> None:
    told = run(f"likeness average {tmp_path / 'average.webp'} {ASKED}")
    assert told.exit_code == 1
    assert "None of the images asked for is stored" in told.stderr


@pytest.mark.usefixtures("generated")
def test_images_of_an_earlier_version_are_encoded_first(cache: Path) -> None:
    with closing(sqlite3.connect(cache / "index.sqlite3")) as connection, connection:
        connection.execute("DELETE FROM embeddings")
    assert "Encoding 48 images." in run(f"likeness diversity {ASKED}").stderr
    assert "Encoding" not in run(f"likeness diversity {ASKED}").stderr
