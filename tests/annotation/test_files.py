import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.annotation.files import annotation_rows, copy_images, read_annotations, sheet
from explorer.csv_files import write_csv
from explorer.errors import InvalidData, StoreError
from explorer.models.requests import ImageRequest
from explorer.perception.annotations import CANNOT_TELL, Annotation
from explorer.perception.instruments import Instrument
from explorer.perception.samples import Sampled
from explorer.store.index import Store
from explorer.words.prompts import Prompt
from tests.annotation.toys import CLIP, FEMININE, TONE
from tests.fakes import FAKE_CLIP, FakeGenerator, fake_card

REQUESTS = [ImageRequest(fake_card().spec, Prompt("author"), place) for place in range(3)]
KEYS = [request.key for request in REQUESTS]
SAMPLE = (
    *(Sampled(key, "gender", CLIP, FEMININE, 10) for key in KEYS),
    Sampled(KEYS[2], "tone", Instrument.of(FAKE_CLIP, TONE), "dark", 10),
)
TODAY = "2026-11-25"
SAID = (
    Annotation("key-1", "gender", "Ada", FEMININE, "2026-11-24"),
    Annotation("key-1", "tone", "Ada", "medium-dark", "2026-11-24"),
    Annotation("key-1", "gender", "Ben", CANNOT_TELL, "2026-11-23"),
)


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_sheet_tells_neither_model_nor_prompt_nor_answer() -> None:
    first, *_, last = sheet(SAMPLE)
    assert first == {
        "number": 1,
        "image": KEYS[0],
        "axis": "gender",
        "label": None,
        "answers": "feminine / masculine / cannot tell / no or several people",
    }
    assert last["answers"] == "light / medium-light / medium / medium-dark / dark / cannot tell"


def test_an_image_has_one_number_on_all_axes() -> None:
    assert [row["number"] for row in sheet(SAMPLE)] == [1, 2, 3, 3]


def test_copies_hold_the_pixels_and_nothing_of_the_prompt(store: Store, tmp_path: Path) -> None:
    store.save(FakeGenerator().generate(REQUESTS))
    folder = tmp_path / "to" / "annotators"
    copy_images(store, sheet(SAMPLE), folder)
    assert sorted(path.name for path in folder.iterdir()) == ["1.png", "2.png", "3.png"]
    image = Image.open(folder / "2.png")
    assert not image.info
    assert not image.getexif()
    assert (np.asarray(image) == store.pixels(KEYS[1])).all()


def test_images_that_are_not_stored_cannot_be_copied(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"is stored\. Generate it first"):
        copy_images(store, sheet(SAMPLE), tmp_path / "annotators")


def test_a_folder_that_cannot_be_written_is_named(store: Store, tmp_path: Path) -> None:
    file = write(tmp_path / "file")
    for folder in (file, tmp_path / ("x" * 300), tmp_path / "a\0"):
        with pytest.raises(InvalidData, match=r"cannot be written .* Name a folder that you may"):
            copy_images(store, sheet(SAMPLE), folder)


def test_rows_of_annotations_are_read_back_as_they_were(tmp_path: Path) -> None:
    stream = io.StringIO()
    write_csv(annotation_rows(SAID), stream)
    file = write(tmp_path / "all.csv", stream.getvalue())
    assert read_annotations(file, None, TODAY) == SAID


def test_lines_without_a_label_are_skipped_and_a_missing_date_is_todays(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.csv", "image,axis,label", "key-1,gender,", "key-2,gender, masculine "
    )
    assert read_annotations(file, "Ada", TODAY) == (
        Annotation("key-2", "gender", "Ada", "masculine", TODAY),
    )


def test_whoever_is_named_counts_more_than_the_column(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "image,axis,label,annotator", "key-1,gender,feminine,Ben")
    (found,) = read_annotations(file, "Ada", TODAY)
    assert found.annotator == "Ada"


def test_a_sheet_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    text = (
        "Number\tImage\tAxis\tLabel\tAnswers\r\n"
        "1\tkey-1\tGender\tFEMININE\t-\r\n\t\t\t\t\r\n"
        "2\tkey-2\ttone\tMedium-Dark\t-\t\r\n"
    )
    file.write_text(text, encoding="utf-16")
    assert read_annotations(file, "Ada", TODAY) == (
        Annotation("key-1", "gender", "Ada", "feminine", TODAY),
        Annotation("key-2", "tone", "Ada", "medium-dark", TODAY),
    )


def test_a_sheet_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "number;picture;axis;label", "1;key-1;gender;feminine")
    (found,) = read_annotations(file, "Ada", TODAY)
    assert found.image == "key-1"


@pytest.mark.parametrize("name", ["=x", "@Ada", "-", "＝x", "'=x", "'Ada"])  # noqa: RUF001
def test_an_annotator_is_one_after_export_and_import_whatever_the_name(
    tmp_path: Path, name: str
) -> None:
    said = (Annotation("key-1", "gender", name, FEMININE, TODAY),)
    file = tmp_path / "all.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        write_csv(annotation_rows(said), stream)
    assert read_annotations(file, None, TODAY) == said


@pytest.mark.parametrize(
    ("lines", "annotator", "said"),
    [
        (["key-1,gender,female"], "Ada", "line 2: Unknown label of the axis 'gender': 'female'"),
        (["key-1,gendre,feminine"], "Ada", "line 2: Unknown axis 'gendre'. Did you mean 'gender'"),
        (["key-1,gender,feminine,25/11/2026"], "Ada", "line 2: The date is '25/11/2026'. Write"),
        (["key-1,gender,feminine"], " ", "line 2: The annotator is ' '. Give a name or initials"),
        (["key-1,gender,feminine"], None, "line 1: there is no column 'annotator' in"),
        (
            ["key-1,gender,feminine", "key-1,gender,masculine"],
            "Ada",
            "line 3: 'Ada' has already annotated 'key-1' on 'gender' in this file",
        ),
    ],
)
def test_a_line_that_breaks_the_rules_is_named_with_file_and_remedy(
    tmp_path: Path, lines: list[str], annotator: str | None, said: str
) -> None:
    file = write(tmp_path / "a.csv", "image,axis,label,date", *lines)
    with pytest.raises(InvalidData) as error:
        read_annotations(file, annotator, TODAY)
    assert f"{str(file)!r}, {said}" in str(error.value)


def test_a_file_that_is_no_csv_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=r"'nowhere\.csv' cannot be read"):
        read_annotations(Path("nowhere.csv"), "Ada", TODAY)
    file = tmp_path / "a.csv"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidData, match="Give a CSV file, in UTF-8"):
        read_annotations(file, "Ada", TODAY)
    with pytest.raises(InvalidData, match=r"there is no column 'image' in \['name'\]"):
        read_annotations(write(file, "name", "Ada"), "Ada", TODAY)
