"""What a log file holds, and what it must not hold."""

import logging
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from explorer.errors import InvalidData
from explorer.log import recorded, redacted
from explorer.settings import repository
from tests.commands import run

TOKEN = "hf_" + "abcdefghij" * 3


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return the path of a log file that is not there yet."""
    return tmp_path / "run.log"


def test_without_a_log_file_nothing_is_recorded(tmp_path: Path) -> None:
    with recorded(None, ()):
        logging.getLogger("explorer").info("said")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["explorer.study", "diffusers", "transformers.models", "other"])
def test_what_libraries_warn_of_is_recorded_once(
    log: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in ("diffusers", "transformers"):
        monkeypatch.setattr(logging.getLogger(library), "propagate", False)
    with recorded(log, ("tally",)):
        logging.getLogger(name).warning("Half of it is missing.")
    assert log.read_text("utf-8").count(f"WARNING {name}: Half of it is missing.") == 1


def test_warnings_of_python_are_recorded(log: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        with recorded(log, ()):
            warnings.warn("This will change.", DeprecationWarning, stacklevel=1)
    assert "DeprecationWarning: This will change." in log.read_text("utf-8")


def test_an_unexpected_error_is_recorded_with_its_traceback(log: Path) -> None:
    with pytest.raises(ZeroDivisionError), recorded(log, ()):
        1 / 0  # noqa: B018 - it fails
    text = log.read_text("utf-8")
    assert "Traceback (most recent call last)" in text
    assert "ZeroDivisionError: division by zero" in text


def test_a_log_is_continued_and_let_go_of(log: Path) -> None:
    before = list(logging.getLogger().handlers)
    for word in ("first", "second"):
        with recorded(log, (word,)):
            pass
    assert [log.read_text("utf-8").count(f": {word}\n") for word in ("first", "second")] == [1, 1]
    assert logging.getLogger().handlers == before


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(InvalidData, match=r"log file .* cannot be written: .*--log"),
        recorded(tmp_path, ()),
    ):
        pass


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {TOKEN}",
        f"401 for https://user:{TOKEN}@proxy.example:3128/",
        f"https://cdn.example/model?Signature={TOKEN}&x=1",
        f"HF_TOKEN={TOKEN}",
    ],
)
def test_a_token_is_hidden_wherever_it_stands(text: str) -> None:
    assert TOKEN not in redacted(text)
    assert redacted("the token of a skateboarder, sk-8") == "the token of a skateboarder, sk-8"


def test_the_value_of_a_variable_that_holds_a_key_is_hidden(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "correct-horse-battery")
    with pytest.raises(ValueError, match="correct-horse"), recorded(log, ()):
        raise ValueError("Refused: correct-horse-battery")
    assert "correct-horse-battery" not in log.read_text("utf-8")
    assert "ValueError: Refused: [hidden]" in log.read_text("utf-8")


def test_the_log_is_also_named_by_a_variable(monkeypatch: pytest.MonkeyPatch, log: Path) -> None:
    monkeypatch.setenv("EXPLORER_LOG", str(log))
    assert run("plan --difference 10").exit_code == 0
    assert ": plan --difference 10\n" in log.read_text("utf-8")


def test_what_the_page_shows_as_an_error_or_fails_on_is_recorded(log: Path) -> None:
    code = (
        "import sys, asyncio; from pathlib import Path\n"
        "from explorer.log import recorded\n"
        "from explorer.errors import StoreCorrupt\n"
        "from explorer.page.app import _Page\n"
        "from explorer.page.rendering import alert\n"
        "with recorded(Path(sys.argv[1]), ()):\n"
        "    alert(StoreCorrupt('It is damaged.'))\n"
        "    with _Page() as page: pass\n"
        "    try: asyncio.run(page.process_api('no function', []))\n"
        "    except Exception: pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(log)],
        cwd=repository(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "StoreCorrupt: It is damaged." in log.read_text("utf-8")
    assert "The page has failed.\nTraceback" in log.read_text("utf-8")
