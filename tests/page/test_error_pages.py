"""What the server cannot show is a page for people and stays as it is for programs."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from explorer.page.error_pages import ErrorPages
from explorer.page.prefix import Prefix
from tests.markup import parse_html

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def refuse(_: Request) -> Response:
    return PlainTextResponse("Unknown model '<x>'.", 400)


def fail(_: Request) -> Response:
    return JSONResponse({"detail": "broken"}, 503)


def work(_: Request) -> Response:
    return PlainTextResponse("a,b", 200)


@pytest.fixture
def client() -> TestClient:
    routes = [Route("/csv/x", refuse), Route("/fail", fail), Route("/work", work)]
    header = Middleware(ErrorPages, header=lambda home: f'<a href="{home}gaps">Gaps</a>')
    return TestClient(Starlette(routes=routes, middleware=[header]))


@pytest.mark.parametrize(
    ("path", "status", "said", "home"),
    [
        ("/nowhere", 404, "There is nothing at '/nowhere'.", "./"),
        ("/gaps/deeper", 404, "There is nothing at '/gaps/deeper'.", "../"),
        ("/csv/x", 400, "Unknown model '<x>'.", "../"),
        ("/fail", 503, "The server answered '/fail' with status 503. Its log says more.", "./"),
    ],
)
def test_an_error_says_what_is_wrong_and_leads_back(
    client: TestClient, path: str, status: int, said: str, home: str
) -> None:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == status
    page = parse_html(answer.text)
    main = page.one("main", role="alert")
    assert said in main.text
    assert main.one("a").attributes["href"] == home
    assert page.all("a", href=f"{home}gaps")


@pytest.mark.parametrize(
    ("path", "home"), [("/bias/nowhere", "./"), ("/bias/gaps/deeper", "../"), ("/nowhere", "./")]
)
def test_behind_a_proxy_it_leads_back_to_the_views_of_this_page(
    client: TestClient, path: str, home: str
) -> None:
    with TestClient(Prefix(client.app), root_path="/bias") as behind:
        page = parse_html(behind.get(path, headers=BROWSER).text)
    assert page.one("main", role="alert").one("a").attributes["href"] == home


def test_programs_and_what_works_get_what_they_got(client: TestClient) -> None:
    assert client.get("/fail", headers={"Accept": "application/json"}).json() == {
        "detail": "broken"
    }
    assert client.get("/csv/x").text == "Unknown model '<x>'."
    assert client.get("/work", headers=BROWSER).text == "a,b"
