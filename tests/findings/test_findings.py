"""The one owner of what is said about a study."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from explorer.findings.findings import Findings
from explorer.findings.gaps import headline
from explorer.findings.tallies import ALL
from explorer.models.provenance import Provenance
from explorer.perception.axes import FEMININE, find_axis
from explorer.perception.subject import SUBJECT
from explorer.statistics.confusion import Confusion
from explorer.statistics.intervals import Interval
from explorer.store.index import Store
from explorer.study import Study, run
from explorer.words.references import Reference, labour_references
from tests.fakes import MADE, FakeClassifier, FakeGenerator, expected_label, fake_card

if TYPE_CHECKING:
    from explorer.findings.corrected import Errors
    from explorer.findings.tallies import By

GENDER, TONE = find_axis("gender"), find_axis("tone")
CARDS = fake_card("fake-a", size_px=8), fake_card("fake-b", size_px=8)
ONE = Study(CARDS[:1], ("author", "nurse"), (None, "honest"), images=6)
TWO = replace(ONE, models=CARDS)
BYS: "tuple[By, ...]" = ("profession", "adjective", "cell")
REFERENCES = labour_references(2023)
AXES = ("gender", "tone")
ERRORS = {
    (card.spec.name, axis.name): Confusion(
        tuple(
            tuple(50 if row == column else 3 for column in range(len(axis.labels)))
            for row in range(len(axis.labels) + 1)
        ),
        "human",
    )
    for card in CARDS
    for axis in (GENDER, TONE)
}


class Spy:
    """A store that counts what it is asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.calls = Counter[str]()

    def __getattr__(self, name: str) -> Any:
        self.calls[name] += 1
        return getattr(self._store, name)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store of everything that two models were asked for; nothing changes it."""
    store = Store.open(tmp_path_factory.mktemp("filled"))
    generate(TWO, store)
    yield store
    store.close()


@pytest.fixture
def spy(filled: Store) -> Spy:
    return Spy(filled)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be known how each instrument errs."""
    monkeypatch.setattr("explorer.findings.findings.known_errors", lambda *_: ERRORS)


def generate(study: Study, store: Store, generator: FakeGenerator | None = None) -> None:
    made = generator or FakeGenerator()
    for _ in run(study, store, lambda _: made, FakeClassifier):
        pass


def findings_of(study: Study, store: Store | Spy) -> Findings:
    return Findings(study, cast("Store", store))


def everything(one: Findings, two: Findings) -> list[object]:
    """Return all that is said about a study of one model and about one of two."""
    references = dict(REFERENCES)
    of_each = [
        (owner.tallies(by), owner.found(by), owner.tally_rows(by, 2023))
        for owner in (one, two)
        for by in BYS
    ]
    of_two = [(two.compared(by), two.differences(by), two.comparison_rows(by, 2023)) for by in BYS]
    return [
        of_each,
        of_two,
        two.clearest("tone", 3),
        (one.gaps(references), one.gap_rows(references)),
        (one.shifts, one.shift_rows, one.tone_rows, one.errors, one.origins),
    ]


def test_nothing_is_read_before_it_is_asked_for(spy: Spy) -> None:
    findings_of(TWO, spy)
    assert not spy.calls


def test_every_image_is_counted_once_for_all_that_is_said(spy: Spy) -> None:
    findings = findings_of(TWO, spy)
    for by in BYS:
        findings.tallies(by)
    assert spy.calls == {"image_counts": 2, "answer_counts": 2 * 2}
    for by in BYS:
        findings.compared(by)
    assert spy.calls == {"image_counts": 2, "answer_counts": 2 * 2, "pair_counts": 2}


def test_to_ask_again_reads_nothing_again(spy: Spy) -> None:
    one, two = findings_of(ONE, spy), findings_of(TWO, spy)
    told, calls = everything(one, two), spy.calls.copy()
    assert everything(one, two) == told
    assert spy.calls == calls


