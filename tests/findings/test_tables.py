import csv
import inspect
import io
import re
from collections.abc import Iterable
from dataclasses import replace

import pytest

from explorer.csv_files import write_csv
from explorer.findings import tables
from explorer.findings.comparison import compare
from explorer.findings.corrected import findings
from explorer.findings.differences import differences
from explorer.findings.tables import Origin, comparison_rows, image_rows, tally_rows
from explorer.findings.tallies import ALL, Cell, Tally
from explorer.models.backends import Diffusers, Imported
from explorer.models.provenance import Provenance
from explorer.models.requests import ImageRequest, ModelSpec
from explorer.perception.axes import Perception, find_axis
from explorer.perception.instruments import Instrument
from explorer.statistics.confusion import Confusion
from explorer.store.observations import Observation
from explorer.words.prompts import Prompt
from tests.fakes import FAKE_CLIP

GENDER = find_axis("gender")
TONE = find_axis("tone")
SPEC = ModelSpec("a", "repo-a", "r1", Diffusers("default", 12, 1.0, 96, 96, "float32"))
CLIP = Instrument.of(FAKE_CLIP, GENDER)
MADE = Origin(
    SPEC,
    {"gender": CLIP, "tone": Instrument.of(FAKE_CLIP, TONE)},
    Provenance("cpu", "torch 2.13.0"),
    "0.1.0",
)
AUTHOR = Tally(Cell("a", "author", ALL), GENDER, (140, 49), abstained=3, filtered=2, missing=1)
REQUEST = ImageRequest(SPEC, Prompt("author", "honest"), 4)


def told(
    tallies: list[Tally], origins: Iterable[Origin] = (), **errors: Confusion
) -> list[dict[str, object]]:
    known = {
        (tally.cell.model, tally.axis.name): errors[tally.axis.name] for tally in tallies if errors
    }
    return tally_rows(findings(tallies, known), origins)


def seen(label: str | None, reason: str | None, *scores: float) -> Observation:
    perception = Perception(REQUEST.key, "gender", CLIP, label, reason, scores)
    return Observation(REQUEST, None, {"gender": perception})


def columns_told(function: object) -> list[str]:
    text = inspect.getdoc(function) or ""
    return re.findall(r"\w+", text.partition("Columns:")[2])


def test_a_tally_gives_a_row_for_each_label_with_all_its_counts() -> None:
    feminine, masculine = told([AUTHOR], [MADE])
    assert feminine["label"] == "feminine"
    assert masculine["label"] == "masculine"
    assert (feminine["count"], feminine["classified"], feminine["total"]) == (140, 189, 194)
    assert feminine["share"] == pytest.approx(140 / 189)
    kinds = ("abstained", "filtered", "unclassified", "missing")
    assert [feminine[kind] for kind in kinds] == [3, 2, 0, 1]
    assert feminine["adjective"] == "(all)"


def test_a_row_says_who_generated_and_who_answered() -> None:
    row = told([AUTHOR], [MADE])[0]
    assert row["instrument"] == str(CLIP)
    assert row["captions_sha256"] == GENDER.digest
    assert row["threshold"] == GENDER.threshold
    assert (row["model_repo"], row["model_revision"], row["steps"]) == ("repo-a", "r1", 12)
    assert (row["device"], row["libraries"], row["tool_version"]) == (
        "cpu",
        "torch 2.13.0",
        "0.1.0",
    )


def test_a_setting_that_a_backend_does_not_have_leaves_its_column_empty() -> None:
    imported = replace(MADE, model=ModelSpec("a", "folder", "r1", Imported()), made=Provenance())
    row = told([AUTHOR], [imported])[0]
    assert (row["model_repo"], row["model_revision"]) == ("folder", "r1")
    empty = ("scheduler", "steps", "guidance", "width_px", "height_px", "dtype")
    assert {row[name] for name in (*empty, "device", "libraries")} == {None}


