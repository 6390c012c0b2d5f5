"""What a shared link shows elsewhere, as whoever previews it reads it: without a script."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from explorer.page.choice import COMPARE, EXPLORE, Choice
from explorer.page.desk import Desk
from explorer.page.navigation import PATHS
from explorer.page.prefix import Prefix
from explorer.page.previews import Previews, picture_route
from explorer.page.shared import shared
from tests.fakes import FakeGenerator
from tests.markup import Element, parse_html
from tests.page.conftest import Generated

NURSE = Choice(("emoji-skewed",), ("nurse",))
# As Gradio serves its pages.
GRADIO = """<!doctype html><html><head>
<meta property="og:title" content="Gradio" />
<meta
  property="og:image"
  content="https://example.com/gradio.jpg"
/>
<meta name="twitter:creator" content="@Gradio" />
<script>window.gradio_config = {"head":"<p>","title":"Bias Explorer","x":1};</script>
</head><body>Bias Explorer</body></html>"""


@pytest.fixture
def client(desk: Desk) -> Iterator[TestClient]:
    """Return a client of pages as Gradio serves them, and of the images of links."""

    def page(_request: Request) -> Response:
        return HTMLResponse(GRADIO)

    pages = [Route(f"/{path.strip('./')}", page) for path in PATHS.values()]
    app = Starlette(
        routes=[*pages, picture_route(desk)], middleware=[Middleware(Previews, desk=desk)]
    )
    with TestClient(app, base_url="https://bias.example") as made:
        yield made


def tags(client: TestClient, address: str) -> dict[str, str]:
    """Return the entries of the head, by name, and the title and canonical address."""
    text = client.get(address).text
    head = parse_html(text.replace("<!doctype html>", "")).one("head")
    named = [(_name(one), one.attributes["content"]) for one in head.all("meta")]
    assert len(named) == len(dict(named)), "each thing is said once"
    canonical = head.one("link", rel="canonical").attributes["href"]
    return dict(named) | {"title": head.one("title").text, "canonical": canonical}


def _name(meta: Element) -> str:
    return meta.attributes.get("property") or meta.attributes["name"]


def test_a_link_to_a_profession_tells_its_finding(client: TestClient, generated: Generated) -> None:
    generated(NURSE)
    said = tags(client, "/explore?profession=nurse&frame=tone&image=none:1&__theme=dark")
    assert said["og:title"].startswith("Nurse, drawn by emoji-skewed: ")
    assert "% look feminine (95% interval " in said["og:title"]
    assert "189 images by emoji-skewed: " in said["og:description"]
    assert said["og:description"].endswith("not a finding about people.")
    assert said["twitter:card"] == "summary_large_image"
    query = "model=emoji-skewed&profession=nurse&adjectives=all&images=9"
    assert said["canonical"] == said["og:url"] == f"https://bias.example/explore?{query}"
    assert said["og:image"] == f"https://bias.example/preview.png?view=explore&{query}"
    assert "Gradio" not in str(said)


def test_a_link_to_two_models_tells_the_verdict(client: TestClient) -> None:
    said = tags(client, "/compare?profession=author")
    assert said["og:title"].startswith("Author, drawn by emoji-skewed and emoji-even: ")


@pytest.mark.parametrize("view", PATHS)
def test_every_view_has_a_title_and_an_image(client: TestClient, view: str) -> None:
    path = f"/{PATHS[view].strip('./')}"
    said = tags(client, path)
    assert said["title"].endswith("Bias Explorer")
    assert said["canonical"].startswith(f"https://bias.example{path}")
    assert len(said["og:description"]) > 20
    answer = client.get(said["og:image"])
    assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)


def test_the_window_has_the_title_of_the_view(client: TestClient) -> None:
    text = client.get("/models").text
    assert '"title":"Models - Bias Explorer","x":1' in text
    assert '"head":"<p>"' in text


def test_what_stands_in_an_address_stays_text(client: TestClient) -> None:
    evil = '"><script>alert(1)</script>'
    answer = client.get("/explore", params={"profession": evil, "model": "emoji-skewed"})
    assert "<script>alert" not in answer.text
    said = tags(client, f"/explore?profession={evil}")
    assert said["og:title"].startswith(f"{evil}, drawn by emoji-skewed")
    other = client.get("/models", params={evil: evil}).text
    assert "<script>alert" not in other


@pytest.mark.parametrize(
    "query",
    [
        "images=x",
        "model=no-such-model",
        "profession=nurse&images=1000000000",
        "tone=%00",
        "model=/",
    ],
)
def test_an_address_that_cannot_be_shown_has_a_plain_preview(
    client: TestClient, query: str
) -> None:
    said = tags(client, f"/explore?{query}")
    assert said["og:title"] == "Explore - Bias Explorer"
    assert client.get(said["og:image"]).status_code == 200


@pytest.mark.parametrize("stripped", [True, False])
def test_behind_a_proxy_the_link_is_that_of_the_reader(desk: Desk, *, stripped: bool) -> None:
    app = Starlette(
        routes=[Route("/explore", lambda _: HTMLResponse(GRADIO))],
        middleware=[Middleware(Prefix), Middleware(Previews, desk=desk)],
    )
    client = TestClient(app, base_url="http://127.0.0.1", root_path="/bias")
    client.headers.update({"x-forwarded-host": "lab.example", "x-forwarded-proto": "https"})
    said = tags(client, "/explore" if stripped else "/bias/explore")
    assert said["canonical"].startswith("https://lab.example/bias/explore?model=")
    assert said["og:image"].startswith("https://lab.example/bias/preview.png?view=explore&")


def test_a_large_choice_is_named_and_not_counted(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("explorer.page.shared.Findings", count)
    said = tags(client, "/compare?profession=all")
    assert said["og:title"] == "emoji-skewed and emoji-even, compared over 150 professions."


def test_asking_for_an_image_generates_nothing(
    client: TestClient, generator: FakeGenerator
) -> None:
    answer = client.get("/preview.png?view=explore&model=stabilityai/sd-turbo")
    assert answer.headers["content-type"] == "image/png"
    assert generator.generated == []
    assert client.get("/preview.png?view=elsewhere").status_code == 404


def test_the_image_shows_what_is_stored_and_leaves_other_places_empty(
    desk: Desk, generated: Generated
) -> None:
    from explorer.page.pictures import picture

    few = Choice(("emoji-skewed",), ("nurse",), ("none",), 4)
    made = generated(few)
    said = shared(desk, "explore", "profession=nurse&adjectives=none&images=9")
    before = picture(said, desk.store)
    (card,) = made.models
    (name, keys), *_others = said.sides
    assert (name, len(keys)) == (card.spec.name, 9)
    for key in keys[:4]:
        desk.store.thumbnail_path(key).unlink()
    assert picture(said, desk.store) != before
    desk.store.thumbnail_path(keys[0]).write_bytes(b"no image")
    assert Image.open(io.BytesIO(picture(said, desk.store))).size == (1200, 630)


@pytest.mark.parametrize("default", [EXPLORE, COMPARE])
def test_a_word_that_is_too_long_for_a_line_is_broken(desk: Desk, default: Choice) -> None:
    from explorer.page.pictures import picture

    view = "explore" if default is EXPLORE else "compare"
    said = shared(desk, view, f"profession={'w' * 40}")
    assert said.sides
    assert Image.open(io.BytesIO(picture(said, desk.store))).size == (1200, 630)
