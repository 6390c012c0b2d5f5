"""Behind a proxy, under a path, the same files are found."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from explorer.page.choice import Choice
from explorer.page.desk import Desk
from explorer.page.prefix import Prefix
from explorer.page.routes import routes
from tests.page.conftest import Generated

SMALL = Choice(("emoji-skewed",), ("pilot",), ("none",), images=1)


@pytest.mark.parametrize("root", ["", "/bias", "https://example.org/bias"])
@pytest.mark.parametrize("before", ["", "/bias"])
def test_images_and_files_are_found_whether_a_proxy_strips_the_path_or_not(
    desk: Desk, generated: Generated, root: str, before: str
) -> None:
    study = generated(SMALL)
    image = desk.store.image_path(study.requests(study.models[0])[0].key)
    app = Starlette(routes=routes(desk), middleware=[Middleware(Prefix)])
    client = TestClient(app, root_path=root)
    found = 404 if before and not root else 200
    path = image.relative_to(desk.store.images_root)
    assert client.get(f"{before}/img/{path}").status_code == found
    assert client.get(f"{before}/csv/tallies.csv").status_code == found


def test_a_word_that_begins_like_the_path_is_not_the_path(desk: Desk) -> None:
    app = Starlette(routes=routes(desk), middleware=[Middleware(Prefix)])
    client = TestClient(app, root_path="/csv")
    assert client.get("/csv/csv/tallies.csv").status_code == 200
    assert client.get("/csv-tallies.csv").status_code == 404
