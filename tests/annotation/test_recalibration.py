"""What annotations calibrate, checked on an instrument whose lean and sureness are known."""

from dataclasses import replace

import numpy as np
import pytest

from explorer.annotation.errors import Seen, errors
from explorer.annotation.recalibration import recalibrated_errors, recalibration
from explorer.errors import InvalidData
from explorer.perception.annotations import CANNOT_TELL
from explorer.perception.axes import Perception
from explorer.perception.decide import decide, decide_anew
from explorer.perception.instruments import Instrument, Recalibration
from explorer.perception.samples import Sampled, draw_sample
from explorer.statistics.correction import correct
from tests.annotation.toys import CLIP, FEMININE, GENDER, MASCULINE, TONE

# How far apart the classes are, how many times too sure it is, and how far it leans.
APART, TOO_SURE, LEAN = 1.5, 3.0, 2.0


def images(
    random: np.random.Generator, number: int, women: float
) -> tuple[list[str], list[Perception]]:
    """Return the true labels of images, and the answers of an instrument biased to feminine."""
    truths = random.random(number) < women
    odds = 2 * APART * random.normal(np.where(truths, APART, -APART))
    first = 1 / (1 + np.exp(-np.clip(TOO_SURE * odds + LEAN, -25, 25)))
    said = [decide(f"{place:05d}", GENDER, CLIP, (p, 1 - p)) for place, p in enumerate(first)]
    return [FEMININE if true else MASCULINE for true in truths], said


def sample(seed: int, women: float, size: int = 200, stored: int = 2_000) -> list[Seen]:
    truths, said = images(np.random.default_rng(seed), stored, women)
    scores = {one.image_key: one.scores for one in said}
    return [
        Seen(one, (truths[int(one.image)],), scores[one.image])
        for one in draw_sample(said, size, seed)
    ]


def own_answers(seen: list[Seen], fitted: Recalibration) -> dict[str, str | None]:
    """Return the answers of an instrument on the images that it was fitted to."""
    asked = (Perception(one.sampled.image, "gender", CLIP, None, None, one.scores) for one in seen)
    return {one.image_key: decide_anew(one, GENDER, fitted).label for one in asked}


@pytest.mark.parametrize("women", [0.15, 0.5])
def test_lean_and_sureness_are_found_whatever_the_mix_of_the_models_images(women: float) -> None:
    found = recalibration(GENDER, sample(0, women, 2_000, 8_000))
    assert found.scale.temperature == pytest.approx(TOO_SURE, rel=0.1)
    assert found.scale.bias == pytest.approx(-LEAN / TOO_SURE, abs=0.25)
    assert found.annotated == 2_000


def test_the_name_tells_every_digit_that_decides() -> None:
    found = recalibration(GENDER, sample(1, 0.3))
    scale = found.scale
    told = f"temperature {scale.temperature}, bias {scale.bias:+}, threshold {found.threshold}"
    calibrated = replace(CLIP, calibration=found)
    assert str(calibrated) == f"{CLIP} calibrated ({told})"
    assert Instrument.parse(str(calibrated)) == calibrated
    assert len(str(scale.temperature)) <= 6


def test_calibrated_answers_err_seldom_and_are_nearer_to_the_truth() -> None:
    found = recalibration(GENDER, sample(2, 0.3))
    truths, said = images(np.random.default_rng(3), 4_000, 0.05)

    def feminine(answers: list[Perception]) -> float:
        labels = [one.label for one in answers if one.label]
        return labels.count(FEMININE) / len(labels)

    anew = [decide_anew(one, GENDER, found) for one in said]
    true = truths.count(FEMININE) / len(truths)
    assert abs(feminine(anew) - true) < 0.8 * abs(feminine(said) - true)
    wrong = [one.label != truth for one, truth in zip(anew, truths, strict=True) if one.label]
    assert np.mean(wrong) < 0.08


def test_errors_are_of_answers_that_were_not_fitted_to_the_annotation() -> None:
    seen = sample(4, 0.3)
    found = recalibration(GENDER, seen)
    cross = recalibrated_errors(GENDER, seen, found)
    fitted = errors(GENDER, seen, own_answers(seen, found))
    assert cross.confusion is not None
    assert fitted.confusion is not None
    assert cross.confusion.images == fitted.confusion.images == 200
    assert cross.confusion != fitted.confusion
    assert cross.confusion != errors(GENDER, seen).confusion
    assert cross == recalibrated_errors(GENDER, seen, found)


