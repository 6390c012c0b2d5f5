"""The page Method: docs/method.md, with a place for every term of the page."""

from pathlib import Path

import pytest

from explorer.page import method
from explorer.page.glossary import glossary
from explorer.page.method import rendered, show
from tests.markup import parse_html


@pytest.mark.parametrize("name", glossary())
def test_every_term_leads_to_a_place_in_the_method(name: str) -> None:
    page = parse_html(show())
    anchor = glossary()[name].address.removeprefix("method#")
    (place,) = page.all("", id=anchor)
    assert place.tag in {"h2", "h3", "p"}


def test_the_contents_and_links_within_the_text_lead_to_a_place() -> None:
    page = parse_html(show())
    links = [link.attributes["href"] for link in page.all("a")]
    places = {one.attributes["id"] for one in page.elements() if "id" in one.attributes}
    assert {"method#annotations", "method#two-models"} <= set(links)
    assert all(
        link.startswith("https:") or link.removeprefix("method#") in places for link in links
    )
    titles = [link.text for link in page.one("nav").all("a")]
    assert titles[:2] == ["From words to images", "From images to labels"]


def test_each_place_has_a_name_of_its_own() -> None:
    page = parse_html(show())
    names = [one.attributes["id"] for one in page.elements() if "id" in one.attributes]
    assert len(names) == len(set(names))


def test_files_of_the_repository_are_no_links_and_html_is_text() -> None:
    text = "# Title\n\n## Here it *is*\n\nSee [that](models.md), [this](#here-it-is) <b>and</b>."
    page = parse_html(rendered(text).text)
    assert [link.attributes["href"] for link in page.all("a")] == ["method#here-it-is"]
    assert page.one("p").text == "See that, this <b>and</b>."
    assert not page.all("h1")


def test_a_copy_without_the_text_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(method, "repository", lambda: tmp_path)
    monkeypatch.setattr(method, "method", method.method.__wrapped__)
    page = parse_html(show())
    assert "Get the whole repository" in page.text
    assert not page.all("a")
