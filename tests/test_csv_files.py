"""CSV files as spreadsheets of many countries write them, and as they read them."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.csv_files import Columns, Style, find_separator, read_csv, write_csv
from explorer.errors import InvalidData, UnknownName

COLUMNS = Columns(("profession", "share"), optional=("note",))
SHARES = [("author", "0,54"), ("nurse", "0,87")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shares.csv"


def cells(path: Path) -> list[tuple[str | None, str | None]]:
    return [(line.cells["profession"], line.cells["share"]) for line in read_csv(path, COLUMNS)]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separator_encoding_and_line_ends_may_be_any(
    path: Path, separator: str, encoding: str, end: str
) -> None:
    stream = io.StringIO()
    lines = csv.writer(stream, delimiter=separator, lineterminator=end)
    lines.writerows([("Profession", "SHARE"), *SHARES])
    path.write_bytes(stream.getvalue().encode(encoding))
    assert cells(path) == SHARES


def test_blank_lines_and_separators_at_the_end_of_lines_are_no_data(path: Path) -> None:
    path.write_text(";;\nprofession;share;;\nauthor;0,54;;\n\n;;;\n ; \nnurse;0,87\n;", "utf-8")
    assert cells(path) == SHARES


def test_places_are_lines_of_the_file(path: Path) -> None:
    path.write_text("\nprofession,share\n\nauthor,0.5\n", "utf-8")
    assert [line.place for line in read_csv(path, COLUMNS)] == [f"{str(path)!r}, line 4"]
    assert [line.place for line in read_csv(path, COLUMNS, "mine")] == ["'mine', line 4"]


def test_of_two_columns_the_one_whose_name_is_exact_counts(path: Path) -> None:
    path.write_text("Share,profession,share \n1,author,2\n", "utf-8")
    assert cells(path) == [("author", "2")]


def test_a_column_of_an_earlier_version_is_read_by_its_name_of_today(path: Path) -> None:
    path.write_text("Job,share\nauthor,0.5\n", "utf-8")
    (line,) = read_csv(path, Columns(("profession",), renamed={"job": "profession"}))
    assert line.cells == {"profession": "author"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "profession,share\nauthor,0,54\n",
            "line 2: 'author,0,54' has more cells than there are columns, ['profession', 'share']",
        ),
        ("profession;share;\nauthor;0.5;draft\n", "line 2: 'author;0.5;draft' has more cells"),
        ("Share,profession,SHARE\n", "line 1: there are 2 columns 'share' in ['Share', 'prof"),
        ("profession|share\n", "line 1: there is no column 'profession' in ['profession|share']"),
        ("\n\nprofession;part\n", "line 3: there is no column 'share' in ['profession', 'part']"),
    ],
)
def test_a_line_that_cannot_be_understood_is_shown(path: Path, text: str, message: str) -> None:
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidData) as error:
        cells(path)
    assert f"{str(path)!r}, {message}" in str(error.value)


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251"])
def test_an_encoding_that_cannot_be_told_is_refused_with_the_line(
    path: Path, encoding: str
) -> None:
    word = {"cp1252": "éditeur", "cp1251": "няня"}[encoding]
    path.write_bytes(f"profession;share\nnurse;0.5\n{word};0.5\n".encode(encoding))
    with pytest.raises(InvalidData, match=r"line 3: '\\\\x.*;0\.5' cannot be read as UTF-8"):
        cells(path)


def test_a_path_with_a_character_that_no_path_may_have_is_refused() -> None:
    with pytest.raises(InvalidData, match="cannot be read"):
        cells(Path("a\0.csv"))
    with pytest.raises(InvalidData, match="cannot be read"):
        cells(Path("a" * 5_000))
    with pytest.raises(InvalidData, match="cannot be read"):
        cells(Path("a\ud800.csv"))


FORMULAS = ["=1+1", "+1-1", "-1+1", "@SUM(A1)", "\t=1", "\n=1"]
WIDE = ["＝1", "＋a", "－a", "＠a"]  # noqa: RUF001 - as typed in East Asia


@pytest.mark.parametrize("text", [*FORMULAS, *WIDE, "'=1", "''=1"])
def test_a_text_never_becomes_a_formula_and_comes_back_as_it_was(path: Path, text: str) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        write_csv([{"profession": text, "share": -0.25}], file)
    with path.open(newline="", encoding="utf-8") as file:
        assert next(csv.DictReader(file)) == {"profession": f"'{text}", "share": "-0.25"}
    assert cells(path) == [(text, "-0.25")]


@given(st.text(st.sampled_from("'=＝-5.%a;,\t\"\n"), min_size=1))  # noqa: RUF001
def test_every_text_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        write_csv([{"profession": text, "share": "x"}], file, style=Style(";"))
    assert cells(path) == [(text, "x")]


@pytest.mark.parametrize("text", ["-5", "+5%", "-12.3%", "-12,3%", "O'Hara", "'tis"])
def test_numbers_and_apostrophes_that_are_no_formula_are_written_as_they_are(text: str) -> None:
    stream = io.StringIO()
    write_csv([{"a": text}], stream, style=Style(";"))
    assert stream.getvalue() == f"a\n{text}\n"


def test_a_csv_has_a_header_and_empty_cells_for_none() -> None:
    stream = io.StringIO()
    write_csv([{"model": "a", "share": None, "count": 0}], stream)
    assert stream.getvalue() == "model,share,count\na,,0\n"


def test_a_header_stands_even_without_rows() -> None:
    stream = io.StringIO()
    write_csv([], stream, ("model", "share"), Style(";", byte_order_mark=True))
    assert stream.getvalue() == "\ufeffmodel;share\n"


def test_a_separator_is_found_by_name_or_as_it_is() -> None:
    assert [find_separator(name) for name in ("Semicolon", ";", "tab", "\t", "comma")] == [
        *(";", ";", "\t", "\t", ",")
    ]
    with pytest.raises(UnknownName, match=r"Unknown separator 'semikolon'. Did you mean 'semicolo"):
        find_separator("semikolon")
