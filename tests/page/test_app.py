"""The app: what it loads, what it serves, and what it does not tell anyone."""

import re
import socket
import subprocess
import sys

import gradio as gr
import pytest

from explorer.errors import ServeError
from explorer.page.app import build, launch
from explorer.page.choice import EXPLORE
from explorer.page.desk import Desk
from explorer.page.languages import language_of
from explorer.page.theme import head
from explorer.settings import Address, repository
from explorer.translations import LANGUAGES, SOURCE
from tests.markup import parse_html
from tests.page.conftest import Generated

SHOW = """
import sys
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch
from explorer import settings, study as studies
with patch("explorer.reference.sample.open_sample", lambda *_: None):
    from explorer.findings.findings import Findings
    from explorer.page import app, compare, explore, gaps, pronoun_findings
    from explorer.page.choice import COMPARE, EXPLORE, GAPS, study
    from explorer.page.desk import open_desk
    desk = open_desk(settings.load(Path(sys.argv[1])))
app.build(desk)
for default, show in ((EXPLORE, explore.show), (COMPARE, compare.show), (GAPS, gaps.show)):
    assert show(desk, default, Findings(study(default, desk.find_model, "cpu"), desk.store))
session = pronoun_findings.Session()
assert pronoun_findings.show(desk, session, pronoun_findings.kept_of(desk, session))
further = study(replace(EXPLORE, tone="pixels", gate=True), desk.find_model, "cpu")
asked = studies.count_unclassified(further, desk.store)
steps = list(studies.run(further, desk.store, desk.generators, desk.classifiers))
heavy = {"torch", "diffusers", "open_clip", "transformers"}
print(asked, steps[-1].done, *sorted(heavy & sys.modules.keys()))
"""


@pytest.mark.usefixtures("no_yunet")
def test_the_page_shows_and_measures_what_is_stored_without_a_model_library(
    desk: Desk, generated: Generated
) -> None:
    generated(EXPLORE)
    desk.store.close()
    done = subprocess.run(
        [sys.executable, "-c", SHOW, str(desk.settings.cache)],
        cwd=repository(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["189", "189"]


def test_every_view_has_an_address_of_its_own(desk: Desk) -> None:
    addresses = [path for path, *_ in build(desk).pages if language_of(path) == SOURCE]
    first = ["", "explore", "compare", "annotate", "report", "models", "method"]
    assert addresses == [*first, "gaps", "pronouns", "footprint"]


def test_nothing_is_open_to_other_programs_but_the_files_and_the_named_functions(
    desk: Desk,
) -> None:
    functions = build(desk).fns.values()
    opened = [one.api_name for one in functions if one.api_visibility != "private"]
    assert opened == ["generate", "tallies", "compare", "overview", "csv", "estimate"]


def test_a_taken_port_says_what_to_do(desk: Desk) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=f"port {port}.*--port"):
            launch(desk, Address(port=port))


def test_style_and_script_ask_nothing_of_other_servers() -> None:
    assert re.findall(r"(?:https?:)?//[\w.]+|@import|url\(", head()) == ["https://huggingface.co"]


def test_every_view_says_once_that_the_cache_can_only_be_read(reading: Desk) -> None:
    blocks = build(reading).blocks.values()
    texts = [str(one.value) for one in blocks if isinstance(one, gr.HTML)]
    headers = [parse_html(text) for text in texts if "bx-wordmark" in text]
    notices = [header.one(".bx-notice").text for header in headers]
    assert len(notices) == 10 * len(LANGUAGES)
    assert all(notice.endswith("This disk is full.") for notice in notices)
