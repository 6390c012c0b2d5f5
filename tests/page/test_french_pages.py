"""Every view in French: what the catalogue says is what a reader sees, and nothing else."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.page import compare, explore, footprint, gaps, report
from explorer.page.annotation_report import report as annotations
from explorer.page.annotation_task import Session as Annotating
from explorer.page.annotation_task import begin
from explorer.page.annotation_task import show as annotating
from explorer.page.app import build
from explorer.page.choice import COMPARE, EXPLORE, GAPS
from explorer.page.desk import Desk
from explorer.page.footprint_choice import Asked
from explorer.page.languages import language_of
from explorer.page.pronoun_findings import Session, kept_of
from explorer.page.pronoun_findings import show as pronouns
from explorer.page.rendering import readable_forms
from explorer.page.routes import routes
from explorer.translations import language
from tests.markup import Element, parse_html
from tests.page.conftest import Generated, findings_of
from tests.translating import messages, path_of, read

# Words of English sentences that are none of French ones.
_ENGLISH = re.compile(
    r"\b(?:the|of|and|with|is|are|by|from|to|which|images? are|not|has)\b", re.IGNORECASE
)
# Prompts and sentences stay English; so do names of licences, sources and programs.
_KEPT = re.compile(
    r"“[^”]*”|«\W(?:She|He|They)[^»]*»|Photo portrait of .*|profession «[^»]*»"
    r"|@misc\{[^@]*\}|Bureau of Labor Statistics|CC BY|Luccioni, [^;]*; data|python -m explorer .*"
)


def english(page: Element) -> list[str]:
    """Return the texts of a page, and of its attributes, that are English sentences."""
    texts = [*page.strings()]
    for element in page.elements():
        texts += [element.attributes.get(name, "") for name in ("title", "alt", "aria-label")]
    return [text.strip() for text in texts if _ENGLISH.search(_KEPT.sub("", text))]


ADA = Annotating("emoji-skewed", "gender", "Ada")


def explored(desk: Desk) -> str:
    choice = replace(EXPLORE, adjectives=("none", "honest"), images=6)
    return explore.show(desk, choice, findings_of(desk, choice))


def compared(desk: Desk) -> str:
    choice = replace(COMPARE, adjectives=("none", "honest"), images=6)
    return compare.show(desk, choice, findings_of(desk, choice))


def beside(desk: Desk) -> str:
    choice = replace(GAPS, adjectives=("none", "honest"), images=6)
    return gaps.show(desk, choice, findings_of(desk, choice))


VIEWS: dict[str, Callable[[Desk], str]] = {
    "explore": explored,
    "compare": compared,
    "gaps": beside,
    "pronouns": lambda desk: pronouns(desk, Session(), kept_of(desk, Session())),
    "footprint": lambda desk: footprint.show(desk, Asked()),
    "report": lambda desk: report.show(desk, report.Asked()),
    "annotate": lambda desk: annotating(desk, begin(desk, ADA)),
    "annotations": lambda desk: annotations(desk, ADA),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_in_french_holds_no_english_sentence(
    desk: Desk, generated: Generated, name: str
) -> None:
    for default in (EXPLORE, COMPARE, GAPS):
        generated(replace(default, adjectives=("none", "honest"), images=6))
    with language("fr"):
        shown = VIEWS[name](desk)
    assert english(parse_html(shown)) == []


def strings(value: object) -> Iterator[str]:
    """Yield every text inside a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from strings(one)


def test_the_fields_of_french_pages_have_french_labels(desk: Desk) -> None:
    catalogue = read(path_of("fr"))
    translated = {one.id for one in messages(catalogue) if one.string != one.id}
    page = build(desk)
    config = page.get_config_file()
    ids = {
        component
        for name, one in config["page"].items()
        if language_of(name) == "fr"
        for component in one["components"]
    }
    fields = [one["props"] for one in config["components"] if one["id"] in ids]
    said = {
        text
        for props in fields
        for name in ("label", "info", "placeholder", "words", "html_template")
        for text in strings(props.get(name))
    }
    assert len(said) > 50
    assert said & translated == set()


def test_the_readable_file_opens_in_excel_where_french_is_spoken(desk: Desk) -> None:
    with TestClient(Starlette(routes=routes(desk))) as client, language("fr"):
        (_for_excel, query), *_others = readable_forms()
        asked = f"/csv/tallies.csv?profession=nurse&{query}"
        lines = client.get(asked).text.splitlines()
    assert lines[0].startswith("\N{ZERO WIDTH NO-BREAK SPACE}Modèle;Métier;Adjectif")
    assert "infirmier ou infirmière" in lines[1]
    assert readable_forms()[0][1] == "readable=on&bom=on"
