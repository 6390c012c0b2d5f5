"""What is pinned is what is imported, and README, pins and Space name the same versions."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from explorer.settings import repository

ROOT = repository()
TRAINING = ROOT / "explorer" / "reference" / "training"
FRONT_MATTER = (ROOT / "README.md").read_text(encoding="utf-8").split("---\n")[1]
TOLD = dict(re.findall(r'^(\w+): "?([^"\n]+)"?$', FRONT_MATTER, flags=re.MULTILINE))
# Programs that the checks run, and what pytest loads by itself.
TOOLS = {"pytest-xdist", "import-linter", "mypy", "ruff"}


def test_a_space_gets_the_gradio_and_the_python_that_are_tested() -> None:
    assert TOLD["sdk"] == "gradio"
    assert TOLD["sdk_version"] == pins("requirements.txt")["gradio"] == version("gradio")
    assert TOLD["python_version"] == "{}.{}".format(*sys.version_info)
    assert (ROOT / TOLD["app_file"]).is_file()


def test_the_app_pins_what_it_imports_and_what_it_says_it_needs_beside() -> None:
    files = [ROOT / "app.py", *(ROOT / "explorer").rglob("*.py")]
    imported = distributions(file for file in files if TRAINING not in file.parents)
    comments = re.findall(r"^# - ([\w-]+) ", text("requirements.txt"), flags=re.MULTILINE)
    # A Space that lends its graphics card brings what asks for it.
    assert pins("requirements.txt").keys() == (imported - {"spaces"}) | set(comments)


def test_the_tools_pin_what_only_they_import() -> None:
    folders = (TRAINING, ROOT / "tests", ROOT / "benchmarks")
    imported = distributions(file for folder in folders for file in folder.rglob("*.py"))
    expected = (imported | TOOLS) - pins("requirements.txt").keys()
    assert pins("requirements-dev.txt").keys() == expected


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_what_is_installed_is_what_is_pinned(name: str) -> None:
    for package, pin in pins(name).items():
        assert version(package).partition("+")[0] == pin


def test_everything_that_is_installed_has_an_exact_version() -> None:
    exact = pins("constraints.txt")
    installed = {name: version(name).partition("+")[0] for name in brought()}
    assert installed == {name: exact.get(name) for name in installed}
    assert "pip" in exact


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_exact_versions_are_those_that_are_pinned(name: str) -> None:
    pinned = pins(name)
    exact = pins("constraints.txt")
    assert pinned == {package: exact[package] for package in pinned}


def test_a_constraint_fits_every_build_of_a_package() -> None:
    assert "+" not in "".join(pins("constraints.txt").values())


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    """Return the versions of a file, by distribution; anything but an exact pin fails."""
    lines = [line for line in text(name).splitlines() if not line.startswith(("#", "-r "))]
    return {normal(package): pin for package, pin in (line.split("==") for line in lines)}


def brought() -> set[str]:
    """Return the distributions that come along on this machine with all that is asked for."""
    lines = (text(f"requirements{end}.txt").splitlines() for end in ("", "-dev", "-space"))
    asked = [line for found in lines for line in found if not line.startswith(("#", "-r "))]
    todo = [Requirement(line.replace("${SDK_VERSION}", TOLD["sdk_version"])) for line in asked]
    seen = set()
    while todo:
        one = todo.pop()
        if (known := (normal(one.name), frozenset(one.extras))) not in seen:
            seen.add(known)
            further = map(Requirement, requires(one.name) or ())
            todo += (each for each in further if needed(each, one.extras))
    return {name for name, _extras in seen}


def needed(requirement: Requirement, extras: set[str]) -> bool:
    """Return whether a requirement of a distribution holds here, with extras of it."""
    marker = requirement.marker
    return not marker or any(marker.evaluate({"extra": extra}) for extra in {"", *extras})


def distributions(files: Iterator[Path]) -> set[str]:
    """Return the distributions whose modules are imported, ours and Python's own left out."""
    known = packages_distributions()
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in files)
    names = {name.partition(".")[0] for tree in trees for name in modules(tree)}
    foreign = names - sys.stdlib_module_names - {"benchmarks", "explorer", "tests"}
    return {normal(known[name][0]) for name in foreign}


def modules(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def normal(distribution: str) -> str:
    """Return a distribution's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()