@pytest.mark.usefixtures("known")
def test_findings_and_differences_of_an_axis_are_those_of_all_axes(filled: Store) -> None:
    findings = Findings(TWO, filled)
    for axis in TWO.axes:
        found = [one for one in findings.found("cell") if one.tally.axis == axis]
        assert all(
            one is other
            for one, other in zip(found, findings.found("cell", axis.name), strict=True)
        )
        differ = [one for one in findings.differences("cell") if one.comparison.left.axis == axis]
        assert all(
            one is other
            for one, other in zip(differ, findings.differences("cell", axis.name), strict=True)
        )


@pytest.mark.usefixtures("known")
def test_gaps_are_drawn_once_for_equal_references(filled: Store) -> None:
    findings = Findings(ONE, filled)
    found = findings.gaps(REFERENCES)
    assert findings.gaps(dict(REFERENCES)) is found
    assert findings.gaps({"nurse": Reference(0.5, "own")}) is not found


def test_a_run_is_told_by_another_one(store: Store) -> None:
    before = Findings(ONE, store)
    assert {one.missing for one in before.tallies("profession")} == {12}
    generate(ONE, store)
    assert {one.missing for one in before.tallies("profession")} == {12}
    assert {one.missing for one in Findings(ONE, store).tallies("profession")} == {0}


def test_tallies_go_model_by_model_then_by_words_then_by_axis(filled: Store) -> None:
    places = [
        (one.cell.model, one.cell.profession, one.axis.name)
        for one in Findings(TWO, filled).tallies("profession")
    ]
    assert places == [
        (card.spec.name, profession, axis.name)
        for card in CARDS
        for profession in TWO.professions
        for axis in TWO.axes
    ]


@pytest.mark.parametrize("by", BYS)
def test_findings_are_of_the_tallies_in_their_order(filled: Store, by: "By") -> None:
    findings = Findings(TWO, filled)
    assert tuple(one.tally for one in findings.found(by)) == findings.tallies(by)


@pytest.mark.parametrize("by", BYS)
def test_a_comparison_has_the_pairs_of_its_own_prompts(filled: Store, by: "By") -> None:
    requests = [TWO.requests(card) for card in CARDS]
    for one in Findings(TWO, filled).compared(by):
        axis, cell = one.left.axis, one.left.cell
        expected = Counter(
            (left.prompt.text, expected_label(left, axis), expected_label(right, axis))
            for left, right in zip(*requests, strict=True)
            if cell.profession in {left.prompt.profession, ALL}
            and cell.adjective in {left.prompt.adjective, ALL}
        )
        assert {
            (text, *labels): number
            for text, by_labels in one.pairs.items()
            for labels, number in by_labels.items()
        } == expected


def test_observations_are_in_the_order_of_the_requests(filled: Store) -> None:
    requests = ONE.requests(CARDS[0])
    findings = Findings(ONE, filled)
    assert [one.request for one in findings.observations(CARDS[0])] == list(requests)
    some = requests[7], requests[2]
    assert [one.request for one in findings.observations(CARDS[0], some)] == list(some)


def test_observations_have_the_answers_of_the_studys_own_instruments(store: Store) -> None:
    gated = replace(ONE, gate=True)
    generate(gated, store)
    instruments = gated.instruments(CARDS[0])
    observations = Findings(gated, store).observations(CARDS[0])
    assert {one.request for one in observations} == set(gated.requests(CARDS[0]))
    for one in observations:
        assert SUBJECT not in one.perceptions
        assert {axis: seen.instrument for axis, seen in one.perceptions.items()} == instruments


def levels(*intervals: Interval | None) -> set[float]:
    return {one.level for one in intervals if one is not None}


@pytest.mark.parametrize(
    "errors", [pytest.param({}, id="raw"), pytest.param(ERRORS, id="corrected")]
)
def test_the_level_of_the_study_reaches_every_interval(
    filled: Store, monkeypatch: pytest.MonkeyPatch, errors: "Errors"
) -> None:
    monkeypatch.setattr("explorer.findings.findings.known_errors", lambda *_: errors)
    one, two = (Findings(replace(study, level=0.8), filled) for study in (ONE, TWO))
    for by in BYS:
        for found in two.found(by):
            labels = found.tally.axis.labels
            assert levels(*map(found.tally.share, labels)) == {0.8}
            assert levels(*map(found.best, labels)) <= {0.8}
        for differ in two.differences(by):
            assert levels(*differ.comparison.differences) == {0.8}
            assert levels(*(differ.corrected or ())) <= {0.8}
    assert all(found.corrected for found in two.found("profession")) == bool(errors)
    assert all(differ.corrected for differ in two.differences("profession")) == bool(errors)
    clear = two.clearest("tone", 3)
    assert levels(*(one.best(place) for one, place in clear.rows)) <= {0.8}
    gaps = one.gaps(REFERENCES)
    assert levels(*(gap.gap for gap in gaps.rows), headline(gaps).interval) == {0.8}
    assert (headline(gaps).interval is None) == (not errors)
    assert levels(*(each for shift in one.shifts for each in (shift.raw, shift.corrected))) == {0.8}
    assert all(shift.corrected for shift in one.shifts) == bool(errors)


