"""How the command line reads words, shows help and refuses what it does not know."""

import re

import pytest
from rich.console import Console

from explorer import __version__
from explorer.cli import app
from tests.commands import run

TALLY = "tally --model fake-a --profession author"


def test_help_lists_the_commands_in_the_order_of_use() -> None:
    listed = re.findall(r"^  ([a-z][a-z-]*)  ", run("--help").stdout, flags=re.MULTILINE)
    assert listed == [
        *("models", "estimate", "generate", "tally", "images", "compare", "author", "gap"),
        *("adjectives", "plan", "pronouns", "annotate", "error-rates", "agreement", "likeness"),
        *("sensitivity", "overview", "card", "footprint", "reference", "verify", "doctor", "serve"),
        "stop-runs",
    ]


@pytest.mark.parametrize("group", ["", "annotate", "footprint", "reference"])
def test_a_group_without_a_command_shows_its_help_as_an_error(group: str) -> None:
    done = run(group)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == run(f"{group} --help").stdout


def test_help_keeps_names_and_descriptions_in_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "console", Console(width=60))
    lines = run("tally --help").stdout.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("  --own-profession NAME"))
    assert lines[first] == "  --own-profession NAME  A profession that is not listed;"
    assert lines[first + 1] == " " * 25 + "repeatable."
    assert all(len(line) <= 60 for line in lines)


def test_help_shows_choices_defaults_and_what_is_required() -> None:
    text = re.sub(r"\s+", " ", run("tally --help").stdout)
    assert "[choices: profession, adjective, cell] [default: profession]" in text
    assert "--model NAME A name that `models` lists, a hub id 'owner/name' or" in text
    assert "'hf:PROVIDER/OWNER/NAME'; repeatable. [required]" in text
    assert "[default: None]" not in text
    assert "[default: False]" not in text


def test_the_version_is_printed() -> None:
    assert run("--version").stdout == f"{__version__}\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("generate --profession author", "--model is missing."),
        ("gap", "MODEL is missing."),
        ("annotate sample", "MODEL is missing."),
        (f"{TALLY} --axis", "--axis needs a value."),
        (f"{TALLY} nurse", "Unexpected argument 'nurse'."),
        (f"{TALLY} --profesion nurse", "Unknown option: --profesion. Did you mean --profession?"),
        (f"{TALLY} --no-gate", "Unknown option: --no-gate."),
        (f"{TALLY} --empty-axis", "Unknown option: --empty-axis."),
        (f"{TALLY} --by colour", 'Choose from: "profession", "adjective", "cell".'),
        ("pln", 'Unknown command "pln". Did you mean "plan"?'),
    ],
)
def test_words_that_do_not_fit_are_explained_with_a_way_to_the_help(
    line: str, message: str
) -> None:
    done = run(line)
    assert (done.exit_code, done.stdout) == (2, "")
    error, remedy = done.stderr.splitlines()
    assert error.startswith("Error: ")
    assert message in error
    assert re.fullmatch(r"Try `python -m explorer( [a-z ]+)? --help`\.", remedy)


def test_of_an_option_for_one_value_the_last_one_counts() -> None:
    _, given, _ = app.parse_args([*TALLY.split(), "--images", "3", "--images", "5"])
    assert given.arguments["asked"].images == 5


def test_an_option_for_several_values_takes_one_at_a_time() -> None:
    _, given, _ = app.parse_args([*TALLY.split(), "--profession", "nurse", "--csv", "-"])
    assert given.arguments["asked"].profession == ("author", "nurse")
    assert given.arguments["output"].csv == "-"
