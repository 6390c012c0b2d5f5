"""`validate`, with fakes in place of models: what it writes, reads, refuses and tells."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import Result

from explorer.perception.axes import find_axis
from explorer.store.index import Store
from tests.fakes import FakeGenerator, digits, expected_label

Command = Callable[[str], Result]
Rows = list[dict[str, str]]

GENDER = find_axis("gender")
WORDS = "--profession author --adjective none --images 120"


def rows(text: str) -> Rows:
    return list(csv.DictReader(io.StringIO(text)))


def write(path: Path, given: Rows) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, given[0])
        writer.writeheader()
        writer.writerows(given)
    return path


@pytest.fixture
def drawn(command: Command, generator: FakeGenerator) -> Command:
    """Return the command line over a cache of 120 judged pictures."""
    generator.unclear = lambda request: digits(request)[2] < 40
    assert command(f"draw --model fake-a {WORDS}").exit_code == 0
    return command


@pytest.fixture
def both(drawn: Command) -> Command:
    """Return the command line over as many pictures of another model too."""
    assert drawn(f"draw --model fake-b {WORDS}").exit_code == 0
    return drawn


@pytest.fixture
def truth(generator: FakeGenerator) -> dict[str, str]:
    """Return, by key, what the classifier would say of a picture if it were never in doubt."""

    class Truth(dict[str, str]):
        def __missing__(self, key: str) -> str:
            self.update({one.key: expected_label(one, GENDER) for one in generator.drawn})
            return self[key]

    return Truth()


def filled(sheet: Rows, truth: dict[str, str], wrong: int = 10) -> Rows:
    """Label pictures truly but for each `wrong`-th."""
    other = dict(zip(GENDER.labels, reversed(GENDER.labels), strict=True))
    return [
        {**row, "label": truth[row["picture"]] if n % wrong else other[truth[row["picture"]]]}
        for n, row in enumerate(sheet)
    ]


def test_a_sheet_tells_raters_neither_model_nor_prompt_nor_answer(both: Command) -> None:
    done = both("validate sample fake-a fake-b --pictures 40 --csv -")
    sheet = rows(done.stdout)
    assert list(sheet[0]) == ["number", "picture", "axis", "label", "answers"]
    assert [row["axis"] for row in sheet] == ["gender"] * 80 + ["tone"] * 80
    assert {row["label"] for row in sheet} == {""}
    assert sheet[0]["answers"] == "feminine / masculine / cannot tell / no or several people"
    assert all(word not in done.stdout for word in ("fake", "author", "unclear"))


def test_the_models_are_mixed_and_a_seed_draws_the_same_again(
    both: Command, generator: FakeGenerator
) -> None:
    line = "validate sample fake-a fake-b --axis gender --pictures 40 --csv -"
    models = {one.key: one.model.name for one in generator.drawn}
    order = [models[row["picture"]] for row in rows(both(line).stdout)]
    assert order[:40].count("fake-a") == pytest.approx(20, abs=10)
    assert both(line).stdout == both(line).stdout
    assert both(f"{line} --seed 1").stdout != both(line).stdout


def test_pictures_for_raters_hold_pixels_and_nothing_else(
    drawn: Command, tmp_path: Path, cache: Path
) -> None:
    folder = tmp_path / "raters"
    line = f"validate sample fake-a --axis gender --pictures 20 --csv - --copy-to {folder}"
    sheet = rows(drawn(line).stdout)
    assert len(list(folder.iterdir())) == 20
    picture = Image.open(folder / f"{sheet[4]['number']}.png")
    assert not picture.info
    assert not picture.getexif()
    store = Store.open(cache)
    assert (np.asarray(picture) == store.pixels(sheet[4]["picture"])).all()
    store.close()


def test_labels_of_several_raters_are_imported_exported_and_told(
    drawn: Command, truth: dict[str, str], tmp_path: Path
) -> None:
    sheet = rows(drawn("validate sample fake-a --axis gender --pictures 100 --csv -").stdout)
    for rater, wrong in (("Ada", 1_000), ("Ben", 10), ("Cyd", 15)):
        file = write(tmp_path / f"{rater}.csv", filled(sheet, truth, wrong))
        done = drawn(f"validate import {file} --rater {rater}")
        assert f"100 labels are kept, of {rater}" in done.stderr
    exported = rows(drawn("validate export --csv -").stdout)
    assert len(exported) == 300
    assert {row["rater"] for row in exported} == {"Ada", "Ben", "Cyd"}
    told = drawn("validate report fake-a --axis gender").stdout
    assert "100 of the 100 pictures of the sample are labelled" in told
    assert "Ada and Ben say the same of 91 of 100 pictures: Cohen's kappa 0.8" in told
    assert "corrected with these labels" in told
    found = json.loads(drawn("validate report fake-a --axis gender --json").stdout)
    assert sum(row["pictures"] for row in found) == 100
    assert {row["classifier"] for row in found} == {"feminine", "masculine", "unclear"}


def test_an_export_can_be_imported_elsewhere_with_raters_and_dates(
    drawn: Command, truth: dict[str, str], tmp_path: Path
) -> None:
    sheet = rows(drawn("validate sample fake-a --axis gender --pictures 20 --csv -").stdout)
    drawn(f"validate import {write(tmp_path / 'a.csv', filled(sheet, truth))} --rater Ada")
    exported = tmp_path / "all.csv"
    drawn(f"validate export --csv {exported}")
    other = tmp_path / "other"
    drawn(f"draw --model fake-a {WORDS} --cache {other}")
    assert drawn(f"validate import {exported} --cache {other}").exit_code == 0
    assert drawn(f"validate export --csv - --cache {other}").stdout == exported.read_text()


def test_prompts_that_name_the_gender_tell_errors_too(
    command: Command, generator: FakeGenerator
) -> None:
    done = command("validate prompts fake-a --json")
    found = json.loads(done.stdout)
    assert sum(row["pictures"] for row in found) == 300 == len(generator.drawn)
    assert {row["prompt"] for row in found} == {"feminine", "masculine"}
    assert {row["classifier"] for row in found} == {"feminine", "masculine", "unclear"}
    assert "Tallies of this model are corrected" in command("validate prompts fake-a").stdout
    assert len(generator.drawn) == 300


def test_withheld_pictures_tell_no_errors(command: Command, generator: FakeGenerator) -> None:
    generator.withheld = lambda _: True
    done = command("validate prompts fake-a")
    assert done.exit_code == 1
    assert "Fewer than 50 pictures of women or of men by 'fake-a' could be judged" in done.stderr


def test_tallies_are_corrected_with_human_labels(
    both: Command, truth: dict[str, str], tmp_path: Path
) -> None:
    tally = f"tally --model fake-a {WORDS} --axis gender"
    assert "nobody has labelled pictures for this instrument yet" in both(tally).stdout
    sheet = rows(both("validate sample fake-a --axis gender --pictures 100 --csv -").stdout)
    both(f"validate import {write(tmp_path / 'a.csv', filled(sheet, truth))} --rater Ada")
    assert "corrected with 100 human labels" in both(tally).stdout
    row = rows(both(f"{tally} --csv -").stdout)[0]
    assert (row["validation"], row["validation_pictures"]) == ("human", "100")
    assert 0.8 < float(row["sensitivity"]) < 1
    other = tally.replace("fake-a", "fake-b")
    assert "nobody has labelled pictures for this instrument yet" in both(other).stdout


@pytest.fixture
def labelled(command: Command, truth: dict[str, str], tmp_path: Path) -> Command:
    """Return the command line over 120 pictures that all have a label, one of them a wrong one."""
    command(f"draw --model fake-a {WORDS}")
    sheet = rows(command("validate sample fake-a --axis gender --pictures 120 --csv -").stdout)
    command(f"validate import {write(tmp_path / 'a.csv', filled(sheet, truth, 1_000))} --rater Ada")
    return command


CALIBRATED = f"tally --model fake-a {WORDS} --axis gender --calibrated"


def test_calibrated_answers_are_those_of_another_instrument_everywhere(labelled: Command) -> None:
    plain = rows(labelled(CALIBRATED.replace(" --calibrated", " --csv -")).stdout)
    done = labelled(f"{CALIBRATED} --csv -")
    assert "Answers are calibrated, temperature " in done.stderr
    assert "that the labels counted on had no part in" in done.stderr
    anew = rows(done.stdout)
    for one, other in zip(plain, anew, strict=True):
        assert other["instrument"].startswith(f"{one['instrument']} calibrated (temperature ")
        assert f"threshold {other['threshold']})" in other["instrument"]
        assert other["threshold"] != one["threshold"] == str(GENDER.threshold)
        assert other["captions_sha256"] == one["captions_sha256"]
        assert (other["validation"], other["corrected_share"] != "") == ("human", True)
    # What is stored stays as it was.
    assert rows(labelled(CALIBRATED.replace(" --calibrated", " --csv -")).stdout) == plain
    listed = rows(labelled(CALIBRATED.replace("tally", "images") + " --csv -").stdout)
    assert {row["gender_instrument"] for row in listed} == {anew[0]["instrument"]}
    assert {row["gender_threshold"] for row in listed} == {anew[0]["threshold"]}
    assert {row["gender_score_feminine"] for row in listed} - {"0.0", "0.5", "1.0"}
    count = sum(row["gender_label"] == "feminine" for row in listed)
    assert count == int(anew[0]["count"])


def test_gender_alone_is_calibrated_if_no_axis_is_named(labelled: Command) -> None:
    found = rows(labelled(CALIBRATED.replace(" --axis gender", "") + " --csv -").stdout)
    assert {row["axis"] for row in found} == {"gender"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("--axis tone", "1 models and 2 axes are named"),
        ("--model fake-b", "2 models and 1 axes are named"),
    ],
)
def test_calibrated_answers_stand_in_no_table_with_others(
    labelled: Command, change: str, said: str
) -> None:
    done = labelled(f"{CALIBRATED} {change}")
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_labels_that_cannot_calibrate_are_refused(labelled: Command) -> None:
    done = labelled(CALIBRATED.replace("fake-a", "fake-b"))
    assert done.exit_code == 2
    assert "for 'fake-b' cannot be calibrated with people's labels: 0 labels are" in done.stderr
    done = labelled(CALIBRATED.replace("gender", "tone"))
    assert "'tone' has 5 labels" in done.stderr


@pytest.mark.usefixtures("no_yunet")
def test_behind_a_gate_calibrated_answers_have_a_name_and_no_errors(labelled: Command) -> None:
    found = rows(labelled(f"{CALIBRATED} --gate --csv -").stdout)
    assert ") behind subject" in found[0]["instrument"]
    assert found[0]["validation"] == ""


def test_rows_without_a_label_are_skipped(drawn: Command, tmp_path: Path) -> None:
    sheet = rows(drawn("validate sample fake-a --axis gender --pictures 20 --csv -").stdout)
    sheet[3]["label"] = "cannot tell"
    done = drawn(f"validate import {write(tmp_path / 'a.csv', sheet)} --rater Ada")
    assert "1 labels are kept" in done.stderr


@pytest.mark.parametrize(
    ("change", "rater", "said"),
    [
        ({"label": "female"}, "Ada", "line 2: Unknown label of the axis 'gender': 'female'. Did"),
        ({"axis": "gendre"}, "Ada", "line 2: Unknown axis 'gendre'. Did you mean 'gender'?"),
        ({"picture": "0" * 64}, "Ada", f"No picture '{'0' * 64}' is stored here"),
        ({}, "''", "line 2: The rater is ''. Give a name or initials"),
        ({}, None, "there is no column 'rater'"),
    ],
)
def test_labels_that_cannot_be_are_refused_and_none_is_kept(
    drawn: Command, tmp_path: Path, change: dict[str, str], rater: str | None, said: str
) -> None:
    sheet = rows(drawn("validate sample fake-a --axis gender --pictures 20 --csv -").stdout)
    sheet = [{**row, "label": "feminine"} for row in sheet]
    sheet[0] |= change
    option = f"--rater {rater}" if rater else ""
    done = drawn(f"validate import {write(tmp_path / 'a.csv', sheet)} {option}")
    assert done.exit_code == 2
    assert said in done.stderr
    assert rows(drawn("validate export --csv -").stdout) == []


def test_a_picture_labelled_twice_in_a_file_is_refused(drawn: Command, tmp_path: Path) -> None:
    sheet = rows(drawn("validate sample fake-a --axis gender --pictures 20 --csv -").stdout)
    twice = [{**sheet[0], "label": "feminine"}, {**sheet[0], "label": "masculine"}]
    done = drawn(f"validate import {write(tmp_path / 'a.csv', twice)} --rater Ada")
    assert done.exit_code == 2
    assert "line 3: 'Ada' has labelled" in done.stderr


def test_a_file_that_is_not_there_or_no_csv_is_refused(drawn: Command, tmp_path: Path) -> None:
    done = drawn("validate import nowhere.csv --rater Ada")
    assert done.exit_code == 2
    assert "'nowhere.csv' cannot be read" in done.stderr
    (tmp_path / "a.csv").write_text("name\nAda\n", encoding="utf-8")
    done = drawn(f"validate import {tmp_path / 'a.csv'} --rater Ada")
    assert "there is no column 'picture' in ['name']" in done.stderr


def test_nothing_to_draw_a_sample_from_is_said(command: Command) -> None:
    done = command("validate sample fake-a --axis tone --csv -")
    assert done.exit_code == 2
    assert "No stored picture of 'fake-a' is judged on 'tone' by 'fake-clip" in done.stderr


def test_a_report_without_a_sample_says_so(drawn: Command) -> None:
    told = drawn("validate report fake-a --axis gender").stdout
    assert "no sample is drawn yet" in told
    assert "are not corrected with labels" in told


def test_a_folder_that_cannot_be_written_is_named(drawn: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = drawn(f"validate sample fake-a --pictures 20 --csv - --copy-to {tmp_path / 'file'}")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
