"""A real Chromium on a real server, with the images of the bundled generators."""

import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

from tests.browser.site import open_site

if TYPE_CHECKING:
    from tests.browser.site import Site

CHROMIUM = "/usr/bin/chromium"

# Gradio complains of a page that is left while an answer still comes in.
LEFT = ("AbortError", "Unexpected error Connection errored out")

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return a running Chromium."""
    if shutil.which(CHROMIUM) is None:
        pytest.skip(f"{CHROMIUM} is not there. Install Debian's package 'chromium'.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox"],
            # Scroll bars take room, as they do for people.
            ignore_default_args=["--hide-scrollbars"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Site]":
    """Return a served app with the sample study in its cache."""
    site = open_site(tmp_path_factory.mktemp("site") / "cache")
    yield site
    site.close()


@pytest.fixture
def visit(chromium: Browser, site: "Site") -> Iterator[Visit]:
    """Yield a function that opens an address; errors in the browser fail the test at its end."""
    complaints: list[str] = []
    pages: list[Page] = []

    def watch_console(message: ConsoleMessage) -> None:
        left = message.text.startswith(LEFT)
        if message.type == "error" and not left:
            complaints.append(message.text)

    def watch_request(request: Request) -> None:
        if not request.url.startswith((site.url, "data:", "blob:")):
            complaints.append(f"asked {request.url}")

    def watch_response(response: Response) -> None:
        if response.status >= 400:
            complaints.append(f"{response.status} for {response.url}")

    def open_page(
        address: str = "",
        *,
        scheme: str = "light",
        width: int = 1440,
        shown: str = ".bx-view",
        touch: bool = False,
    ) -> Page:
        page = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            has_touch=touch,
            permissions=["clipboard-read", "clipboard-write"],
        ).new_page()
        page.on("console", watch_console)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", watch_request)
        page.on("response", watch_response)
        page.goto(site.url + address)
        page.locator(shown).wait_for()
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.context.close()
    assert complaints == []
