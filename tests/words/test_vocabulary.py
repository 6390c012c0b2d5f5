import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.errors import InvalidData, UnknownName
from explorer.reference.design import designed_mix
from explorer.words import vocabulary
from explorer.words.prompts import Prompt
from explorer.words.vocabulary import (
    Adjective,
    Profession,
    evenly,
    find_adjective,
    find_profession,
    known_profession,
    load_adjectives,
    load_professions,
    load_sources,
    own_adjective,
    own_profession,
    spread_by_women,
)

NURSE = {
    "name": "nurse",
    "article": "a",
    "bls_occupation": "Registered nurses",
    "match": "close",
    "women_percent": {"2023": 87.4},
}
GENTLE = {"word": "gentle", "article": "a", "coding": "feminine"}

Write = Callable[[str, list[object]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(key: str, entries: list[object]) -> Path:
        path = tmp_path / f"{key}.json"
        path.write_text(json.dumps({"sources": {}, key: entries}), encoding="utf-8")
        return path

    return written


def test_there_are_150_professions_in_the_given_order() -> None:
    names = [profession.name for profession in load_professions()]
    assert len(names) == 150
    assert names[:3] == ["manager", "truck driver", "teacher"]
    assert names[94] == "author"
    assert names[-2:] == ["nutritionist", "event planner"]


def test_there_are_20_adjectives_in_the_given_order_half_of_them_of_each_coding() -> None:
    adjectives = load_adjectives()
    assert [adjective.word for adjective in adjectives[:3]] == [
        "ambitious",
        "committed",
        "assertive",
    ]
    assert Counter(adjective.coding for adjective in adjectives) == {
        "masculine": 10,
        "feminine": 10,
    }


def test_every_profession_has_a_share_for_the_default_year() -> None:
    shares = [profession.women_share() for profession in load_professions()]
    assert all(share is not None and 0 < share < 1 for share in shares)


def test_a_share_is_given_as_printed_by_the_source() -> None:
    author = find_profession("author")
    assert author.bls_occupation == "Writers and authors"
    assert author.match == "close"
    assert author.women_percent[0] == (2019, 63.5)
    assert author.women_share() == pytest.approx(0.538)
    assert author.women_share(2021) == pytest.approx(0.637)


def test_a_year_without_a_share_is_none_and_not_zero() -> None:
    assert find_profession("author").women_share(2024) is None
    assert find_profession("software developer").women_share(2019) is None


def test_five_professions_state_a_gender_themselves() -> None:
    gendered = [profession for profession in load_professions() if profession.gendered]
    assert [one.name for one in gendered] == ["waiter", "waitress", "maid", "host", "hostess"]
    assert {one.match for one in gendered} == {"gendered-term"}


def test_the_sources_name_their_authors_and_mark_the_year_that_was_transcribed_by_hand() -> None:
    sources = load_sources()
    assert "public domain" in sources["women_percent"]
    assert "Transcribed by hand" in sources["women_percent_2025"]
    assert "Gaucher" in sources["coding"]


def test_the_spread_by_women_reaches_from_the_smallest_share_to_the_largest() -> None:
    assert spread_by_women(3) == ("plumber", "doctor", "dental hygienist")


def test_the_spread_by_women_is_that_of_the_bundled_models_for_every_count() -> None:
    neutral = [profession.name for profession in load_professions() if not profession.gendered]
    designed = sorted(neutral, key=lambda name: designed_mix("emoji-skewed", name).women)
    for count in range(1, len(neutral) + 1):
        assert spread_by_women(count) == evenly(designed, count)
    assert spread_by_women(len(neutral)) == tuple(designed)


def test_the_spread_by_women_leaves_out_professions_without_a_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = (find_profession("nurse"), Profession("beekeeper"), find_profession("waitress"))
    monkeypatch.setattr(vocabulary, "load_professions", lambda: listed)
    assert spread_by_women(1) == ("nurse",)


def test_words_are_found_whatever_their_case() -> None:
    assert find_profession(" ceo ").name == "CEO"
    assert find_adjective("Honest").word == "honest"


def test_an_unknown_profession_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"profession 'nurze'\. Did you mean 'nurse'\?"):
        find_profession("nurze")


def test_an_unknown_adjective_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"adjective 'onest'\. Did you mean 'honest'\?"):
        find_adjective("onest")


