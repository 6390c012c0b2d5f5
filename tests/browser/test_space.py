"""The app as a Hugging Face Space starts it and frames it."""

import csv
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from explorer.settings import Address, repository
from tests.browser.site import Site, open_site

pytestmark = pytest.mark.browser

SMALL = "?profession=pilot&adjectives=none&images=2"
PATIENCE_SECONDS = 240
PATIENCE_MS = 60_000
APP = "https://someone-bias-explorer.hf.space/"
FORWARDED = {"x-forwarded-host": urlsplit(APP).netloc, "x-forwarded-proto": "https"}
HUB = "https://huggingface.co/spaces/someone/bias-explorer"
# The Hub's page hands its query to the frame once, and follows what the frame tells it.
HUB_PAGE = """
<!doctype html><title>Hub</title><iframe style="width: 1300px; height: 800px"></iframe><script>
const frame = document.querySelector("iframe");
addEventListener("message", ({ source, data }) => {
  if (source !== frame.contentWindow || data.queryString === undefined) return;
  history.replaceState(null, "", location.pathname + "?" + data.queryString);
});
const query = new URLSearchParams(location.search);
query.set("__theme", "light");
frame.src = "https://someone-bias-explorer.hf.space/?" + query;
</script>
"""

Open = Callable[[str], Page]


class Space:
    """The app in a process of its own, started as a Space starts it."""

    def __init__(self, code: Path, home: Path) -> None:
        """Start `python app.py` in a copy of the repository; home is where it may write."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        self._log = home / "log"
        environment = {
            **os.environ,
            "EXPLORER_CACHE": str(home / "cache"),
            "GRADIO_SERVER_NAME": "0.0.0.0",  # noqa: S104 - what a Space sets
            "GRADIO_SERVER_PORT": str(port),
            "GRADIO_SSR_MODE": "true",
            "HOME": str(home),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SPACE_ID": "someone/bias-explorer",
            "SYSTEM": "spaces",
        }
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=code, env=environment, stdout=log, stderr=log
            )

    def await_open(self) -> None:
        """Wait until the page is served."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while " is open at " not in self.log:
            assert self._process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.1)

    def stop(self) -> int:
        """Stop it as a Space does, wait, and return its exit status."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=PATIENCE_SECONDS)

    def kill(self) -> None:
        """End it at once, if it still runs."""
        self._process.kill()
        self._process.wait(timeout=PATIENCE_SECONDS)

    def is_log_clean(self) -> bool:
        """Return whether it has printed no complaint."""
        signs = "traceback|warning|error|exception|terminate"
        return not re.search(signs, self.log, re.IGNORECASE)

    @property
    def log(self) -> str:
        """Everything it has printed."""
        return self._log.read_text(encoding="utf-8")


@pytest.fixture
def code(tmp_path: Path) -> Iterator[Path]:
    """Return a copy of the repository that cannot be written, and hold it to that at the end."""
    copy = tmp_path / "app"
    ignored = shutil.ignore_patterns(".*", "__pycache__", "cache", "docs", "tests", "benchmarks")
    shutil.copytree(repository(), copy, ignore=ignored)
    before = sorted(copy.rglob("*"))
    for path in (copy, *before):
        path.chmod(path.stat().st_mode & ~0o222)
    yield copy
    # Whoever is root may write all the same.
    assert sorted(copy.rglob("*")) == before


@pytest.fixture
def space(code: Path, tmp_path: Path) -> Iterator[Space]:
    """Return the app, started; a failing test does not leave it running."""
    home = tmp_path / "home"
    home.mkdir()
    space = Space(code, home)
    yield space
    space.kill()


def test_a_space_opens_generates_and_exports_and_its_log_is_clean(
    space: Space, chromium: Browser, tmp_path: Path
) -> None:
    space.await_open()
    page = chromium.new_page()
    page.goto(space.url + SMALL)
    page.get_by_role("button", name="Generate 2 images").click()
    expect(page.locator("#bx-status")).to_contain_text("All 2 images are", timeout=PATIENCE_MS)
    expect(page.locator(".bx-thumb, li.bx-slot.filtered")).to_have_count(2)
    with page.expect_download() as download:
        page.locator(".bx-downloads").get_by_role("link", name="Images", exact=True).click()
    download.value.save_as(tmp_path / "images.csv")
    with (tmp_path / "images.csv").open(encoding="utf-8") as file:
        assert {row["profession"] for row in csv.DictReader(file)} == {"pilot"}
    page.close()
    assert space.stop() == 143
    assert space.is_log_clean(), space.log


def test_a_space_that_is_stopped_while_it_generates_ends_cleanly(
    space: Space, chromium: Browser
) -> None:
    space.await_open()
    page = chromium.new_page()
    page.goto(space.url + "?profession=pilot&adjectives=none&images=400")
    page.get_by_role("button", name="Generate 400 images").click()
    expect(page.locator("#bx-status")).to_contain_text("of 400 generated", timeout=PATIENCE_MS)
    assert space.stop() == 143
    assert "All generated images are kept" in space.log
    assert space.is_log_clean(), space.log
    page.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a served app that the Hub may frame."""
    address = Address(in_space=True)
    site = open_site(tmp_path_factory.mktemp("framed") / "cache", address)
    yield site
    site.close()


