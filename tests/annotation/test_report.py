from collections.abc import Callable, Sequence

import pytest

from explorer.annotation.agreement import pairs
from explorer.annotation.errors import NOBODY, Seen, confidence, errors
from explorer.annotation.report import (
    AnnotationReport,
    pair_sentence,
    report_rows,
    report_sentences,
)
from explorer.perception.annotations import NOT_ONE
from tests.annotation.toys import CLIP, FEMININE, GENDER, MASCULINE, annotations, seen


@pytest.fixture
def report() -> Callable[..., AnnotationReport]:
    def made(rows: list[Seen], said: dict[str, Sequence[str]]) -> AnnotationReport:
        given = annotations(said)
        return AnnotationReport(
            model="fake-a",
            axis=GENDER,
            instrument=CLIP,
            sampled=len(rows),
            annotators={annotator: len(one) for annotator, one in said.items()},
            outside=0,
            pairs=pairs(GENDER, given),
            errors=errors(GENDER, rows),
            confidence=confidence(GENDER, rows),
        )

    return made


def test_the_report_is_told_in_sentences(report: Callable[..., AnnotationReport]) -> None:
    rows = [
        *(seen(FEMININE, FEMININE, number=n) for n in range(9)),
        seen(FEMININE, MASCULINE, number=9),
        *(seen(MASCULINE, MASCULINE, among=90, number=n) for n in range(8)),
        seen(MASCULINE, NOT_ONE, among=90, number=8),
        seen(MASCULINE, FEMININE, MASCULINE, among=90, number=9),
    ]
    told = " ".join(report_sentences(report(rows, {"Ada": [FEMININE, MASCULINE]})))
    assert "20 of the 20 images of the sample are annotated, by Ada (2)." in told
    assert "let a second person annotate some" in told
    assert "In 18 of them one label was given more often than any other answer; in 1 they" in told
    assert "in 1 they see no or several people, in 1 they are split" in told
    assert "calls an estimated 100% feminine, 0% otherwise and 0% unclear (9 annotated)" in told
    assert "are corrected with these labels" in told
    assert "Not calibrated: 18 annotated images are too few" in told


def test_without_annotations_the_report_says_so(report: Callable[..., AnnotationReport]) -> None:
    told = list(report_sentences(report([seen(FEMININE)], {})))
    assert told[0].endswith("0 of the 1 images of the sample are annotated.")
    assert NOBODY in told[1]
    assert report_rows(report([seen(FEMININE)], {})) == []


def test_rows_hold_counts_what_each_stands_for_and_shares(
    report: Callable[..., AnnotationReport],
) -> None:
    rows = [seen(FEMININE, FEMININE, among=40), seen(MASCULINE, FEMININE, among=60)]
    first, second, *_ = report_rows(report(rows, {"Ada": [FEMININE]}))
    assert (first["people"], first["classifier"], first["images"]) == (FEMININE, FEMININE, 1)
    assert (first["each_stands_for"], first["share"]) == (40.0, 0.4)
    assert second["share"] == 0.6
    assert report_rows(report(rows, {"Ada": [FEMININE]}))[-1]["share"] is None


def test_agreement_on_few_images_is_a_count_and_no_kappa() -> None:
    said = {"Ada": [FEMININE] * 3, "Ben": [FEMININE, MASCULINE, FEMININE]}
    (few,) = pairs(GENDER, annotations(said))
    assert pair_sentence(few) == (
        "Ada and Ben say the same of 2 of 3 images: too few to tell how far they agree."
    )
    (alike,) = pairs(GENDER, annotations({"Ada": [FEMININE] * 12, "Ben": [FEMININE] * 12}))
    assert "12 of 12 images: Cohen's kappa not told, Gwet's AC1 1.00" in pair_sentence(alike)
