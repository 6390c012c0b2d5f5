from dataclasses import replace
from pathlib import Path

import pytest

from explorer.errors import InvalidData, StoreUnwritable
from explorer.pronouns.kept import Completions, Kept, find_kept, keep, kept_names
from explorer.pronouns.language import CAUSAL
from explorer.pronouns.scores import Score
from explorer.pronouns.source import BUNDLED

KEPT = Kept(
    name="a/writer",
    revision="abc",
    kind=CAUSAL,
    chat=False,
    scores=(
        Score("t", "nurse", (-1.0, -2.0, -3.0), (-1.5, -1.25, -2.0), 0.5),
        Score("u", "nurse", (-1.0, -2.0, -3.0), None, 0.5),
    ),
    completions=(Completions("t", "she", ("a nurse", "")),),
)


def test_what_is_kept_is_found_as_it_was(cache: Path) -> None:
    assert find_kept(cache, "a/writer") is None
    keep(cache, KEPT)
    assert find_kept(cache, "a/writer") == KEPT
    assert find_kept(cache, "a/writer", "abc", chat=False) == KEPT
    assert find_kept(cache, "a/writer", "other") is None
    assert find_kept(cache, "a/writer", chat=True) is None
    assert find_kept(cache, "writer") is None


def test_versions_and_ways_of_asking_are_kept_apart(cache: Path) -> None:
    for one in (KEPT, replace(KEPT, revision="def"), replace(KEPT, chat=True)):
        keep(cache, one)
    assert find_kept(cache, "a/writer", "abc", chat=False) == KEPT
    assert find_kept(cache, "a/writer", "def") == replace(KEPT, revision="def")
    assert find_kept(cache, "a/writer", chat=True) == replace(KEPT, chat=True)
    assert kept_names(cache) == (*BUNDLED, "a/writer")


@pytest.mark.parametrize("name", ["/a folder/[x]*?", "owner/name@main", "../../up"])
def test_any_name_is_the_name_of_one_file_in_one_folder(name: str, cache: Path) -> None:
    keep(cache, replace(KEPT, name=name))
    found = find_kept(cache, name)
    assert found is not None
    assert found.name == name
    assert len(list((cache / "pronouns").iterdir())) == 1


def test_scores_come_back_in_the_order_asked_for() -> None:
    assert [score.template for score in KEPT.of(("u", "t"), ("nurse", "author"))] == ["u", "t"]


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"name": "a/writer"}', '{"scores": 1}'],
    ids=["json", "list", "keys", "kind"],
)
def test_a_damaged_file_says_what_to_do(text: str, cache: Path) -> None:
    keep(cache, KEPT)
    (file,) = (cache / "pronouns").iterdir()
    file.write_text(text)
    with pytest.raises(InvalidData, match="json"):
        find_kept(cache, "a/writer")


def test_damaged_scores_say_what_to_do(cache: Path) -> None:
    keep(cache, KEPT)
    (file,) = (cache / "pronouns").iterdir()
    file.write_text(file.read_text().replace('["t", "nurse"', '["t"'))
    with pytest.raises(InvalidData, match="Delete the file"):
        find_kept(cache, "a/writer")


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnwritable, match="--cache"):
        keep(tmp_path / "file", KEPT)


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_models_are_known_from_the_start(name: str, cache: Path) -> None:
    found = find_kept(cache, name)
    assert found is not None
    assert len(found.scores) == 8 * 150
    assert found.completions
