"""What a browser keeps from happening, on the page and from other websites."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visit
from tests.browser.site import Site

pytestmark = pytest.mark.browser

VIEWS = ["compare", "gaps", "pronouns", "annotate", "footprint", "report"]
PATIENCE_MS = 60_000
WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) =>
  violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
INJECTED = """
document.body.insertAdjacentHTML("beforeend", `<img src="data:," onerror="window.ran = true">
  <iframe srcdoc="<script>parent.ran = true</script>"></iframe>
  <a id="bx-bad" href="javascript:window.ran = true">x</a>`);
const script = document.createElement("script");
script.textContent = "window.ran = true";
document.body.append(script);
document.getElementById("bx-bad").click();
"""
# Asks as a form of another website may, without permission, and reads as its scripts may try to.
ASK = """async (site) => {
  const simple = { method: "POST", mode: "no-cors", credentials: "include" };
  const form = new FormData();
  form.append("files", new Blob(["a"]), "a.csv");
  await fetch(site + "gradio_api/queue/join", {
    ...simple,
    body: JSON.stringify({ data: [], fn_index: 0, session_hash: "foreign" }),
  });
  await fetch(site + "gradio_api/upload", { ...simple, body: form });
  const read = async (path) => fetch(site + path).then((answer) => answer.text());
  const paths = ["", "config", "csv/tallies.csv", "gradio_api/info"];
  const results = await Promise.allSettled(paths.map(read));
  return results.map((result) => result.status);
}"""


def test_no_view_and_no_run_needs_what_the_policy_forbids(visit: Visit) -> None:
    # What Chromium refuses is an error in its console, which `visit` does not tolerate.
    page = visit("?profession=judge&adjectives=none&images=2")
    page.get_by_role("button", name="Generate 2 images").click()
    expect(page.locator("#bx-status")).to_contain_text("All 2 images are", timeout=PATIENCE_MS)
    page.locator(".bx-thumb").first.click()
    page.locator("dialog img").first.wait_for()
    for view in VIEWS:
        visit(view)


def test_a_script_that_comes_in_later_does_not_run(chromium: Browser, site: Site) -> None:
    page = chromium.new_page()
    page.add_init_script(WATCH)
    page.goto(site.url)
    page.locator(".bx-view").wait_for()
    assert page.evaluate("violations") == []
    page.evaluate(INJECTED)
    page.wait_for_function("violations.length >= 3")
    assert page.evaluate("window.ran") is None
    page.close()


class _Foreign(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Foreign</title>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def foreign(chromium: Browser) -> Iterator[Page]:
    """Return the page of another website on the same machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Foreign)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = chromium.new_page()
    page.goto(f"http://localhost:{server.server_port}/")
    yield page
    page.close()
    server.shutdown()
    server.server_close()


def test_another_website_starts_nothing_and_reads_nothing(foreign: Page, site: Site) -> None:
    asked: dict[str, int] = {}
    foreign.on("response", lambda answer: asked.update({answer.url: answer.status}))
    assert foreign.evaluate(ASK, site.url) == ["rejected"] * 4
    assert asked[f"{site.url}gradio_api/queue/join"] == 403
    assert asked[f"{site.url}gradio_api/upload"] == 403


def test_another_website_frames_only_the_embed_form(foreign: Page, site: Site) -> None:
    for query in ("", "explore?embed=1"):
        foreign.evaluate(
            """(address) => new Promise((done) => {
              const frame = document.createElement("iframe");
              frame.onload = done;
              frame.src = address;
              document.body.append(frame);
            })""",
            site.url + query,
        )
    closed, opened = foreign.frames[1:]
    assert closed.url.startswith("chrome-error:")
    opened.locator(".bx-view").wait_for()
