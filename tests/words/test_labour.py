import pytest

from explorer.words.labour import labour_statistic, us_workers
from explorer.words.vocabulary import find_profession, load_professions, own_profession


@pytest.mark.parametrize(
    ("occupation", "expected"),
    [
        ("Writers and authors", "US writers and authors"),
        ("File Clerks", "US file clerks"),
        ("IT managers", "US IT managers"),
        ("Therapists, all other", "other US therapists"),
        ("Other physicians", "other US physicians"),
        ("Management occupations", "people in US management occupations"),
        ("Computer occupations, all other", "people in other US computer occupations"),
        ("Office clerks, general", "US general office clerks"),
        ("Architects, except landscape and naval", "US architects, except landscape and naval"),
    ],
)
def test_a_title_is_worded_for_a_sentence(occupation: str, expected: str) -> None:
    assert us_workers(occupation) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("author", "Women are 54% of US writers and authors (2023)."),
        (
            "manager",
            "Women are 42% of people in US management occupations (2023, a broader group).",
        ),
        ("painter", "Women are 10% of US painters and paperhangers (2023, one of several senses)."),
    ],
)
def test_the_statistic_names_occupation_year_and_reservation(name: str, expected: str) -> None:
    assert labour_statistic(find_profession(name)) == expected


def test_another_year_may_be_given() -> None:
    sentence = labour_statistic(find_profession("author"), 2019)
    assert sentence == "Women are 64% of US writers and authors (2019)."


def test_without_a_share_there_is_no_sentence() -> None:
    assert labour_statistic(own_profession("beekeeper")) is None
    assert labour_statistic(find_profession("author"), 2024) is None


def test_every_listed_profession_has_a_sentence() -> None:
    assert all(labour_statistic(profession) for profession in load_professions())