def test_the_labour_statistic_stands_with_the_feminine_label_only() -> None:
    feminine, masculine = told([AUTHOR])
    assert feminine["reference_share"] == pytest.approx(0.538)
    assert feminine["reference_year"] == 2023
    assert feminine["reference_occupation"] == "Writers and authors"
    assert feminine["reference_match"] == "close"
    assert masculine["reference_share"] is None
    tones = told([Tally(Cell("a", "author", None), TONE, (1, 1, 1, 1, 1))])
    assert {row["reference_share"] for row in tones} == {None}


@pytest.mark.parametrize("profession", ["beekeeper", ALL])
def test_without_a_labour_statistic_its_columns_are_empty(profession: str) -> None:
    row = told([Tally(Cell("a", profession, None), GENDER, (1, 1))])[0]
    references = {key: value for key, value in row.items() if key.startswith("reference")}
    assert len(references) == 4
    assert set(references.values()) == {None}


def test_no_classified_image_leaves_the_share_empty_and_the_count_zero() -> None:
    row = told([Tally(Cell("a", "author", None), GENDER, (0, 0), abstained=9)])[0]
    assert (row["count"], row["share"], row["share_low"], row["share_high"]) == (
        0,
        None,
        None,
        None,
    )


def test_the_coding_of_a_listed_adjective_is_told() -> None:
    words = ("honest", "sleepy", None)
    rows = [told([replace(AUTHOR, cell=Cell("a", "author", word))])[0] for word in words]
    assert [row["adjective_coding"] for row in rows] == ["feminine", None, None]
    assert [row["adjective"] for row in rows] == ["honest", "sleepy", None]


def test_errors_give_a_corrected_share_beside_the_raw_one() -> None:
    errors = Confusion(((140, 15), (8, 130), (2, 5)), "nearest source")
    feminine, masculine = told([AUTHOR], gender=errors)
    assert feminine["share"] == pytest.approx(140 / 189)
    assert feminine["corrected_low"] < feminine["corrected_share"] < feminine["corrected_high"]  # type: ignore[operator]
    assert masculine["corrected_share"] == pytest.approx(1 - feminine["corrected_share"])  # type: ignore[operator]
    assert (feminine["bound_low"], feminine["bound_high"]) == (140 / 192, 143 / 192)
    assert feminine["sensitivity"] == masculine["specificity"] == 140 / 148
    assert (feminine["errors_from"], feminine["errors_images"]) == ("nearest source", 300)
    assert feminine["correction_note"] is None


def test_without_errors_the_corrected_columns_are_empty_and_say_why() -> None:
    row = told([AUTHOR])[0]
    empty = ("corrected_share", "corrected_low", "sensitivity", "errors_from", "errors_images")
    assert [row[name] for name in empty] == [None] * 5
    assert row["bound_low"] == 140 / 192
    assert row["correction_note"] == (
        "not corrected: nobody has annotated images for this instrument yet"
    )


def test_columns_are_the_same_with_and_without_what_is_unknown() -> None:
    bare = Tally(Cell("b", "beekeeper", None), TONE, (0, 0, 0, 0, 0))
    known, unknown = told([AUTHOR], [MADE])[0], told([bare])[0]
    assert list(known) == list(unknown)


def test_an_image_gives_a_row_with_prompt_seed_label_scores_and_file() -> None:
    observations = [seen("feminine", None, 0.9, 0.1)]
    (row,) = image_rows(observations, [GENDER], [MADE], "images/{}.webp".format)
    assert row["prompt"] == "Photo portrait of an honest author"
    assert (row["replicate"], row["seed"]) == (4, REQUEST.seed)
    assert row["file"] == f"images/{REQUEST.key}.webp"
    assert (row["gender_label"], row["gender_reason"]) == ("feminine", None)
    assert (row["gender_score_feminine"], row["gender_score_masculine"]) == (0.9, 0.1)
    assert row["gender_instrument"] == str(CLIP)
    assert row["model_revision"] == "r1"


