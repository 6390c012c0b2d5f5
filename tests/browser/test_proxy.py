"""The page under a path, behind a reverse proxy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from explorer.settings import Address
from tests.browser.proxy import published
from tests.browser.site import Site, open_site

pytestmark = pytest.mark.browser

AUTHOR = "?profession=author&adjectives=none&images=9"
PILOT = "?profession=pilot&adjectives=none&images=2"
PATIENCE_MS = 60_000
DECODED = "image => image.decode().then(() => image.naturalWidth)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = open_site(tmp_path_factory.mktemp("proxied") / "cache", Address(root_path="/bias"))
    yield site
    site.close()


@pytest.fixture(params=[True, False], ids=["stripped", "whole"])
def public(request: pytest.FixtureRequest, site: Site) -> Iterator[str]:
    with published(site.url, "/bias", strips=request.param) as address:
        yield address


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Return a page; whatever it asks for and does not get fails the test at its end."""
    refused: list[str] = []

    def watch(response: Response) -> None:
        if response.status >= 400:
            refused.append(f"{response.status} for {response.url}")

    page = chromium.new_page()
    page.on("response", watch)
    yield page
    page.close()
    assert refused == []


def test_a_page_under_a_path_generates_and_shows_images_views_and_files(
    page: Page, public: str
) -> None:
    page.goto(f"{public}/{PILOT}")
    if (button := page.get_by_role("button", name="Generate 2 images")).is_visible():
        button.click()
    page.goto(f"{public}/{AUTHOR}")
    image = page.locator(".bx-thumb img").first
    assert image.evaluate(DECODED) > 0
    image.click()
    assert page.locator("dialog img").first.evaluate(DECODED) > 0
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        page.locator(".bx-downloads").get_by_role("link", name="Images", exact=True).click()
    assert download.value.failure() is None
    header = page.locator(".bx-header")
    for view in ("Overview", "Compare", "Annotate", "Report", "Method", "Explore", "Models"):
        header.get_by_role("link", name=view, exact=True).click()
        expect(header.locator("[aria-current=page]")).to_have_text(view)
        page.locator(".bx-view").wait_for()
        assert page.url.startswith(f"{public}/")
    page.get_by_role("link", name="Footprint", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON").first.click()
    assert download.value.failure() is None


def test_an_error_page_under_a_path_leads_back_to_its_views(chromium: Browser, public: str) -> None:
    page = chromium.new_page()
    page.goto(f"{public}/nowhere")
    page.get_by_role("link", name="Compare", exact=True).click()
    page.locator(".bx-view").wait_for()
    assert page.url.startswith(f"{public}/compare")
    page.close()


@pytest.mark.parametrize(
    ("asked", "answered"),
    [("/?view=gaps&images=9", "/gaps?"), ("/compare/?images=9", "/compare?")],
)
def test_a_view_that_is_named_in_another_way_opens_under_the_path(
    page: Page, public: str, asked: str, answered: str
) -> None:
    page.goto(f"{public}{asked}")
    page.wait_for_url(f"{public}{answered}**")
    page.locator(".bx-view").wait_for()
