"""Counts made in the index, against a slow count over every stored image."""

import math
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.findings.counts import count, count_pairs
from explorer.findings.findings import Findings
from explorer.models.catalog import ModelCard
from explorer.models.requests import Image
from explorer.perception.axes import Axis, Perception, find_axis
from explorer.perception.decide import NO_SCORE, UNSURE, decide
from explorer.perception.instruments import Instrument, Recalibration
from explorer.perception.skin import GREY
from explorer.perception.subject import NOBODY, ONE, ONE_GREY, SEVERAL
from explorer.statistics.calibration import Scale
from explorer.store.index import Store
from explorer.study import Study
from tests.fakes import fake_card

GENDER, TONE, SUBJECT = map(find_axis, ("gender", "tone", "subject"))
CARDS = fake_card("fake-a", size_px=8), fake_card("fake-b", size_px=8)
# Some are stored beyond what is asked for, and some prompts more than others.
STORED, ASKED = 4, (2, 4)
STUDY = Study(CARDS[:1], ("author", "nurse"), images=STORED, axes=(GENDER, TONE))
CALIBRATED = replace(
    STUDY, axes=(GENDER,), recalibration=Recalibration(Scale(2.0, 0.5), threshold=0.7)
)
PIXELS = np.zeros((8, 8, 3), np.uint8)

Row = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one image; an axis without an answer has not looked at it."""

    filtered: str | None
    feminine: float | None = None
    tone: str | None = None
    subject: str | None = None

    def perceptions(self, key: str, by: Mapping[str, Instrument]) -> list[Perception]:
        seen = []
        if self.feminine is not None:
            scores = self.feminine, 1 - self.feminine
            seen.append(decide(key, GENDER, by["gender"], scores))
        for axis, answer in ((TONE, self.tone), (SUBJECT, self.subject)):
            if answer is not None and axis.name in by:
                label, reason = (answer, None) if answer in axis.labels else (None, answer)
                seen.append(Perception(key, axis.name, by[axis.name], label, reason, ()))
        return seen


FATES = st.none() | st.one_of(
    st.builds(Fate, st.sampled_from(("safety filter", "refused"))),
    st.builds(
        Fate,
        st.none(),
        st.sampled_from((None, math.nan, 0.01, 0.3, 0.5, 0.55, 0.9, 0.99)),
        st.sampled_from((None, *TONE.labels, UNSURE)),
        st.sampled_from((None, *SUBJECT.labels, UNSURE, NO_SCORE)),
    ),
)
# Of each prompt and replicate of one model; None is not generated.
IMAGES = st.lists(FATES, min_size=2 * STORED, max_size=2 * STORED)


def keep(store: Store, study: Study, card: ModelCard, fates: list[Fate | None]) -> None:
    """Store one model's images, and what its instruments say of them."""
    requests = replace(study, images=STORED).requests(card)
    stored = [(one, fate) for one, fate in zip(requests, fates, strict=True) if fate]
    store.save(Image(one, None if fate.filtered else PIXELS, fate.filtered) for one, fate in stored)
    by = study.stored_instruments(card)
    store.save_perceptions(
        seen for one, fate in stored if not fate.filtered for seen in fate.perceptions(one.key, by)
    )


def slow_counts(
    study: Study, store: Store, card: ModelCard
) -> tuple[Counter[Row], dict[str, Counter[tuple[str, str | None, str | None]]]]:
    """Count what `count` counts, image by image."""
    observations = Findings(study, store).observations(card)
    images = Counter((one.request.prompt.text, one.filtered) for one in observations)
    answers = {
        axis.name: Counter(
            (one.request.prompt.text, seen.label, seen.reason)
            for one in observations
            if (seen := one.perceptions.get(axis.name))
        )
        for axis in study.axes
    }
    return images, answers


def slow_pairs(study: Study, store: Store, axis: Axis) -> Counter[tuple[str, str, str]]:
    """Count what `count_pairs` counts, image by image."""
    left, right = (
        {
            (one.request.prompt.text, one.request.replicate): seen.label
            for one in Findings(study, store).observations(card)
            if (seen := one.perceptions.get(axis.name)) and seen.label
        }
        for card in study.models
    )
    return Counter(
        (place[0], label, right[place]) for place, label in left.items() if place in right
    )


