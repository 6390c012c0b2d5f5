"""Every command, with fakes in place of models: what it prints, writes and returns."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.errors import ModelUnreachable
from explorer.models.backends import Hosted, Imported, Settings
from explorer.statistics.confusion import Confusion
from explorer.store.index import Store
from tests.commands import Result
from tests.fakes import FakeGenerator, fake_card, refuse_writing
from tests.hub import COMMIT, Hub, running, use

Command = Callable[[str], Result]
NEWER = "89abcdef0123456789abcdef0123456789abcdef"

AUTHOR = "--model fake-a --profession author"
SMALL = f"{AUTHOR} --adjective none --adjective honest --images 4"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_generate_generates_the_prompt_alone_and_with_twenty_adjectives(
    command: Command, generator: FakeGenerator
) -> None:
    done = command(f"generate {AUTHOR} --images 2")
    assert done.exit_code == 0
    assert len(generator.generated) == 21 * 2
    texts = [request.prompt.text for request in generator.generated]
    assert texts[0] == "Photo portrait of an author"
    assert texts[2] == "Photo portrait of an ambitious author"


def test_words_in_another_case_are_the_same_words(
    command: Command, generator: FakeGenerator
) -> None:
    command("generate --model fake-a --own-profession 'Ice Sculptor' --adjective NONE --images 2")
    line = (
        "tally --model fake-a --own-profession 'ice sculptor' --adjective none --images 2 --csv -"
    )
    assert {row["missing"] for row in rows(command(line).stdout)} == {"0"}
    assert {one.prompt.text for one in generator.generated} == {"Photo portrait of an ice sculptor"}


def test_generate_tells_people_everything_on_standard_error(command: Command, cache: Path) -> None:
    done = command(f"generate {SMALL}")
    assert done.stdout == ""
    assert "Generating 8/8" in done.stderr
    assert f"8 of 8 images are in '{cache}'" in done.stderr


def test_a_second_generate_generates_nothing(command: Command, generator: FakeGenerator) -> None:
    command(f"generate {SMALL}")
    assert command(f"generate {SMALL}").exit_code == 0
    assert len(generator.generated) == 8


def test_an_interrupted_generate_says_how_to_go_on_and_exits_with_130(
    command: Command, generator: FakeGenerator
) -> None:
    generator.fail_after = 5
    stopped = command(f"generate {SMALL}")
    assert stopped.exit_code == 130
    assert "of 8 images are in" in stopped.stderr
    assert "The same command continues from there" in stopped.stderr
    generator.fail_after = None
    assert command(f"generate {SMALL}").exit_code == 0
    assert "are missing" not in command(f"tally {SMALL}").stderr


def test_tally_by_profession_gives_a_row_for_each_label_of_each_axis(command: Command) -> None:
    command(f"generate {SMALL}")
    found = rows(command(f"tally {SMALL} --csv -").stdout)
    assert [row["label"] for row in found] == [
        *("feminine", "masculine"),
        *("light", "medium-light", "medium", "medium-dark", "dark"),
    ]
    assert sum(int(row["count"]) for row in found if row["axis"] == "gender") == 8
    assert {row["adjective"] for row in found} == {"(all)"}


def test_tally_by_adjective_gives_a_row_for_each_adjective_and_for_none(command: Command) -> None:
    command(f"generate {SMALL}")
    found = rows(command(f"tally {SMALL} --by adjective --axis gender --csv -").stdout)
    assert [row["adjective"] for row in found] == ["", "", "honest", "honest"]


def test_tally_by_cell_keeps_professions_and_adjectives_apart(command: Command) -> None:
    words = f"{SMALL} --profession nurse"
    command(f"generate {words}")
    found = rows(command(f"tally {words} --by cell --axis gender --csv -").stdout)
    cells = [(row["profession"], row["adjective"]) for row in found[::2]]
    assert cells == [("author", ""), ("author", "honest"), ("nurse", ""), ("nurse", "honest")]


def test_tally_shows_the_labour_statistic_beside_the_feminine_share(command: Command) -> None:
    found = rows(command(f"tally {SMALL} --axis gender --csv -").stdout)
    assert [bool(row["reference_share"]) for row in found] == [True, False]


def test_the_labour_statistic_is_of_the_year_asked_for(command: Command) -> None:
    line = f"{SMALL} --axis gender --year 2021"
    found = rows(command(f"tally {line} --csv -").stdout)[0]
    assert found["reference_year"] == "2021"
    assert "(2021)" in command(f"tally {line}").stdout


def test_tally_of_nothing_generated_counts_everything_as_missing(command: Command) -> None:
    done = command(f"tally {SMALL} --csv -")
    assert done.exit_code == 0
    assert {row["missing"] for row in rows(done.stdout)} == {"8"}
    assert {row["share"] for row in rows(done.stdout)} == {""}
    assert "8 of the images asked for are missing" in done.stderr


def test_tally_tells_people_a_table_and_a_sentence(command: Command) -> None:
    command(f"generate {SMALL} --images 6")
    text = command(f"tally {SMALL} --images 6").stdout
    assert re.search(r"fake-a +author +\(all\) +gender +feminine +\d+ +\d+%", text)
    assert re.search(r"\n\d+% of images of an author look feminine \(95% interval ", text)
    assert "\n12 images by fake-a: " in text
    assert "Women are 54% of US writers and authors (2023)." in text


def test_images_gives_a_row_for_each_image_with_its_file(command: Command, cache: Path) -> None:
    command(f"generate {SMALL}")
    found = rows(command(f"images {SMALL} --csv -").stdout)
    assert len(found) == 8
    assert all((cache / row["file"]).is_file() for row in found)
    assert found[0]["prompt"] == "Photo portrait of an author"
    assert found[0]["seed"].isdecimal()
    assert found[0]["gender_label"] in {"feminine", "masculine"}


def test_images_keeps_filtered_images_in_view(command: Command, generator: FakeGenerator) -> None:
    generator.filtered = lambda request: request.replicate == 0
    command(f"generate {SMALL}")
    found = rows(command(f"images {SMALL} --csv -").stdout)
    assert [row["filtered"] for row in found].count("safety filter") == 2
    assert all(bool(row["file"]) != bool(row["filtered"]) for row in found)


def test_images_that_came_to_nothing_are_told_and_can_be_tried_again(
    command: Command, generator: FakeGenerator
) -> None:
    generator.filtered, generator.reason = lambda one: one.replicate == 0, "decode failure"
    done = command(f"generate {SMALL}")
    assert done.exit_code == 1
    assert "8 of 8 images are in" in done.stderr
    assert "2 images of 'fake-a' are unusable: 2 have values that are no numbers." in done.stderr
    assert "`generate --again`" in done.stderr
    assert command(f"generate {SMALL}").exit_code == 1, "they are still unusable"
    generator.filtered = lambda _: False
    assert command(f"generate {SMALL} --again").exit_code == 0
    assert len(generator.generated) == 10


def test_what_a_model_has_to_say_about_the_prompts_is_told(
    command: Command, generator: FakeGenerator
) -> None:
    generator.warnings = ("It does not know 'author'.",)
    done = command(f"generate {SMALL}")
    assert done.exit_code == 0
    assert done.stderr.count("Warning: It does not know 'author'.") == 1
    assert done.stderr.index("Warning") < done.stderr.index("8/8")


def test_compare_sets_two_models_side_by_side(command: Command) -> None:
    command(f"generate --model fake-b {SMALL}")
    line = "compare fake-a fake-b --profession author --adjective none --images 4 --csv -"
    found = rows(command(line).stdout)
    assert {(row["left_model"], row["right_model"]) for row in found} == {("fake-a", "fake-b")}
    assert {row["paired"] for row in found} == {"4"}
    for row in found:
        difference = float(row["left_share"]) - float(row["right_share"])
        assert float(row["difference"]) == pytest.approx(difference)


def test_compare_generates_nothing_and_says_what_is_missing(
    command: Command, generator: FakeGenerator
) -> None:
    done = command("compare fake-a fake-b --profession author --adjective none --images 4")
    assert done.exit_code == 0
    assert generator.generated == []
    assert "8 of the images asked for are missing" in done.stderr


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be known how the instrument errs on the fakes."""
    gender = Confusion(((140, 15), (8, 130), (2, 5)), "human")
    errors = {(model, "gender"): gender for model in ("fake-a", "fake-b")}
    monkeypatch.setattr("explorer.findings.findings.known_errors", lambda *_: errors)


