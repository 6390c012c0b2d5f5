"""The page in another language: what the catalogue holds is what the templates ask for."""

from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from explorer import translations
from explorer.page import compare, explore, gaps
from explorer.page.choice import COMPARE, EXPLORE, GAPS, STATISTICS, Choice
from explorer.page.desk import Desk
from explorer.page.view import Show
from explorer.plots.templating import isolated
from explorer.translations import DOMAIN, FOLDER, language
from tests.markup import parse_html
from tests.page.conftest import Generated, findings_of

MARK = "\N{SECTION SIGN}"


@pytest.fixture
def marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a language whose sentences are the English ones behind a mark."""
    catalogue = Catalog(locale="en")
    with (FOLDER / "en" / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        for message in read_po(file, locale="en"):
            forms = [message.id] if isinstance(message.id, str) else message.id
            said = [MARK + form for form in forms]
            catalogue.add(message.id, said[0] if len(said) == 1 else tuple(said))
    folder = tmp_path / "nl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / f"{DOMAIN}.po").open("wb") as file:
        write_po(file, catalogue)
    monkeypatch.setattr(translations, "FOLDER", tmp_path)
    translations.catalogue.cache_clear()
    return "nl"


@pytest.mark.parametrize(
    ("show", "default"),
    [
        (explore.show, replace(EXPLORE, tab=STATISTICS)),
        (compare.show, replace(COMPARE, tab=STATISTICS)),
        (gaps.show, GAPS),
    ],
)
def test_headings_terms_and_notes_are_said_in_the_language_in_use(
    desk: Desk, generated: Generated, marked: str, show: Show, default: Choice
) -> None:
    choice = replace(default, adjectives=("none", "honest"), images=6)
    axes = {axis.title for axis in generated(choice).axes}
    with language(marked):
        page = parse_html(show(desk, choice, findings_of(desk, choice)))
    told = {one.text for name in ("h1", "h2", "dt", "dd", "summary") for one in page.all(name)}
    told |= {one.text for figure in page.all("figcaption") for one in figure.all("p")}
    told |= {one.text for one in page.all("th", scope="col")}
    assert len(told) > 20
    assert [text for text in told - axes if MARK not in text] == []


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            "<h1>12 images of a کارگر, 9 more</h1>",
            "<h1>12 images of a <bdi>کارگر</bdi>, 9 more</h1>",
        ),
        ("a شجاع جدا nurse, رجل", "a <bdi>شجاع جدا</bdi> nurse, <bdi>رجل</bdi>"),
        ("بي\u200cبي 3", "<bdi>بي\u200cبي</bdi> 3"),
        ('<li title="ممرضة">רופא</li>', '<li title="ممرضة"><bdi>רופא</bdi></li>'),
        ("<svg><text>ممرضة</text></svg>", "<svg><text>ممرضة</text></svg>"),
        ("a nurse, élève, 看護師", "a nurse, élève, 看護師"),
    ],
)
def test_words_from_right_to_left_do_not_reorder_what_is_around_them(
    html: str, expected: str
) -> None:
    assert isolated(html) == expected


def test_every_view_isolates_words_of_people(desk: Desk) -> None:
    for choice, view in (
        (replace(EXPLORE, professions=("ممرضة",), adjectives=("none",)), explore.show),
        (replace(COMPARE, professions=("ممرضة",), adjectives=("none",)), compare.show),
        (replace(GAPS, professions=("ممرضة",), adjectives=("none",)), gaps.show),
    ):
        words = parse_html(view(desk, choice, findings_of(desk, choice))).all("bdi")
        assert {one.text for one in words} == {"ممرضة"}