def test_a_profession_that_is_not_listed_is_not_known() -> None:
    assert known_profession("beekeeper") is None


def test_own_words_have_no_statistics_and_no_coding() -> None:
    assert own_profession("  beekeeper ") == Profession("beekeeper")
    assert own_profession("beekeeper").women_share() is None
    assert own_adjective("sleepy") == Adjective("sleepy")


def test_an_own_word_that_is_listed_is_the_listed_one() -> None:
    assert own_profession("Nurse") is find_profession("nurse")
    assert own_adjective("HONEST") is find_adjective("honest")


@pytest.mark.parametrize("word", ["Ice Sculptor", "ICE SCULPTOR", " ice sculptor ", "ÉDITRICE"])
def test_an_own_word_is_one_whatever_its_case(word: str) -> None:
    assert own_profession(word) == own_profession(word.lower())
    assert own_adjective(word) == own_adjective(word.lower())


def test_an_acronym_keeps_its_capitals_and_its_article() -> None:
    assert own_profession("HIV Nurse").name == "HIV nurse"
    assert Prompt(own_profession("R&D Manager").name).text.endswith("an r&d manager")
    assert own_adjective("HIV-Positive").word == "HIV-positive"


@pytest.mark.parametrize(
    "word",
    [
        "می\N{ZERO WIDTH NON-JOINER}نویسد",
        "क्\N{ZERO WIDTH JOINER}षत्रिय",
        "👩\N{ZERO WIDTH JOINER}🚀",
        "👩🏽\N{ZERO WIDTH JOINER}🚀",
        "🧑\N{ZERO WIDTH JOINER}⚕\N{VARIATION SELECTOR-16}",
    ],
)
def test_joiners_are_part_of_words_in_persian_hindi_and_emoji(word: str) -> None:
    assert own_profession(word).name == word
    assert own_adjective(word).word == word
    assert word in Prompt(word, word).text


def test_own_words_in_other_scripts_and_with_markup_are_kept_as_they_are() -> None:
    assert own_profession("<b>éditrice</b>").name == "<b>éditrice</b>"
    assert own_profession("e\N{COMBINING ACUTE ACCENT}diteur").name == "éditeur"


@pytest.mark.parametrize(
    "name",
    [
        *("", "   ", "x" * 61, "a\nb", "a\tb", "{profession}", "a\0", "nur\N{ZERO WIDTH SPACE}se"),
        *("nurse\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH NON-JOINER}nurse", "a\u200c\u200db"),
        *("a\u200d b", "a\ud800", "\ud83d\udc69", "\x7f", "\N{RIGHT-TO-LEFT OVERRIDE}a"),
    ],
)
def test_an_unusable_own_word_is_refused(name: str) -> None:
    with pytest.raises(InvalidData, match=r"The profession .* cannot be used. Use 1 to 60"):
        own_profession(name)
    with pytest.raises(InvalidData, match="The adjective"):
        own_adjective(name)


def test_sixty_characters_are_the_limit_of_a_word() -> None:
    assert len(own_profession("x" * 60).name) == 60


def test_a_profession_may_come_without_statistics(write: Write) -> None:
    path = write("professions", [{"name": "beekeeper", "article": "a"}])
    assert load_professions(path) == (Profession("beekeeper", article="a"),)


