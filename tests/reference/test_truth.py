from dataclasses import replace
from pathlib import Path

import pytest

from explorer.errors import UnknownName
from explorer.reference import truth
from explorer.reference.design import BUNDLED, designed_mix
from explorer.reference.truth import (
    ADJECTIVES,
    ENOUGH_IMAGES,
    find_truth,
    read_truth,
    write_truth,
)
from explorer.words.vocabulary import load_professions


@pytest.mark.parametrize("model", BUNDLED)
def test_every_profession_has_a_row_for_every_kind_of_adjective(model: str) -> None:
    rows = read_truth(model)
    names = [profession.name for profession in load_professions()]
    assert [row.profession for row in rows[:: len(ADJECTIVES)]] == names
    assert {row.adjectives for row in rows} == set(ADJECTIVES)


@pytest.mark.parametrize("model", BUNDLED)
def test_shipped_designs_are_those_of_the_design_file(model: str) -> None:
    for row in read_truth(model):
        if row.adjectives != "all":
            coding = None if row.adjectives == "none" else row.adjectives
            designed = designed_mix(model, row.profession, coding)
            assert row.designed.women == pytest.approx(designed.women, abs=1e-4)
            assert row.designed.tones == pytest.approx(designed.tones, abs=1e-4)


def test_feminine_adjectives_generate_more_women_in_the_skewed_generator() -> None:
    rows = read_truth("emoji-skewed")
    shifts = {}
    for kind in ("designed", "generated"):
        women = {
            coding: [getattr(row, kind).women for row in rows if row.adjectives == coding]
            for coding in ("feminine", "masculine")
        }
        shifts[kind] = sum(women["feminine"]) - sum(women["masculine"])
    assert shifts["generated"] >= shifts["designed"] / 2 > 0


def test_rows_read_back_as_they_were_written(tmp_path: Path) -> None:
    row = next(row for row in read_truth("emoji-skewed") if row.profession == "nurse")
    write_truth((row,), tmp_path / "truth.csv")
    header, line = (tmp_path / "truth.csv").read_text().splitlines()
    assert header.startswith("model,profession,adjectives,images,")
    assert line.startswith("emoji-skewed,nurse,none,")


def test_a_miss_of_more_than_five_points_is_told() -> None:
    row = read_truth("emoji-even")[0]
    assert replace(row, generated=replace(row.generated, women=0.54)).within_tolerance
    assert not replace(row, generated=replace(row.generated, women=0.56)).within_tolerance


def test_a_model_or_word_without_a_sample_has_no_truth() -> None:
    assert find_truth("CompVis/stable-diffusion-v1-4", "nurse") is None
    assert find_truth("emoji-even", "zookeeper") is None


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(UnknownName, match="emoji-evn"):
        read_truth("emoji-evn")


def test_a_sample_too_small_to_be_a_truth_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    row = next(row for row in read_truth("emoji-even") if row.profession == "nurse")
    for images, known in ((ENOUGH_IMAGES, True), (ENOUGH_IMAGES - 1, False)):
        rows = (replace(row, images=images),)
        monkeypatch.setattr(truth, "read_truth", lambda _, rows=rows: rows)
        assert (find_truth("emoji-even", "NURSE") is not None) == known
