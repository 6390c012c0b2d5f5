"""What only a process of its own can show: signals, pipes, two at once, and what is loaded."""

import csv
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from explorer import settings
from explorer.store.index import Store

HEAVY = ("torch", "diffusers", "transformers", "open_clip", "gradio", "codecarbon")
WORDS = ("--model", "fake-a", "--profession", "author", "--images", "4")
TOTAL = 21 * 4
PATIENCE_SECONDS = 240


PROGRAM = (sys.executable, "-m", "tests.cli.explorer_with_fakes")


def start(
    *words: str, seconds: float = 0.0, batch: int = 4, program: Sequence[str] = PROGRAM
) -> subprocess.Popen[str]:
    """Start the command line with fakes; `seconds` is the time one image takes."""
    environment = {
        **os.environ,
        "FAKE_SECONDS": str(seconds),
        "EXPLORER_BATCH": str(batch),
        "PYTHONPATH": str(settings.repository()),
    }
    process = subprocess.Popen(
        [*program, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=settings.repository(),
    )
    _started.append(process)
    return process


@pytest.fixture(autouse=True)
def _nothing_stays_behind() -> Iterator[None]:
    """End what a failing test has left running."""
    yield
    while _started:
        _started.pop().kill()


_started: list[subprocess.Popen[str]] = []


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for a process that must succeed and return its standard output."""
    out, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, errors
    return out


def await_generating(process: subprocess.Popen[str]) -> None:
    """Wait until the first batch is saved."""
    assert process.stderr is not None
    assert "Loading the models" in process.stderr.readline()
    assert "Generating" in process.stderr.readline()


def metered(cache: Path) -> tuple[int, int]:
    """Return the number of images with readings, and of those that were measured."""
    if not (cache / "journal.jsonl").exists():
        return 0, 0
    with closing(Store.open(cache)) as store:
        runs = [one for _, one in store.energy.runs() if one.done == "generated"]
    return sum(one.images for one in runs), sum(one.images for one in runs if one.machine_kwh)


def modules_after(code: str) -> set[str]:
    """Run code in a fresh Python and return the heavy modules that it loaded."""
    report = f"import sys; {code}; print(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", report],
        capture_output=True,
        text=True,
        check=True,
        cwd=settings.repository(),
    )
    return set(done.stdout.splitlines()[-1].split()) if done.stdout.strip() else set()


SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.mark.parametrize(("sent", "status"), SIGNALS)
def test_a_signal_leaves_a_store_that_the_same_command_completes(
    cache: Path, sent: signal.Signals, status: int
) -> None:
    process = start("generate", *WORDS, seconds=0.25)
    await_generating(process)
    process.send_signal(sent)
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == status
    assert "The same command continues from there" in errors
    assert "Traceback" not in errors
    assert 0 < stored(cache) < TOTAL
    finish(start("generate", *WORDS))
    assert stored(cache) == TOTAL


def test_a_killed_run_loses_at_most_the_energy_of_its_last_batch(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_METER", "on")
    process = start("generate", *WORDS, seconds=0.25)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while metered(cache)[1] == 0 and time.monotonic() < deadline:
        time.sleep(0.1)
    process.kill()
    process.wait()
    # The journal alone is enough.
    for path in cache.glob("index.sqlite3*"):
        path.unlink()
    images, measured = metered(cache)
    assert measured > 0
    assert 0 <= stored(cache) - images <= 4


@pytest.mark.parametrize(("sent", "status"), SIGNALS)
def test_repeated_signals_end_a_run_at_once_and_nothing_is_lost(
    cache: Path, sent: signal.Signals, status: int
) -> None:
    process = start("generate", *WORDS, seconds=0.05)
    await_generating(process)
    while process.poll() is None:
        process.send_signal(sent)
        time.sleep(0.001)
    _, errors = process.communicate()
    assert process.returncode == status
    assert "Traceback" not in errors
    assert 0 < stored(cache) < TOTAL
    finish(start("generate", *WORDS))
    assert stored(cache) == TOTAL


@pytest.mark.parametrize(("sent", "status"), SIGNALS)
@pytest.mark.parametrize("program", [("-m", "explorer", "models"), ("app.py",)])
def test_a_signal_while_libraries_load_ends_without_a_traceback(
    tmp_path: Path, program: tuple[str, ...], sent: signal.Signals, status: int
) -> None:
    (tmp_path / "cyclopts.py").write_text(
        "import time; print('loading', flush=True); time.sleep(99)"
    )
    with subprocess.Popen(
        [sys.executable, *program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=settings.repository(),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "loading\n"
        process.send_signal(sent)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, errors) == (status, "")


def test_ctrl_c_does_not_end_a_program_in_the_background() -> None:
    line = f'trap "" INT; exec "{sys.executable}" -m tests.cli.explorer_with_fakes "$@"'
    process = start("generate", *WORDS, seconds=0.02, program=("sh", "-c", line, "sh"))
    await_generating(process)
    process.send_signal(signal.SIGINT)
    finish(process)


def test_a_killed_run_is_completed_with_nothing_lost_or_doubled(cache: Path) -> None:
    process = start("generate", *WORDS, seconds=0.25)
    await_generating(process)
    process.kill()
    process.communicate(timeout=PATIENCE_SECONDS)
    kept = stored(cache)
    assert 0 < kept < TOTAL
    finish(start("generate", *WORDS))
    assert stored(cache) == TOTAL
    assert classified(cache) == TOTAL


def test_two_processes_generate_into_one_cache_at_once(cache: Path) -> None:
    for process in [start("generate", *WORDS, seconds=0.001) for _ in range(2)]:
        finish(process)
    assert stored(cache) == TOTAL
    assert classified(cache) == TOTAL


def test_whoever_stops_reading_gets_no_complaint() -> None:
    process = start("tally", "--model", "fake-a", "--profession", "all", "--by", "cell", "--csv=-")
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("model,")
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=PATIENCE_SECONDS) == 0
    assert "Traceback" not in complaint
    assert "BrokenPipe" not in complaint


def test_a_pipe_gets_utf_8_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("--model", "fake-a", "--own-profession", "نویسنده", "--adjective", "none")
    finish(start("generate", *words, "--images", "1"))
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    text = finish(start("images", *words, "--images", "1", "--csv", "-"))
    assert next(csv.DictReader(io.StringIO(text)))["profession"] == "نویسنده"


def test_a_taken_port_is_explained_and_exits_with_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = start("serve", "--port", port)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 1
    assert f"port {port}" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("module", ["explorer.cli", "explorer.commands", "explorer.study"])
def test_the_command_line_starts_without_torch_and_gradio(module: str) -> None:
    assert modules_after(f"import {module}") == set()


def test_tallies_come_from_the_store_without_torch_and_gradio(cache: Path) -> None:
    finish(start("generate", *WORDS))
    line = ["tally", *WORDS, "--csv", "-"]
    code = (
        "from unittest.mock import patch; from explorer.cli import run; "
        "from tests.fakes import fake_card; "
        "patch('explorer.reference.sample.open_sample', lambda *_: None).start(); "
        "patch('explorer.cli.options.find_model', lambda name, *_, **__: fake_card(name)).start(); "
        f"run({line!r})"
    )
    assert modules_after(code) == set()
    assert classified(cache) == TOTAL


def stored(cache: Path) -> int:
    """Count the whole images of a cache."""
    with closing(Store.open(cache)) as store:
        assert len(list(store.images_root.rglob("*.webp"))) == store.size().images
        return store.size().images


def classified(cache: Path) -> int:
    """Count the images that the command line says are classified."""
    text = finish(start("tally", *WORDS, "--axis", "gender", "--csv", "-", "--cache", str(cache)))
    return sum(int(row["count"]) for row in csv.DictReader(io.StringIO(text)))
