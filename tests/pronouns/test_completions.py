import pytest

from explorer.pronouns.completions import complete, particular_words, written
from explorer.pronouns.kept import Completions
from explorer.pronouns.templates import TEMPLATES
from tests.languages import causal

PROFESSIONS = ("driver", "truck driver", "nurse", "waitress", "CEO")


def _said(pronoun: str, *texts: str) -> Completions:
    return Completions(TEMPLATES[0], pronoun, texts)


@pytest.mark.parametrize(
    ("text", "profession"),
    [
        ("a nurse", "nurse"),
        ("a truck driver in Ohio", "truck driver"),
        ("a bus driver", "driver"),
        ("nurses", "nurse"),
        ("waitresses and nurses", "waitress"),
        ("the Ceo of a bank", "CEO"),
        ("a nursery hand", None),
        ("", None),
    ],
)
def test_a_completion_is_matched_with_its_first_and_longest_profession(
    text: str, profession: str | None
) -> None:
    found = particular_words([_said("she", text or " "), _said("he", "nothing")], PROFESSIONS)
    assert [word.profession for word in found] == ([profession] if profession else [])


def test_empty_completions_are_counted_and_no_part_of_shares() -> None:
    said = [_said("she", *["a nurse"] * 10, *[""] * 30), _said("he", *["a driver"] * 10)]
    she, he = written(said, PROFESSIONS)
    assert (she.number, she.empty, she.named) == (40, 30, 10)
    assert (he.number, he.empty, he.named) == (10, 0, 10)
    nurse, driver = particular_words(said, PROFESSIONS)
    assert nurse.difference is not None
    assert nurse.difference.estimate == pytest.approx(1.0)
    assert (driver.she, driver.he) == (0, 10)


def test_the_words_most_particular_to_she_come_first_each_with_an_interval() -> None:
    she = _said("she", *["a nurse"] * 60, *["a driver"] * 10, *["a CEO"] * 30)
    he = _said("he", *["a nurse"] * 10, *["a driver"] * 60, *["a CEO"] * 30)
    nurse, ceo, driver = particular_words([she, he], PROFESSIONS)
    assert [word.profession for word in (nurse, ceo, driver)] == ["nurse", "CEO", "driver"]
    for word, held in ((nurse, True), (ceo, False), (driver, True)):
        assert word.difference is not None
        assert word.q is not None
        assert (not word.difference.low <= 0 <= word.difference.high) == held
        assert (word.q < 0.05) == held


def test_without_any_completion_of_one_there_is_no_difference() -> None:
    (nurse,) = particular_words([_said("she", "a nurse"), _said("he", "")], PROFESSIONS)
    assert (nurse.difference, nurse.q) == (None, None)


def test_sampling_is_repeatable_and_more_begins_with_the_same() -> None:
    model = causal()
    few = complete(model, TEMPLATES[0], "she", 3)
    more = complete(model, TEMPLATES[0], "she", 60)
    assert len(more.texts) == 60
    assert more.texts[:3] == few.texts
    assert complete(model, TEMPLATES[0], "he", 3).texts != few.texts


def test_a_completion_ends_with_its_sentence() -> None:
    found = complete(causal(), TEMPLATES[0], "she", 50)
    assert not any(mark in text for text in found.texts for mark in ".!?\n")
