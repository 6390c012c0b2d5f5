from pathlib import Path

import pytest

from explorer.errors import InvalidData
from explorer.words.references import Reference, labour_references, read_references


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shares.csv"


def test_the_labour_statistics_are_a_reference() -> None:
    known = labour_references(2023)
    assert known["author"] == Reference(0.538, "close", 2023, "Writers and authors")
    assert known["author"].trusted
    assert not known["waitress"].trusted


def test_the_columns_of_a_file_may_come_in_any_order(path: Path) -> None:
    path.write_text("note,share,Profession,profession\n,0.25,x,AUTHOR\n,1,x,Nurse\n", "utf-8")
    assert read_references(path) == {
        "author": Reference(0.25, "own"),
        "nurse": Reference(1.0, "own"),
    }


@pytest.mark.parametrize(
    ("lines", "share"),
    [
        ("profession,share\nauthor,0.538", 0.538),
        ("profession;share\nauthor;0,538", 0.538),
        ('profession,share\nauthor,"0,538"', 0.538),
        ("profession,share\nauthor,53.8%", 0.538),
        ("profession;share\nauthor;53,8 %", 0.538),
        ("profession\tshare\nauthor\t53,8\N{NARROW NO-BREAK SPACE}%", 0.538),
        ("profession;share\nauthor;,5", 0.5),
        ("profession;share\nauthor;5,4E-01", 0.54),
        ("profession;share\nauthor;0,50%", 0.005),
        ("profession;share\nauthor;1,000", 1.0),
    ],
)
def test_a_share_is_read_as_spreadsheets_write_it(path: Path, lines: str, share: float) -> None:
    path.write_text(lines, "utf-8-sig")
    assert read_references(path)["author"].share == share


def test_a_byte_order_mark_and_an_added_profession_are_accepted(path: Path) -> None:
    text = "profession,share\nIce Sculptor,.5\ne\N{COMBINING ACUTE ACCENT}diteur,.5\n"
    path.write_text(text, "utf-8-sig")
    half = Reference(0.5, "own")
    own = ["ice sculptor", "éditeur"]
    assert read_references(path, own) == dict.fromkeys(own, half)


def test_a_word_that_states_a_gender_stays_marked(path: Path) -> None:
    path.write_text("profession,share\nwaitress,0.9\n", "utf-8")
    assert not read_references(path)["waitress"].trusted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("profession\nauthor\n", "line 1: there is no column 'share'"),
        ("share\n0.5\n", "line 1: there is no column 'profession'"),
        ("", "line 1: there is no column 'profession'"),
        ("profession,share\n", "has no professions"),
        ("profession,share\nautor,0.5\n", "line 2: unknown profession 'autor'"),
        ("profession,share\n,0.5\n", "line 2: unknown profession ''"),
        ("profession,share\nauthor,0.5\nnurse,1.2\n", "line 3: the share is '1.2'"),
        ("profession,share\nauthor,-0.1\n", "line 2: the share is '-0.1'"),
        ("profession,share\nauthor,nan\n", "line 2: the share is 'nan'"),
        ("profession,share\nauthor,inf\n", "line 2: the share is 'inf'"),
        ("profession,share\nauthor,101%\n", "line 2: the share is '101%'"),
        ("profession,share\nauthor,%\n", "line 2: the share is '%'"),
        ("profession;share\nauthor;1.234,5\n", "line 2: the share is '1.234,5'"),
        ("profession;share\nauthor;54\n", "a number from 0 to 1 or a percentage, such as 0.25"),
        ("profession,share\nauthor,0,54\n", "line 2: 'author,0,54' has more cells than"),
        ("profession,share\nauthor,\n", "line 2: the share is ''"),
        ("profession,share\nauthor\n", "line 2: the share is None"),
        ('profession,share\n"' + "a" * 200_000, "Correct the line; check its quotes first"),
        ("profession,share\nauthor,0.5\nAuthor,0.4\n", "line 3: 'author' is given twice"),
    ],
)
def test_a_mistake_is_quoted_with_its_line_and_remedy(path: Path, text: str, message: str) -> None:
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidData) as error:
        read_references(path)
    assert message in str(error.value)
    assert "shares.csv" in str(error.value)


def test_a_file_that_cannot_be_read_is_named(path: Path) -> None:
    with pytest.raises(InvalidData, match=r"shares\.csv"):
        read_references(path)
    path.write_bytes(b"profession,share\nauthor,0.5\xff\n")
    with pytest.raises(InvalidData, match="UTF-8"):
        read_references(path)
