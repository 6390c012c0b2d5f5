"""The address bar: what is chosen, as text and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from explorer.errors import InputError, InvalidData, NotChosen, OutOfRange, UnknownName
from explorer.models.catalog import find_model
from explorer.page.choice import (
    COMPARE,
    EXPLORE,
    GAPS,
    Choice,
    address,
    parse,
    profession,
    professions,
    references,
    study,
)
from explorer.words.vocabulary import load_adjectives

LISTED = [adjective.word for adjective in load_adjectives()]


def query(text: str) -> QueryParams:
    return QueryParams(text.removeprefix("?"))


def test_an_address_that_says_nothing_is_the_default() -> None:
    assert parse(query(""), EXPLORE) == EXPLORE
    assert parse(query("?model=&profession=%20"), EXPLORE) == EXPLORE


def test_the_default_is_easy_to_read() -> None:
    assert address(EXPLORE) == "?model=emoji-skewed&profession=author&adjectives=all&images=9"


def test_a_link_names_both_models_of_a_comparison() -> None:
    choice = parse(query("?left=a/b&right=c/d"), COMPARE)
    assert choice.models == ("a/b", "c/d")
    assert "left=a/b&right=c/d" in address(choice)


def test_listed_adjectives_share_a_parameter() -> None:
    choice = parse(query("?adjectives=none,honest,stubborn"), EXPLORE)
    assert choice.adjectives == ("none", "honest", "stubborn")
    assert "adjectives=none,honest,stubborn" in address(choice)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("none,honest,", ("none", "honest")),
        (",none,,honest", ("none", "honest")),
        ("None,HONEST", ("none", "honest")),
        ("none, honest", ("none", "honest")),
        ("honest,brave", ("honest", "brave")),
        ("none,onest,", ("none", "onest")),
        ("honest, brave", ("honest, brave",)),
        ("shy,quiet", ("shy,quiet",)),
    ],
)
def test_a_list_is_not_a_word(text: str, found: tuple[str, ...]) -> None:
    assert parse(query(f"?adjectives={text}"), EXPLORE).adjectives == found


def test_a_listed_profession_is_found_in_a_list_whatever_its_case() -> None:
    assert parse(query("?profession=AUTHOR,ceo,Spread"), GAPS).professions == (
        *("author", "CEO", "spread"),
    )


def test_a_word_in_another_case_is_generated_once() -> None:
    chosen = Choice(EXPLORE.models, ("Ice Sculptor", "ice sculptor"), ("Shy", "shy"))
    made = study(chosen, find_model, "cpu")
    assert (made.professions, made.adjectives) == (("ice sculptor",), ("shy",))


def test_a_word_of_ones_own_keeps_its_comma() -> None:
    choice = parse(query("?adjectives=honest&adjectives=shy,%20quiet"), EXPLORE)
    assert choice.adjectives == ("honest", "shy, quiet")


words = st.text("aé人<>&=?#%+,/\"'(){}", min_size=1, max_size=9)
numbers = st.floats(0, 50).map(lambda value: float(f"{value:g}"))


@given(
    st.builds(
        Choice,
        models=st.tuples(words),
        professions=st.lists(
            st.sampled_from(["all", "spread", "author", "nurse"])
            | words
            | st.just("chef, retired"),
            min_size=1,
            unique_by=str.strip,
        ).map(tuple),
        adjectives=st.lists(
            st.sampled_from(["all", "none", *LISTED]) | st.just("shy, quiet"),
            min_size=1,
            unique=True,
        ).map(tuple),
        images=st.integers(0, 10**6),
        template=words,
        guidance=st.none() | numbers,
        steps=st.none() | st.integers(0, 100),
        scheduler=st.none() | words,
        tone=st.sampled_from(["captions", "pixels"]),
        classifier=st.sampled_from([None, "face"]),
        gate=st.booleans(),
        year=st.sampled_from([2019, 2023, 2025]),
        reference=st.lists(st.tuples(words, st.floats(0, 1)), max_size=3).map(tuple),
    )
)
def test_every_choice_comes_back_from_its_address(choice: Choice) -> None:
    assert parse(query(address(choice)), EXPLORE) == choice


@pytest.mark.parametrize(
    "text",
    [
        *("images=many", "images=-3", "steps=1.5", "guidance=strong"),
        *("images=" + "9" * 5_000, "steps=" + "9" * 4_000, "year=" + "9" * 20),
    ],
)
def test_a_number_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(InputError, match=text.partition("=")[0]):
        parse(query(text), EXPLORE)


def test_how_it_is_measured_is_said_where_it_differs() -> None:
    text = "tone=pixels&classifier=face&gate=on&year=2021"
    choice = parse(query(f"?{text}"), EXPLORE)
    assert address(choice) == f"{address(EXPLORE)}&{text}"
    made = study(choice, find_model, "cpu")
    assert [axis.name for axis in made.axes] == ["gender", "pixel-tone"]
    assert (made.classifier, made.gate) == ("face", True)
    assert references(choice)["author"].year == 2021
    assert parse(query("?tone=captions&gate=off&year=2023"), EXPLORE) == EXPLORE


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("tone=pixel", UnknownName, "tone in the address: 'pixel'. Did you mean 'pixels'"),
        ("classifier=a/b", UnknownName, "classifier in the address: 'a/b'. Known: 'face'"),
        ("gate=maybe", UnknownName, "gate in the address: 'maybe'. Known: 'off', 'on'"),
        ("year=2024", OutOfRange, "no labour statistics for 2024. Choose one of 2019, 2020"),
        ("year=last", OutOfRange, "year is 'last' in the address"),
    ],
)
def test_a_way_to_measure_that_is_none_is_quoted(
    text: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        parse(query(f"?{text}"), EXPLORE)


def test_a_choice_becomes_a_study_of_21_prompts() -> None:
    made = study(EXPLORE, find_model, "cpu")
    assert len(made.requests(made.models[0])) == 189
    assert made.adjectives == (None, *LISTED)


def test_an_adjective_that_is_chosen_twice_is_generated_once() -> None:
    made = study(Choice(EXPLORE.models, adjectives=("all", "Honest")), find_model, "cpu")
    assert len(made.adjectives) == 21


@pytest.mark.parametrize(
    ("choice", "error"),
    [
        (Choice(("emoji-skew",)), UnknownName),
        (Choice(EXPLORE.models, images=0), OutOfRange),
        (Choice(EXPLORE.models, images=1001), OutOfRange),
        (Choice(EXPLORE.models, professions=(" ",)), InvalidData),
        (Choice(EXPLORE.models, professions=("{profession}",)), InvalidData),
        (Choice(EXPLORE.models, adjectives=()), NotChosen),
        (Choice(EXPLORE.models, template="a portrait"), InvalidData),
        (Choice(EXPLORE.models, guidance=-1.0), OutOfRange),
        (Choice(EXPLORE.models, scheduler="warp"), UnknownName),
        (Choice(("emoji-even", "emoji-even")), InvalidData),
    ],
)
def test_what_cannot_be_generated_is_refused(choice: Choice, error: type[Exception]) -> None:
    with pytest.raises(error):
        study(choice, find_model, "cpu")


def test_a_listed_profession_brings_its_statistics_and_an_own_one_none() -> None:
    assert profession(Choice(EXPLORE.models, professions=("AUTHOR",))).women_share() is not None
    assert profession(Choice(EXPLORE.models, professions=("dragon tamer",))).women_share() is None


def test_professions_share_a_parameter_and_an_own_one_keeps_its_comma() -> None:
    choice = parse(query("?profession=author,nurse&profession=chef,%20retired"), GAPS)
    assert choice.professions == ("author", "nurse", "chef, retired")
    assert "profession=author,nurse&profession=chef,+retired" in address(choice)


def test_thirty_professions_go_from_few_women_to_many_and_all_fit_their_word() -> None:
    found = professions(Choice(GAPS.models, ("spread", "author")))
    shares = [one.women_share() or 0 for one in found[:30]]
    assert len(found) == 31
    assert shares == sorted(shares)
    assert shares[0] < 0.05
    assert shares[-1] > 0.9
    assert {one.match for one in found[:30]} <= {"exact", "close"}


def test_one_profession_is_asked_for_where_one_is_shown() -> None:
    with pytest.raises(InvalidData, match="2 professions are chosen, 'author' and others"):
        profession(GAPS)
    with pytest.raises(NotChosen, match="No profession is chosen"):
        professions(Choice(GAPS.models, ()))


def test_ones_own_figures_take_the_place_of_the_labour_statistics() -> None:
    choice = parse(query("?profession=dragon%20tamer&reference=dragon%20tamer:0.25"), GAPS)
    assert {name: one.share for name, one in references(choice).items()} == {"dragon tamer": 0.25}
    assert references(GAPS)["nurse"].year == 2023


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reference=author:1.2", "the share is '1.2'. Give a number from 0 to 1"),
        ("reference=author:-0.1", "the share is '-0.1'"),
        ("reference=author:nan", "the share is 'nan'"),
        ("reference=autor:0.4", "unknown profession 'autor'"),
        ("reference=author:0.4&reference=AUTHOR:0.5", "'author' is given twice"),
        ("reference=author", "The reference of '' is 'author' in the address"),
        ("reference=author:half", "The reference of 'author' is 'half' in the address"),
    ],
)
def test_a_figure_that_cannot_be_is_quoted(text: str, message: str) -> None:
    with pytest.raises(InvalidData, match=message):
        references(parse(query(f"?profession=author&{text}"), GAPS))