def test_an_image_stands_for_those_of_the_answer_it_was_chosen_for() -> None:
    seen = sample(5, 0.3)
    confusion = recalibrated_errors(GENDER, seen, recalibration(GENDER, seen)).confusion
    assert confusion is not None
    # Unless people leave some open, those who are annotated stand for all that are stored.
    assert confusion.weighted().sum() == pytest.approx(2_000)
    rows = {tuple(row) for row in confusion.weights}
    assert any(len(set(row)) > 1 for row in rows)


def test_intervals_corrected_for_calibrated_answers_hold_the_truth() -> None:
    held, runs = 0, 40
    for run in range(runs):
        seen = sample(100 + run, 0.3)
        found = recalibration(GENDER, seen)
        cross = recalibrated_errors(GENDER, seen, found)
        _, said = images(np.random.default_rng(run), 210, 0.1)
        labels = [decide_anew(one, GENDER, found).label for one in said]
        tally = [labels.count(label) for label in (FEMININE, MASCULINE, None)]
        assert cross.confusion is not None
        share = correct([tally], cross.confusion, 500, seed=run).shares[0]
        assert share is not None
        held += share.intervals[0].low <= 0.1 <= share.intervals[0].high
    assert held >= 0.9 * runs


def test_images_without_scores_stay_unclear() -> None:
    seen = [
        replace(one, scores=()) if place < 20 else one for place, one in enumerate(sample(6, 0.5))
    ]
    fitted = recalibration(GENDER, seen)
    found = recalibrated_errors(GENDER, seen, fitted)
    assert fitted.annotated == 180
    assert found.confusion is not None
    assert sum(found.confusion.counts[-1]) >= 20


def alike(number: int) -> list[Seen]:
    return [replace(one, scores=(0.6, 0.4)) for one in sample(7, 0.5, number)]


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ([], "0 annotated images are too few: annotate 100"),
        (sample(8, 0.5, 80), "80 annotated images are too few: annotate 100"),
        (
            [replace(one, said=(CANNOT_TELL,)) for one in sample(8, 0.5)],
            "0 annotated images are too few",
        ),
        (
            [replace(one, said=(FEMININE,)) for one in sample(8, 0.5)],
            "0 annotated images of one class",
        ),
        (alike(120), "All margins are 0.405"),
        (
            [replace(one, scores=one.scores[::-1]) for one in sample(9, 0.5)],
            "check the order of the labels",
        ),
    ],
)
def test_annotations_that_calibrate_nothing_say_why(seen: list[Seen], said: str) -> None:
    with pytest.raises(InvalidData, match=said):
        recalibration(GENDER, seen)


def test_an_instrument_that_errs_wherever_it_is_sure_is_not_calibrated() -> None:
    other = {FEMININE: MASCULINE, MASCULINE: FEMININE}
    seen = [
        replace(one, said=(other[one.said[0]],)) if place % 4 == 0 else one
        for place, one in enumerate(sample(10, 0.5))
    ]
    with pytest.raises(InvalidData, match="There is no threshold with answers of both labels"):
        recalibration(GENDER, seen)


def test_an_instrument_that_would_never_say_one_label_is_not_calibrated() -> None:
    def annotated(number: int, truth: str, first: float) -> list[Seen]:
        answer = MASCULINE if first < 0.5 else None
        return [
            Seen(
                Sampled(f"{truth}{first}{place}", "gender", CLIP, answer, 1_000),
                (truth,),
                (first, 1 - first),
            )
            for place in range(number)
        ]

    rows = annotated(100, MASCULINE, 0.01) + annotated(30, MASCULINE, 0.6)
    with pytest.raises(InvalidData, match="no threshold with answers of both labels"):
        recalibration(GENDER, rows + annotated(60, FEMININE, 0.6))


def test_errors_in_one_tone_raise_the_threshold() -> None:
    seen = sample(11, 0.5)
    plain = recalibration(GENDER, seen)
    answers = own_answers(seen, plain)
    wrong = [one for one in seen if answers[one.sampled.image] not in {None, one.truth}]
    surest = sorted(seen, key=lambda one: max(one.scores))[-30:]
    groups = {one.sampled.image: "dark" for one in (*wrong, *surest)}
    assert recalibration(GENDER, seen, groups).threshold > plain.threshold


def test_five_tones_have_no_temperature() -> None:
    with pytest.raises(InvalidData, match=r"'tone' has 5 labels\. Only an axis with two"):
        recalibration(TONE, [])
