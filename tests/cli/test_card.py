"""The command that writes and checks report cards."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Command

STUDY = "generate --model fake-a --model fake-b --profession author --profession nurse --images 10"


@pytest.mark.parametrize("kind", ["html", "md", "json"])
def test_a_card_is_written_in_the_kind_that_its_ending_names(
    command: Command, tmp_path: Path, kind: str
) -> None:
    command(f"{STUDY} --adjective none")
    path = tmp_path / f"card.{kind}"
    done = command(f"card fake-a --against fake-b --profession nurse --out {path}")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    assert str(path) in done.stderr
    start = {"html": "<!doctype html>", "md": "---\n", "json": "{"}[kind]
    assert start in path.read_text(encoding="utf-8")[:200]
    assert "nurse" in path.read_text(encoding="utf-8")


def test_a_model_without_images_is_one_clear_error(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "card.html"
    done = command(f"card fake-a --out {path}")
    assert done.exit_code == 2
    assert "No image of 'fake-a' is stored, so there is nothing to report." in done.stderr
    assert not path.exists()


def test_an_unwritable_place_is_refused_before_anything_is_read(
    command: Command, tmp_path: Path, cache: Path
) -> None:
    done = command(f"card fake-a --out {tmp_path / 'none' / 'card.html'}")
    assert done.exit_code == 2
    assert "cannot be written (there is no folder" in done.stderr
    assert not cache.exists()


def test_a_pdf_without_a_browser_says_what_helps(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    done = command(f"card fake-a --out {tmp_path / 'card.pdf'}")
    assert done.exit_code == 1
    assert "write .html and print it from any browser" in done.stderr


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("card", "Name a model and --out FILE"),
        ("card fake-a", "Name a model and --out FILE"),
        ("card fake-a --out card.txt", "ends in none of .html, .md, .json, .pdf"),
        ("card fake-a --out card.html --max-gap 5", "--max-gap needs --check FILE."),
        ("card fake-a --check card.json --max-gap 5", "leave the model and --out out"),
        ("card --check card.json", "--check needs a limit"),
        ("card --check card.json --max-gap -1", "--max-gap is -1.0. Give a number from 0."),
        ("card --check card.json --max-slope nan", "--max-slope is nan."),
        ("card --check none.json --max-gap 5", "'none.json' cannot be read"),
        ("card fake-a --profession sailer --out card.html", "Unknown profession 'sailer'"),
        ("card fake-a --year 1900 --out card.html", "no labour statistics for 1900"),
        ("card fake-a --country Atlantis --out card.html", "Unknown country 'Atlantis'"),
        ("card fake-a --hardware Abacus --out card.html", "'Abacus'"),
    ],
)
def test_what_makes_no_sense_is_refused(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = command(line)
    assert done.exit_code == 2
    assert message in done.stderr
    assert list(tmp_path.glob("card.*")) == []


def test_a_card_within_its_limits_passes(command: Command, tmp_path: Path) -> None:
    path = _written(command, tmp_path)
    done = command(f"card --check {path} --max-gap 100 --max-slope 1.3")
    assert done.exit_code == 0
    assert done.stdout.startswith("fake-a: 2 results were checked")
    assert "--max-slope is not checked" in done.stderr


def test_a_card_beyond_a_limit_fails_and_names_the_finding_with_its_interval(
    command: Command, tmp_path: Path
) -> None:
    path = _written(command, tmp_path)
    found = json.loads(path.read_text())
    gap = found["professions"]["rows"][0]["gap"]
    gap["number"], gap["clear"] = {"estimate": -0.4, "low": -0.5, "high": -0.3}, True
    path.write_text(json.dumps(found))
    done = command(f"card --check {path} --max-gap 15")
    assert done.exit_code == 1
    told = done.stdout.replace("\N{MINUS SIGN}", "-")
    assert f"--max-gap 15: the gap of '{gap['subject']}', -40 points (-50 to -30)." in told
    assert "1 result of 'fake-a' clearly exceeds its limit" in done.stderr
    gap["clear"] = False
    path.write_text(json.dumps(found))
    assert command(f"card --check {path} --max-gap 15").exit_code == 0


def _written(command: Command, folder: Path) -> Path:
    command(f"{STUDY} --adjective none")
    path = folder / "card.json"
    assert command(f"card fake-a --out {path}").exit_code == 0
    return path
