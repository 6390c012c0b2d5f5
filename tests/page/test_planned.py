"""What the pictures asked for will tell, before any is drawn."""

import pytest

from explorer.page.choice import Choice, study
from explorer.page.planned import planned
from explorer.pictures.catalog import find_model
from explorer.statistics.confusion import Confusion
from explorer.store.index import Store

UNKNOWN = ("CompVis/stable-diffusion-v1-4",)


def line(choice: Choice, store: Store) -> str:
    return planned(study(choice, find_model, "cpu"), store).line


def test_it_tells_the_precision_of_a_profession_and_what_a_difference_takes(
    store: Store,
) -> None:
    assert line(Choice(UNKNOWN, images=9), store) == (
        "189 pictures a profession tell a share near 50% within 7 points. To tell two models "
        "apart by 10 points: 388 are needed."
    )
    assert line(Choice(UNKNOWN, images=20), store).endswith("by 10 points: enough.")


def test_too_few_pictures_tell_counts_only(store: Store) -> None:
    said = line(Choice(UNKNOWN, adjectives=("none",), images=9), store)
    assert said.startswith("9 pictures a profession tell a share near 50% in counts only.")
    assert line(Choice(UNKNOWN, adjectives=("none",), images=1), store).startswith("1 picture a")


def test_the_sentences_are_those_of_the_command_line(store: Store) -> None:
    told = planned(study(Choice(UNKNOWN), find_model, "cpu"), store).sentences
    assert "by 388 pictures of each" in told[0]
    assert "How the instrument errs is not known here" in told[1]


def test_an_instrument_that_errs_too_much_tells_no_number(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    guess = Confusion(((50, 50), (50, 50), (0, 0)), "human")
    monkeypatch.setattr("explorer.page.planned.known_errors", lambda *_: {("m", "gender"): guess})
    found = planned(study(Choice(UNKNOWN), find_model, "cpu"), store)
    assert "errs too much" in found.line
    assert "No number of pictures makes up for this" in found.sentences[0]
