"""What is served beside the page: images for ever, tables as the command line writes them."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from zipfile import ZipFile

import pytest
from httpx2 import Response
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.errors import StoreUnwritable
from explorer.models.requests import ImageRequest
from explorer.page.choice import COMPARE, Choice, address
from explorer.page.desk import Desk
from explorer.page.routes import image_routes, routes
from explorer.page.tables import tables
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
    kind = "images" if file == "both.csv" else file.removesuffix(".csv")
    assert re.search(rf"x\d+-{kind}-all-columns-20\d\d-\d\d-\d\d\.csv", saved_as(answer))
    assert re.search(rf"x\d+-{kind}-20\d\d-\d\d-\d\d\.csv", saved_as(readable))
    assert saved_as(answer).startswith(("pilot-emoji-", "2-professions-emoji-"))


def saved_as(answer: Response) -> str:
    return str(answer.headers["content-disposition"].partition("filename=")[2].strip('"'))


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
    for mount, folder, file in (
        ("img", desk.store.images_root, desk.store.image_path(key)),
        ("thumb", desk.store.thumbnails_root, desk.store.thumbnail_path(key)),
    ):
        path = file.relative_to(folder)
        answer = client.get(f"/{mount}/{path}")
        assert answer.headers["content-type"] == "image/webp"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.content == file.read_bytes()
        again = client.get(f"/{mount}/{path}", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
        assert client.post(f"/{mount}/{path}").status_code == 405


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


def test_images_come_with_their_prompts_and_a_note(
    client: TestClient, generated: Generated, generator: FakeGenerator
) -> None:
    generator.filtered = lambda request: request.replicate == 3
    generated(SMALL)
    answer = client.get(f"/zip/images.zip{address(SMALL)}")
    assert re.fullmatch(r"pilot-emoji-skewed-2x4-images-[\d-]{10}\.zip", saved_as(answer))
    with ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        images = [name for name in archive.namelist() if name.endswith(".webp")]
        assert images[0] == "pilot/no adjective/0001.webp"
        assert len(images) == 6
        text = archive.read("prompts.csv").decode("utf-8-sig")
        rows = list(csv.DictReader(text.splitlines()))
        assert [row["file"] for row in rows if row["file"]] == images
        assert {row["prompt"] for row in rows} == {
            "Photo portrait of a pilot",
            "Photo portrait of an honest pilot",
        }
        assert len(rows) == 8
        note = archive.read("README.txt").decode()
        assert "emoji-skewed" in note
        assert "licence" in note


def test_images_of_two_models_are_apart(client: TestClient, generated: Generated) -> None:
    generated(BOTH)
    answer = client.get(f"/zip/images.zip{address(BOTH)}")
    with ZipFile(io.BytesIO(answer.content)) as archive:
        folders = {name.partition("/")[0] for name in archive.namelist() if "/" in name}
    assert folders == set(COMPARE.models)


def test_too_many_images_and_none_are_refused(client: TestClient) -> None:
    many = client.get("/zip/images.zip?profession=all&images=9")
    assert many.status_code == 400
    assert "28,350 images are chosen, and a ZIP file holds 2,000 at most" in many.text
    none = client.get("/zip/images.zip?profession=pilot&images=2")
    assert none.status_code == 400
    assert "Generate them first" in none.text


def test_the_guide_tells_every_column(client: TestClient, generated: Generated) -> None:
    generated(BOTH)
    generated(SEVERAL)
    text = unescape(client.get("/columns").text)
    for table in tables():
        asked = address(BOTH if table.default is COMPARE else SEVERAL)
        for query in ("", "&readable=on"):
            header = client.get(f"/csv/{table.name}{asked}{query}").text.splitlines()[0]
            for name in next(csv.reader([header])):
                plain = re.sub(r"^(left|right|with|without|gender|tone)_", "", name)
                # The answers of an axis are told of one axis.
                plain = re.sub(r"^score_.*", "score_feminine", plain)
                assert name in text or plain in text, (table.name, name)


@pytest.mark.parametrize(
    ("name", "choice", "texts"),
    [
        ("shares", SMALL, ("feminine", "medium-dark", "pilot", "women among US workers")),
        ("shares", replace(SMALL, images=1), ("too few images",)),
        ("shares", BOTH, ("emoji-skewed", "emoji-even", "feminine")),
        ("shares", SEVERAL, ("nurse", "pilot", "perceived as feminine")),
        ("gaps", SEVERAL, ("nurse", "pilot", "minus the reference")),
        ("adjectives", SEVERAL, ("honest", "Shift of the feminine share")),
        ("differences", BOTH, ("emoji-skewed (A), emoji-even (B)", "more often in A")),
        ("tones", SEVERAL, ("nurse (24)", "medium-dark")),
        ("cloud", SEVERAL, ("nurse", "women in US work")),
        ("diversity", replace(SEVERAL, professions=("pilot",)), ("pilot", "Vendi score")),
    ],
)
def test_a_chart_is_a_file_with_source_and_link(
    client: TestClient, generated: Generated, name: str, choice: Choice, texts: tuple[str, ...]
) -> None:
    generated(choice)
    answer = client.get(f"/figure/{name}.svg{address(choice)}")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    for text in (*texts, "Source: Bias Explorer", "A teaching instrument", "http://testserver/"):
        assert text in unescape(answer.text), text
    assert saved_as(answer).endswith(".svg")
    picture = client.get(f"/figure/{name}.png{address(choice)}")
    with Image.open(io.BytesIO(picture.content)) as image:
        assert image.width == 1280


def test_what_is_wrong_with_a_chart_is_told(client: TestClient) -> None:
    answer = client.get("/figure/shares.svg?model=emoji-skewd")
    assert answer.status_code == 400
    assert "emoji-skewd" in answer.text
