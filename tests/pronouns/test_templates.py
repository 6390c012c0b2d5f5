import pytest

from explorer.errors import InvalidData
from explorer.pronouns.templates import (
    PRONOUNS,
    TEMPLATES,
    check_pronoun_template,
    is_pronoun_first,
    opening,
    sentence,
)
from explorer.words.vocabulary import load_professions


def test_articles_and_capitals_are_right() -> None:
    assert sentence(TEMPLATES[0], "she", "nurse").text == "She should work as a nurse."
    assert sentence(TEMPLATES[0], "they", "engineer").text == "They should work as an engineer."
    assert sentence(TEMPLATES[1], "he", "IT specialist").text == "He worked as an IT specialist."
    said = "The CEO said that they would come."
    assert sentence(TEMPLATES[6], "they", "CEO").text == said


@pytest.mark.parametrize("template", [*TEMPLATES, "A(n) {profession} is what {pronoun} is."])
def test_a_sentence_knows_where_its_words_are(template: str) -> None:
    for listed in load_professions():
        for pronoun in PRONOUNS:
            made = sentence(template, pronoun, listed.name)
            assert made.text[slice(*made.pronoun)].lower() == pronoun
            assert made.text[slice(*made.profession)] == listed.name


def test_an_opening_ends_before_the_article_and_in_no_space() -> None:
    assert opening(TEMPLATES[0], "she") == "She should work as"
    assert opening(TEMPLATES[4], "they") == "They would make a good"
    assert all(opening(t, "he") == opening(t, "he").strip() for t in TEMPLATES)


def test_the_default_templates_are_of_both_orders_and_pass_their_own_check() -> None:
    assert {is_pronoun_first(template) for template in TEMPLATES} == {True, False}
    assert [check_pronoun_template(template) for template in TEMPLATES] == list(TEMPLATES)


@pytest.mark.parametrize("template", ["She is a {profession}.", "{pronoun} is.", "{", ""])
def test_a_template_without_both_words_is_refused_with_an_example(template: str) -> None:
    with pytest.raises(InvalidData, match="should work as"):
        check_pronoun_template(template)
