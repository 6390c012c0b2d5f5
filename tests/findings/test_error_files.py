import json
from pathlib import Path
from typing import Any

import pytest

from explorer.errors import InvalidData
from explorer.findings.error_files import read_errors
from explorer.perception.instruments import Instrument

CLIP = "emoji-clip@12345678#9abcdef0"
TONE = [[9 if row == column else 1 for column in range(5)] for row in range(6)]
GOOD: dict[str, Any] = {
    "instrument": {"gender": CLIP, "tone": "emoji-clip@12345678#0000abcd"},
    "kind": "nearest source",
    "images": 300,
    "confusion": {"gender": [[140, 5], [6, 139], [4, 6]], "tone": TONE},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "errors.json"


def read(path: Path, content: object) -> Any:
    path.write_text(json.dumps(content), encoding="utf-8")
    return read_errors(path)


def test_a_file_gives_a_confusion_for_each_instrument_and_axis(path: Path) -> None:
    found = read(path, GOOD)
    assert [(str(instrument), axis) for instrument, axis in found] == [
        (CLIP, "gender"),
        ("emoji-clip@12345678#0000abcd", "tone"),
    ]
    gender = found[Instrument.parse(CLIP), "gender"]
    assert gender.counts == ((140, 5), (6, 139), (4, 6))
    assert (gender.kind, gender.images) == ("nearest source", 300)
    assert gender.sensitivity == pytest.approx(140 / 146)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "guess"}, "'kind' is 'guess'. Use one of 'human', 'prompt'"),
        ({"images": 0}, "'images' is 0. Give 1 or more"),
        ({"images": True}, "'images' is True"),
        (
            {"images": 299},
            "'gender': The confusion [[140, 5], [6, 139], [4, 6]] counts 300 images, but",
        ),
        ({"instrument": "emoji-clip"}, "'instrument' is 'emoji-clip'. Name the"),
        ({"instrument": {"gender": CLIP}}, "has the axes ['gender']. Give it those of 'confusion'"),
        ({"instrument": {"gender": 1, "tone": "a"}}, "'instrument' is {'gender': 1, 'tone'"),
        ({"instrument": GOOD["instrument"] | {"gender": "a"}}, "'gender': The instrument is 'a'"),
        ({"confusion": []}, "'confusion' is []. Write an object: a table for each axis."),
        ({"confusion": {}}, "'confusion' is {}. Write an object: a table for each axis."),
        ({"image": 300}, "Unknown key 'image'. Did you mean 'images'?"),
    ],
)
def test_an_entry_that_breaks_the_rules_is_quoted_with_its_remedy(
    path: Path, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidData) as error:
        read(path, GOOD | change)
    assert message in str(error.value)
    assert "errors.json" in str(error.value)


@pytest.mark.parametrize(
    "table",
    [
        [[140, 5], [6, 139]],
        [[140, 5], [6, 139], [4]],
        [[140, 5], [6, 139], [4, -1]],
        [[140, 5], [6, 139], [4, 0.5]],
        [[140, 5], [6, 139], [4, None]],
        "none",
    ],
)
def test_a_confusion_of_another_shape_says_what_its_rows_and_columns_are(
    path: Path, table: object
) -> None:
    content = {"instrument": {"gender": CLIP}, "confusion": {"gender": table}}
    with pytest.raises(InvalidData, match="Give 3 rows, for the predicted feminine, masculine"):
        read(path, GOOD | content)


def test_an_axis_that_is_not_asked_is_refused(path: Path) -> None:
    content = {"instrument": {"age": CLIP}, "confusion": {"age": [[1, 0], [0, 1], [0, 0]]}}
    with pytest.raises(InvalidData, match="Unknown axis 'age'"):
        read(path, GOOD | content)


def test_a_missing_entry_is_named(path: Path) -> None:
    with pytest.raises(InvalidData, match="the key 'kind' is missing"):
        read(path, {key: value for key, value in GOOD.items() if key != "kind"})


@pytest.mark.parametrize("text", ["", "{", "[1]", "null"])
def test_what_is_no_such_file_is_refused(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidData, match=r"errors.json"):
        read_errors(path)