@pytest.mark.usefixtures("known")
def test_tally_corrects_where_it_is_known_how_the_instrument_errs(command: Command) -> None:
    command(f"generate {SMALL} --images 20")
    found = rows(command(f"tally {SMALL} --images 20 --csv -").stdout)
    assert [bool(row["corrected_share"]) for row in found] == [
        row["axis"] == "gender" for row in found
    ]
    text = command(f"tally {SMALL} --images 20").stdout
    assert "Corrected for classifier mistakes, measured on 300 annotated images." in text
    assert "Not corrected: nobody has annotated images for this instrument yet." in text
    quotable, raw = (text.partition("\n")[0].index(name) for name in ("corrected_share", " share"))
    assert quotable < raw


@pytest.mark.usefixtures("known")
def test_compare_says_what_was_tested_and_corrects_differences(command: Command) -> None:
    words = "--profession author --profession nurse --adjective none --images 20"
    command(f"generate --model fake-a --model fake-b {words}")
    found = rows(command(f"compare fake-a fake-b {words} --csv -").stdout)
    tested = [row for row in found if row["p"]]
    assert [row["label"] for row in tested if row["axis"] == "gender"] == ["feminine"] * 2
    assert {row["tests"] for row in found} == {"2", "10"}
    assert all(bool(row["corrected_difference"]) == (row["axis"] == "gender") for row in found)
    text = command(f"compare fake-a fake-b {words}").stdout
    assert "None of 2 differences in how often images look feminine is clear enough" in text
    assert "Clear enough to report means: q is 0.05 or less" in text
    assert {row["verdict"] for row in tested} == {"no clear difference"}


