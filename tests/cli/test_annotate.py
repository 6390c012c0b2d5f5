"""`annotate`, with fakes in place of models: what it writes, reads, refuses and tells."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.perception.axes import find_axis
from explorer.store.index import Store
from tests.commands import Result
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
def generated(command: Command, generator: FakeGenerator) -> Command:
    """Return the command line over a cache of 120 classified images."""
    generator.unclear = lambda request: digits(request)[2] < 40
    assert command(f"generate --model fake-a {WORDS}").exit_code == 0
    return command


@pytest.fixture
def both(generated: Command) -> Command:
    """Return the command line over as many images of another model too."""
    assert generated(f"generate --model fake-b {WORDS}").exit_code == 0
    return generated


@pytest.fixture
def truth(generator: FakeGenerator) -> dict[str, str]:
    """Return, by key, what the classifier would say of an image if it were never in doubt."""

    class Truth(dict[str, str]):
        def __missing__(self, key: str) -> str:
            self.update({one.key: expected_label(one, GENDER) for one in generator.generated})
            return self[key]

    return Truth()


def filled(sheet: Rows, truth: dict[str, str], wrong: int = 10) -> Rows:
    """Fill in the true label of every image but each `wrong`-th."""
    other = dict(zip(GENDER.labels, reversed(GENDER.labels), strict=True))
    return [
        {**row, "label": truth[row["image"]] if n % wrong else other[truth[row["image"]]]}
        for n, row in enumerate(sheet)
    ]


def test_a_sheet_tells_annotators_neither_model_nor_prompt_nor_answer(both: Command) -> None:
    done = both("annotate sample fake-a fake-b --images 40 --csv -")
    sheet = rows(done.stdout)
    assert list(sheet[0]) == ["number", "image", "axis", "label", "answers"]
    assert [row["axis"] for row in sheet] == ["gender"] * 80 + ["tone"] * 80
    assert {row["label"] for row in sheet} == {""}
    assert sheet[0]["answers"] == "feminine / masculine / cannot tell / no or several people"
    assert all(word not in done.stdout for word in ("fake", "author", "unclear"))


def test_the_models_are_mixed_and_a_seed_draws_the_same_again(
    both: Command, generator: FakeGenerator
) -> None:
    line = "annotate sample fake-a fake-b --axis gender --images 40 --csv -"
    models = {one.key: one.model.name for one in generator.generated}
    order = [models[row["image"]] for row in rows(both(line).stdout)]
    assert order[:40].count("fake-a") == pytest.approx(20, abs=10)
    assert both(line).stdout == both(line).stdout
    assert both(f"{line} --seed 1").stdout != both(line).stdout


def test_images_for_annotators_hold_pixels_and_nothing_else(
    generated: Command, tmp_path: Path, cache: Path
) -> None:
    folder = tmp_path / "annotators"
    line = f"annotate sample fake-a --axis gender --images 20 --csv - --copy-to {folder}"
    sheet = rows(generated(line).stdout)
    assert len(list(folder.iterdir())) == 20
    image = Image.open(folder / f"{sheet[4]['number']}.png")
    assert not image.info
    assert not image.getexif()
    store = Store.open(cache)
    assert (np.asarray(image) == store.pixels(sheet[4]["image"])).all()
    store.close()


def test_annotations_of_several_people_are_imported_exported_and_told(
    generated: Command, truth: dict[str, str], tmp_path: Path
) -> None:
    sheet = rows(generated("annotate sample fake-a --axis gender --images 100 --csv -").stdout)
    for annotator, wrong in (("Ada", 1_000), ("Ben", 10), ("Cyd", 15)):
        file = write(tmp_path / f"{annotator}.csv", filled(sheet, truth, wrong))
        done = generated(f"annotate import {file} --annotator {annotator}")
        assert f"Saved 100 annotations by {annotator}." in done.stderr
    exported = rows(generated("annotate export --csv -").stdout)
    assert len(exported) == 300
    assert {row["annotator"] for row in exported} == {"Ada", "Ben", "Cyd"}
    told = generated("annotate report fake-a --axis gender").stdout
    assert "100 of the 100 images of the sample are annotated" in told
    assert "Ada and Ben gave the same answer for 91 of 100 images: Cohen's kappa 0.8" in told
    assert "corrected with these annotations" in told
    found = json.loads(generated("annotate report fake-a --axis gender --json").stdout)
    assert sum(row["images"] for row in found) == 100
    assert {row["classifier"] for row in found} == {"feminine", "masculine", "unclear"}


def test_an_export_can_be_imported_elsewhere_with_annotators_and_dates(
    generated: Command, truth: dict[str, str], tmp_path: Path
) -> None:
    sheet = rows(generated("annotate sample fake-a --axis gender --images 20 --csv -").stdout)
    generated(f"annotate import {write(tmp_path / 'a.csv', filled(sheet, truth))} --annotator Ada")
    exported = tmp_path / "all.csv"
    generated(f"annotate export --csv {exported}")
    other = tmp_path / "other"
    generated(f"generate --model fake-a {WORDS} --cache {other}")
    assert generated(f"annotate import {exported} --cache {other}").exit_code == 0
    assert generated(f"annotate export --csv - --cache {other}").stdout == exported.read_text()


def test_prompts_that_name_the_gender_tell_errors_too(
    command: Command, generator: FakeGenerator
) -> None:
    done = command("error-rates fake-a --json")
    found = json.loads(done.stdout)
    assert sum(row["images"] for row in found) == 300 == len(generator.generated)
    assert {row["prompt"] for row in found} == {"feminine", "masculine"}
    assert {row["classifier"] for row in found} == {"feminine", "masculine", "unclear"}
    assert "Tallies of this model are corrected" in command("error-rates fake-a").stdout
    assert len(generator.generated) == 300


def test_filtered_images_tell_no_errors(command: Command, generator: FakeGenerator) -> None:
    generator.filtered = lambda _: True
    done = command("error-rates fake-a")
    assert done.exit_code == 1
    assert "Fewer than 50 images of women or of men by 'fake-a' could be classified" in done.stderr


def test_tallies_are_corrected_with_annotations(
    both: Command, truth: dict[str, str], tmp_path: Path
) -> None:
    tally = f"tally --model fake-a {WORDS} --axis gender"
    assert "nobody has annotated images for this instrument yet" in both(tally).stdout
    sheet = rows(both("annotate sample fake-a --axis gender --images 100 --csv -").stdout)
    both(f"annotate import {write(tmp_path / 'a.csv', filled(sheet, truth))} --annotator Ada")
    assert "mistakes, measured on 100 annotated images." in both(tally).stdout
    row = rows(both(f"{tally} --csv -").stdout)[0]
    assert (row["errors_from"], row["errors_images"]) == ("human", "100")
    assert 0.8 < float(row["sensitivity"]) < 1
    other = tally.replace("fake-a", "fake-b")
    assert "nobody has annotated images for this instrument yet" in both(other).stdout


@pytest.fixture
def annotated(command: Command, truth: dict[str, str], tmp_path: Path) -> Command:
    """Return the command line over 120 annotated images, one of them with a wrong label."""
    command(f"generate --model fake-a {WORDS}")
    sheet = rows(command("annotate sample fake-a --axis gender --images 120 --csv -").stdout)
    command(
        f"annotate import {write(tmp_path / 'a.csv', filled(sheet, truth, 1_000))} --annotator Ada"
    )
    return command


CALIBRATED = f"tally --model fake-a {WORDS} --axis gender --calibrated"


def test_calibrated_answers_are_those_of_another_instrument_everywhere(annotated: Command) -> None:
    plain = rows(annotated(CALIBRATED.replace(" --calibrated", " --csv -")).stdout)
    done = annotated(f"{CALIBRATED} --csv -")
    assert "Answers are calibrated, temperature " in done.stderr
    assert "that were fitted to other images" in done.stderr
    anew = rows(done.stdout)
    for one, other in zip(plain, anew, strict=True):
        assert other["instrument"].startswith(f"{one['instrument']} calibrated (temperature ")
        assert f"threshold {other['threshold']})" in other["instrument"]
        assert other["threshold"] != one["threshold"] == str(GENDER.threshold)
        assert other["captions_sha256"] == one["captions_sha256"]
        assert (other["errors_from"], other["corrected_share"] != "") == ("human", True)
    # What is stored stays as it was.
    assert rows(annotated(CALIBRATED.replace(" --calibrated", " --csv -")).stdout) == plain
    listed = rows(annotated(CALIBRATED.replace("tally", "images") + " --csv -").stdout)
    assert {row["gender_instrument"] for row in listed} == {anew[0]["instrument"]}
    assert {row["gender_threshold"] for row in listed} == {anew[0]["threshold"]}
    assert {row["gender_score_feminine"] for row in listed} - {"0.0", "0.5", "1.0"}
    count = sum(row["gender_label"] == "feminine" for row in listed)
    assert count == int(anew[0]["count"])


def test_gender_alone_is_calibrated_if_no_axis_is_named(annotated: Command) -> None:
    found = rows(annotated(CALIBRATED.replace(" --axis gender", "") + " --csv -").stdout)
    assert {row["axis"] for row in found} == {"gender"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("--axis tone", "1 models and 2 axes are named"),
        ("--model fake-b", "2 models and 1 axes are named"),
    ],
)
def test_calibrated_answers_stand_in_no_table_with_others(
    annotated: Command, change: str, said: str
) -> None:
    done = annotated(f"{CALIBRATED} {change}")
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_annotations_that_cannot_calibrate_are_refused(annotated: Command) -> None:
    done = annotated(CALIBRATED.replace("fake-a", "fake-b"))
    assert done.exit_code == 2
    assert "for 'fake-b' cannot be calibrated with annotations: 0 annotated" in done.stderr
    done = annotated(CALIBRATED.replace("gender", "tone"))
    assert "'tone' has 5 labels" in done.stderr


@pytest.mark.usefixtures("no_yunet")
def test_behind_a_gate_calibrated_answers_have_a_name_and_no_errors(annotated: Command) -> None:
    found = rows(annotated(f"{CALIBRATED} --gate --csv -").stdout)
    assert ") behind subject" in found[0]["instrument"]
    assert found[0]["errors_from"] == ""


def test_rows_without_a_label_are_skipped(generated: Command, tmp_path: Path) -> None:
    sheet = rows(generated("annotate sample fake-a --axis gender --images 20 --csv -").stdout)
    sheet[3]["label"] = "cannot tell"
    done = generated(f"annotate import {write(tmp_path / 'a.csv', sheet)} --annotator Ada")
    assert "Saved 1 annotation by Ada." in done.stderr


@pytest.mark.parametrize(
    ("change", "annotator", "said"),
    [
        ({"label": "female"}, "Ada", "line 2: Unknown label of the axis 'gender': 'female'. Did"),
        ({"axis": "gendre"}, "Ada", "line 2: Unknown axis 'gendre'. Did you mean 'gender'?"),
        ({"image": "0" * 64}, "Ada", f"No image '{'0' * 64}' is stored here"),
        ({}, "''", "line 2: The annotator is ''. Give a name or initials"),
        ({}, None, "there is no column 'annotator'"),
    ],
)
def test_annotations_that_cannot_be_are_refused_and_none_is_kept(
    generated: Command, tmp_path: Path, change: dict[str, str], annotator: str | None, said: str
) -> None:
    sheet = rows(generated("annotate sample fake-a --axis gender --images 20 --csv -").stdout)
    sheet = [{**row, "label": "feminine"} for row in sheet]
    sheet[0] |= change
    option = f"--annotator {annotator}" if annotator else ""
    done = generated(f"annotate import {write(tmp_path / 'a.csv', sheet)} {option}")
    assert done.exit_code == 2
    assert said in done.stderr
    assert rows(generated("annotate export --csv -").stdout) == []


def test_an_image_annotated_twice_in_a_file_is_refused(generated: Command, tmp_path: Path) -> None:
    sheet = rows(generated("annotate sample fake-a --axis gender --images 20 --csv -").stdout)
    twice = [{**sheet[0], "label": "feminine"}, {**sheet[0], "label": "masculine"}]
    done = generated(f"annotate import {write(tmp_path / 'a.csv', twice)} --annotator Ada")
    assert done.exit_code == 2
    assert "line 3: 'Ada' has already annotated" in done.stderr


def test_a_file_that_is_not_there_or_no_csv_is_refused(generated: Command, tmp_path: Path) -> None:
    done = generated("annotate import nowhere.csv --annotator Ada")
    assert done.exit_code == 2
    assert "'nowhere.csv' cannot be read" in done.stderr
    (tmp_path / "a.csv").write_text("name\nAda\n", encoding="utf-8")
    done = generated(f"annotate import {tmp_path / 'a.csv'} --annotator Ada")
    assert "there is no column 'image' in ['name']" in done.stderr


def test_nothing_to_draw_a_sample_from_is_said(command: Command) -> None:
    done = command("annotate sample fake-a --axis tone --csv -")
    assert done.exit_code == 2
    assert "No stored image of 'fake-a' is classified on 'tone' by 'fake-clip" in done.stderr


def test_a_report_without_a_sample_says_so(generated: Command) -> None:
    told = generated("annotate report fake-a --axis gender").stdout
    assert "no sample has been drawn yet" in told
    assert "are not corrected with annotations" in told


def test_a_folder_that_cannot_be_written_is_named(generated: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = generated(f"annotate sample fake-a --images 20 --csv - --copy-to {tmp_path / 'file'}")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
