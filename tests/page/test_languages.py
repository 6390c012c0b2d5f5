"""The languages of the page: addresses, the landing page, and whose language a handler speaks."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from explorer.errors import ExplorerError
from explorer.page.app import build
from explorer.page.desk import Desk
from explorer.page.languages import Languages, language_of, others
from explorer.page.rendering import alert
from explorer.translations import LANGUAGES, current, gettext, language


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Return a client of a server that answers with its path and the language in use."""

    def answer(request: Request) -> Response:
        path = request.url.path
        return HTMLResponse(f'<html\n\tlang="en"\n>{path} {current()}</html>')

    app = Starlette(
        routes=[Route("/{name:path}", answer)],
        middleware=[Middleware(Languages, views={"./", "compare"})],
    )
    with TestClient(app, follow_redirects=False) as client:
        yield client


LOOKING = {"accept": "text/html"}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/", "/ en"),
        ("/compare", "/compare en"),
        ("/fr/", "/fr fr"),
        ("/fr/compare", "/fr/compare fr"),
        ("/fr/img/a.webp", "/img/a.webp fr"),
        ("/de/compare", "/de/compare en"),
    ],
)
def test_the_folder_of_an_address_names_its_language(
    client: TestClient, path: str, said: str
) -> None:
    assert said in client.get(path).text


def test_a_page_tells_its_language_to_screen_readers(client: TestClient) -> None:
    assert 'lang="fr"' in client.get("/fr/compare").text
    assert 'lang="en"' in client.get("/compare").text
    answer = client.get("/fr/compare")
    assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize(
    ("accepted", "chosen", "place"),
    [
        ("fr-CA,fr;q=0.8,en;q=0.5", None, "fr/"),
        ("de, fr;q=0.5", None, "fr/"),
        ("en-GB,en;q=0.9,fr;q=0.8", None, None),
        ("fr;q=0, en", None, None),
        ("fr;q=nonsense", None, None),
        ("", None, None),
        ("fr", "en", None),
        ("en", "fr", "fr/"),
    ],
)
def test_the_landing_page_leads_to_the_chosen_language_else_the_browsers(
    client: TestClient, accepted: str, chosen: str | None, place: str | None
) -> None:
    cookie = {"cookie": f"language={chosen}"} if chosen else {}
    answer = client.get("/", headers=LOOKING | cookie | {"accept-language": accepted})
    assert answer.headers.get("location") == place
    assert answer.headers["vary"] == "Accept-Language, Cookie"


def test_what_the_hub_adds_to_the_address_is_kept_on_the_way(client: TestClient) -> None:
    answer = client.get("/?__theme=dark", headers=LOOKING | {"accept-language": "fr"})
    assert answer.headers["location"] == "fr/?__theme=dark"
    assert client.get("/fr?model=a").headers["location"] == "fr/?model=a"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/?model=emoji-even", LOOKING),
        ("/compare", LOOKING),
        ("/", {"accept": "application/json"}),
        ("/", LOOKING | {"referer": "http://testserver/fr/"}),
    ],
)
def test_links_programs_and_whoever_comes_from_another_page_of_ours_stay(
    client: TestClient, path: str, headers: dict[str, str]
) -> None:
    answer = client.get(path, headers=headers | {"accept-language": "fr"})
    assert answer.status_code == 200


def test_behind_a_proxy_with_a_path_the_folder_stands_behind_that_path(client: TestClient) -> None:
    inside = Starlette(routes=[Mount("/bias", client.app)])
    with TestClient(inside, follow_redirects=False) as behind:
        answer = behind.get("/bias/", headers=LOOKING | {"accept-language": "fr"})
        assert answer.headers["location"] == "/bias/fr/"
        assert "/fr/compare fr" in behind.get("/bias/fr/compare").text


def test_the_header_links_to_the_same_view_in_the_other_language() -> None:
    assert [one["address"] for one in others("compare")] == ["fr/compare"]
    with language("fr"):
        assert [one["address"] for one in others("compare")] == ["../compare"]
        assert [one["address"] for one in others("./", "../")] == ["../../"]


def test_a_run_that_somebody_else_began_fails_in_the_language_of_whoever_watches() -> None:
    error = ExplorerError(
        gettext("The run failed: {error}. All generated images are kept.").format(error="x")
    )
    with language("fr"):
        assert "exécution a échoué" in alert(error)
    with language("en"):
        assert "The run failed: x." in alert(error)


def test_every_view_has_a_page_in_every_language(desk: Desk) -> None:
    page = build(desk)
    names = {name for name, *_ in page.pages}
    english = {name for name in names if language_of(name) == "en"}
    assert len(english) > 1
    assert names - english == {f"fr/{name}".rstrip("/") for name in english}
    assert {language_of(name) for name in names} == set(LANGUAGES)
