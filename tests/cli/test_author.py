"""The comparison of a hosted model with another, through a real service on this machine."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.generators import hosted
from tests.cli.conftest import Command
from tests.service import (
    KEY,
    Asked,
    ImageService,
    Reply,
    error_reply,
    image_reply,
    serving,
    use_openai,
)

LINE = "author 'openai:painter (32 px)' --beside fake-a --classifier fake-clip --images 2"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImageService]:
    """Return a service that refuses the tough author and rewrites the prompt of the gentle one."""
    monkeypatch.setattr(hosted, "_FIRST_SECONDS", 0.01)
    with serving(ImageService(usual=_answer)) as running:
        use_openai(monkeypatch, running)
        yield running


def _answer(asked: Asked) -> Reply:
    if "ambitious" in asked.body["prompt"]:
        return error_reply(400, "Not allowed.", "moderation_blocked")
    gentle = {"revised_prompt": "A gentle woman."} if "gentle" in asked.body["prompt"] else {}
    return image_reply(asked, **gentle)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_women_and_tones_are_counted_side_by_side(command: Command, service: ImageService) -> None:
    done = command(f"{LINE} --price 0.04 --max-cost 5 --csv -")
    assert done.exit_code == 0, done.stderr
    assert len(service.generations) == 40
    found = rows(done.stdout)
    assert [row["label"] for row in found[:2]] == ["feminine", "masculine"]
    assert len(found) == 2 + 5
    for row in found:
        counted = ("classified", "abstained", "filtered", "unclassified", "missing")
        for side in ("left", "right"):
            assert sum(int(row[f"{side}_{name}"]) for name in counted) == 40
        assert row["left_filtered"] == "2"
        assert row["paired"] == ""
        assert "Nothing is paired here" in row["difference_note"]
    assert "unpaired" in found[0]["test"]
    assert "40 images by openai:painter" in done.stderr
    assert "cost about $1.60" in done.stderr
    assert "About $1.52 spent on 38 images" in done.stderr
    assert "rewrote the prompts of 2 of 38 images" in done.stderr
    assert "2 (moderation_blocked): Not allowed." in done.stderr


def test_rows_for_people_and_sentences_on_both_models(
    command: Command, service: ImageService
) -> None:
    readable = command(f"{LINE} --price 0.04 --max-cost 5 --readable --csv -")
    name = f"openai:painter@{service.address} (32 px)"
    assert {row["Models A and B"] for row in rows(readable.stdout)} == {f"{name} and fake-a"}
    told = command(LINE).stdout
    assert f"{name}: 40 images by {name}" in told
    assert "fake-a: 40 images by fake-a" in told
    assert told.count("Nothing is paired here") == 2
    assert len(service.generations) == 40


def test_the_same_command_continues_after_its_limit(
    command: Command, service: ImageService
) -> None:
    stopped = command(f"{LINE} --price 0.04 --max-cost 0.40")
    assert stopped.exit_code == 1
    assert "the limit of $0.40" in stopped.stderr
    assert "About $0.40 spent on 10 images" in stopped.stderr
    paid = len(service.generations)
    done = command(f"{LINE} --price 0.04 --max-cost 5")
    assert done.exit_code == 0, done.stderr
    refused = 2
    assert len(service.generations) == 40
    assert paid >= 10
    assert paid <= 10 + refused
    again = command(f"{LINE} --price 0.04 --max-cost 5")
    assert "spent" not in again.stderr
    assert len(service.generations) == 40


def test_nothing_is_asked_for_without_a_limit(command: Command, service: ImageService) -> None:
    done = command(f"{LINE} --price 0.04")
    assert done.exit_code == 2
    assert "--max-cost" in done.stderr
    assert service.asked == []


@pytest.mark.parametrize("amount", ["-1", "nan", "inf"])
def test_an_amount_that_is_none_is_refused(
    command: Command, service: ImageService, amount: str
) -> None:
    done = command(f"{LINE} --max-cost {amount}")
    assert done.exit_code == 2
    assert "--max-cost" in done.stderr
    assert service.asked == []


def test_the_key_is_stored_and_printed_nowhere(
    command: Command, service: ImageService, cache: Path
) -> None:
    done = command(f"{LINE} --price 0.04 --max-cost 5")
    assert service.generations[0].key == KEY
    assert KEY not in done.output
    files = [file for file in cache.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if KEY.encode() in file.read_bytes()]


def test_each_image_is_listed_with_what_the_service_did(
    command: Command, service: ImageService
) -> None:
    command(f"{LINE} --price 0.04 --max-cost 5")
    del service
    listed = command(
        "images --model 'openai:painter (32 px)' --profession author --images 2 "
        "--adjective gentle --adjective ambitious --classifier fake-clip --csv -"
    )
    found = rows(listed.stdout)
    told = {(row["adjective"], row["filtered"], row["revised_prompt"]) for row in found}
    assert told == {
        ("gentle", "", "A gentle woman."),
        ("ambitious", "refused (moderation_blocked): Not allowed", ""),
    }
    assert {row["seed"] for row in found} == {""}
    assert {row["device"] for row in found} == {"127.0.0.1"}
    assert {row["quality"] for row in found} == {""}
