"""Samples of what is stored, and what annotations make of a study, in a real store."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from explorer.annotation.errors import errors
from explorer.annotation.recalibration import recalibrated_errors
from explorer.annotation.sampling import (
    annotated_errors,
    calibrated,
    draw_samples,
    sample_of,
    seen_of,
    tones_of,
)
from explorer.errors import InvalidData
from explorer.models.requests import ImageRequest
from explorer.perception.annotations import Annotation
from explorer.perception.samples import Sampled
from explorer.store.index import Store
from explorer.study import Study, run
from tests.annotation.toys import FEMININE, GENDER, MASCULINE, TONE
from tests.fakes import FakeClassifier, FakeGenerator, digits, expected_label, fake_card

NOT_SAMPLED = "no sample of this model's images has been drawn for this classifier"
NOBODY = "nobody has annotated an image of the sample yet"
CARDS = fake_card("fake-a", size_px=8), fake_card("fake-b", size_px=8)
STUDY = Study(CARDS, ("author",), images=60)
ONE = replace(STUDY, models=CARDS[:1], axes=(GENDER,), images=120)
OTHER = {FEMININE: MASCULINE, MASCULINE: FEMININE}


def is_unclear(request: ImageRequest) -> bool:
    return digits(request)[2] < 40


def generate(study: Study, store: Store) -> None:
    generator = FakeGenerator(unclear=is_unclear)
    for _ in run(study, store, lambda _: generator, FakeClassifier):
        pass


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache with what two models were asked for; each test gets a copy."""
    folder = tmp_path_factory.mktemp("filled")
    with closing(Store.open(folder)) as store:
        for study in (STUDY, ONE):
            generate(study, store)
    return folder


@pytest.fixture
def store(filled: Path, cache: Path) -> Iterator[Store]:
    copytree(filled, cache)
    with closing(Store.open(cache)) as store:
        yield store


def annotate(store: Store, sample: Iterable[Sampled], wrong: int = 0) -> None:
    """Let Ada say what is true of each image but for the first few."""
    truth = {one.key: expected_label(one, GENDER) for one in ONE.requests(CARDS[0])}
    store.annotations.save(
        Annotation(
            image=one.image,
            axis="gender",
            annotator="Ada",
            label=OTHER[truth[one.image]] if place < wrong else truth[one.image],
            date="2026-11-25",
        )
        for place, one in enumerate(sample)
    )


def test_there_is_a_sample_of_each_model_and_axis_and_the_models_are_mixed(store: Store) -> None:
    drawn = draw_samples(STUDY, store, 20)
    assert [one.axis for one in drawn] == ["gender"] * 40 + ["tone"] * 40
    keys = {card.spec.name: {one.key for one in ONE.requests(card)} for card in CARDS}
    for axis, images in ((GENDER, drawn[:40]), (TONE, drawn[40:])):
        of_each = {name: [one.image in some for one in images] for name, some in keys.items()}
        assert {sum(placed) for placed in of_each.values()} == {20}
        assert 0 < sum(of_each["fake-a"][:20]) < 20
        for card in CARDS:
            sample = sample_of(STUDY, store, card, axis)
            assert {one.image for one in sample} == {
                one.image for one in images if one.image in keys[card.spec.name]
            }


def test_a_sample_is_of_all_images_of_the_model_whatever_the_study_asks(store: Store) -> None:
    few = replace(ONE, images=1)
    (among,) = {sum(one.among for one in _firsts(draw_samples(few, store, 20)))}
    assert among == 120


def _firsts(sample: Iterable[Sampled]) -> Iterable[Sampled]:
    return {one.answer: one for one in sample}.values()


def test_without_classified_images_there_is_nothing_to_draw_from(store: Store) -> None:
    other = replace(ONE, classifier="other-clip")
    with pytest.raises(InvalidData, match="No stored image of 'fake-a' is classified on 'gender'"):
        draw_samples(other, store)


def test_what_people_said_stands_beside_each_image_and_scores_if_asked_for(store: Store) -> None:
    sample = draw_samples(ONE, store, 20)
    annotate(store, sample[:1])
    first, *others = seen_of(store, sample)
    assert first.sampled == sample[0]
    assert len(first.said) == 1
    assert {one.said for one in others} == {()}
    assert {one.scores for one in (first, *others)} == {()}
    assert {len(one.scores) for one in seen_of(store, sample, scores=True)} == {2}
    assert seen_of(store, ()) == ()


def test_errors_are_told_by_model_and_axis_or_why_there_are_none(store: Store) -> None:
    assert {one.refusal for one in annotated_errors(STUDY, store).values()} == {NOT_SAMPLED}
    sample = draw_samples(ONE, store, 40)
    assert annotated_errors(ONE, store)["fake-a", "gender"].refusal == NOBODY
    annotate(store, sample, wrong=3)
    found = annotated_errors(STUDY, store)
    assert list(found) == [(card.spec.name, axis.name) for card in CARDS for axis in STUDY.axes]
    assert found["fake-a", "gender"] == errors(GENDER, seen_of(store, sample))
    assert found["fake-a", "gender"].agreed == 40
    assert found["fake-b", "gender"].refusal == NOT_SAMPLED


def test_calibrated_answers_have_errors_of_their_own(store: Store) -> None:
    sample = draw_samples(ONE, store, 120)
    annotate(store, sample)
    study = calibrated(ONE, store)
    assert study == replace(ONE, recalibration=study.recalibration)
    assert study.recalibration is not None
    assert study.recalibration.annotated == 120
    seen = seen_of(store, sample, scores=True)
    found = annotated_errors(study, store)["fake-a", "gender"]
    assert found == recalibrated_errors(GENDER, seen, study.recalibration)


def test_behind_a_gate_answers_are_calibrated_and_their_errors_not_known(store: Store) -> None:
    annotate(store, draw_samples(ONE, store, 120))
    study = calibrated(replace(ONE, gate=True), store)
    assert study.recalibration == calibrated(ONE, store).recalibration
    assert annotated_errors(study, store)["fake-a", "gender"].refusal == NOT_SAMPLED


@pytest.mark.parametrize(
    ("study", "said"),
    [
        (STUDY, "2 models and 2 axes are named"),
        (replace(ONE, axes=STUDY.axes), "1 models and 2 axes are named"),
        (ONE, "The answers for 'fake-a' cannot be calibrated with annotations: 0 annotated"),
        (replace(ONE, axes=(TONE,)), "'tone' has 5 labels"),
    ],
)
def test_what_cannot_be_calibrated_says_why(store: Store, study: Study, said: str) -> None:
    with pytest.raises(InvalidData, match=said):
        calibrated(study, store)


def test_tones_are_told_of_images_that_the_instrument_is_not_in_doubt_of(store: Store) -> None:
    requests = replace(ONE, images=60).requests(CARDS[0])
    assert tones_of(ONE, store, CARDS[0], [one.key for one in requests]) == {
        one.key: expected_label(one, TONE) for one in requests if not is_unclear(one)
    }
