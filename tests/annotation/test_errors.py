"""What annotations tell of errors, checked against images whose truth and answers are made up."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from explorer.annotation.errors import (
    Errors,
    Seen,
    confidence,
    errors,
)
from explorer.perception.annotations import CANNOT_TELL, NOT_ONE
from explorer.perception.axes import Perception
from explorer.perception.samples import Sampled, draw_sample
from explorer.statistics.correction import correct
from tests.annotation.toys import CLIP, FEMININE, GENDER, MASCULINE, TONE, seen


def looked_at(
    random: np.random.Generator, women: float, rates: Sequence[float], size: int = 200
) -> tuple[list[Seen], np.ndarray]:
    """Return an annotated sample of 3,000 images, and P(answer | truth) among all of them."""
    truths = (random.random(3_000) >= women).astype(int)
    given = np.array([[rates[0], 0.94 - rates[1]], [0.92 - rates[0], rates[1]], [0.08, 0.06]])
    said = (random.random(3_000)[:, None] > np.cumsum(given, 0).T[truths]).sum(1)
    names = (FEMININE, MASCULINE, None)
    perceptions = [
        Perception(f"{place:05d}", "gender", CLIP, names[answer], None, (0.5, 0.5))
        for place, answer in enumerate(said)
    ]
    sample = draw_sample(perceptions, size)
    annotated = [Seen(one, (GENDER.labels[truths[int(one.image)]],)) for one in sample]
    table = np.array([[((said == k) & (truths == c)).sum() for c in (0, 1)] for k in range(3)])
    return annotated, table / table.sum(0)


def test_errors_are_those_of_all_images_and_not_of_the_sample() -> None:
    """One in ten images shows a woman; annotations of a sample by answer would exaggerate her."""
    random = np.random.default_rng(3)
    found, plain, true = [], [], []
    for _ in range(30):
        sample, shares = looked_at(random, 0.1, (0.80, 0.90))
        confusion = errors(GENDER, sample).confusion
        assert confusion is not None
        found.append(confusion.shares())
        plain.append(np.array(confusion.counts) / np.array(confusion.counts).sum(0))
        true.append(shares)
    assert np.mean(found, 0) == pytest.approx(np.mean(true, 0), abs=0.025)
    assert np.abs(np.mean(plain, 0) - np.mean(true, 0)).max() > 0.08


def test_intervals_corrected_with_annotations_hold_the_truth() -> None:
    random = np.random.default_rng(4)
    held, runs = 0, 60
    for run in range(runs):
        sample, _ = looked_at(random, 0.2, (0.85, 0.90))
        confusion = errors(GENDER, sample).confusion
        assert confusion is not None
        mix = np.array([[0.85, 0.04], [0.07, 0.90], [0.08, 0.06]]) @ [0.05, 0.95]
        (tally,) = random.multinomial(210, mix, size=1).tolist()
        share = correct([tally], confusion, 1_000, seed=run).shares[0]
        assert share is not None
        held += share.intervals[0].low <= 0.05 <= share.intervals[0].high
    assert held >= 0.93 * runs


def test_an_image_stands_for_those_of_its_answer_among_all_annotated_ones() -> None:
    rows = [
        *(seen(FEMININE, FEMININE, among=30, number=n) for n in range(3)),
        seen(FEMININE, CANNOT_TELL, among=30, number=3),
        *(seen(MASCULINE, said, among=90, number=n) for n, said in enumerate(GENDER.labels)),
        seen(MASCULINE, among=90, number=9),
    ]
    found = errors(GENDER, rows)
    assert found.confusion is not None
    assert found.confusion.counts == ((3, 0), (1, 1), (0, 0))
    assert found.confusion.weights == ((30 / 4,) * 2, (90 / 2,) * 2, (1.0, 1.0))
    assert found.confusion.kind == "human"
    assert (found.images, found.agreed, found.left) == (6, 5, {CANNOT_TELL: 1})


def test_ties_and_what_people_leave_open_are_counted_and_say_nothing_of_errors() -> None:
    rows = [
        seen(FEMININE, FEMININE, MASCULINE),
        seen(FEMININE, NOT_ONE, number=1),
        seen(FEMININE, FEMININE, CANNOT_TELL, FEMININE, number=2),
        seen(MASCULINE, MASCULINE),
    ]
    found = errors(GENDER, rows)
    assert (found.images, found.agreed) == (4, 2)
    assert found.left == {NOT_ONE: 1, "tie": 1}


@pytest.mark.parametrize(
    ("rows", "refusal"),
    [
        ([], "no sample of this model's images"),
        ([seen(FEMININE)], "nobody has annotated an image of the sample"),
        ([seen(FEMININE, CANNOT_TELL)], "do not agree on the label of any image"),
        (
            [seen(FEMININE, FEMININE), seen(None)],
            "no image that the classifier labels as unclear is",
        ),
        # An empty class: people see nobody as masculine.
        ([seen(FEMININE, FEMININE), seen(MASCULINE, FEMININE)], "Class 2 of the confusion has no"),
        # A singular confusion: the answer says nothing of what people see.
        (
            [seen(answer, label) for answer in GENDER.labels for label in GENDER.labels],
            "Instrument too weak",
        ),
    ],
)
def test_annotations_that_cannot_correct_say_why(rows: list[Seen], refusal: str) -> None:
    found = errors(GENDER, rows).refusal
    assert found is not None
    assert refusal in found


def test_errors_without_a_confusion_have_a_refusal() -> None:
    found = errors(GENDER, [])
    assert found.refusal
    assert found == Errors(None, found.refusal, 0, 0, {})


def sure(random: np.random.Generator, count: int) -> list[Seen]:
    """Return annotated images of an instrument that is twice as sure as it may be."""
    rows = []
    for place in range(count):
        margin = 2 * random.normal()
        score = 1 / (1 + np.exp(-2 * margin))
        truth = GENDER.labels[int(random.random() > 1 / (1 + np.exp(-margin)))]
        answer = FEMININE if score > 0.8 else MASCULINE if score < 0.2 else None
        sampled = Sampled(f"{place}", "gender", CLIP, answer, 1_000)
        rows.append(Seen(sampled, (truth,), (score, 1 - score)))
    return rows


def test_an_instrument_that_is_too_sure_is_found_out() -> None:
    found = confidence(GENDER, sure(np.random.default_rng(5), 600))
    assert found.calibration is not None
    assert found.calibration.scale.temperature == pytest.approx(2, rel=0.2)
    assert found.calibration.after.calibration_error < found.calibration.before.calibration_error
    surest = found.bins[-1]
    assert surest.confidence > surest.right.high
    assert sum(one.answers for one in found.bins) == 600
    assert found.threshold is not None
    risk = next(one for one in found.risks if one.threshold == found.threshold)
    assert risk.error <= 0.05


def test_a_group_with_more_errors_asks_for_a_higher_threshold() -> None:
    rows = sure(np.random.default_rng(6), 400)
    wrong = {one.sampled.image for one in rows if one.truth != one.sampled.answer}
    groups = dict.fromkeys(sorted(wrong)[:30], "dark")
    plain, grouped = confidence(GENDER, rows), confidence(GENDER, rows, groups)
    assert plain.threshold is not None
    assert grouped.threshold is None or grouped.threshold > plain.threshold


def test_few_annotations_and_five_tones_have_no_temperature() -> None:
    few = confidence(GENDER, sure(np.random.default_rng(7), 20))
    assert few.calibration is None
    assert "20 annotated images are too few" in (few.uncalibrated or "")
    assert confidence(TONE, []).uncalibrated == "only axes with two labels can be calibrated"
    assert confidence(GENDER, []).threshold is None


def test_scores_that_are_all_or_nothing_and_missing_ones_break_nothing() -> None:
    rows = [
        replace(seen(FEMININE, FEMININE, number=n), scores=(1.0, 0.0) if n % 2 else ())
        for n in range(120)
    ] + [replace(seen(MASCULINE, MASCULINE, number=n), scores=(0.0, 1.0)) for n in range(60)]
    found = confidence(GENDER, rows)
    assert found.calibration is not None
    assert sum(one.answers for one in found.bins) == 120
