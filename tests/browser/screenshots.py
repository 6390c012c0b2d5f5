"""Take the screenshots of docs/screenshots: every view, light and dark, desktop and phone.

Run: python -m tests.browser.screenshots [folder]
"""

import io
import sys
import tempfile
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from explorer.settings import repository
from tests.browser.conftest import CHROMIUM
from tests.browser.site import open_site

VIEWS = {
    "overview": "",
    "explore": "explore",
    "compare": "compare",
    "gaps": "gaps",
    "annotate": "annotate",
    "pronouns": "pronouns",
    "footprint": "footprint",
    "report": "report?against=emoji-even",
}
SCREENS = {"desktop": (1440, 900, 1), "phone": (390, 844, 2)}
_QUALITY = 82
# Images further down load when they are scrolled to.
_IMAGES = """
Promise.all([...document.images]
  .filter((image) => image.getBoundingClientRect().top < innerHeight)
  .map((image) => image.decode()))
"""


def main(folder: Path) -> None:
    """Take a screenshot of each, one of an image that is opened, and one of a report card."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as cache, sync_playwright() as playwright:
        site = open_site(Path(cache))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for view, scheme, screen in product(VIEWS, ("light", "dark"), SCREENS):
            image = _take(browser, site.url + VIEWS[view], scheme, screen)
            _save(image, folder / f"{view}-{scheme}-{screen}.webp")
        _save(
            _take(browser, site.url + "explore", "light", "desktop", opened=True),
            folder / "image.webp",
        )
        card = (repository() / "docs" / "cards" / "emoji-skewed.html").as_uri()
        image = _take(browser, card, "light", "desktop", shown=".bx-card")
        _save(image, folder / "card.webp")
        browser.close()
        site.close()


def _take(
    browser: Browser,
    url: str,
    scheme: str,
    screen: str,
    *,
    opened: bool = False,
    shown: str = ".bx-view",
) -> bytes:
    width, height, scale = SCREENS[screen]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(url)
    page.locator(shown).wait_for()
    if url.endswith("annotate"):
        page.get_by_label("Your name or initials").fill("Ada")
        page.keyboard.press("Enter")
        page.locator(".bx-subject").wait_for()
    if opened:
        page.locator(".bx-thumb").nth(1).click()
    page.evaluate(_IMAGES)
    image = page.screenshot()
    context.close()
    return image


def _save(image: bytes, path: Path) -> None:
    Image.open(io.BytesIO(image)).convert("RGB").save(path, quality=_QUALITY, method=6)
    print(f"{path}  {path.stat().st_size // 1024} KiB")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else repository() / "docs" / "screenshots")
