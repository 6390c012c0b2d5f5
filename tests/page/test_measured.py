"""How it is measured: skin tone by pixels, the face alone, a gate, the year of the statistics."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.classifiers.find import classifiers
from explorer.findings.findings import Findings
from explorer.models.catalog import ModelCard, find_model
from explorer.page import compare, explore, gaps
from explorer.page.choice import STATISTICS, Choice, address, study
from explorer.page.desk import Desk
from explorer.page.measured import measured
from explorer.page.routes import routes
from explorer.page.todo import button_text, to_do
from explorer.study import Study
from tests.commands import run
from tests.fakes import FakeClassifier, FakeGenerator, fake_card
from tests.markup import Element, parse_html
from tests.page.conftest import Generated, findings_of

pytestmark = pytest.mark.usefixtures("no_yunet")

PLAIN = Choice(("fake-a",), adjectives=("none",), images=12)
PIXELS = replace(PLAIN, tone="pixels")
FACE = replace(PLAIN, classifier="face")
GATED = replace(PLAIN, gate=True)
REFUSALS = ("several people", "no person", "not a photograph")

Show = Callable[[Desk, Choice, Findings], str]


def find(name: str, device: str, **changes: Any) -> ModelCard:
    return fake_card(name) if name.startswith("fake") else find_model(name, device, **changes)


@pytest.fixture
def desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return a desk where real pixels are measured, and captions are read by a stand-in."""
    monkeypatch.setattr(
        "explorer.classifiers.clip.ClipClassifier", lambda spec, _: FakeClassifier(spec)
    )
    return replace(desk, find_model=find, classifiers=classifiers("cpu"))


def made(desk: Desk, choice: Choice) -> Study:
    return study(choice, desk.find_model, "cpu")


def page(desk: Desk, choice: Choice, show: Show = explore.show) -> Element:
    return parse_html(show(desk, choice, findings_of(desk, choice)))


def shown(desk: Desk, choice: Choice, show: Show = explore.show) -> str:
    """Return the text of the statistics, where a view has tabs."""
    return page(desk, replace(choice, tab=STATISTICS), show).text


def refused(desk: Desk, choice: Choice) -> dict[str, int]:
    """Return the number of images the gate refuses, by subject shown."""
    (row, *_) = findings_of(desk, choice).tallies("profession")
    return {reason: count for reason, count in row.reasons if reason in REFUSALS}


@pytest.mark.parametrize("choice", [PIXELS, FACE, GATED])
def test_stored_images_that_it_has_not_looked_at_are_to_be_classified(
    desk: Desk, generated: Generated, generator: FakeGenerator, choice: Choice
) -> None:
    generated(PLAIN)
    assert button_text(to_do(made(desk, choice), desk)) == "Classify 12 images"
    assert "12 not classified yet" in shown(desk, choice)
    generated(choice)
    assert to_do(made(desk, choice), desk).done
    assert len(generator.generated) == 12
    assert to_do(made(desk, PLAIN), desk).done


def test_skin_tone_by_pixels_has_three_bins_and_its_own_reasons(
    desk: Desk, generated: Generated
) -> None:
    generated(PIXELS)
    text = shown(desk, PIXELS)
    # Coloured squares hold no face.
    assert "12 not measurable (12 no face found)" in text
    assert "Skin tone by pixels" in text
    assert "medium-light" not in text
    assert "medium-light" in shown(desk, PLAIN)
    assert "% of images of an author look feminine" in text


def test_the_dialog_tells_what_was_measured_and_why_there_is_no_answer(
    desk: Desk, generated: Generated
) -> None:
    bundled = replace(PIXELS, models=("emoji-even",))
    generated(bundled)
    axes = json.loads(page(desk, bundled).one("section.bx-grid").attributes["data-axes"])
    assert axes[0]["measures"] == []
    assert "Typology angle" in axes[1]["measures"]
    facts = json.loads(page(desk, bundled).one("ul.bx-thumbs").attributes["data-facts"])
    answered = [scores for _seed, labels, scores, *_others in facts if labels[1] is not None]
    assert answered
    assert all(len(scores[1]) == len(axes[1]["measures"]) for scores in answered)
    generated(PIXELS)
    alts = [one.attributes["alt"] for one in page(desk, PIXELS).one("section.bx-grid").all("img")]
    assert len(alts) == 12
    assert all(one.endswith("skin tone by pixels not measurable (no face found)") for one in alts)


