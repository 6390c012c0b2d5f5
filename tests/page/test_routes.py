"""What is served beside the page: images for ever, tables as the command line writes them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.errors import StoreUnwritable
from explorer.models.requests import ImageRequest
from explorer.page.choice import COMPARE, Choice, address
from explorer.page.desk import Desk
from explorer.page.routes import image_routes, routes
from explorer.store.entries import encoded
from explorer.store.index import Store
from explorer.words.prompts import Prompt
from tests.commands import run
from tests.fakes import FakeGenerator, fake_card
from tests.page.conftest import Generated

SMALL = Choice(("emoji-skewed",), ("pilot",), ("none", "honest"), images=4)
BOTH = Choice(COMPARE.models, ("pilot",), ("none", "honest"), images=4)
SEVERAL = Choice(("emoji-skewed",), ("pilot", "nurse"), ("none", "honest"), images=12)
MORE = (
    "--profession pilot --profession nurse --adjective none --adjective honest --images 12 --csv -"
)
WORDS = "--profession pilot --adjective none --adjective honest --images 4 --csv -"


@pytest.fixture
def client(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr("explorer.reference.sample.open_sample", lambda *_: None)
    with TestClient(Starlette(routes=routes(desk))) as client:
        yield client


@pytest.mark.parametrize(
    ("file", "choice", "command"),
    [
        ("tallies.csv", SMALL, f"tally --model emoji-skewed {WORDS}"),
        ("tallies-by-adjective.csv", SMALL, f"tally --model emoji-skewed --by adjective {WORDS}"),
        ("images.csv", SMALL, f"images --model emoji-skewed {WORDS}"),
        ("comparison.csv", BOTH, f"compare emoji-skewed emoji-even {WORDS}"),
        (
            "comparison-by-adjective.csv",
            BOTH,
            f"compare emoji-skewed emoji-even --by adjective {WORDS}",
        ),
        ("gaps.csv", SEVERAL, f"gap emoji-skewed {MORE}"),
        ("tones.csv", SEVERAL, f"gap emoji-skewed --axis tone {MORE}"),
        ("adjectives.csv", SEVERAL, f"adjectives emoji-skewed {MORE}"),
        ("both.csv", BOTH, f"images --model emoji-skewed --model emoji-even {WORDS}"),
    ],
)
def test_a_file_equals_what_the_command_line_writes(
    client: TestClient,
    generated: Generated,
    generator: FakeGenerator,
    file: str,
    choice: Choice,
    command: str,
) -> None:
    generator.filtered = lambda request: request.replicate == 3
    generated(BOTH)
    generated(SEVERAL)
    answer = client.get(f"/csv/{file}{address(choice)}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content == run(command).stdout_bytes
    assert len(answer.content.splitlines()) > 1
    readable = client.get(f"/csv/{file}{address(choice)}&readable=on&bom=on&separator=semicolon")
    options = "--readable --bom --separator semicolon"
    assert readable.content == run(f"{command} {options}").stdout_bytes
    assert "-readable.csv" in readable.headers["content-disposition"]


def test_a_file_without_images_has_a_header(client: TestClient) -> None:
    assert client.get(f"/csv/images.csv{address(SMALL)}").text.startswith("model,profession,")
    readable = client.get(f"/csv/images.csv{address(SMALL)}&readable=on").text
    assert readable.startswith("Model,Profession,")


def test_a_choice_that_cannot_be_is_a_message_and_no_file(client: TestClient) -> None:
    answer = client.get("/csv/tallies.csv?model=emoji-skew")
    assert answer.status_code == 400
    assert "Did you mean 'emoji-skewed'?" in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("csv/tallies.csv?model=~nosuchuser/x", 404),
        (f"csv/tallies.csv?model={'x' * 300}", 400),
        (f"csv/tallies.csv?model=/{'x' * 300}", 404),
        ("csv/tallies.csv?model=a%00b", 400),
        (f"csv/tallies.csv?images={'9' * 5_000}", 400),
        (f"csv/tallies.csv?guidance={'9' * 5_000}", 400),
        ("csv/gaps.csv?reference=author:nan", 400),
        ("csv/tallies.csv?separator=pipe", 400),
        (f"img/{'x' * 300}", 404),
        ("img/aa/a%00b.webp", 404),
        ("thumb/%ED%A0%80", 404),
    ],
)
def test_a_name_that_nobody_expected_is_a_message(
    client: TestClient, path: str, status: int
) -> None:
    answer = client.get(f"/{path}")
    assert answer.status_code == status
    assert 0 < len(answer.text) < 500


def test_an_image_is_asked_for_once(client: TestClient, desk: Desk, generated: Generated) -> None:
    study = generated(SMALL)
    key = study.requests(study.models[0])[0].key
    for mount, path in (
        ("img", desk.store.image_path(key).relative_to(desk.store.images_root)),
        ("thumb", desk.store.thumbnail_path(key).relative_to(desk.store.thumbnails_root)),
    ):
        answer = client.get(f"/{mount}/{path}")
        assert answer.headers["content-type"] == "image/webp"
        assert "immutable" in answer.headers["cache-control"]
        again = client.get(f"/{mount}/{path}", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304


def test_images_that_a_full_disk_cannot_take_are_served_from_memory(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    request = ImageRequest(fake_card().spec, Prompt("pilot"), 0)
    (image,) = FakeGenerator().generate([request])
    store = Store.open_reading(folder, StoreUnwritable("This disk is full."))
    store.save_entries([encoded(image)])
    with TestClient(Starlette(routes=image_routes(store))) as client:
        for mount in ("img", "thumb"):
            answer = client.get(f"/{mount}/{request.key[:2]}/{request.key}.webp")
            assert answer.content == store.held(request.key)
            assert answer.headers["content-type"] == "image/webp"
            assert client.get(f"/{mount}/00/nothing.webp").status_code == 404
    store.close()


@pytest.mark.parametrize("path", ["../index.sqlite3", "%2e%2e/index.sqlite3", "..%2findex.sqlite3"])
def test_the_index_is_never_served(
    client: TestClient, generated: Generated, desk: Desk, path: str
) -> None:
    generated(SMALL)
    assert (desk.store.root / "index.sqlite3").is_file()
    assert client.get(f"/img/{path}").status_code == 404


def test_an_image_that_is_not_there_is_not_kept_by_browsers(client: TestClient) -> None:
    answer = client.get("/img/00/nothing.webp")
    assert answer.status_code == 404
    assert "cache-control" not in answer.headers


def test_a_file_of_gaps_holds_ones_own_figures(
    client: TestClient, generated: Generated, tmp_path: Path
) -> None:
    generated(SEVERAL)
    own = replace(SEVERAL, reference=(("nurse", 0.5),))
    path = tmp_path / "own.csv"
    path.write_text("profession,share\nnurse,0.5\n", "utf-8")
    answer = client.get(f"/csv/gaps.csv{address(own)}")
    line = f"gap emoji-skewed --reference {path} {MORE}"
    assert answer.content == run(line).stdout_bytes
    assert b",own," in answer.content
