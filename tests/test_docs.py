"""What README and docs say exists, exists; what they quote parses."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from explorer import __version__, settings
from explorer.commands import app
from explorer.perception.axes import load_axes
from explorer.settings import MAX_IMAGES_PER_PROMPT
from explorer.words.prompts import TEMPLATE
from explorer.words.vocabulary import DEFAULT_YEAR, load_adjectives, load_professions
from tests.commands import run

ROOT = settings.repository()
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
README = PAGES[0].read_text(encoding="utf-8")
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
COMMANDS = sorted(set(re.findall(r"python -m explorer ([^\n`#]+)", TEXT)))


@pytest.mark.parametrize("line", COMMANDS)
def test_a_quoted_command_exists_with_its_options(line: str) -> None:
    app.parse_args(shlex.split(line))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_option_named_belongs_to_some_command(page: Path) -> None:
    text = page.read_text(encoding="utf-8").replace("--no-install-recommends", "")
    named = set(re.findall(r"`(--[a-z-]+)", text))
    assert named <= _options()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("target", re.findall(r"^make (\w+)", TEXT, flags=re.MULTILINE))
def test_every_make_target_named_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)


def test_the_readme_has_exactly_two_commands_to_set_up() -> None:
    block = README.split("## Set up")[1].split("```sh\n")[1].split("```")[0]
    assert [line.split("#")[0].strip() for line in block.splitlines()] == ["make run", "make test"]


def test_the_front_matter_is_what_a_space_needs() -> None:
    matter = README.split("---\n")[1]
    told = dict(re.findall(r"^(\w+): (.+)$", matter, flags=re.MULTILINE))
    assert told["license"] == "apache-2.0"
    assert len(told["short_description"]) <= 60


def test_the_version_is_the_same_everywhere() -> None:
    assert f"version {__version__}" in README


def test_the_numbers_in_the_docs_are_those_of_the_data() -> None:
    assert f"{len(load_professions())} professions and {len(load_adjectives())} adjectives" in TEXT
    assert f"default year is {DEFAULT_YEAR}" in TEXT
    assert TEMPLATE in TEXT
    for axis in load_axes():
        assert f"| {axis.title.lower()} | {', '.join(axis.labels)} | {axis.threshold} |" in TEXT


def test_the_design_is_told_as_it_is() -> None:
    path = ROOT / "explorer" / "reference" / "design.json"
    skewed = json.loads(path.read_text(encoding="utf-8"))["models"]["emoji-skewed"]
    told = re.sub(r"\s+", " ", TEXT)
    assert f"{skewed['amplification']} times those of the 2023 labour share" in told
    assert f"moved by {skewed['adjective_shift']['feminine']} up" in told
    assert f"{100 * skewed['neutral_share']:g} images in 100" in told


def test_the_limit_of_images_is_told_in_the_help() -> None:
    text = run("generate --help").stdout
    assert f"1 to {MAX_IMAGES_PER_PROMPT}" in re.sub(r"\s+", " ", text)


def test_every_environment_variable_that_is_read_is_told() -> None:
    source = (ROOT / "explorer" / "settings.py").read_text(encoding="utf-8")
    for name in set(re.findall(r"EXPLORER_[A-Z_]+", source)):
        assert f"`{name}`" in README


def test_every_ignored_rule_has_its_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    rules = [line for line in lines if re.match(r'\s+"[A-Z]+\d*",', line)]
    assert rules
    assert all(" # " in line for line in rules)
    assert tomllib.loads("\n".join(lines))["tool"]["ruff"]["lint"]["select"] == ["ALL"]


def _options() -> set[str]:
    found, groups = {"--help"}, [app, app.meta]
    while groups:
        command = groups.pop()
        groups += [command[name] for name in command if not name.startswith("-")]
        if command.default_command:
            arguments = command.assemble_argument_collection()
            found |= {name for argument in arguments for name in argument.names}
    return found
