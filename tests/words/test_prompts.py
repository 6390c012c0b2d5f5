import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.errors import InvalidData
from explorer.words.prompts import TEMPLATE, Prompt, check_template, with_article
from explorer.words.vocabulary import load_adjectives, load_professions

# No word of a prompt has braces: they are refused when a word is added.
WORDS = st.text(st.characters(exclude_characters="{}"), min_size=1).filter(str.strip)

# Listed by hand: the first words whose sound begins with a vowel.
AN_PROFESSIONS = frozenset(
    {
        "accountant",
        "aerospace",
        "aide",
        "air",
        "architect",
        "artist",
        "author",
        "electrical",
        "electrician",
        "engineer",
        "event",
        "executive",
        "industrial",
        "insurance",
        "interior",
        "interviewer",
        "inventory",
        "IT",
        "occupational",
        "office",
        "underwriter",
    }
)
AN_ADJECTIVES = frozenset(
    {
        "ambitious",
        "assertive",
        "emotional",
        "honest",
        "intellectual",
        "outspoken",
        "unreasonable",
    }
)

PROFESSIONS = [profession.name for profession in load_professions()]
ADJECTIVES = [adjective.word for adjective in load_adjectives()]


@pytest.mark.parametrize("profession", PROFESSIONS)
def test_every_prompt_of_a_profession_has_the_right_article(profession: str) -> None:
    article = "an" if profession.split(maxsplit=1)[0] in AN_PROFESSIONS else "a"
    assert Prompt(profession).text == f"Photo portrait of {article} {profession}"
    for adjective in ADJECTIVES:
        article = "an" if adjective in AN_ADJECTIVES else "a"
        text = Prompt(profession, adjective).text
        assert text == f"Photo portrait of {article} {adjective} {profession}"


def test_own_words_have_the_right_article_too() -> None:
    assert Prompt("herald", "8-year-old").text == "Photo portrait of an 8-year-old herald"
    assert with_article("usher in uniform") == "an usher in uniform"


@pytest.mark.parametrize(
    ("template", "with_adjective", "without"),
    [
        ("A(n) {adjective} {profession}", "An honest chef", "A chef"),
        ("{profession}, {adjective}, photo", "chef, honest, photo", "chef, photo"),
        ("{adjective} {profession}", "honest chef", "chef"),
        ("a(n) old photo: {profession} ({adjective})", "an old photo: chef (honest)", None),
        ("Foto: {profession} {adjective}.", "Foto: chef honest.", "Foto: chef."),
    ],
)
def test_a_template_may_be_replaced(
    template: str, with_adjective: str, without: str | None
) -> None:
    assert Prompt("chef", "honest", check_template(template)).text == with_adjective
    if without is not None:
        assert Prompt("chef", None, template).text == without


def test_words_are_never_read_as_fields() -> None:
    assert Prompt("{adjective}", "x").text == "Photo portrait of an x {adjective}"


@given(WORDS, st.none() | WORDS)
def test_any_words_give_a_sentence_with_every_field_filled(
    profession: str, adjective: str | None
) -> None:
    text = Prompt(profession, adjective, TEMPLATE).text
    assert text.startswith("Photo portrait of a")
    assert "{" not in text


def test_equal_prompts_are_one_in_a_set() -> None:
    assert len({Prompt("author"), Prompt("author", None), Prompt("author", "honest")}) == 2


def test_the_space_around_a_template_is_dropped() -> None:
    assert check_template(f" {TEMPLATE}\n") == TEMPLATE


@pytest.mark.parametrize(
    "template",
    [
        "",
        "Photo portrait of a nurse",
        "{profession}",
        "{adjective}",
        "{adjective} {profession} {profession}",
        "{adjective} {profession} {place}",
        "{adjective} {profession} {}",
        "{adjective} {profession} {",
        "{adjective} {profession} }",
        "{{adjective}} {profession}",
        "{adjective} {profession} {{x}}",
        "{adjective!r} {profession}",
        "{adjective:>9} {profession}",
        "{adjective.word} {profession}",
    ],
)
def test_a_template_without_its_two_fields_is_refused(template: str) -> None:
    with pytest.raises(InvalidData, match=r"The template .*\{profession\} and \{adjective\} once"):
        check_template(template)


def test_a_template_of_two_lines_is_refused() -> None:
    with pytest.raises(InvalidData, match="line break"):
        check_template("{adjective}\n{profession}")


def test_an_endless_template_is_refused_without_quoting_all_of_it() -> None:
    with pytest.raises(InvalidData, match="Use at most 300") as caught:
        check_template(TEMPLATE + "x" * 10_000)
    assert len(str(caught.value)) < 200
