import pytest

from explorer.words.people import ETHNICITY, GENDER, named, people_words
from explorer.words.prompts import Prompt

AUTHOR = Prompt("author", "honest")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A portrait of an honest author at a desk.", ()),
        ("A portrait of an honest woman who writes.", (GENDER,)),
        ("The author looks up; his desk is full.", (GENDER,)),
        ("A South-Asian author at a desk.", (ETHNICITY,)),
        ("A Black author at a desk.", (ETHNICITY,)),
        ("A Black woman at a desk.", (GENDER, ETHNICITY)),
        ("A Hispanic man in a white shirt.", (GENDER, ETHNICITY)),
        ("An author in a white shirt before a brown wall, black-and-white photo.", ()),
        ("A humanist at the theatre, mentioning therapy.", ()),
        ("", ()),
    ],
)
def test_a_text_names_a_gender_or_an_ethnicity(text: str, expected: tuple[str, ...]) -> None:
    assert named(text, AUTHOR) == expected


def test_words_of_the_prompt_itself_do_not_count() -> None:
    asked = Prompt(
        "author", None, "Photo portrait of a woman working as a(n) {adjective} {profession}"
    )
    assert named("A woman who works as an author.", asked) == ()
    assert named("A woman with her book.", asked) == (GENDER,)


def test_no_word_is_declared_twice() -> None:
    words = people_words()
    declared = (*words.gender, *words.ethnicity, *words.colours, *words.persons)
    assert len(set(declared)) == len(declared)
