"""The panels of averages, neighbours and diversity, and what is served for them."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.findings.findings import Findings
from explorer.page import average, diversity, neighbours
from explorer.page.choice import EXPLORE, NEIGHBOURS, Choice, address
from explorer.page.desk import Desk
from explorer.page.navigation import view_address
from explorer.page.routes import routes
from explorer.rules import Mode
from tests.fakes import FakeGenerator
from tests.markup import Element, parse_html, table_rows
from tests.page.conftest import Generated, findings_of

pytestmark = pytest.mark.usefixtures("no_yunet")

Panel = Callable[[Desk, Choice, Findings], str]
ONE = Choice(("emoji-skewed",), ("author",), ("none", "honest"), images=12)
TWO = Choice(("emoji-skewed", "emoji-even"), ("author", "nurse"), ("none",), images=12)


@pytest.fixture
def client(desk: Desk) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(desk))) as client:
        yield client


def show(panel: Panel, desk: Desk, choice: Choice) -> Element:
    return parse_html(panel(desk, choice, findings_of(desk, choice)))


def forget_embeddings(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.store.root / "index.sqlite3")) as connection, connection:
        connection.execute("DELETE FROM embeddings")


def sources(html: Element) -> list[str]:
    return [one.attributes["src"] for one in html.all("img")]


def test_averages_of_one_profession_are_by_adjective(desk: Desk, generated: Generated) -> None:
    generated(ONE)
    html = show(average.panel, desk, ONE)
    assert [one.text for one in html.all("h3")] == ["all together", "no adjective", "honest"]
    alts = [one.attributes["alt"] for one in html.all("img")]
    assert alts[2] == "Average of the images by emoji-skewed: honest"
    assert len(set(sources(html))) == 3


def test_averages_of_several_professions_have_a_figure_for_each_model(
    desk: Desk, generated: Generated
) -> None:
    generated(replace(TWO, professions=("author",)))
    html = show(average.panel, desk, TWO)
    assert [one.text for one in html.all("h3")] == ["author", "nurse"]
    assert len(html.all("img")) == 2
    assert [one.text for one in html.all(".bx-none")] == ["No images yet"] * 2


def test_an_average_is_served_for_ever_and_its_numbers_beside_it(
    client: TestClient, desk: Desk, generated: Generated, generator: FakeGenerator
) -> None:
    generator.filtered = lambda request: request.replicate == 3
    generated(ONE)
    source = sources(show(average.panel, desk, ONE))[0]
    answer = client.get(source)
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"].endswith("immutable")
    told = client.get(source.replace(".webp", ".txt")).text
    assert told == "22 of 24 images, as they are."
    # A run adds images: the address is another, and the old one is not kept.
    generated(replace(ONE, images=14))
    more = replace(ONE, images=14)
    assert source.split("?")[0] != sources(show(average.panel, desk, more))[0].split("?")[0]
    stale = client.get(source.replace("images=12", "images=14"))
    assert stale.headers["cache-control"] == "no-cache"


def test_what_cannot_be_averaged_is_answered_with_a_message(client: TestClient) -> None:
    assert client.get(f"/average/0123.webp{address(ONE)}").status_code == 404
    assert client.get("/average/0123.webp?images=many").status_code == 400


def test_an_image_is_chosen_among_one_of_each_adjective(desk: Desk, generated: Generated) -> None:
    generated(ONE)
    html = show(neighbours.panel, desk, ONE)
    links = html.one("ul.bx-near").all("a")
    assert [link.all("b")[0].text for link in links] == ["author, no adjective", "author, honest"]
    chosen = links[1].attributes["href"]
    assert chosen.startswith(f"{view_address(ONE)}&near=")


def test_neighbours_are_told_in_words_and_lead_on(desk: Desk, generated: Generated) -> None:
    generated(TWO)
    generated(ONE)
    offered = show(neighbours.panel, desk, ONE).one("ul.bx-near").all("a")[0].attributes["href"]
    near = offered.rpartition("near=")[2]
    html = show(neighbours.panel, desk, replace(ONE, near=near))
    found = html.one("ol.bx-near").all("li")
    assert len(found) == 24
    assert near not in [one.one("a").attributes["href"].rpartition("near=")[2] for one in found]
    distances = [float(one.all("span")[1].text.removeprefix("distance ")) for one in found]
    assert distances == sorted(distances)
    assert "of 60 stored ones" in html.one(".bx-picked").text
    # Models and professions beyond those of the choice are found, too.
    words = " ".join(one.text for one in found)
    assert "emoji-even" in words
    assert "nurse" in words


def test_what_other_people_add_is_no_neighbour(desk: Desk, generated: Generated) -> None:
    own = replace(ONE, professions=("my own word",))
    generated(own)
    generated(ONE)
    key = show(neighbours.panel, desk, ONE).one("ul.bx-near").all("a")[0].attributes["href"]
    near = key.rpartition("near=")[2]
    assert "my own word" not in show(neighbours.panel, desk, replace(ONE, near=near)).text
    assert "my own word" in show(neighbours.panel, desk, replace(own, near=near)).text


def test_an_image_that_cannot_be_compared_is_a_message_and_others_are_offered(
    desk: Desk, generated: Generated
) -> None:
    generated(ONE)
    html = show(neighbours.panel, desk, replace(ONE, near="0123456789ab"))
    assert html.one("p", role="alert").text.startswith("The chosen image is not stored here, or")
    assert len(html.one("ul.bx-near").all("a")) == 2
    forget_embeddings(desk)
    html = show(neighbours.panel, desk, replace(ONE, near="0123456789ab"))
    assert html.one("form").one("button").text == "Encode 24 images"


def test_clusters_show_nine_images_and_what_fills_them(desk: Desk, generated: Generated) -> None:
    generated(TWO)
    html = show(neighbours.panel, desk, TWO)
    clusters = html.all("div.bx-cluster")
    assert len(clusters) >= 2
    for cluster in clusters:
        number = int(cluster.one("h3").text.split(": ")[1].split()[0])
        assert len(cluster.all("img")) == min(9, number)
        kinds = [one.text for one in cluster.all("caption")]
        assert kinds == ["Professions", "Models"]
        for table in cluster.all("table"):
            assert sum(int(row[2].split()[0]) for row in table_rows(table)) == number
    assert "Clusters are of pictures, not of people. Nobody is given a label." in html.text


def test_images_without_embeddings_are_encoded_by_a_button(
    client: TestClient, desk: Desk, generated: Generated
) -> None:
    generated(ONE)
    forget_embeddings(desk)
    html = show(neighbours.panel, desk, ONE)
    form = html.one("form")
    assert form.one("button").text == "Encode 24 images"
    answer = client.post(
        form.attributes["action"],
        headers={"Referer": f"https://elsewhere.example//other.example/explore{address(ONE)}"},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/other.example/explore?model=")
    # Closing would end the run before all are encoded.
    while run := desk.runs.of(desk.study(ONE)):
        desk.runs.wait(run, 1)
    desk.runs.close()
    assert not show(neighbours.panel, desk, ONE).all("form")
    assert "24" in table_rows(show(diversity.panel, desk, ONE).one("table"))[0]


def test_a_page_that_only_shows_offers_no_button(desk: Desk, generated: Generated) -> None:
    generated(ONE)
    forget_embeddings(desk)
    only = replace(desk, settings=replace(desk.settings, mode=Mode.READ_ONLY))
    html = show(neighbours.panel, only, ONE)
    assert not html.all("form")
    assert "24 stored images were classified before" in html.text
    assert "Whoever runs this page can have them encoded" in html.text
    assert view_address(replace(EXPLORE, tab=NEIGHBOURS)) in [
        one.attributes["href"] for one in html.all("a")
    ]
    with TestClient(Starlette(routes=routes(only))) as client:
        assert client.post(f"/encode{address(ONE)}").status_code == 403


def test_without_images_each_panel_says_so(desk: Desk) -> None:
    assert "No images are stored yet." in show(neighbours.panel, desk, ONE).text
    assert len(show(average.panel, desk, ONE).all(".bx-none")) == 3
    assert "too few" in show(diversity.panel, desk, ONE).one("table").text


def test_diversity_stands_beside_the_share(desk: Desk, generated: Generated) -> None:
    generated(ONE)
    html = show(diversity.panel, desk, ONE)
    rows = table_rows(html.one("table"))
    assert [row[0] for row in rows] == ["author, all together", "no adjective", "honest"]
    assert [row[2] for row in rows] == ["24", "12", "12"]
    assert "24 images of an author are as varied as" in html.text
    assert "A model can be balanced and still draw one face." in html.text


@pytest.mark.parametrize("name", ["clusters", "diversity", "diversity-by-adjective"])
def test_files_hold_the_same_rows(client: TestClient, generated: Generated, name: str) -> None:
    generated(TWO)
    made = client.get(f"/json/{name}.json{address(TWO)}").json()
    lines = client.get(f"/csv/{name}.csv{address(TWO)}").text.splitlines()
    assert lines[0].split(",") == list(made[0])
    assert len(lines) == 1 + len(made)


def test_neighbours_can_be_taken_away(client: TestClient, desk: Desk, generated: Generated) -> None:
    generated(ONE)
    link = show(neighbours.panel, desk, ONE).one("ul.bx-near").all("a")[0].attributes["href"]
    rows = json.loads(client.get(f"/json/neighbours.json?{link.partition(chr(63))[2]}").text)
    assert [row["rank"] for row in rows] == list(range(1, 24))
    assert client.get(f"/csv/neighbours.csv{address(ONE)}").status_code == 400
