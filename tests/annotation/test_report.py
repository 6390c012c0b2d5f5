from collections.abc import Callable, Sequence

import pytest

from explorer.annotation.agreement import pairs
from explorer.annotation.errors import Seen, confidence, errors
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
    assert "ask a second person to annotate some" in told
    assert "18 of them have one label that is more frequent than any other answer." in told
    assert (
        "Not used to measure errors: 1 image with no or several people, 1 image with a tie." in told
    )
    assert (
        "Of images annotated as feminine (9 images), the classifier labels an estimated 100% "
        "correctly and 0% incorrectly; 0% are unclear."
    ) in told
    assert "are corrected with these annotations" in told
    assert "Not calibrated: 18 annotated images are too few" in told


def test_without_annotations_the_report_says_so(report: Callable[..., AnnotationReport]) -> None:
    told = list(report_sentences(report([seen(FEMININE)], {})))
    assert told[0].endswith("0 of the 1 images of the sample are annotated.")
    assert "nobody has annotated an image of the sample yet" in told[1]
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
        "Ada and Ben gave the same answer for 2 of 3 images, too few to measure agreement."
    )
    (alike,) = pairs(GENDER, annotations({"Ada": [FEMININE] * 12, "Ben": [FEMININE] * 12}))
    assert "12 of 12 images: Cohen's kappa undefined, Gwet's AC1 1.00" in pair_sentence(alike)
