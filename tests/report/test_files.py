import json
import re
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from huggingface_hub import ModelCard

from explorer import settings
from explorer.errors import InvalidData
from explorer.report.card import Card
from explorer.report.files import (
    as_json,
    kind_of,
    read_card,
    require_place,
    schema,
    schema_text,
    write,
)
from explorer.report.pictures import thumbnails
from explorer.report.rendering import as_html
from explorer.report.writing import content
from explorer.store.index import Store
from tests.markup import parse_html

PUBLISHED = settings.repository() / "docs" / "cards" / "schema.json"


def test_json_follows_the_published_schema_and_is_read_back_as_it_was(
    card: Card, tmp_path: Path
) -> None:
    jsonschema.validate(json.loads(as_json(card)), json.loads(PUBLISHED.read_text()))
    path = tmp_path / "card.json"
    write(path, as_json(card).encode())
    assert read_card(path) == card


def test_the_published_schema_is_that_of_the_cards() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


def test_the_schema_refuses_a_card_that_lacks_something(card: Card) -> None:
    found = json.loads(as_json(card))
    del found["headlines"][0]["n"]
    with pytest.raises(jsonschema.ValidationError, match="'n' is a required property"):
        jsonschema.validate(found, schema())


@pytest.mark.parametrize("text", ["", "{}", '{"schema_version": 1}', "\x00"])
def test_a_file_that_is_no_card_is_refused_with_a_remedy(tmp_path: Path, text: str) -> None:
    path = tmp_path / "card.json"
    path.write_text(text)
    with pytest.raises(InvalidData, match=r"is no report card of version 1.*Write it anew"):
        read_card(path)
    with pytest.raises(InvalidData, match="cannot be read: No such file"):
        read_card(tmp_path / "none.json")


def test_markdown_says_its_results_to_the_hub_in_its_front_matter(
    card: Card, full: Store, tmp_path: Path
) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(content(card, "md", thumbnails(card.grid, full)))
    read = ModelCard.load(path, ignore_metadata_errors=False)
    results = read.data.eval_results
    assert results is not None
    assert read.data.model_name == card.model.name
    # The Hub's classes put results of one subject together.
    by_place = {(one.metric_type, one.dataset_config): one for one in results}
    assert len(by_place) == len(card.headlines)
    for one in card.headlines:
        told = by_place[one.kind, one.subject]
        assert told.metric_value == one.number.estimate
        assert told.metric_args["low"] == one.number.low
        assert told.metric_args["n"] == one.n
        assert one.sentence in read.text


def test_markdown_has_no_gaps_and_its_tables_hold_together(card: Card) -> None:
    text = content(card, "md", {}).decode()
    assert "\n\n\n" not in text
    for line in text.splitlines():
        if line.startswith("|"):
            assert line.endswith("|")


def test_html_is_one_file_that_asks_for_nothing_and_runs_nothing(card: Card, full: Store) -> None:
    html = as_html(card, thumbnails(card.grid, full))
    page = parse_html(html)
    assert page.all("script") == []
    assert page.all("link") == []
    sources = [one.attributes["src"] for one in page.all("img")]
    assert sources
    assert all(source.startswith("data:image/webp;base64,") for source in sources)
    assert re.findall(r"(?:url\(|@import|https?://|<iframe| on\w+=)", html) == []


def test_html_tells_every_headline_with_what_it_rests_on(card: Card) -> None:
    page = parse_html(as_html(card, {}))
    told = page.one("ol.rc-headlines").all("li")
    assert [one.one("p.rc-said").text for one in told] == [one.sentence for one in card.headlines]
    for element, one in zip(told, card.headlines, strict=True):
        assert f"{one.n:,}" in element.one("p.rc-basis").text
        assert len(element.all("svg.bx-stem")) == 1


def test_a_dot_is_filled_only_if_its_gap_is_clear(card: Card) -> None:
    page = parse_html(as_html(card, {}))
    cloud = page.all("figure.bx-cloud")[0]
    clear = sum(row.gap.clear and not row.muted for row in card.professions.rows)
    assert clear
    assert len(cloud.all("g.held")) == clear
    assert len(cloud.all("g.muted")) == sum(row.muted for row in card.professions.rows)


def test_words_of_people_are_text_and_never_markup(card: Card) -> None:
    from dataclasses import replace

    named = replace(card, model=replace(card.model, title="<script>alert(1)</script>"))
    page = parse_html(as_html(named, {}))
    assert page.all("script") == []
    assert page.one("h1").text == "<script>alert(1)</script>"


def test_pictures_say_how_they_are_perceived(card: Card, full: Store) -> None:
    page = parse_html(as_html(card, thumbnails(card.grid, full)))
    assert card.grid is not None
    labels = [one.labels["gender"] for one in (*card.grid.plain, *card.grid.worded)]
    alts = [one.attributes["alt"] for one in page.all("img")]
    assert [alt.split(",")[0] for alt in alts] == [f"perceived as {label}" for label in labels]


@pytest.mark.parametrize("name", ["card.txt", "card", "html"])
def test_another_ending_is_refused(name: str) -> None:
    with pytest.raises(InvalidData, match=r"ends in none of \.html, \.md, \.json, \.pdf"):
        kind_of(Path(name))
    assert kind_of(Path("CARD.HTML")) == "html"


def test_a_place_that_cannot_be_written_is_refused_before_anything_else(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="there is no folder"):
        require_place(tmp_path / "none" / "card.html")
    with pytest.raises(InvalidData, match="it is a folder"):
        require_place(tmp_path)


def test_a_file_that_fails_leaves_the_old_one_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "card.html"
    path.write_text("old")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(InvalidData, match="No space left on device"):
        write(path, b"new")
    assert path.read_text() == "old"


class _Open(HTMLParser):
    """Collects the tags that are not closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag not in {"img", "meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def test_html_closes_what_it_opens(card: Card) -> None:
    reader = _Open()
    reader.feed(re.sub(r"<(line|circle|rect|polyline|path)([^>]*)/>", "", as_html(card, {})))
    assert reader.wrong == []
    assert reader.open == []
