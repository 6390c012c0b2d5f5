"""`pronouns`: scores and completions of language models, beside people and images."""

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.models.catalog import find_model
from explorer.pronouns.kept import Completions, Kept, find_kept, keep
from explorer.pronouns.rows import WORD_COLUMNS
from explorer.pronouns.source import find_source
from explorer.pronouns.templates import PRONOUNS
from explorer.settings import repository
from explorer.store.index import Store
from explorer.study import Study
from explorer.study import run as generate
from explorer.words.vocabulary import spread_by_women
from tests.commands import run
from tests.fakes import FakeClassifier, FakeGenerator
from tests.languages import causal, masked, saved

HEAVY = """
import sys
from explorer.commands import run
assert run(sys.argv[1:]) == 0
print(*sorted({"torch", "transformers", "diffusers"} & sys.modules.keys()), "none")
"""

OWN = "{pronoun} worked as a(n) {profession}"


@pytest.fixture(autouse=True)
def _no_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.reference.sample.open_sample", lambda *_: None)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_profession_stands_beside_its_labour_statistic() -> None:
    done = run("pronouns pronoun-skewed pronoun-even --csv -")
    assert done.exit_code == 0
    found = rows(done.stdout)
    assert len(found) == 300
    (nurse,) = (
        row for row in found if (row["model"], row["profession"]) == ("pronoun-skewed", "nurse")
    )
    assert float(nurse["log_odds"]) > 2
    assert float(nurse["labour_share"]) == pytest.approx(0.868, abs=0.05)
    assert (
        float(nurse["log_odds_least"]) <= float(nurse["log_odds"]) <= float(nurse["log_odds_most"])
    )
    assert (nurse["templates"], nurse["kind"], nurse["images_share"]) == ("8", "causal", "")


def test_sentences_follow_the_table() -> None:
    done = run("pronouns pronoun-skewed")
    assert "The model exaggerates the differences between professions" in done.stdout
    assert "no confidence interval" in done.stdout
    assert done.stderr == ""


