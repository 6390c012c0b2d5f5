"""The commands about instruments, with fakes in place of models and real pixels measured."""

import csv
import io
from collections.abc import Callable

import pytest

from tests.commands import Result
from tests.fakes import FakeGenerator

pytestmark = pytest.mark.usefixtures("no_yunet")

Command = Callable[[str], Result]

STUDY = "--profession author --adjective none --images 12"


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.fixture
def generated(command: Command) -> Command:
    """Return the command line after twelve images were generated and classified by captions."""
    assert command(f"generate --model fake-a {STUDY}").exit_code == 0
    return command


def test_agreement_before_pixels_are_measured_says_what_measures_them(generated: Command) -> None:
    result = generated(f"agreement fake-a {STUDY}")
    assert result.exit_code == 0
    assert "12 of the images are not classified by 'pixels: Haar face'" in result.stderr
    assert "`generate --axis pixel-tone` classifies them" in result.stderr


def test_pixels_are_measured_in_stored_images_without_generating(generated: Command) -> None:
    assert generated(f"generate --model fake-a {STUDY} --axis pixel-tone").exit_code == 0
    (row,) = rows(generated(f"agreement fake-a {STUDY} --csv -"))
    assert row["left_instrument"].startswith("fake-clip#")
    assert row["right_instrument"].startswith("pixels: Haar face#")
    # Coloured squares hold no face.
    assert (row["both"], row["left_only"], row["unclassified"]) == ("0", "12", "0")


def test_a_method_that_is_not_the_best_one_is_told(generated: Command) -> None:
    result = generated(f"generate --model fake-a {STUDY} --axis pixel-tone")
    assert "'YuNet' cannot be fetched now" in result.stderr


def test_abstentions_are_told_with_their_reasons(generated: Command) -> None:
    generated(f"generate --model fake-a {STUDY} --axis pixel-tone")
    found = rows(generated(f"tally --model fake-a {STUDY} --axis pixel-tone --csv -"))
    assert {row["abstained_reasons"] for row in found} == {"12 no face found"}
    assert {row["label"] for row in found} == {"light", "medium", "deep"}
    told = generated(f"tally --model fake-a {STUDY} --axis pixel-tone").stdout
    assert "12 not measurable (12 no face found)" in told


def test_tables_never_mix_captions_and_pixels(generated: Command) -> None:
    generated(f"generate --model fake-a {STUDY} --axis pixel-tone")
    found = rows(generated(f"tally --model fake-a {STUDY} --axis tone --axis pixel-tone --csv -"))
    instruments = {row["axis"]: row["instrument"].partition("#")[0] for row in found}
    assert instruments == {"tone": "fake-clip", "pixel-tone": "pixels: Haar face"}
    assert all(row["count"] == "0" for row in found if row["axis"] == "pixel-tone")


def test_two_classifiers_are_set_side_by_side(generated: Command) -> None:
    assert generated(f"generate --model fake-a {STUDY} --classifier other-clip").exit_code == 0
    line = f"agreement fake-a {STUDY} --axis gender --beside other-clip"
    (row,) = rows(generated(f"{line} --csv -"))
    assert (row["both"], row["same"]) == ("12", "12")
    assert row["right_instrument"].startswith("other-clip#")
    assert "12 (100%) got the same label" in generated(line).stdout


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--axis gender --beside pixels", "does not answer 'gender'"),
        ("--axis gender --axis tone", "one of them at a time"),
        ("--axis pixel-tone", "Set pixels beside --axis 'tone'"),
        ("--axis tones", "Did you mean 'tone'"),
    ],
)
def test_what_cannot_be_set_side_by_side_is_refused(
    command: Command, options: str, says: str
) -> None:
    result = command(f"agreement fake-a {STUDY} {options}")
    assert result.exit_code == 2
    assert says in result.stderr


def test_a_gate_counts_what_images_show_instead_of_an_answer(command: Command) -> None:
    line = f"--model fake-a {STUDY} --axis gender --gate"
    assert command(f"generate {line}").exit_code == 0
    found = rows(command(f"tally {line} --csv -"))
    subjects = rows(command(f"tally --model fake-a {STUDY} --axis subject --csv -"))
    shown = {row["label"]: int(row["count"]) for row in subjects}
    refused = sum(shown[label] for label in ("several people", "no person", "not a photograph"))
    assert refused > 0
    assert {int(row["abstained"]) for row in found} == {refused + int(subjects[0]["abstained"])}
    assert {int(row["classified"]) + int(row["abstained"]) for row in found} == {12}
    assert f"{shown['not a photograph']} not a photograph" in found[0]["abstained_reasons"]
    assert " behind subject (Haar): fake-clip#" in found[0]["instrument"]


def test_without_a_gate_nothing_changes(command: Command) -> None:
    assert command(f"generate --model fake-a {STUDY} --axis gender --gate").exit_code == 0
    found = rows(command(f"tally --model fake-a {STUDY} --axis gender --csv -"))
    assert {(row["classified"], row["abstained"]) for row in found} == {("12", "0")}
    assert {row["instrument"].partition("#")[0] for row in found} == {"fake-clip"}


def test_sensitivity_classifies_stored_images_anew_and_generates_none(
    generated: Command, generator: FakeGenerator
) -> None:
    before = len(generator.generated)
    line = f"sensitivity --model fake-a {STUDY} --beside other-clip"
    found = rows(generated(f"{line} --csv -"))
    assert len(generator.generated) == before
    kinds = [row["varied"] for row in found]
    assert kinds == ["as asked", *["captions"] * 10, *["threshold"] * 3, "classifier"]
    assert {row["classified"] for row in found} == {"12"}
    assert len({row["captions_sha256"] for row in found}) == 1 + 10 + 3
    again = generated(line)
    assert "Classified" not in again.stderr
    assert "whichever template is left out" in again.stdout


def test_sensitivity_of_what_is_not_generated_says_so(command: Command) -> None:
    result = command(f"sensitivity --model fake-a {STUDY}")
    assert result.exit_code == 0
    assert "12 of the images asked for are missing" in result.stderr


def test_sensitivity_is_asked_of_captions_only(command: Command) -> None:
    result = command(f"sensitivity --model fake-a {STUDY} --axis pixel-tone")
    assert result.exit_code == 2
    assert "not answered by captions" in result.stderr