@settings(max_examples=15)
@given(IMAGES, st.sampled_from(ASKED))
@pytest.mark.parametrize(
    "study",
    [
        pytest.param(STUDY, id="plain"),
        pytest.param(replace(STUDY, gate=True), id="gated"),
        pytest.param(CALIBRATED, id="calibrated"),
        pytest.param(replace(CALIBRATED, gate=True), id="calibrated and gated"),
    ],
)
def test_counts_are_those_of_a_slow_count_over_observations(
    study: Study, fates: list[Fate | None], images: int
) -> None:
    asked = replace(study, images=images)
    with TemporaryDirectory() as folder, closing(Store.open(Path(folder))) as store:
        keep(store, study, CARDS[0], fates)
        found = count(asked, store, CARDS[0])
        counted, answers = slow_counts(asked, store, CARDS[0])
    assert {
        (text, filtered): number
        for text, by_filter in found.images.items()
        for filtered, number in by_filter.items()
    } == counted
    for axis in study.axes:
        assert {
            (text, *answer): number
            for text, by_answer in found.answers[axis.name].items()
            for answer, number in by_answer.items()
        } == answers[axis.name]


@settings(max_examples=15)
@given(gate=st.booleans(), fates=IMAGES, others=IMAGES, images=st.sampled_from(ASKED))
def test_pairs_are_those_of_a_slow_count_over_observations(
    *, gate: bool, fates: list[Fate | None], others: list[Fate | None], images: int
) -> None:
    study = replace(STUDY, models=CARDS, gate=gate, images=images)
    with TemporaryDirectory() as folder, closing(Store.open(Path(folder))) as store:
        for card, of_one in zip(CARDS, (fates, others), strict=True):
            keep(store, study, card, of_one)
        found = {axis.name: count_pairs(study, store, axis, CARDS) for axis in study.axes}
        counted = {axis.name: slow_pairs(study, store, axis) for axis in study.axes}
    for axis in study.axes:
        assert {
            (text, *labels): number
            for text, by_labels in found[axis.name].items()
            for labels, number in by_labels.items()
        } == counted[axis.name]


def test_a_prompt_of_which_nothing_is_stored_has_no_counts(store: Store) -> None:
    found = count(STUDY, store, CARDS[0])
    assert found.images == {}
    assert found.answers == {"gender": {}, "tone": {}}


def test_only_the_images_asked_for_are_counted(store: Store) -> None:
    keep(store, STUDY, CARDS[0], [Fate(None, 0.99, "dark", None)] * 8)
    fewer = replace(STUDY, professions=("author",), images=2)
    (text,) = (prompt.text for prompt in fewer.prompts)
    found = count(fewer, store, CARDS[0])
    assert found.images == {text: {None: 2}}
    assert found.answers["gender"] == {text: {("feminine", None): 2}}


def test_what_another_instrument_said_is_not_counted(store: Store) -> None:
    keep(store, STUDY, CARDS[0], [Fate(None, 0.99, "dark", None)] * 8)
    found = count(replace(STUDY, classifier="other-clip"), store, CARDS[0])
    assert sum(sum(number.values()) for number in found.images.values()) == 8
    assert not found.answers["gender"]


def test_what_shows_no_single_person_is_refused_by_what_it_shows(store: Store) -> None:
    shown = (ONE, ONE_GREY, SEVERAL, NOBODY)
    fates = [Fate(None, 0.99, "dark", subject) for subject in shown]
    study = replace(STUDY, gate=True)
    keep(store, study, CARDS[0], [*fates, *[None] * 4])
    answers = count(study, store, CARDS[0]).answers
    text = study.prompts[0].text
    assert answers["gender"][text] == {
        ("feminine", None): 2,
        (None, SEVERAL): 1,
        (None, NOBODY): 1,
    }
    assert answers["tone"][text] == {
        ("dark", None): 1,
        (None, GREY): 1,
        (None, SEVERAL): 1,
        (None, NOBODY): 1,
    }


def test_calibrated_answers_are_given_anew_from_the_scores(store: Store) -> None:
    # A temperature of 2, a bias of 0.5 and a threshold of 0.7 let answers begin at 0.67 and 0.063.
    fates = [Fate(None, feminine) for feminine in (0.68, 0.66, 0.06, math.nan)]
    keep(store, CALIBRATED, CARDS[0], [*fates, *[None] * 4])
    text = CALIBRATED.prompts[0].text
    assert count(CALIBRATED, store, CARDS[0]).answers["gender"][text] == {
        ("feminine", None): 1,
        ("masculine", None): 1,
        (None, UNSURE): 1,
        (None, NO_SCORE): 1,
    }


def test_images_of_different_seeds_are_no_pair(store: Store) -> None:
    sure = Fate(None, 0.99, "dark", None)
    study = replace(STUDY, models=CARDS)
    keep(store, study, CARDS[0], [sure, None, sure, None, *[None] * 4])
    keep(store, study, CARDS[1], [None, sure, sure, Fate(None, 0.99), *[sure] * 4])
    text = study.prompts[0].text
    assert count_pairs(study, store, GENDER, CARDS) == {text: {("feminine", "feminine"): 1}}
    assert count_pairs(study, store, TONE, CARDS) == {text: {("dark", "dark"): 1}}
