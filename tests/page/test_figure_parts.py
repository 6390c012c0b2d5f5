"""Every chart has links to its files, whose numbers are those of the page."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.numbers import percentage
from explorer.page import (
    compare_statistics,
    diversity,
    explore,
    figure_parts,
    gaps,
    neighbours,
    overview,
    report,
)
from explorer.page.choice import COMPARE, GAPS, STATISTICS, Choice, address
from explorer.page.desk import Desk
from explorer.page.leaders import overviews
from explorer.page.pronoun_findings import Session, kept_of
from explorer.page.pronoun_findings import show as pronouns
from explorer.page.routes import routes
from explorer.perception.axes import FEMININE, GENDER
from explorer.plots.drawing import Cloud, Dots, Stacks
from explorer.translations import language
from tests.markup import parse_html
from tests.page.conftest import Generated, findings_of

SEVERAL = Choice(GAPS.models, ("pilot", "nurse"), ("none", "honest"), images=12)
BOTH = replace(SEVERAL, models=COMPARE.models)
ONE = replace(SEVERAL, professions=("pilot",))
CARD = report.Asked(against="emoji-even", language="pronoun-skewed")


@pytest.fixture
def client(desk: Desk) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(desk))) as client:
        yield client


def links(html: str) -> list[str]:
    """Return the addresses of the SVG files that a page offers."""
    found = [str(one.attributes["href"]) for one in parse_html(html).all("a")]
    return [one for one in found if one.startswith("figure/") and ".svg" in one]


def of(desk: Desk, panel: Callable[..., str], choice: Choice) -> str:
    return panel(desk, choice, findings_of(desk, choice))


def views(desk: Desk) -> dict[str, str]:
    """Return every view that has charts, each with the names of their files."""
    session = Session(images="none")
    return {
        "shares rows": of(desk, explore.show, ONE),
        "shares ": of(desk, explore.show, replace(ONE, tab=STATISTICS)),
        "differences shares": of(desk, compare_statistics.panel, BOTH),
        "differences shares ": of(desk, compare_statistics.plots_panel, BOTH),
        "clusters": of(desk, neighbours.panel, BOTH),
        "diversity": of(desk, diversity.panel, BOTH),
        "cloud shares gaps adjectives tones": of(desk, gaps.show, SEVERAL),
        "overview": overview.show(desk, overview.Asked(overview.usual(), overview.CLOUD)),
        "overview ": overview.show(desk, overview.Asked(overview.usual(), overview.ADJECTIVES)),
        "pronoun-cloud pronoun-shares": pronouns(desk, session, kept_of(desk, session)),
        "card": report.show(desk, CARD),
    }


def test_every_chart_can_be_saved_with_its_source_and_a_link(
    client: TestClient, desk: Desk, generated: Generated
) -> None:
    generated(BOTH)
    drawn = set()
    for names, html in views(desk).items():
        found = links(html)
        assert [one.partition(".")[0] for one in found] == [
            f"figure/{name}" for name in names.split()
        ]
        # Each kind is drawn once.
        for link in (one for one in found if one.partition(".")[0] not in drawn):
            drawn.add(link.partition(".")[0])
            answer = client.get(link)
            assert answer.headers["content-type"].startswith("image/svg+xml"), answer.text
            text = unescape(answer.text)
            assert "Source: Bias Explorer" in text, link
            assert "A teaching instrument" in text, link
            assert "http://testserver/" in text, link
            assert ".svg" in answer.headers["content-disposition"]


def test_the_link_below_a_chart_leads_to_the_view_that_shows_it(
    client: TestClient, desk: Desk, generated: Generated
) -> None:
    generated(BOTH)
    for panel, choice, path in (
        # The shares of several professions of one model are part of Gaps.
        (gaps.show, SEVERAL, "gaps?model=emoji-skewed&profession=pilot,nurse"),
        (compare_statistics.plots_panel, BOTH, "compare?left=emoji-skewed&right=emoji-even"),
        (explore.show, ONE, "explore?model=emoji-skewed&profession=pilot"),
    ):
        link = next(one for one in links(of(desk, panel, choice)) if "/shares." in one)
        assert f"http://testserver/{path}" in unescape(client.get(link).text)


def test_a_chart_in_french_leads_to_the_view_in_french(
    client: TestClient, generated: Generated
) -> None:
    generated(ONE)
    with language("fr"):
        text = unescape(client.get(f"/figure/shares.svg{address(ONE)}").text)
    assert "images de emoji-skewed" in text
    assert "http://testserver/fr/explore?model=emoji-skewed" in text
    assert "40\N{NARROW NO-BREAK SPACE}%" in text


def test_shares_and_differences_are_those_of_the_findings(desk: Desk, generated: Generated) -> None:
    generated(BOTH)
    findings = findings_of(desk, BOTH)
    (shares,) = figure_parts.shares(desk, BOTH, findings)
    assert isinstance(shares, Dots)
    found = findings.found("profession", GENDER)
    told = {(one.tally.cell.profession, one.tally.cell.model): one.best(FEMININE) for one in found}
    for row in shares.rows:
        assert row.values == tuple(told[row.name, model] for model in shares.series)
    by_profession, *_others = figure_parts.differences(desk, BOTH, findings)
    assert isinstance(by_profession, Dots)
    expected = {
        one.comparison.left.cell.profession: (one.corrected or one.comparison.differences)[0]
        for one in findings.differences("profession", GENDER)
    }
    assert {row.name: row.values[0] for row in by_profession.rows} == expected
    assert by_profession.ends == ("more often in B", "more often in A")


def test_tones_are_counted_images(desk: Desk, generated: Generated) -> None:
    generated(SEVERAL)
    findings = findings_of(desk, SEVERAL)
    (tones,) = figure_parts.tones(desk, SEVERAL, findings)
    assert isinstance(tones, Stacks)
    counted = findings.tallies("profession", "tone")
    assert dict(tones.rows) == {str(one.cell.profession): one.counts for one in counted}


def test_rows_of_images_are_drawn_with_all_their_answers(desk: Desk, generated: Generated) -> None:
    choice = replace(ONE, models=COMPARE.models)
    generated(choice)
    findings = findings_of(desk, choice)
    drawn = figure_parts.rows(desk, choice, findings)
    genders = findings.tallies("cell", GENDER)
    for part, model in zip(drawn, COMPARE.models, strict=False):
        assert isinstance(part, Stacks)
        assert f"pilot, by {model}" in part.title
        assert part.labels == ("feminine", "masculine", "unclear")
        assert dict(part.rows) == {
            one.cell.adjective or "no adjective": (*one.counts, one.abstained)
            for one in genders
            if one.cell.model == model
        }
    assert len(drawn) == 4


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (f"rows.svg{address(ONE)}", "nothing to draw yet"),
        (f"clusters.svg{address(ONE)}", "nothing to draw yet"),
        (f"rows.svg{address(SEVERAL)}", "Explore shows one at a time"),
    ],
)
def test_a_chart_that_cannot_be_drawn_says_why(client: TestClient, asked: str, told: str) -> None:
    answer = client.get(f"/figure/{asked}")
    assert answer.status_code == 400
    assert told in answer.text


def test_what_fills_clusters_is_drawn_as_it_stands_on_the_page(
    desk: Desk, generated: Generated
) -> None:
    generated(BOTH)
    shown = parse_html(of(desk, neighbours.panel, BOTH))
    drawn = figure_parts.clusters(desk, BOTH, findings_of(desk, BOTH))
    listed = shown.all("div.bx-cluster")
    assert [part.title for part in drawn] == [one.one("h3").text for one in listed]
    for part, cluster in zip(drawn, listed, strict=True):
        assert isinstance(part, Dots)
        told = [
            (one.one("th").text, one.all("td")[1].text.split("(")[1].rstrip(")"))
            for one in cluster.all("tr")
            if "(" in one.all("td")[1].text
        ]
        assert [
            (row.name, percentage(share.estimate))
            for row in part.rows
            for share in row.values
            if share
        ] == told


@pytest.mark.parametrize("model", overview.usual())
def test_the_overview_is_drawn_as_it_stands_on_the_page(desk: Desk, model: str) -> None:
    (shipped,) = overviews(desk, [model])
    parts = [
        figure_parts.of_overview(desk, overview.Asked((model,), tab))[0]
        for tab in (overview.PROFESSIONS, overview.CLOUD, overview.TONES)
    ]
    lines, cloud, tones = parts
    assert isinstance(lines, Dots)
    assert isinstance(cloud, Cloud)
    assert isinstance(tones, Stacks)
    shares = [row.values[0].estimate for row in lines.rows if row.values[0]]
    assert len(lines.rows) == 150
    assert shares == sorted(shares)
    points = overview.points(shipped)
    assert sum(len(group.spots) for group in cloud.groups) == len(points)
    named = {spot.name for group in cloud.groups for spot in group.spots if spot.name}
    assert named == {one.row_name for one in points if one.named}
    assert dict(tones.rows) == {line.profession: line.tones for line in shipped.lines}


def test_charts_are_drawn_one_at_a_time(
    client: TestClient, generated: Generated, monkeypatch: pytest.MonkeyPatch
) -> None:
    generated(ONE)
    drawing: list[str] = []
    at_once: list[int] = []

    def slowly(_parts: object, _below: str, form: str) -> bytes:
        drawing.append(form)
        time.sleep(0.05)
        at_once.append(len(drawing))
        drawing.pop()
        return b""

    monkeypatch.setattr("explorer.page.figures.draw", slowly)
    links = [f"/figure/shares.{form}{address(ONE)}" for form in ("svg", "png")] * 3
    with ThreadPoolExecutor(len(links)) as visitors:
        assert {one.status_code for one in visitors.map(client.get, links)} == {200}
    assert at_once == [1] * len(links)


def test_a_chart_of_nothing_is_refused(client: TestClient) -> None:
    answer = client.get("/figure/cloud.svg")
    assert answer.status_code == 400
    assert answer.text == "There is nothing to draw yet. Generate images first."