@pytest.mark.usefixtures("known")
def test_rows_tell_the_numbers_of_the_findings(filled: Store) -> None:
    one, two = Findings(ONE, filled), Findings(TWO, filled)
    for row, found in zip(
        one.tally_rows("profession", 2023)[::7], one.found("profession", "gender"), strict=True
    ):
        assert row["label"] == FEMININE
        assert row["corrected_share"] == getattr(found.best(FEMININE), "estimate", None)
    gaps = one.gaps(REFERENCES).rows
    for row, gap in zip(one.gap_rows(REFERENCES), gaps, strict=True):
        assert row["gap"] == getattr(gap.gap, "estimate", None)
    for row, shift in zip(one.shift_rows, one.shifts, strict=True):
        assert row["corrected_shift"] == getattr(shift.corrected, "estimate", None)
    for row, differ in zip(
        two.comparison_rows("profession", 2023)[::7],
        two.differences("profession", "gender"),
        strict=True,
    ):
        assert row["corrected_difference"] == getattr(differ.best(0), "estimate", None)


def test_every_row_tells_with_what_the_images_were_generated(filled: Store) -> None:
    one, two = Findings(ONE, filled), Findings(TWO, filled)
    rows = [
        *one.tally_rows("cell", 2023),
        *one.image_rows(),
        *one.gap_rows(REFERENCES),
        *one.tone_rows,
        *one.shift_rows,
    ]
    assert {(row["device"], row["libraries"]) for row in rows} == {(MADE.device, MADE.libraries)}
    compared = two.comparison_rows("cell", 2023)
    assert {row["left_device"] for row in compared} == {MADE.device}
    assert {row["right_device"] for row in compared} == {MADE.device}


def test_an_origin_names_everything_that_took_part(store: Store) -> None:
    for made in (Provenance("cpu", "torch 1"), Provenance("cuda", "torch 1"), Provenance()):
        store.record(CARDS[0].spec, made)
    known, unknown = Findings(TWO, store).origins
    assert known.model == CARDS[0].spec
    assert known.instruments == TWO.instruments(CARDS[0])
    assert known.made == Provenance("cpu; cuda", "torch 1")
    assert unknown.made == Provenance(None, None)


def test_images_have_a_row_each_with_where_they_lie_in_the_cache(filled: Store) -> None:
    rows = Findings(ONE, filled).image_rows()
    assert [filled.root / str(row["file"]) for row in rows] == [
        filled.image_path(request.key) for request in ONE.requests(CARDS[0])
    ]


def test_each_of_several_models_is_compared_with_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    third = fake_card("fake-c", size_px=8)
    three = replace(TWO, models=(*TWO.models, third))
    of_third = {(third.spec.name, axis): ERRORS[CARDS[1].spec.name, axis] for axis in AXES}
    monkeypatch.setattr("explorer.findings.findings.known_errors", lambda *_: ERRORS | of_third)
    with closing(Store.open(tmp_path)) as store:
        generate(three, store)
        found = Findings(three, store).differences("profession", "gender")
        of_two = [
            Findings(replace(three, models=(three.models[0], other)), store)
            for other in three.models[1:]
        ]
        apart = [one for two in of_two for one in two.differences("profession", "gender")]
    assert [one.comparison for one in found] == [one.comparison for one in apart]
    assert None not in [one.corrected for one in found]
    assert [one.corrected for one in found] == [one.corrected for one in apart]
    assert {one.family for one in found} == {sum(bool(any(one.tests)) for one in apart)}
