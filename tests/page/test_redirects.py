"""An address of the landing page that names another view leads there."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from explorer.page.redirects import ViewRedirect


@pytest.fixture
def client() -> TestClient:
    """Return a client of an app with a landing page and one view beside it."""
    routes = [Route(path, lambda _: PlainTextResponse("here")) for path in ("/", "/compare")]
    redirect = Middleware(ViewRedirect, views={"compare"})
    app = Starlette(routes=routes, middleware=[redirect])
    return TestClient(app, follow_redirects=False)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (
            "/?view=compare&left=a/b&adjectives=x&adjectives=y",
            "?left=a%2Fb&adjectives=x&adjectives=y",
        ),
        ("/?left=a&view=compare&__sign=1", "?left=a&__sign=1"),
        ("/?view=compare", "?"),
    ],
)
def test_the_view_gets_the_rest_of_the_query(client: TestClient, asked: str, answered: str) -> None:
    response = client.get(asked)
    assert response.is_redirect
    # Relative, so that it holds behind a proxy that strips a prefix.
    assert response.headers["location"] == f"compare{answered}"


def test_a_slash_too_many_leads_to_the_view(client: TestClient) -> None:
    response = client.get("/compare/?left=a")
    assert response.headers["location"] == "../compare?left=a"


@pytest.mark.parametrize("asked", ["/?view=compare&left=a", "/compare/?left=a"])
def test_under_a_path_the_view_is_there_too(client: TestClient, asked: str) -> None:
    under = TestClient(client.app, root_path="/bias", follow_redirects=False)
    assert under.get(f"/bias{asked}").headers["location"] == "/bias/compare?left=a"


@pytest.mark.parametrize(
    "asked", ["/", "/?left=a", "/?view=", "/?view=//elsewhere.org", "/compare?view=compare"]
)
def test_every_other_address_is_answered_where_it_is(client: TestClient, asked: str) -> None:
    assert client.get(asked).text == "here"