def test_an_abstention_has_a_reason_and_keeps_its_scores() -> None:
    (row,) = image_rows([seen(None, "unsure", 0.6, 0.4)], [GENDER])
    assert (row["gender_label"], row["gender_reason"]) == (None, "unsure")
    assert row["gender_score_feminine"] == 0.6


def test_no_score_an_unclassified_and_a_filtered_image_have_empty_scores() -> None:
    bare = [
        seen(None, "no score"),
        Observation(REQUEST, None, {}),
        Observation(REQUEST, "safety filter", {}),
    ]
    rows = image_rows(bare, [GENDER, TONE], [], str)
    assert {row["gender_score_feminine"] for row in rows} == {None}
    assert {row["tone_label"] for row in rows} == {None}
    assert [row["filtered"] for row in rows] == [None, None, "safety filter"]
    assert [row["file"] is None for row in rows] == [False, False, True]
    assert len({tuple(row) for row in rows}) == 1


def test_a_comparison_gives_both_sides_and_their_difference() -> None:
    other = Tally(Cell("b", "author", ALL), GENDER, (90, 90))
    feminine, masculine = comparison_rows(differences(compare([AUTHOR], [other])), [MADE])
    assert (feminine["left_model"], feminine["right_model"]) == ("a", "b")
    assert (feminine["left_count"], feminine["right_count"]) == (140, 90)
    assert feminine["difference"] == pytest.approx(140 / 189 - 0.5)
    assert masculine["difference"] == pytest.approx(0.5 - 140 / 189)
    assert (feminine["left_missing"], feminine["right_missing"]) == (1, 0)
    assert (feminine["left_instrument"], feminine["right_instrument"]) == (str(CLIP), None)
    assert (feminine["left_model_repo"], feminine["right_model_repo"]) == ("repo-a", None)
    assert feminine["reference_share"] == pytest.approx(0.538)


def test_a_comparison_with_an_empty_side_has_no_difference() -> None:
    other = Tally(Cell("b", "author", ALL), GENDER, (0, 0), missing=9)
    row = comparison_rows(differences(compare([AUTHOR], [other])))[0]
    assert (row["difference"], row["difference_low"], row["right_share"]) == (None, None, None)


def test_a_comparison_says_how_sure_it_is_and_of_how_many_tests() -> None:
    left = Tally(Cell("a", "author", ALL), GENDER, (20, 0))
    right = Tally(Cell("b", "author", ALL), GENDER, (8, 12))
    pairs = {"a prompt": {("feminine", "feminine"): 8, ("feminine", "masculine"): 12}}
    compared = compare([left], [right], lambda _: pairs)
    feminine, masculine = comparison_rows(differences(compared))
    assert feminine["p"] == feminine["q"] == pytest.approx(2 / 2**12)
    assert (feminine["test"], feminine["tests"]) == ("mcnemar over pairs of one prompt", 1)
    assert (masculine["p"], masculine["q"], masculine["test"]) == (None, None, None)
    assert feminine["corrected_difference"] is None
    assert feminine["paired"] == 20
    told = columns_told(tables.comparison_rows)
    names = ("left_", "right_", "reference_")
    assert {name for name in feminine if not name.startswith(names)} <= set(told)


def test_the_docstrings_tell_every_column() -> None:
    tallied = columns_told(tables.tally_rows)
    assert set(told([AUTHOR])[0]) <= set(tallied)
    of_images = columns_told(tables.image_rows)
    made = set(tallied)
    images = set(image_rows([seen("feminine", None, 0.9, 0.1)], [GENDER])[0])
    assert images <= made | set(of_images)


def test_a_csv_reads_back_as_it_was() -> None:
    stream = io.StringIO()
    rows = told([AUTHOR], [MADE])
    write_csv(rows, stream)
    back = list(csv.DictReader(io.StringIO(stream.getvalue())))
    expected = [{key: "" if v is None else str(v) for key, v in row.items()} for row in rows]
    assert back == expected