@pytest.fixture
def open_hub(chromium: Browser, site: Site) -> Iterator[Open]:
    """Return a function that opens the page of the Hub that frames the app, with a query."""
    context = chromium.new_context(viewport={"width": 1340, "height": 850})

    def serve_hub(route: Route) -> None:
        route.fulfill(body=HUB_PAGE, content_type="text/html")

    def serve_app(route: Route) -> None:
        target = route.request.url.replace(APP, site.url)
        headers = {**route.request.headers, **FORWARDED}
        # The server may close an idle connection just as it is used again.
        answer = route.fetch(url=target, headers=headers, max_redirects=0, max_retries=3)
        if answer.status == HTTPStatus.TEMPORARY_REDIRECT:
            # What a redirect leads to is never routed, what a script leads to is.
            onward = f"<script>location.replace({answer.headers['location']!r})</script>"
            route.fulfill(body=onward, content_type="text/html")
        else:
            route.fulfill(response=answer)

    context.route("https://huggingface.co/**", serve_hub)
    context.route(f"{APP}**", serve_app)
    # This answer lasts as long as the page is open, and what is fetched here comes in one piece.
    context.route(
        f"{APP}gradio_api/heartbeat/**",
        lambda route: route.fulfill(body="", content_type="text/event-stream"),
    )

    def visit(query: str) -> Page:
        page = context.new_page()
        page.goto(HUB + query)
        page.frame_locator("iframe").locator(".bx-view").wait_for()
        return page

    yield visit
    context.unroute_all(behavior="ignoreErrors")
    context.close()


@pytest.mark.parametrize("view", ["Compare", "Report", "Models"])
def test_the_address_that_the_hub_shows_opens_the_same_view_again(
    open_hub: Open, view: str
) -> None:
    page = open_hub("?profession=nurse&adjectives=none,honest&images=9")
    page.wait_for_url(f"{HUB}?view=explore&model=emoji-skewed&profession=nurse&**")
    header = page.frame_locator("iframe").locator(".bx-header")
    header.get_by_role("link", name=view, exact=True).click()
    page.wait_for_url(f"{HUB}?view={view.lower()}&**")
    again = open_hub("?" + urlsplit(page.url).query)
    current = again.frame_locator("iframe").locator(".bx-header nav [aria-current=page]")
    expect(current).to_have_text(view)
    assert shown(again) == shown(page)
    assert again.url == page.url


def test_the_hub_is_told_of_what_is_chosen_and_not_of_its_own_parameters(
    open_hub: Open,
) -> None:
    page = open_hub("?view=compare&profession=nurse&images=9")
    framed = page.frame_locator("iframe")
    framed.get_by_role("button", name="More settings").click()
    framed.get_by_label("Images per prompt").fill("4")
    page.wait_for_url(f"{HUB}?view=compare&**images=4")
    assert "__theme=light" in page.frames[-1].url
    assert "__theme" not in page.url


def shown(page: Page) -> str:
    return page.frame_locator("iframe").locator(".bx-view").inner_html()
