from pathlib import Path

import pytest

from explorer.errors import StoreUnwritable
from explorer.pronouns import run as running
from explorer.pronouns.kept import find_kept
from explorer.pronouns.run import Questions, run
from explorer.pronouns.source import Source, find_source
from explorer.pronouns.templates import TEMPLATES
from explorer.settings import Settings
from tests.languages import PROFESSIONS, causal, masked, saved

ASKED = Questions(PROFESSIONS[:2], TEMPLATES[:2])


@pytest.fixture
def settings(cache: Path) -> Settings:
    return Settings(cache, "cpu", 8)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return find_source(str(saved(causal(), tmp_path / "causal")))


def test_every_template_is_kept_when_it_is_done(source: Source, settings: Settings) -> None:
    steps = run(source, settings, ASKED)
    assert [next(steps).done, next(steps).done] == [0, 1]
    found = find_kept(settings.cache, source.name)
    assert found is not None
    assert {score.template for score in found.scores} == {TEMPLATES[0]}
    again = list(run(source, settings, ASKED))
    assert [step.total for step in again] == [1, 1]
    assert len(again[-1].kept.scores) == 4


def test_nothing_is_loaded_when_all_is_known(
    source: Source, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = list(run(source, settings, ASKED))[-1]
    monkeypatch.setattr(running, "load_language_model", lambda *_, **__: pytest.fail("loaded"))
    (only,) = run(source, settings, ASKED)
    assert only.kept == first.kept


def test_more_professions_and_completions_are_added(source: Source, settings: Settings) -> None:
    list(run(source, settings, ASKED))
    more = list(run(source, settings, Questions(PROFESSIONS, TEMPLATES[:2], completions=2)))[-1]
    assert len(more.kept.scores) == 2 * len(PROFESSIONS)
    assert [len(one.texts) for one in more.kept.completions] == [2] * 6
    assert len({(one.template, one.pronoun) for one in more.kept.completions}) == 6


def test_a_masked_model_completes_nothing(tmp_path: Path, settings: Settings) -> None:
    source = find_source(str(saved(masked(), tmp_path / "bert")))
    asked = Questions(PROFESSIONS, TEMPLATES[:1], completions=5)
    assert list(run(source, settings, asked))[-1].kept.completions == ()


def test_a_cache_that_cannot_be_written_stops_the_run(source: Source, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    steps = run(source, Settings(tmp_path / "file", "cpu", 8), ASKED)
    assert next(steps).total == 2
    with pytest.raises(StoreUnwritable):
        next(steps)


def test_a_cache_that_cannot_be_written_is_told_before_the_model_is_loaded(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "load_language_model", lambda *_, **__: pytest.fail("loaded"))
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnwritable):
        list(run(source, Settings(tmp_path / "file", "cpu", 8), ASKED))


def test_completions_need_no_scores(source: Source, settings: Settings) -> None:
    asked = Questions((), TEMPLATES[:1], completions=2)
    last = list(run(source, settings, asked))[-1]
    assert last.kept.scores == ()
    assert [len(one.texts) for one in last.kept.completions] == [2] * 3