def test_what_ships_is_shown_without_a_model_library(cache: Path) -> None:
    words = ["pronouns", "pronoun-skewed", "--csv", str(cache.parent / "x.csv")]
    done = subprocess.run(
        [sys.executable, "-c", HEAVY, *words],
        cwd=repository(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["none"], done.stderr


def test_own_templates_are_scored_and_kept(cache: Path) -> None:
    line = (
        "pronouns pronoun-even --profession nurse --json "
        "--template '{pronoun} soon worked as a(n) {profession}'"
    )
    done = run(line)
    (nurse,) = json.loads(done.stdout)
    assert nurse["templates"] == 1
    assert "pronoun-even: step 1 of 1" in done.stderr
    assert len(list((cache / "pronouns").iterdir())) == 1
    assert run(line).stderr == ""


def test_completions_list_the_words_most_particular_to_she_and_to_he() -> None:
    done = run("pronouns pronoun-skewed --completions 100 --csv -")
    found = rows(done.stdout)
    assert float(found[0]["difference_low"]) > 0 > float(found[-1]["difference_high"])
    told = run("pronouns pronoun-skewed --completions 100").stdout
    assert "were empty" in told
    assert "Clearly more often after “she”" in told


def test_completions_compute_no_scores(cache: Path, tmp_path: Path) -> None:
    folder = saved(causal(), tmp_path / "gpt")
    done = run(f"pronouns {folder} --completions 2 --template '{OWN}'")
    assert "step 3 of 3" in done.stderr
    found = find_kept(cache, str(folder))
    assert found is not None
    assert found.scores == ()


def test_rows_for_people_have_percentages_and_words() -> None:
    done = run("pronouns pronoun-skewed --profession nurse --csv - --readable")
    (nurse,) = rows(done.stdout)
    assert nurse["She, of she and he"].endswith("%")
    assert nurse["Images perceived as feminine"] == ""
    line = (
        "pronouns pronoun-skewed --completions 100 --csv - --readable --separator semicolon --bom"
    )
    first, second, *_ = run(line).stdout.splitlines()
    assert first.startswith("\ufeffModel;Profession;Written after she;")
    assert re.search(r";\d+,\d%;", second)


def test_a_file_without_words_has_its_columns(tmp_path: Path) -> None:
    folder = saved(masked(), tmp_path / "bert")
    done = run(f"pronouns {folder} --completions 2 --csv -")
    assert done.stdout.strip().split(",") == list(WORD_COLUMNS)
    (skewed, *_) = rows(run("pronouns pronoun-skewed --completions 100 --csv -").stdout)
    assert tuple(skewed) == WORD_COLUMNS


def test_a_model_that_has_changed_since_is_told_and_asked_again(tmp_path: Path) -> None:
    folder = saved(causal(), tmp_path / "gpt")
    line = f"pronouns {folder} --profession nurse --template '{OWN}'"
    assert "has changed" not in run(line).stderr
    config = folder / "generation_config.json"
    config.write_text(config.read_text().replace("{", '{"temperature": 0.5,', 1))
    told = run(line).stderr
    assert f"'{folder}' has changed since it was asked last: it was version" in told
    assert "step 1 of 1" in told
    assert run(line).stderr == ""


@pytest.mark.parametrize("option", ["--separator colon", "--csv - --json", "--readable"])
def test_what_cannot_be_written_is_refused_before_a_model_is_asked(
    option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.pronouns.run.run", lambda *_: pytest.fail("asked"))
    assert run(f"pronouns pronoun-even {option}").exit_code == 2


def test_a_masked_model_is_scored_and_continues_nothing(tmp_path: Path) -> None:
    folder = saved(masked(), tmp_path / "bert")
    few = f"pronouns {folder} --profession nurse --profession author"
    assert "masked" in run(f"{few} --csv -").stdout
    assert "fills gaps and does not continue a text" in run(f"{few} --completions 3").stdout


def test_stored_images_of_a_generator_stand_beside(cache: Path) -> None:
    store = Store.open(cache)
    names = spread_by_women(12)
    study = Study((find_model("emoji-skewed", "cpu"),), names, (None, "honest"), 10)
    for _ in generate(study, store, lambda _: FakeGenerator(), FakeClassifier):
        pass
    store.close()
    done = run("pronouns pronoun-skewed --with emoji-skewed --csv -")
    shown = [row for row in rows(done.stdout) if row["images_share"]]
    assert {row["profession"] for row in shown} <= set(names)
    assert all(int(row["images_classified"]) >= 10 for row in shown)
    assert "the two lean alike" in run("pronouns pronoun-skewed --with emoji-skewed").stdout


def test_empty_completions_are_counted_and_compared_with_nothing(cache: Path) -> None:
    texts = [Completions(OWN, pronoun, ("", "")) for pronoun in PRONOUNS]
    source = find_source("pronoun-even")
    kept = Kept(source.name, source.revision, source.kind, chat=False, completions=tuple(texts))
    keep(cache, kept)
    done = run(f"pronouns pronoun-even --completions 2 --template '{OWN}'")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "“she” 2 times; 0 named one of the professions and 2 were empty." in done.stdout
    assert "No profession is clearly more frequent" in done.stdout


def test_models_without_a_head_or_with_pickles_only_are_refused(tmp_path: Path) -> None:
    folder = saved(causal(), tmp_path / "gpt")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert "a pickle file" in run(f"pronouns {folder}").stderr
    config = folder / "config.json"
    config.write_text(config.read_text().replace("GPT2LMHeadModel", "GPT2Model"))
    done = run(f"pronouns {folder}")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "has no head that continues a text or fills a gap" in done.stderr


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("pronouns", 2, "No model is given"),
        ("pronouns pronoun-skewd", 2, "'pronoun-skewed'"),
        ("pronouns emoji-skewed", 2, "generates images"),
        ("pronouns /no/such/folder", 1, "no folder"),
        ("pronouns pronoun-even --profession nurze", 2, "Did you mean 'nurse'?"),
        ("pronouns pronoun-even --own-profession blacksmith", 2, "does not know 'blacksmith'"),
        ("pronouns pronoun-even --own-profession ' '", 2, "profession"),
        ("pronouns pronoun-even --template 'She is a {profession}'", 2, "{pronoun}"),
        ("pronouns pronoun-even --completions -1", 2, "Error"),
        ("pronouns pronoun-even --completions 1.5", 2, "Give a whole number"),
        ("pronouns pronoun-even --year 1999", 2, "no labour statistics"),
        ("pronouns pronoun-even --with nothing", 2, "Unknown model"),
        ("pronouns pronoun-even --csv - --json", 2, "Choose one"),
        ("pronouns pronoun-even --completions 2 --with emoji-even", 2, "--with sets images"),
        (
            "pronouns pronoun-even --completions 2 --template 'A {profession} said {pronoun} came'",
            2,
            "nothing to continue",
        ),
    ],
)
def test_bad_input_says_what_is_wrong(line: str, code: int, told: str) -> None:
    done = run(line)
    assert done.exit_code == code
    assert told in done.stderr
    assert done.stdout == ""
