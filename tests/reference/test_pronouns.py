"""The bundled language models: found as they were taught, by the same way as any other model."""

import hashlib
from pathlib import Path

import pytest

from explorer.models.catalog import weights_folder
from explorer.pronouns.kept import find_kept
from explorer.pronouns.probe import leans
from explorer.pronouns.source import BUNDLED, find_source
from explorer.reference.design import designed_pronouns, read_design
from explorer.reference.pronouns import check_pronouns, designed_log_odds
from explorer.settings import Settings
from explorer.words.vocabulary import load_professions

MOST_BYTES = 500_000


def test_the_probe_finds_what_the_models_were_taught(cache: Path) -> None:
    skewed, even = check_pronouns(Settings(cache, "cpu", 32))
    assert isinstance(skewed["slope"], float)
    assert isinstance(skewed["correlation"], float)
    assert isinstance(even["largest"], float)
    assert 0.93 <= skewed["slope"] <= 1.02
    assert skewed["correlation"] > 0.99
    assert even["largest"] < 0.05
    assert (skewed["as_designed"], even["as_designed"]) == (True, True)


def test_the_log_odds_of_the_design_are_a_multiple_of_the_labour_statistic() -> None:
    for profession in load_professions():
        she, he, they = designed_pronouns("pronoun-skewed", profession.name)
        share = profession.women_share()
        assert share is not None
        assert she + he + they == pytest.approx(1)
        assert they == pytest.approx(0.1)
        assert she / he == pytest.approx((share / (1 - share)) ** 1.6)
        assert designed_log_odds("pronoun-even", profession.name) == 0


def test_every_bundled_model_has_a_design() -> None:
    assert tuple(read_design()["language_models"]) == BUNDLED


@pytest.mark.parametrize("name", BUNDLED)
def test_the_scores_that_ship_are_those_of_the_weights_that_ship(name: str, cache: Path) -> None:
    kept = find_kept(cache, name)
    assert kept is not None
    assert kept.revision == find_source(name).revision
    found = {lean.profession: lean for lean in leans(kept.scores)}
    assert list(found) == [profession.name for profession in load_professions()]
    off = [abs(lean.log_odds - designed_log_odds(name, one)) for one, lean in found.items()]
    assert max(off) < 1.1


@pytest.mark.parametrize("name", BUNDLED)
def test_weights_are_small_and_of_one_safe_file(name: str) -> None:
    files = [path for path in weights_folder(name).iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
    assert [path.name for path in files if path.suffix != ".json"] == ["model.safetensors"]


def test_the_two_models_differ_in_nothing_but_their_weights() -> None:
    skewed, even = (
        {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in weights_folder(name).iterdir()
            if path.is_file()
        }
        for name in BUNDLED
    )
    assert {name for name in skewed if skewed[name] != even[name]} == {"model.safetensors"}