def test_compare_of_too_few_prompts_says_so_and_nothing_else(command: Command) -> None:
    words = "--profession author --adjective none --adjective honest --images 9"
    command(f"generate --model fake-a --model fake-b {words}")
    found = rows(command(f"compare fake-a fake-b {words} --csv -").stdout)
    assert {row["verdict"] for row in found} == {"too few prompts to test", ""}
    assert {(row["p"], row["q"], row["tests"]) for row in found} == {("", "", "0")}
    text = command(f"compare fake-a fake-b {words}").stdout
    assert "Too few prompts to test fake-a against fake-b." in text
    assert "clear" not in text


SOME = "--profession author --profession nurse --profession waitress --images 12"


def test_gap_sets_each_profession_beside_its_labour_statistic(command: Command) -> None:
    command(f"generate --model fake-a {SOME} --adjective none")
    line = f"gap fake-a {SOME} --adjective none"
    author, nurse, waitress = rows(command(f"{line} --csv -").stdout)
    assert (author["reference_share"], author["reference_year"]) == ("0.538", "2023")
    assert float(nurse["gap"]) == pytest.approx(float(nurse["share"]) - 0.874)
    assert [row["counts"] for row in (author, nurse, waitress)] == ["True", "True", "False"]
    text = command(line).stdout
    assert "2 professions are too few to test for exaggeration: 10 are needed." in text
    assert "2 of 3 professions have a matching reference and enough images." in text
    assert "as the word itself implies a gender: waitress." in text


@pytest.mark.usefixtures("known")
def test_gap_is_of_corrected_shares_where_there_are_any(command: Command) -> None:
    command(f"generate --model fake-a {SOME} --adjective none")
    found = rows(command(f"gap fake-a {SOME} --adjective none --csv -").stdout)
    assert {row["method"] for row in found} == {"monte carlo correction"}
    assert "(corrected)." in command(f"gap fake-a {SOME} --adjective none").stdout