def test_years_are_sorted_whatever_their_order_in_the_file(write: Write) -> None:
    path = write("professions", [NURSE | {"women_percent": {"2023": 1, "2019": 2.5}}])
    assert load_professions(path)[0].women_percent == ((2019, 2.5), (2023, 1.0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, "'name' is ''. Use 1 to 60 characters"),
        ({"name": "x{y}"}, "'name' is 'x{y}'. Use 1 to 60 characters, without braces"),
        ({"name": 7}, "'name' is 7. Use 1 to 60 characters"),
        ({"name": " nurse"}, "'name' is ' nurse'. Use 1 to 60 characters"),
        ({"womens_percent": {}}, "Unknown key 'womens_percent'. Did you mean 'women_percent'?"),
        ({"zzz": 1}, "Unknown key 'zzz'. Known: 'name', 'article', "),
        ({"match": "perfect"}, "'match' is 'perfect'. Use one of 'exact', 'close'"),
        ({"match": ["close"]}, "'match' is ['close']. Use one of"),
        ({"article": "the"}, "'article' is 'the'. Use one of 'a', 'an'."),
        ({"article": None}, "'article' is None. Use one of 'a', 'an'."),
        ({"bls_occupation": " "}, "'bls_occupation' is ' '. Give a text"),
        ({"gendered": "yes"}, "'gendered' is 'yes'. Write true or false"),
        ({"women_percent": 87}, "'women_percent' is 87. Give a percentage from 0 to 100"),
        ({"women_percent": {"23": 8}}, "is {'23': 8}. Give a percentage from 0 to 100"),
        ({"women_percent": {"2023": 100.1}}, "is {'2023': 100.1}. Give a percentage"),
        ({"women_percent": {"2023": -1}}, "is {'2023': -1}. Give a percentage from 0 to 100"),
        ({"women_percent": {"2023": "8"}}, "is {'2023': '8'}. Give a percentage from 0 to 100"),
        ({"women_percent": {"2023": True}}, "is {'2023': True}. Give a percentage"),
        ({"women_percent": {"2023": None}}, "is {'2023': None}. Give a percentage"),
        ({"women_percent": {"2023": float("nan")}}, "is {'2023': nan}. Give a percentage"),
    ],
)
def test_a_wrong_profession_is_refused_with_file_entry_and_remedy(
    write: Write, change: dict[str, object], message: str
) -> None:
    wrong = NURSE | change
    path = write("professions", [NURSE | {"name": "baker"}, wrong])
    with pytest.raises(InvalidData) as caught:
        load_professions(path)
    assert f"{str(path)!r}, entry 2 ({wrong['name']!r}): " in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize("key", ["name", "article", "match"])
def test_a_profession_with_a_key_missing_is_refused(write: Write, key: str) -> None:
    path = write("professions", [{k: value for k, value in NURSE.items() if k != key}])
    with pytest.raises(InvalidData, match=rf"entry 1 .*'{key}'.* missing"):
        load_professions(path)


def test_a_profession_listed_twice_is_refused_whatever_its_case(write: Write) -> None:
    path = write("professions", [NURSE, NURSE | {"name": "Nurse"}])
    with pytest.raises(
        InvalidData, match=r"entry 2 \('Nurse'\): another entry has the same name. Remove"
    ):
        load_professions(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"coding": "neutral"}, "'coding' is 'neutral'. Use one of 'masculine', 'feminine'."),
        ({"word": "\n"}, "'word' is '\\n'. Use 1 to 60 characters"),
        ({"colour": "red"}, "Unknown key 'colour'"),
    ],
)
def test_a_wrong_adjective_is_refused_with_file_entry_and_remedy(
    write: Write, change: dict[str, object], message: str
) -> None:
    path = write("adjectives", [GENTLE | change])
    with pytest.raises(InvalidData) as caught:
        load_adjectives(path)
    assert f"{str(path)!r}, entry 1 (" in str(caught.value)
    assert message in str(caught.value)


def test_an_adjective_listed_twice_is_refused(write: Write) -> None:
    path = write("adjectives", [GENTLE, GENTLE | {"word": "GENTLE"}])
    with pytest.raises(InvalidData, match="another entry has the same name"):
        load_adjectives(path)


def test_a_word_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=r"gone\.json' cannot be read: No such file.*Restore"):
        load_professions(tmp_path / "gone.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not valid JSON: .* line 1"),
        ("[]", r"\[\] is not an object"),
        ('{"professions": []}', "the key 'sources' is missing. Add it"),
        ('{"sources": {}, "professions": [], "more": 1}', "Unknown key 'more'"),
        ('{"sources": [], "professions": [{}]}', r"'sources' is \[\]. Write an object of texts"),
        ('{"sources": {}, "professions": []}', r"'professions' is \[\]. List at least one"),
        ('{"sources": {}, "professions": {"nurse": 1}}', "'professions' is {'nurse': 1}. List"),
        ('{"sources": {}, "professions": ["nurse"]}', "entry 1: 'nurse' is not an object"),
        ('{"sources": {}, "professions": [{"name": 1, "name": 2}]}', "'name' is repeated in {'nam"),
    ],
)
def test_a_word_file_of_another_shape_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "professions.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidData, match=message):
        load_professions(path)


def test_a_word_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "professions.json"
    path.write_bytes(b'{"sources": {}, "professions": "\xe9"}')
    with pytest.raises(InvalidData, match="is not valid JSON"):
        load_professions(path)
