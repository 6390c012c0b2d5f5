from pathlib import Path

import pytest

from explorer.errors import InvalidData, StoreUnwritable
from explorer.json_files import Rule, check_object, one_of, read_object, write_object

RULES = {
    "size": one_of("small", "large"),
    "count": Rule(lambda value: isinstance(value, int), "Give a number.", required=False),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "boxes.json"


def test_an_object_that_obeys_its_rules_is_returned_as_it_is(path: Path) -> None:
    path.write_text('{"size": "small"}', "utf-8")
    assert read_object(path, RULES) == {"size": "small"}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1], "boxes, entry 2: [1] is not an object. Write {...}."),
        ({}, "boxes, entry 2: the key 'size' is missing. Add it."),
        ({"size": "large", "cuont": 1}, "Unknown key 'cuont'. Did you mean 'count'?"),
        ({"size": ["large"]}, "'size' is ['large']. Use one of 'small', 'large'."),
        ({"size": "large", "count": None}, "boxes, entry 2: 'count' is None. Give a number."),
    ],
)
def test_a_broken_rule_is_told_with_place_value_and_remedy(value: object, message: str) -> None:
    with pytest.raises(InvalidData) as caught:
        check_object(value, RULES, "boxes, entry 2")
    assert message in str(caught.value)


def test_a_long_value_is_quoted_in_part() -> None:
    with pytest.raises(InvalidData) as caught:
        check_object({"size": "x" * 1000}, RULES, "boxes")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"size": ', "is not valid JSON: .*line 1"),
        (b'{"size": "\xe9"}', "is not valid JSON"),
        (b'{"size": "small", "size": "large"}', "the key 'size' is repeated in {'size': 'large'}"),
    ],
)
def test_a_file_that_is_not_json_is_refused_by_name(
    path: Path, content: bytes, message: str
) -> None:
    path.write_bytes(content)
    with pytest.raises(InvalidData, match=rf"boxes\.json' .*{message}"):
        read_object(path, RULES)


def test_a_file_that_is_gone_is_refused_by_name(path: Path) -> None:
    with pytest.raises(InvalidData, match=r"boxes\.json' cannot be read: No such file"):
        read_object(path, RULES)


def test_what_is_written_is_read_and_as_open_to_others_as_any_new_file(path: Path) -> None:
    for size in ("small", "large"):
        write_object(path.parent / "folder" / path.name, {"size": size})
        assert read_object(path.parent / "folder" / path.name, RULES) == {"size": size}
    path.touch()
    assert (path.parent / "folder" / path.name).stat().st_mode == path.stat().st_mode


def test_what_cannot_be_written_is_told_and_leaves_nothing(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreUnwritable, match=r"boxes\.json' cannot be written: Is a directory"):
        write_object(path, {"size": "small"})
    assert list(path.parent.iterdir()) == [path]
