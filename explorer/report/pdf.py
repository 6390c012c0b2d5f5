"""A card as PDF, printed by a Chromium that is on this machine."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from explorer.errors import MachineUnfit
from explorer.translations import gettext as _

# As Debian, Fedora, macOS and Windows call it.
_NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "msedge", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)
_SECONDS = 120


def require_chromium() -> str:
    """Return the path of a browser that can print.

    Raises:
        MachineUnfit: there is none.
    """
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise MachineUnfit(
            _(
                "A PDF is printed by Chromium or Chrome, and neither is on this machine. Install "
                "Debian's package 'chromium', or write .html and print it from any browser."
            )
        )
    return found


def as_pdf(html: str) -> bytes:
    """Return a card's HTML, printed on A4.

    Raises:
        MachineUnfit: there is no Chromium, or it fails.
    """
    browser = require_chromium()
    with tempfile.TemporaryDirectory() as folder:
        page, file = Path(folder, "card.html"), Path(folder, "card.pdf")
        page.write_text(html, encoding="utf-8")
        # Chromium refuses its sandbox to root; the page is ours and runs no script.
        alone = ["--no-sandbox"] if os.name == "posix" and not os.geteuid() else []
        words = ["--headless", "--disable-gpu", "--no-pdf-header-footer", *alone]
        words += [f"--user-data-dir={folder}/profile", f"--print-to-pdf={file}", page.as_uri()]
        try:
            done = subprocess.run(  # noqa: S603 - a browser that was found, and our own words
                [browser, *words], capture_output=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(browser, str(error)) from error
        if not file.is_file():
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            raise _failed(browser, lines[-1] if lines else f"status {done.returncode}")
        return file.read_bytes()


def _failed(browser: str, reason: str) -> MachineUnfit:
    return MachineUnfit(
        _(
            "{browser!r} could not print the card ({reason}). Write .html and print it from a "
            "browser."
        ).format(browser=browser, reason=reason)
    )
