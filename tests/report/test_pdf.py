import shutil
from pathlib import Path

import pytest

from explorer.errors import MachineUnfit
from explorer.report import pdf
from explorer.report.card import Card
from explorer.report.rendering import as_html


def test_without_a_browser_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(MachineUnfit, match="Install Debian's package 'chromium'"):
        pdf.require_chromium()


def test_a_browser_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho it broke >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _: str(broken))
    with pytest.raises(MachineUnfit, match="it broke"):
        pdf.as_pdf("<p>text</p>")


@pytest.mark.browser
def test_a_card_is_printed_as_pdf(card: Card) -> None:
    if shutil.which("chromium") is None:
        pytest.skip("Chromium is not there. Install Debian's package 'chromium'.")
    assert pdf.as_pdf(as_html(card, {})).startswith(b"%PDF-")