def test_the_face_alone_says_where_there_is_none(desk: Desk, generated: Generated) -> None:
    generated(FACE)
    text = shown(desk, FACE)
    assert "None of 12 images of an author could be classified" in text
    uncounted = page(desk, replace(FACE, tab=STATISTICS)).all(".bx-uncounted")
    assert uncounted
    for counts in uncounted:
        assert "12 unclear (12 no face found)" in counts.text
    assert "classified by the face alone" in text
    assert "OpenCV's Haar cascade" in text
    assert "no face found" not in shown(desk, PLAIN)


def test_what_the_gate_refuses_is_counted_by_what_it_shows_in_every_view(
    desk: Desk, generated: Generated
) -> None:
    several = replace(GATED, professions=("author", "nurse"))
    both = replace(GATED, models=("fake-a", "fake-b"))
    generated(replace(several, models=both.models))
    counts = refused(desk, GATED)
    assert counts
    for reason, count in counts.items():
        assert re.search(rf"\d+ unclear \([^)]*\b{count} {reason}\b", shown(desk, GATED))
        assert f"{count} {reason}" in shown(desk, both, compare.show)
        assert reason in shown(desk, replace(both, professions=several.professions), compare.show)
    told = shown(desk, several, gaps.show)
    assert re.search(r"Perceived gender presentation: \d+ of 24 images by fake-a have no", told)
    assert all(reason in told for reason in refused(desk, several))
    assert not any(reason in shown(desk, PLAIN) for reason in REFUSALS)


def test_shares_are_corrected_with_the_errors_of_the_chosen_instrument_alone(
    desk: Desk, generated: Generated
) -> None:
    usual = replace(PLAIN, models=("emoji-even",), images=40)
    for known in (usual, replace(usual, gate=True)):
        generated(known)
        assert "Corrected for classifier mistakes" in shown(desk, known)
    assert not findings_of(desk, replace(usual, classifier="face")).errors


@pytest.mark.parametrize(
    ("year", "share", "mark"),
    [
        (2021, "64%", "(2021, close match)"),
        (2023, "54%", "(2023, close match)"),
        (2025, "67%", "(2025, transcribed by hand, close match)"),
    ],
)
def test_the_year_moves_reference_line_and_sentence(
    desk: Desk, generated: Generated, year: int, share: str, mark: str
) -> None:
    choice = replace(PLAIN, year=year)
    generated(choice)
    text = shown(desk, choice)
    assert f"Women are {share} of US writers and authors ({year})" in text
    assert f"US writers and authors: {share} women {mark}" in text
    assert f"US writers and authors: {share} women {mark}" in page(desk, choice).text
    assert ("a wrong digit may have gone unnoticed" in text) == (year == 2025)
    both = replace(choice, models=("fake-a", "fake-b"))
    assert f"Women are {share} of US writers and authors ({year})" in shown(
        desk, both, compare.show
    )
    beside = shown(desk, choice, gaps.show)
    assert f"the labour statistics of {year}" in beside
    assert mark.strip("()") in beside


def test_a_year_without_a_figure_of_the_profession_says_so(desk: Desk) -> None:
    text = shown(desk, replace(PLAIN, professions=("software developer",), year=2019))
    assert "There is no labour statistic for 'software developer' in 2019." in text
    assert "Women are" not in text


def test_nothing_is_told_where_it_is_measured_as_usual(desk: Desk) -> None:
    told = measured(PLAIN, made(desk, PLAIN))
    assert (told.words, told.sentences) == ((), ())


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("tallies.csv", "tally --model fake-a --axis gender --axis pixel-tone --year 2021"),
        ("images.csv", "images --model fake-a --axis gender --axis pixel-tone"),
        ("gaps.csv", "gap fake-a --axis gender --year 2021"),
        ("tones.csv", "gap fake-a --axis pixel-tone"),
    ],
)
def test_a_file_equals_what_the_command_line_writes_of_the_same_choice(
    desk: Desk, generated: Generated, monkeypatch: pytest.MonkeyPatch, file: str, command: str
) -> None:
    monkeypatch.setattr("explorer.reference.sample.open_sample", lambda *_: None)
    monkeypatch.setattr("explorer.cli.options.find_model", find)
    choice = replace(PIXELS, classifier="face", gate=True, year=2021)
    generated(choice)
    with TestClient(Starlette(routes=routes(desk))) as client:
        answer = client.get(f"/csv/{file}{address(choice)}")
    options = "--profession author --adjective none --images 12 --classifier face --gate --csv -"
    assert answer.content == run(f"{command} {options}").stdout_bytes
    assert len(answer.content.splitlines()) > 1
