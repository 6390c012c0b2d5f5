"""Views in frames of other pages: without Gradio, and without anything that changes something."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from explorer.page.choice import Choice
from explorer.page.desk import Desk
from explorer.page.embeds import Embeds
from explorer.page.languages import Languages
from explorer.page.navigation import PATHS
from tests.fakes import FakeGenerator
from tests.markup import Element, parse_html
from tests.page.conftest import Generated

NURSE = Choice(("emoji-skewed",), ("nurse",), ("none",), 9)
FIELDS = ("input", "select", "textarea", "form")
# What frames, picks, sorts and sizes the images, which changes nothing on the server.
VIEWING = {
    *("bx-frame", "bx-show", "bx-sort", "bx-size", "bx-several"),
    # Of one image laid over another, and of images compared blind.
    *("over", "question"),
}


@pytest.fixture
def client(desk: Desk) -> Iterator[TestClient]:
    """Return a client of the embedded views, and of "page" for every other address."""

    def page(_request: Request) -> Response:
        return PlainTextResponse("page")

    app = Starlette(
        routes=[Route(f"/{path.strip('./')}", page) for path in PATHS.values()],
        middleware=[
            Middleware(Languages, views=set(PATHS.values())),
            Middleware(Embeds, desk=desk),
        ],
    )
    with TestClient(app) as made:
        yield made


def body(client: TestClient, address: str) -> Element:
    answer = client.get(address, follow_redirects=False)
    assert answer.status_code == 200
    return parse_html(answer.text[answer.text.index("<body>") :].partition("</html>")[0])


@pytest.mark.parametrize(
    "view",
    ["explore", "compare", "gaps", "report", "models", "method", "pronouns", "footprint"],
)
def test_an_embedded_view_has_a_heading_and_no_field(
    client: TestClient, generated: Generated, view: str
) -> None:
    generated(NURSE)
    page = body(client, f"/{view}?embed=1")
    assert page.all("h1")
    fields = [one for tag in FIELDS for one in page.all(tag)]
    assert {one.attributes.get("name") for one in fields} <= VIEWING
    link = page.all("p.bx-whole")[0].one("a")
    assert link.attributes["href"].startswith(view)
    assert "embed" not in link.attributes["href"]


def test_below_the_folder_of_a_language_it_speaks_that_language(
    client: TestClient, generated: Generated
) -> None:
    generated(NURSE)
    asked = "profession=nurse&adjectives=none&embed=1"
    french = body(client, f"/fr/explore?{asked}")
    assert len(french.all("button.bx-thumb")) == 9
    assert french.one("h1").text != body(client, f"/explore?{asked}").one("h1").text


def test_its_images_are_those_of_the_view_and_none_is_generated(
    client: TestClient, generated: Generated, generator: FakeGenerator
) -> None:
    generated(NURSE)
    made = len(generator.generated)
    page = body(client, "/explore?profession=nurse&adjectives=none&embed=1")
    assert len(page.all("button.bx-thumb")) == 9
    body(client, "/explore?model=emoji-even&embed=1")
    assert len(generator.generated) == made


def test_a_view_that_changes_something_leads_to_its_own_page(client: TestClient) -> None:
    answer = client.get("/annotate?model=emoji-even&embed=1", follow_redirects=False)
    assert answer.status_code == 307
    assert answer.headers["location"] == "annotate?model=emoji-even"


@pytest.mark.parametrize("query", ["", "?embed=0", "?embed=", "?profession=nurse"])
def test_every_other_address_is_the_page_itself(client: TestClient, query: str) -> None:
    assert client.get(f"/explore{query}").text == "page"


def test_a_mistake_in_the_address_is_told_in_the_frame(client: TestClient) -> None:
    page = body(client, "/explore?images=x&embed=1")
    assert "images is 'x' in the address" in page.one("div", role="alert").text


def test_what_stands_in_an_address_stays_text(client: TestClient) -> None:
    evil = '"><script>alert(1)</script>'
    answer = client.get("/explore", params={"profession": evil, "embed": "1"})
    assert "<script>alert" not in answer.text
