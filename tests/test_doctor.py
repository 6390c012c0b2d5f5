"""What the doctor finds on machines that lack something, and what it advises."""

import json
import os
import shutil
import tempfile
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as real_version
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from explorer import doctor, settings
from explorer.doctor import NOTE, OK, STOP, Check, examine
from explorer.settings import Settings
from tests import hub as hubs
from tests.commands import run
from tests.hub import Hub

TOKEN = "hf_" + "abcdefghij" * 3


class Usage(NamedTuple):
    """What shutil says of a disk."""

    total: int
    used: int
    free: int


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the hub's client offline, and its folder and its token apart from this machine's."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.delenv("HF_TOKEN", raising=False)


def found(name: str, **changes: Any) -> Check:
    """Return the check of a name on this machine, with changed settings."""
    machine = settings.load()
    changed = Settings(**{"cache": machine.cache, "device": "cpu", "batch": 32, **changes})
    (check,) = (check for check in examine(changed) if check.name == name)
    return check


def test_a_machine_that_lacks_nothing_is_fit_and_nothing_is_left_on_it(cache: Path) -> None:
    done = run("doctor --json")
    assert done.exit_code == 0
    checks = json.loads(done.stdout)
    assert {check["mark"] for check in checks} <= {OK, NOTE}
    assert all(check["remedy"] for check in checks if check["mark"] == NOTE)
    assert not cache.exists()


def test_without_torch_it_says_so_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "torch":
            raise PackageNotFoundError(name)
        return real_version(name)

    for module in (doctor, settings):
        monkeypatch.setattr(module, "version", version)
    monkeypatch.delenv("EXPLORER_DEVICE", raising=False)
    done = run("doctor")
    assert done.exit_code == 1
    assert "stop  Packages: not installed: torch\n      Run `make run`" in done.stdout
    assert "stop  Device: cpu, but no torch to use it" in done.stdout
    assert done.stderr == (
        "Error: 2 of these things would stop a run. They are marked with 'stop'.\n"
    )


def test_another_version_than_the_pinned_one_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        doctor, "version", lambda name: "1.0" if name == "scipy" else real_version(name)
    )
    check = found("Packages")
    assert (check.mark, check.finding) == (NOTE, f"scipy 1.0 instead of {real_version('scipy')}")


def test_a_device_that_torch_cannot_use_stops_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    check = found("Device", device="mps")
    assert check.mark == STOP
    assert "EXPLORER_DEVICE=cpu" in check.remedy


@pytest.mark.parametrize(
    ("free", "mark"), [(50e9, OK), (5e9, NOTE), (0.01e9, STOP)], ids=["much", "some", "none"]
)
def test_a_disk_is_judged_by_what_a_model_takes(
    monkeypatch: pytest.MonkeyPatch, free: float, mark: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(int(100e9), 0, int(free)))
    check = found("Models of the Hub")
    assert (check.mark, "HF_HOME" in check.remedy) == (mark, mark != OK)


@pytest.mark.parametrize("name", ["Cache folder", "Models of the Hub"])
def test_a_folder_that_cannot_be_written_stops_a_run(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    # Whoever is root could write any.
    monkeypatch.setattr(os, "access", lambda *_: False)
    check = found(name)
    assert check.mark == STOP
    assert check.remedy.startswith("It cannot be written.")


def test_a_file_in_place_of_the_cache_stops_a_run(cache: Path) -> None:
    cache.touch()
    assert found("Cache folder").mark == STOP


def test_a_damaged_index_is_rebuilt_and_told(cache: Path) -> None:
    cache.mkdir()
    (cache / "index.sqlite3").write_text("no index at all, but long enough to be one" * 20)
    check = found("Cache")
    assert check.mark == NOTE
    assert "The index was damaged. It has been rebuilt" in check.remedy


@pytest.mark.usefixtures("store")
def test_the_images_of_a_cache_are_counted() -> None:
    assert found("Cache") == Check("Cache", OK, "0 images; `verify` checks each of them")


def test_no_place_for_temporary_files_stops_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    check = found("Temporary files")
    assert check.mark == STOP
    assert "TMPDIR" in check.remedy


def test_a_small_memory_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_memory_bytes", lambda: 4_000_000_000)
    check = found("Memory")
    assert (check.mark, check.finding) == (NOTE, "4.0 GB")


@pytest.mark.parametrize(
    ("status", "token", "mark", "said"),
    [
        (401, None, OK, "none; only gated models need one"),
        (200, TOKEN, OK, "valid"),
        (401, TOKEN, STOP, "not valid"),
        (503, TOKEN, NOTE, "there, but nobody has said whether it is valid"),
    ],
)
def test_the_hub_is_asked_whether_the_token_is_valid(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    status: int,
    token: str | None,
    mark: str,
    said: str,
) -> None:
    hub = Hub(refuses={"api/whoami-v2": (status, "")}, token="" if status == 401 else TOKEN)
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    with hubs.running(hub) as address:
        hubs.use(monkeypatch, address, tmp_path / "hub")
        done = run("doctor")
        assert (found("Hub").mark, found("Hub").finding) == (OK, f"{address} answers")
        assert (found("Token").mark, found("Token").finding) == (mark, said)
    assert set(hub.asked) == {"/api/whoami-v2"}
    assert done.exit_code == (1 if mark == STOP else 0)
    assert TOKEN not in done.output


def test_an_unreachable_hub_stops_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with hubs.running(Hub()) as address:
        pass
    hubs.use(monkeypatch, address, tmp_path / "hub")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr(doctor, "proxies", lambda: ["HTTPS_PROXY"])
    check = found("Hub")
    assert check.mark == NOTE
    assert check.finding.startswith(f"{address} does not answer: ")
    assert check.remedy.endswith("It is asked through a proxy: HTTPS_PROXY.")
    assert found("Token").mark == NOTE


def test_a_client_that_repeats_the_token_in_its_error_does_not_give_it_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def ask(*_: object) -> int:
        raise ValueError(f"Illegal header value b'Bearer {TOKEN}'")

    hubs.use(monkeypatch, "https://hub.example", tmp_path / "hub")
    monkeypatch.setattr(doctor, "_ask_hub", ask)
    assert TOKEN not in repr(found("Hub"))
