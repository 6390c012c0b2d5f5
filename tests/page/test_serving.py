"""The page as a process of its own, on a machine set up for something else."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from explorer.settings import repository

PATIENCE_SECONDS = 240
# Nothing listens at port 9, and the scheme of the last needs a package that is not installed.
PROXIES = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "ALL_PROXY": "socks5://127.0.0.1:9",
}
# They would publish every file, publish the page, hold the start, and listen elsewhere.
GRADIO = {
    "GRADIO_ALLOWED_PATHS": "/",
    "GRADIO_SHARE": "True",
    "GRADIO_DEBUG": "1",
    "GRADIO_NUM_PORTS": "many",
    "GRADIO_TEMP_DIR": "/dev/null",
}


class Served:
    """The page in a process of its own, and its log."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        """Start it; folder is for the log."""
        self._log = folder / "log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "app.py"],
                cwd=repository(),
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
                # As in a terminal, even where the tests run in the background.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
            )

    @property
    def log(self) -> str:
        """Everything it has printed."""
        return self._log.read_text(encoding="utf-8")

    def opened(self) -> HTTPConnection:
        """Wait until the page is served and return a connection to it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while " is open at " not in self.log:
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.1)
        return HTTPConnection(urlsplit(self.log.split(" is open at ")[1].split()[0]).netloc)


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Return a folder for temporary files in which Gradio's own is somebody else's."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    (folder / "gradio").touch()
    return folder


@pytest.fixture
def served(tmp_path: Path, temporary: Path) -> Iterator[Served]:
    """Return a server on a machine that is set up for something else, and end it."""
    places = {"TMPDIR": str(temporary), "HOME": "/dev/null", "LC_ALL": "C"}
    served = Served(tmp_path, {**PROXIES, **GRADIO, **places})
    yield served
    served.process.kill()
    served.process.wait()


def test_the_page_opens_whatever_is_meant_for_other_programs(
    served: Served, temporary: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", "utf-8")
    connection = served.opened()
    for path, status in (
        ("/", 200),
        ("/csv/tallies.csv", 200),
        (f"/gradio_api/file={secret}", 403),
    ):
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == status, path
        answer.read()
    connection.close()
    assert len(list(temporary.glob("bias-explorer-*"))) == 1
    served.process.send_signal(signal.SIGINT)
    served.process.wait(timeout=PATIENCE_SECONDS)
    assert [path.name for path in temporary.iterdir()] == ["gradio"]
    assert "Traceback" not in served.log


def test_without_a_place_for_temporary_files_the_page_says_so() -> None:
    code = (
        "import tempfile; from explorer.__main__ import main; "
        "tempfile._candidate_tempdir_list = lambda: ['/dev/null']; main(['serve'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The page needs a folder for temporary files")
    assert "TMPDIR" in done.stderr
    assert len(done.stderr.splitlines()) == 1