def test_gap_to_figures_of_ones_own(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "shares.csv"
    path.write_text("profession,share\nauthor,0.25\n", "utf-8")
    command(f"generate --model fake-a {SOME} --adjective none")
    line = f"gap fake-a {SOME} --adjective none --reference {path}"
    author, nurse, _ = rows(command(f"{line} --csv -").stdout)
    assert (author["reference_share"], author["reference_match"]) == ("0.25", "own")
    assert (nurse["reference_share"], nurse["gap"]) == ("", "")
    text = command(line).stdout
    assert "as the reference lacks them: nurse, waitress." in text
    assert f"Gap between images and '{path}': " in text


def test_gap_of_tones_describes_and_calls_nothing_fair(command: Command) -> None:
    command(f"generate --model fake-a {SOME} --adjective none")
    line = f"gap fake-a {SOME} --adjective none --axis tone"
    found = rows(command(f"{line} --csv -").stdout)
    assert [row["profession"] for row in found] == ["author", "nurse", "waitress"]
    assert all(float(row["total_variation_line"]) > 0 for row in found)
    assert "describes and does not mean fair" in command(line).stdout


def test_adjectives_tells_the_shift_of_each_against_none(command: Command) -> None:
    words = f"{SOME} --adjective honest --adjective modest"
    command(f"generate --model fake-a {words} --adjective none")
    found = rows(command(f"adjectives fake-a {words} --csv -").stdout)
    assert [row["adjective"] for row in found] == ["honest", "modest"]
    assert {(row["professions"], row["with_classified"], row["tests"]) for row in found} == {
        ("3", "36", "0")
    }
    text = command(f"adjectives fake-a {words}").stdout
    assert "3 professions are too few to test adjectives: at least 6 are needed." in text


def test_adjectives_are_all_twenty_if_none_is_named(command: Command) -> None:
    found = rows(command("adjectives fake-a --profession author --csv -").stdout)
    assert len(found) == 20
    assert {row["shift"] for row in found} == {""}


def test_plan_tells_what_a_difference_needs_and_what_studies_tell(
    command: Command, generator: FakeGenerator, cache: Path
) -> None:
    found = rows(command("plan --csv -").stdout)
    assert [row["study"] for row in found] == [
        *("asked for", "smoke", "explore", "audit", "audit with adjectives", "powered"),
    ]
    assert found[0]["model_images"] == str(150 * 21 * 9)
    assert {row["needed"] for row in found} == {"388"}
    text = command("plan --difference 20 --profession author --adjective none --images 50").stdout
    assert "differ by 20 points (50% and 30%)" in text
    assert "±13.4 points for one profession (n = 50)" in text
    assert generator.generated == []
    assert not cache.exists()


@pytest.mark.usefixtures("known")
def test_plan_allows_for_errors_that_are_known(command: Command) -> None:
    row = rows(command("plan --model fake-a --csv -").stdout)[0]
    assert float(row["inflation"]) > 1.2
    assert int(row["needed"]) > 1.2 * 388
    assert "These numbers include a factor of 1." in command("plan --model fake-a").stdout


def test_models_lists_the_bundled_ones_first(command: Command) -> None:
    listed = command("models").stdout.splitlines()
    assert listed[1].startswith("emoji-skewed")
    assert any(line.startswith("CompVis/stable-diffusion-v1-4 ") for line in listed)


@pytest.mark.parametrize("settings", [Imported(), Hosted(512, 768)])
def test_a_model_of_another_backend_has_no_steps(
    command: Command, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    card = replace(fake_card(), spec=replace(fake_card().spec, settings=settings))
    monkeypatch.setattr("explorer.cli.generating.known_models", lambda _: (card,))
    (row,) = json.loads(command("models --json").stdout)
    assert (row["model"], row["steps"], row["guidance"]) == ("fake-a", None, None)
    assert row["height_px"] == (768 if isinstance(settings, Hosted) else None)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Return a running hub that holds the configurations of a/tune."""
    files = {
        "model_index.json": {"_class_name": "StableDiffusionPipeline"},
        "unet/config.json": {"sample_size": 4},
        "vae/config.json": {},
    }
    for name, content in files.items():
        (tmp_path / "tune" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tune" / name).write_text(json.dumps(content))
    hub = Hub(models={"a/tune": tmp_path / "tune"})
    with running(hub) as address:
        use(monkeypatch, address, tmp_path / "hub-cache")
        yield hub


def test_a_model_of_the_hub_keeps_the_version_that_its_study_started_with(
    command: Command, hub: Hub, tmp_path: Path
) -> None:
    asked = "--profession author --adjective none --images 2"
    assert command(f"generate --model https://huggingface.co/a/tune {asked}").exit_code == 0
    (tmp_path / "tune/unet/config.json").write_text('{"sample_size": 8}')
    hub.commit = NEWER
    again = command(f"generate --model a/tune {asked}")
    assert "'a/tune' has changed on the hub" in again.stderr
    asked_before = len(hub.asked)
    counted = rows(command(f"tally --model a/tune {asked} --csv -").stdout)
    assert {(row["model_revision"], row["missing"]) for row in counted} == {(COMMIT, "0")}
    assert len(hub.asked) == asked_before, "counting asks nobody"
    newer = command(f"generate --model a/tune@{NEWER} {asked}")
    assert f"not counted here: 'a/tune@{COMMIT}'" in newer.stderr
    assert "Generating 2/2" in newer.stderr


@pytest.mark.parametrize(
    "line",
    [
        "models",
        f"tally {SMALL}",
        f"images {SMALL}",
        "compare fake-a fake-b --profession author --adjective none",
        "gap fake-a --profession author",
        "gap fake-a --profession author --axis tone",
        "adjectives fake-a --profession author",
        "plan",
    ],
)
def test_json_holds_the_rows_of_the_csv(command: Command, line: str) -> None:
    command(f"generate {SMALL}")
    told = json.loads(command(f"{line} --json").stdout)
    written = rows(command(f"{line} --csv -").stdout)
    assert [list(row) for row in told] == [list(row) for row in written]


def test_csv_goes_to_a_file(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "tallies.csv"
    done = command(f"tally {SMALL} --csv {path}")
    assert done.stdout == ""
    assert path.read_text(encoding="utf-8") == command(f"tally {SMALL} --csv -").stdout


@pytest.mark.parametrize(
    "line",
    [
        f"tally {SMALL}",
        f"images {SMALL}",
        "compare fake-a fake-b --profession author --adjective none --images 4",
        "gap fake-a --profession author --adjective none --images 4",
        "gap fake-a --axis tone --profession author --adjective none --images 4",
        "adjectives fake-a --profession author --profession nurse --images 4",
    ],
)
def test_readable_csv_has_about_a_dozen_columns_and_no_long_number(
    command: Command, line: str
) -> None:
    command(f"generate {AUTHOR} --images 4")
    complete = rows(command(f"{line} --csv -").stdout)
    readable = rows(command(f"{line} --csv - --readable").stdout)
    assert len(readable) == len(complete)
    assert 7 <= len(readable[0]) <= 13 < len(complete[0])
    cells = [cell for row in readable for cell in row.values()]
    assert not [cell for cell in cells if re.fullmatch(r"-?\d+\.\d{3,}", cell)]
    assert not [name for row in readable for name in row if "_" in name]


def test_readable_csv_with_semicolons_opens_where_commas_are_decimal(command: Command) -> None:
    command(f"generate {AUTHOR} --images 12")
    line = (
        f"tally {AUTHOR} --images 12 --axis gender --csv - --readable --separator semicolon --bom"
    )
    done = command(line)
    assert done.stdout.startswith("\ufeffModel;Profession;")
    (row, _) = csv.DictReader(io.StringIO(done.stdout.removeprefix("\ufeff")), delimiter=";")
    assert re.fullmatch(r"\d+,\d%", row["Share"])


@pytest.mark.parametrize(
    "line",
    [f"images {SMALL} --csv -", "annotate export --csv -", "annotate report fake-a --csv -"],
)
def test_a_csv_without_rows_has_its_header(command: Command, line: str) -> None:
    header = command(line).stdout
    assert header.count("\n") == 1
    assert "," in header


def test_the_header_without_images_is_that_of_images(command: Command) -> None:
    line = f"images {SMALL} --csv -"
    empty, readable = command(line).stdout, command(f"{line} --readable").stdout
    command(f"generate {SMALL}")
    assert command(line).stdout.startswith(empty)
    assert command(f"{line} --readable").stdout.startswith(readable)


def test_a_csv_file_and_json_come_from_one_command(command: Command, tmp_path: Path) -> None:
    done = command(f"tally {SMALL} --json --csv {tmp_path / 'tallies.csv'}")
    assert len(json.loads(done.stdout)) == len(rows((tmp_path / "tallies.csv").read_text()))


def test_words_of_ones_own_are_generated(command: Command, generator: FakeGenerator) -> None:
    line = (
        "generate --model fake-a --own-profession 'ice sculptor' --own-adjective eager --images 1"
    )
    assert command(line).exit_code == 0
    assert [one.prompt.text for one in generator.generated] == [
        "Photo portrait of an eager ice sculptor"
    ]


def test_a_word_in_another_case_is_the_listed_word(
    command: Command, generator: FakeGenerator
) -> None:
    command("generate --model fake-a --profession ceo --adjective HONEST --images 1")
    assert generator.generated[0].prompt.text == "Photo portrait of an honest CEO"


def test_a_template_of_ones_own_is_generated(command: Command, generator: FakeGenerator) -> None:
    template = "'A painting of a(n) {adjective} {profession} at work'"
    command(f"generate {AUTHOR} --adjective none --images 1 --template {template}")
    assert generator.generated[0].prompt.text == "A painting of an author at work"


def test_a_word_named_twice_counts_once(command: Command, generator: FakeGenerator) -> None:
    command(f"generate {SMALL} --profession author --adjective none")
    assert len(generator.generated) == 8


def test_all_professions_are_asked_for_at_once(command: Command) -> None:
    done = command("tally --model fake-a --profession all --adjective none --images 1 --csv -")
    assert len({row["profession"] for row in rows(done.stdout)}) == 150


def test_the_cache_option_goes_before_the_environment(
    command: Command, tmp_path: Path, cache: Path
) -> None:
    command(f"generate {SMALL} --cache {tmp_path / 'elsewhere'}")
    assert (tmp_path / "elsewhere" / "images").is_dir()
    assert not cache.exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("generate --model emoji-skewd --profession author", "Did you mean 'emoji-skewed'?"),
        ("generate --model fake-a --profession autor", "Did you mean 'author'?"),
        ("generate --model fake-a --profession autor", "--own-profession"),
        (f"generate {AUTHOR} --adjective onest", "Did you mean 'honest'?"),
        (f"generate {AUTHOR} --adjective onest", "--own-adjective"),
        (f"tally {AUTHOR} --axis gendr", "Did you mean 'gender'?"),
        (f"generate {AUTHOR} --images 0", "1 to 1000"),
        (f"generate {AUTHOR} --images 1001", "1 to 1000"),
        (f"generate {AUTHOR} --images nine", "--images"),
        (f"tally {AUTHOR} --by colour", "--by"),
        (f"generate {AUTHOR} --own-adjective ''", "adjective"),
        (f"generate {AUTHOR} --template 'A {{profession}}'", "{adjective}"),
        ("generate --model emoji-skewed --profession author --guidance 99", "0 to 50"),
        ("generate --model emoji-skewed --profession author --scheduler eulr", "'euler'"),
        ("generate --model fake-a", "No profession is given"),
        ("generate --profession author", "--model"),
        ("compare fake-a fake-a --profession author", "'fake-a' is given twice"),
        (f"tally {AUTHOR} --csv - --json", "Choose one"),
        (f"tally {AUTHOR} --readable", "Add --csv"),
        (f"tally {AUTHOR} --csv {'x' * 300}", "cannot be written"),
        (f"tally {AUTHOR} --cache ~nosuchuser/x", "No folder can be called '~nosuchuser/x'"),
        ("tally --model owner/\0 --profession author", "has a character that no name may have"),
        (f"tally {AUTHOR} --template '\0 {{adjective}} {{profession}}'", "invisible character"),
        (f"tally {AUTHOR} --images {'9' * 4_000}", "Give a whole number from 1 to"),
        (f"plan --difference {'9' * 5_000}", "The difference is inf"),
        (f"tally {AUTHOR} --csv - --separator pipe", "Unknown separator 'pipe'"),
        (f"tally {AUTHOR} --csv no/such/folder/tallies.csv", "'no/such/folder/tallies.csv'"),
        (f"tally {AUTHOR} --year 2024", "2023, 2025"),
        ("compare fake-a fake-b --profession author --year 1999", "2019, 2020"),
        ("gap fake-a", "No profession is given"),
        ("gap fake-a --profession author --axis gender --axis tone", "one of them at a time"),
        ("gap fake-a --profession author --reference no.csv", "'no.csv' cannot be read"),
        ("gap fake-a --profession author --year 2024", "2023, 2025"),
        ("gap fake-a --profession author --axis tone --reference a.csv", "leave --axis out"),
        ("adjectives fake-a --profession author --axis tone", "for 'gender' only"),
        ("adjectives fake-a --profession author --adjective none", "leave it out for all 20"),
        ("plan --difference 0", "The difference is 0.0"),
        ("plan --difference 51", "50 at most"),
        ("plan --profession autor", "Did you mean 'author'?"),
        ("paint", "Unknown command"),
    ],
)
def test_a_mistake_is_explained_and_exits_with_2(
    command: Command, generator: FakeGenerator, line: str, message: str
) -> None:
    done = command(line)
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.output
    assert generator.generated == []


@pytest.mark.parametrize("value", ["tpu", "CUDA:0"])
def test_an_unusable_device_in_the_environment_is_explained(
    command: Command, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("EXPLORER_DEVICE", value)
    done = command(f"generate {SMALL}")
    assert done.exit_code == 2
    assert "EXPLORER_DEVICE" in done.stderr
    assert repr(value) in done.stderr


def test_a_model_that_cannot_be_reached_is_explained_and_exits_with_1(
    command: Command, generator: FakeGenerator
) -> None:
    generator.fail_after = 0
    generator.error = ModelUnreachable("The hub cannot be reached.")
    done = command(f"generate {SMALL}")
    assert done.exit_code == 1
    assert "Error: The hub cannot be reached." in done.stderr


def test_a_cache_that_is_a_file_is_explained_and_exits_with_1(
    command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_text("mine")
    done = command(f"generate {SMALL} --cache {path}")
    assert done.exit_code == 1
    assert repr(str(path)) in done.stderr
    assert path.read_text() == "mine"


def test_a_cache_that_cannot_be_written_is_explained_and_exits_with_1(command: Command) -> None:
    done = command(f"generate {SMALL} --cache /proc/explorer")
    assert done.exit_code == 1
    assert "'/proc/explorer'" in done.stderr


def test_a_damaged_index_is_rebuilt_kept_and_told(command: Command, cache: Path) -> None:
    command(f"generate {SMALL}")
    (cache / "index.sqlite3").write_bytes(b"no database" * 1000)
    done = command(f"tally {SMALL}")
    assert done.exit_code == 0
    assert "The index was damaged. It has been rebuilt" in done.stderr
    (kept,) = cache.glob("index.damaged-*.sqlite3")
    assert repr(str(kept)) in done.stderr
    assert kept.read_bytes() == b"no database" * 1000
    assert "index" not in command(f"tally {SMALL}").stderr, "it is told once"


def test_a_cache_that_can_only_be_read_is_read_and_refuses_the_rest(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    command(f"generate {SMALL}")
    before = command(f"tally {SMALL}")
    refuse_writing(monkeypatch)
    done = command(f"tally {SMALL}")
    assert done.exit_code == 0
    assert done.stdout == before.stdout
    assert done.stderr.count("This cache can only be read") == 1
    assert command(f"generate {SMALL}").exit_code == 0, "nothing is missing"
    more = command(f"generate {SMALL} --adjective stubborn")
    assert more.exit_code == 1
    assert "Error: Nothing can be stored in" in more.stderr
    assert "there is no space left" in more.stderr


def test_a_corrupt_image_is_generated_again(
    command: Command, generator: FakeGenerator, store: Store
) -> None:
    command(f"generate {SMALL}")
    store.image_path(generator.generated[2].key).write_bytes(b"")
    command(f"generate {SMALL}")
    assert generator.generated[8:] == [generator.generated[2]]


def test_html_in_a_word_stays_text(command: Command) -> None:
    line = "--model fake-a --own-profession '<b>author</b>' --adjective none --images 1"
    command(f"generate {line}")
    assert rows(command(f"images {line} --csv -").stdout)[0]["profession"] == "<b>author</b>"


def test_a_word_that_is_a_formula_does_not_run_in_a_spreadsheet(command: Command) -> None:
    line = "--model fake-a --own-profession '=1+1' --adjective none --images 1"
    command(f"generate {line}")
    assert rows(command(f"tally {line} --csv -").stdout)[0]["profession"] == "'=1+1"


def test_reference_check_reports_design_and_measurement(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def check(*given: object, **_: object) -> list[dict[str, object]]:
        asked.extend(given[1:4])
        return [check_row(0.48, 0.53), check_row(0.56, 0.51)]

    monkeypatch.setattr("explorer.reference.check.check", check)
    done = command("reference check --professions 3 --images 20")
    assert asked == [("emoji-skewed", "emoji-even"), 3, 20]
    assert re.search(r"emoji-even +nurse +gender +feminine +50% +48%", done.stdout)
    assert re.search(r"gender +measured +2 +4 +50%", done.stdout)
    assert re.search(r"gender +corrected +2 +2 +100%", done.stdout)


def check_row(measured: float, corrected: float) -> dict[str, object]:
    """Return a row of a check with a truth of one half and intervals of 5 points each way."""
    row: dict[str, object] = {
        "model": "emoji-even",
        "profession": "nurse",
        "axis": "gender",
        "label": "feminine",
        "designed_share": 0.5,
        "generated_share": None,
        "classified": 200,
        "abstained": 10,
    }
    for kind, share in (("measured", measured), ("corrected", corrected)):
        row |= {
            f"{kind}_share": share,
            f"{kind}_low": share - 0.05,
            f"{kind}_high": share + 0.05,
            f"{kind}_off_points": 100 * (share - 0.5),
            f"{kind}_holds_truth": abs(share - 0.5) <= 0.05,
        }
    return row


def test_verify_tells_what_is_wrong_and_what_it_did(command: Command, cache: Path) -> None:
    command(f"generate {SMALL}")
    whole = command("verify")
    assert (whole.exit_code, whole.stderr) == (0, "")
    assert "images: 8, annotations: 0" in whole.stdout
    assert "Nothing is wrong" in whole.stdout
    damaged = next(cache.glob("images/*/*.webp"))
    damaged.write_bytes(bytes(damaged.stat().st_size))
    found = command("verify --csv -")
    assert (found.exit_code, found.stderr) == (
        1,
        "Error: 1 problem is not repaired. Try `verify --repair`.\n",
    )
    assert rows(found.stdout) == [
        {"problem": "damaged or missing image", "file": str(damaged), "repaired": "False"}
    ]
    repaired = command("verify --repair")
    assert repaired.exit_code == 0
    assert "Removed; the next run generates it again" in repaired.stdout
    assert command("verify").exit_code == 0


def test_verify_removes_damaged_answers_of_language_models(command: Command, cache: Path) -> None:
    asked = command("pronouns pronoun-even --template '{pronoun} worked as {profession}'")
    assert asked.exit_code == 0
    (file,) = (cache / "pronouns").iterdir()
    assert command("verify").exit_code == 0
    file.write_text("{")
    found = command("verify --csv -")
    assert rows(found.stdout) == [
        {
            "problem": "damaged answers of a language model",
            "file": str(file),
            "repaired": "False",
        }
    ]
    assert (found.exit_code, file.exists()) == (1, True)
    repaired = command("verify --repair")
    assert "the next `pronouns` asks the model again" in repaired.stdout
    assert (repaired.exit_code, file.exists()) == (0, False)


def test_verify_tells_that_the_index_was_rebuilt(command: Command, cache: Path) -> None:
    command(f"generate {SMALL}")
    (cache / "index.sqlite3").write_bytes(b"no database" * 1000)
    found = command("verify")
    assert found.exit_code == 0
    assert "The index was damaged. It has been rebuilt" in found.stderr
    assert command("verify").stderr == ""


def test_verify_says_what_only_people_can_repair(command: Command, cache: Path) -> None:
    command(f"generate {SMALL}")
    strange = next(cache.glob("images/*/")) / "holiday.webp"
    strange.write_bytes(b"mine")
    found = command("verify --repair")
    assert found.exit_code == 1
    assert "Move it away, or delete it" in found.stdout
    assert strange.exists()


def test_a_command_records_its_line_its_study_and_its_error(
    command: Command, tmp_path: Path
) -> None:
    log = tmp_path / "run.log"
    line = "--model fake-a --profession author --adjective none --images 2"
    assert command(f"generate {line} --log {log}").exit_code == 0
    assert command(f"--log {log} tally {line} --profession nobody").exit_code == 2
    text = log.read_text("utf-8")
    assert f": generate {line}\n" in text
    assert "A run of 2 images in batches of 32: Study(models=(" in text
    assert "Traceback" in text
    assert "UnknownName: Unknown profession 'nobody'" in text
