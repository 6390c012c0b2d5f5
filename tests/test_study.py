"""The whole path, with a fake generator and a fake classifier."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from explorer.errors import InvalidData, ModelNotFound, OutOfRange
from explorer.findings.findings import Findings
from explorer.models.catalog import find_model
from explorer.models.provenance import Provenance
from explorer.models.requests import DECODE_FAILURE, Image, ImageRequest, ModelSpec
from explorer.perception.axes import find_axis, load_axes
from explorer.perception.instruments import ClassifierSpec
from explorer.progress import Progress
from explorer.stages import Classifier, Generator
from explorer.store.index import Store
from explorer.study import (
    Study,
    classify_stored,
    count_missing,
    count_unclassified,
    forget_failed,
    missing,
    other_versions,
    run,
    unclassified,
)
from explorer.words.prompts import Prompt
from tests.fakes import FAKE_CLIP, MADE, FakeClassifier, FakeGenerator, expected_label, fake_card

CARD = fake_card()
STUDY = Study(
    models=(CARD,), professions=("author", "nurse"), adjectives=(None, "honest"), images=5
)
PAIR = Study(models=(fake_card("fake-a"), fake_card("fake-b")), professions=("author",), images=20)


class Elsewhere(FakeGenerator):
    """Generates on a machine of its own."""

    def __init__(self, made: Provenance) -> None:
        super().__init__()
        self.made = made

    @property
    def provenance(self) -> Provenance:
        return self.made


class Models:
    """Gives fakes and remembers which were asked for."""

    def __init__(self, generator: FakeGenerator | None = None) -> None:
        self.generator = generator or FakeGenerator()
        self.classifier = FakeClassifier()
        self.loaded: list[str] = []

    def generators(self, spec: ModelSpec) -> Generator:
        self.loaded.append(spec.name)
        return self.generator

    def classifiers(self, spec: ClassifierSpec) -> Classifier:
        self.loaded.append(str(spec))
        return self.classifier


def go(
    study: Study,
    store: Store,
    models: Models,
    cancelled: Callable[[], bool] = lambda: False,
    batch: int = 8,
) -> list[Progress]:
    return list(run(study, store, models.generators, models.classifiers, cancelled, batch))


def test_everything_asked_for_is_generated_and_classified(store: Store) -> None:
    models = Models()
    go(STUDY, store, models)
    assert len(models.generator.generated) == 2 * 2 * 5
    assert missing(STUDY, store, CARD) == ()
    assert unclassified(STUDY, store, CARD) == ()
    assert (count_missing(STUDY, store), count_unclassified(STUDY, store)) == (0, 0)


def test_what_a_model_has_to_say_about_the_prompts_is_told_before_it_generates(
    store: Store,
) -> None:
    models = Models(FakeGenerator(warnings=("It does not know 'author'.",)))
    told = [
        (progress.warnings, len(models.generator.generated))
        for progress in run(STUDY, store, models.generators, models.classifiers, batch=8)
    ]
    assert [one for one in told if one[0]] == [(("It does not know 'author'.",), 0)]
    assert all(not progress.warnings for progress in go(STUDY, store, models))


def test_no_model_generates_if_another_refuses_the_prompts(store: Store) -> None:
    class Refusing(FakeGenerator):
        def check(self, prompts: Sequence[Prompt]) -> tuple[str, ...]:
            raise InvalidData(f"too long: {prompts[0].text}")

    both = replace(STUDY, models=(CARD, fake_card("fake-b")))
    generators = {"fake-a": FakeGenerator(), "fake-b": Refusing()}
    with pytest.raises(InvalidData, match="too long"):
        list(run(both, store, lambda spec: generators[spec.name], Models().classifiers))
    assert generators["fake-a"].generated == []


def test_the_tallies_are_what_the_images_show(store: Store) -> None:
    go(STUDY, store, Models())
    requests = STUDY.requests(CARD)
    for row in Findings(STUDY, store).tallies("profession"):
        expected = [
            sum(
                expected_label(request, row.axis) == label
                for request in requests
                if request.prompt.profession == row.cell.profession
            )
            for label in row.axis.labels
        ]
        assert list(row.counts) == expected


def test_a_second_run_loads_no_model_and_generates_nothing(store: Store) -> None:
    go(STUDY, store, Models())
    again = Models()
    assert go(STUDY, store, again) == []
    assert again.loaded == []


def test_tallies_grow_from_batch_to_batch(store: Store) -> None:
    models = Models()
    classified = [
        sum(row.classified for row in Findings(STUDY, store).tallies("profession"))
        for _ in run(STUDY, store, models.generators, models.classifiers, batch=8)
    ]
    assert classified == [2 * done for done in (0, 1, 5, 13, 20)]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let time pass only while an image is generated."""
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr("tests.fakes.time", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr("explorer.progress.time", SimpleNamespace(monotonic=lambda: now))


@pytest.mark.usefixtures("clock")
def test_progress_counts_images_and_tells_rate_and_time_left(store: Store) -> None:
    steps = go(STUDY, store, Models(FakeGenerator(seconds=0.5)))
    assert [step.done for step in steps] == [0, 1, 5, 13, 20]
    assert {(step.total, step.stage) for step in steps} == {(20, "generate")}
    assert steps[0].image is None
    assert [step.rate for step in steps] == [None, None, 2, 2, 2]
    assert [step.seconds_left for step in steps] == [None, None, 7.5, 3.5, 0]
    assert steps[-1].image is not None
    assert steps[-1].image.request == STUDY.requests(CARD)[-1]


@pytest.mark.usefixtures("clock")
def test_batches_of_a_slow_model_stay_small(store: Store) -> None:
    steps = go(STUDY, store, Models(FakeGenerator(seconds=20)), batch=32)
    assert [step.done for step in steps] == list(range(21))


@pytest.mark.usefixtures("clock")
def test_batches_that_turn_slow_become_smaller(store: Store) -> None:
    steps = go(STUDY, store, Models(FakeGenerator(seconds=10)), batch=32)
    assert [step.done for step in steps[:4]] == [0, 1, 5, 7]


@pytest.mark.usefixtures("clock")
def test_loading_a_model_does_not_count_into_the_rate(store: Store) -> None:
    steps = go(STUDY, store, Models(FakeGenerator(seconds=0.5, loading_seconds=60)))
    assert [step.rate for step in steps] == [None, None, 2, 2, 2]
    assert [step.seconds_left for step in steps] == [None, None, 7.5, 3.5, 0]


@pytest.mark.usefixtures("clock")
def test_what_is_classified_first_does_not_count_into_the_rate_of_generating(store: Store) -> None:
    requests = STUDY.requests(CARD)
    store.save(FakeGenerator().generate(requests[:10]))
    generator = FakeGenerator(seconds=0.5)
    steps = go(STUDY, store, Models(generator), batch=4)
    assert {step.rate for step in steps if step.stage == "generate"} == {None, 2}


class TwoModels(Models):
    """Gives each model a generator of its own."""

    def __init__(self, **generators: FakeGenerator) -> None:
        super().__init__()
        self.each = {name.replace("_", "-"): one for name, one in generators.items()}

    def generators(self, spec: ModelSpec) -> Generator:
        return self.each[spec.name]


@pytest.mark.parametrize("most", [1, 2, 9, 22, 40])
def test_a_part_of_a_run_has_the_same_images_of_both_models(store: Store, most: int) -> None:
    models = TwoModels(fake_a=FakeGenerator(), fake_b=FakeGenerator())

    def generated() -> list[int]:
        return [len(one.generated) for one in models.each.values()]

    go(PAIR, store, models, lambda: sum(generated()) >= most, batch=4)
    left, right = generated()
    assert left + right >= most
    assert 0 <= left - right <= 4


def test_what_one_model_has_already_is_generated_by_the_other(store: Store) -> None:
    requests = PAIR.requests(PAIR.models[0])
    store.save(FakeGenerator().generate(requests[3:15]))
    models = TwoModels(fake_a=FakeGenerator(), fake_b=FakeGenerator())
    go(PAIR, store, models, batch=4)
    assert [one.replicate for one in models.each["fake-a"].generated] == [0, 1, 2, *range(15, 20)]
    assert [one.replicate for one in models.each["fake-b"].generated] == list(range(20))


@pytest.mark.usefixtures("clock")
def test_models_that_displace_each_other_load_in_a_small_part_of_the_time(store: Store) -> None:
    left, right = (FakeGenerator(seconds=0.5, loading_seconds=5.0) for _ in range(2))
    models = TwoModels(fake_a=left, fake_b=right)
    study = replace(PAIR, images=1000)
    go(study, store, models, batch=8)
    loading = sum(5.0 * one.loads for one in models.each.values())
    assert loading < 0.15 * 1000
    assert all(one.loads > 2 for one in models.each.values())


def test_cancelling_keeps_what_is_generated(store: Store) -> None:
    models = Models()
    go(STUDY, store, models, cancelled=lambda: len(models.generator.generated) >= 11)
    assert count_missing(STUDY, store) == 20 - 13, "the batch in hand is finished"
    assert not count_unclassified(STUDY, store)


def test_a_run_cancelled_before_it_begins_loads_no_model(store: Store) -> None:
    models = Models()
    assert go(STUDY, store, models, cancelled=lambda: True) == []
    assert models.loaded == []


def test_an_interrupted_run_goes_on_where_it_was(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt):
        go(STUDY, store, Models(FakeGenerator(fail_after=12)))
    assert count_missing(STUDY, store) == 20 - 12, "images of an unfinished batch are kept"
    rest = Models()
    go(STUDY, store, rest)
    assert len(rest.generator.generated) == 8
    assert all(row.classified == 10 for row in Findings(STUDY, store).tallies("profession"))


def test_each_image_that_is_classified_is_embedded_once(store: Store) -> None:
    models = Models(FakeGenerator(filtered=lambda request: request.replicate == 0))
    go(STUDY, store, models)
    assert len(models.classifier.embedded) == len(set(models.classifier.embedded)) == 16
    assert store.embeddings.lacking_of(STUDY.asked(CARD), FAKE_CLIP) == set()
    assert len(store.embeddings.of(STUDY.asked(CARD), FAKE_CLIP)) == 16


def test_a_run_that_is_killed_loses_the_embeddings_of_one_batch(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt):
        go(STUDY, store, Models(FakeGenerator(fail_after=12)))
    assert len(store.embeddings.of(STUDY.asked(CARD), FAKE_CLIP)) == 5, "batches of 1, 4 and 8"


def test_images_that_were_not_classified_are_classified_without_generating(store: Store) -> None:
    requests = STUDY.requests(CARD)
    store.save(FakeGenerator().generate(requests))
    models = Models()
    steps = go(STUDY, store, models)
    assert {step.stage for step in steps[1:]} == {"classify"}
    assert (steps[-1].done, steps[-1].total) == (20, 20)
    assert models.generator.generated == []
    assert models.loaded[0] == "fake-clip"
    assert not count_unclassified(STUDY, store)


def test_another_classifier_classifies_the_same_images_again(store: Store) -> None:
    go(STUDY, store, Models())
    models = Models()
    models.classifier.spec = replace(FAKE_CLIP, backbone="other-clip")
    other = Study(models=STUDY.models, professions=("author",), images=5, classifier="other-clip")
    go(other, store, models)
    assert set(models.loaded) == {"other-clip"}
    assert len(models.classifier.classified) == 5 * len(load_axes())
    assert [row.classified for row in Findings(STUDY, store).tallies("profession")] == [10] * 4


@pytest.mark.usefixtures("no_yunet")
def test_a_further_question_is_asked_without_asking_the_others_again(store: Store) -> None:
    go(STUDY, store, Models())
    models = Models()
    axes = (find_axis("gender"), find_axis("pixel-tone"))
    steps = go(replace(STUDY, axes=axes), store, models)
    assert {step.stage for step in steps} == {"classify"}
    assert models.loaded == [str(ClassifierSpec("pixels", "Haar"))]
    assert len(models.classifier.classified) == 20


def test_a_filtered_image_is_counted_as_such_and_never_classified(store: Store) -> None:
    filtered = FakeGenerator(filtered=lambda request: request.replicate == 0)
    go(STUDY, store, Models(filtered))
    for row in Findings(STUDY, store).tallies("profession"):
        assert (row.filtered, row.classified, row.abstained) == (2, 8, 0)
    again = Models()
    assert go(STUDY, store, again) == [], "a filtered image is not generated again"


def test_a_study_that_is_filtered_altogether_shows_no_share(store: Store) -> None:
    go(STUDY, store, Models(FakeGenerator(filtered=lambda _: True)))
    for row in Findings(STUDY, store).tallies("profession"):
        assert row.filtered == 10
        assert all(row.share(label) is None for label in row.axis.labels)


def test_an_unclear_image_is_counted_as_abstained(store: Store) -> None:
    go(STUDY, store, Models(FakeGenerator(unclear=lambda request: request.replicate < 2)))
    for row in Findings(STUDY, store).tallies("profession"):
        assert (row.abstained, row.classified) == (4, 6)


def test_two_models_get_the_same_prompts_and_seeds(store: Store) -> None:
    models = Models()
    go(PAIR, store, models)
    left, right = (PAIR.requests(card) for card in PAIR.models)
    assert [one.seed for one in left] == [one.seed for one in right]
    assert {one.key for one in left}.isdisjoint(one.key for one in right)
    assert set(models.loaded) == {"fake-a", "fake-clip", "fake-b"}
    assert models.loaded.count("fake-clip") == 2


def test_an_error_of_the_model_leaves_the_store_as_it_was(store: Store) -> None:
    broken = FakeGenerator(fail_after=0, error=ModelNotFound("No such model."))
    with pytest.raises(ModelNotFound):
        go(STUDY, store, Models(broken))
    assert count_missing(STUDY, store) == 20


def test_a_corrupt_image_is_reported_and_generated_again(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    requests = STUDY.requests(CARD)
    store.save(FakeGenerator().generate(requests))
    damaged = store.image_path(requests[3].key)
    damaged.write_bytes(bytes(damaged.stat().st_size))
    models = Models()
    with caplog.at_level(logging.WARNING):
        go(STUDY, store, models)
    assert requests[3].key in caplog.text
    assert models.generator.generated == [requests[3]]
    assert not count_missing(STUDY, store)
    assert not count_unclassified(STUDY, store)


def test_what_generated_and_classified_is_recorded(store: Store) -> None:
    go(STUDY, store, Models())
    assert store.provenance(CARD.spec) == (MADE,)
    (origin,) = Findings(STUDY, store).origins
    assert origin.made == MADE
    assert origin.instruments == STUDY.instruments(CARD)


def test_each_machine_that_generated_is_recorded_once(store: Store) -> None:
    for images in (2, 3):
        go(replace(STUDY, images=images), store, Models(), batch=2)
    other = Provenance("another device", "fake 2.0")
    go(STUDY, store, Models(Elsewhere(other)))
    assert sorted(store.provenance(CARD.spec), key=str) == sorted((MADE, other), key=str)


def test_to_classify_what_is_stored_records_nothing_of_how_it_was_generated(store: Store) -> None:
    store.save(FakeGenerator().generate(STUDY.requests(CARD)))
    go(STUDY, store, Models())
    assert count_unclassified(STUDY, store) == 0
    assert store.provenance(CARD.spec) == ()


def test_a_generator_that_fails_before_its_first_image_is_not_recorded(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt):
        go(STUDY, store, Models(FakeGenerator(fail_after=0)))
    assert store.provenance(CARD.spec) == ()


def test_nothing_is_made_up_about_images_nobody_generated(store: Store) -> None:
    (origin,) = Findings(STUDY, store).origins
    assert origin.made == Provenance(None, None)


def test_several_studies_of_the_same_images_read_each_image_once(store: Store) -> None:
    requests = STUDY.requests(CARD)
    store.save(FakeGenerator().generate(requests))
    models = Models()
    reads: list[str] = []
    load = store.load

    def counted(request: ImageRequest) -> Image:
        reads.append(request.key)
        return load(request)

    store.load = counted  # type: ignore[method-assign]
    studies = [replace(STUDY, axes=(find_axis(name),)) for name in ("gender", "tone")]
    assert list(classify_stored(studies, store, models.classifiers, batch=8)) == [8, 8, 4]
    assert sorted(reads) == sorted(one.key for one in requests)
    assert not count_unclassified(STUDY, store)
    assert models.generator.generated == []


def test_requests_go_by_profession_then_adjective_then_replicate() -> None:
    def place(request: ImageRequest) -> tuple[str, str | None, int]:
        return request.prompt.profession, request.prompt.adjective, request.replicate

    places = [place(request) for request in STUDY.requests(CARD)]
    assert places[0] == ("author", None, 0)
    assert places[5] == ("author", "honest", 0)
    assert places[10] == ("nurse", None, 0)
    assert len(set(places)) == 20


def test_white_space_around_the_template_generates_no_other_images() -> None:
    padded = Study(models=STUDY.models, professions=("author",), template=f" {STUDY.template} ")
    plain = Study(models=STUDY.models, professions=("author",))
    assert padded.requests(CARD) == plain.requests(CARD)


@pytest.mark.parametrize("images", [0, -1, 1001])
def test_images_outside_the_limits_are_refused_with_the_limits(images: int) -> None:
    with pytest.raises(OutOfRange, match=rf"{images}.*1 to 1000"):
        Study(models=STUDY.models, professions=("author",), images=images)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, float("nan")])
def test_a_level_that_is_no_probability_is_refused(level: float) -> None:
    with pytest.raises(OutOfRange, match="between 0 and 1"):
        Study(models=STUDY.models, professions=("author",), level=level)


def test_a_study_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidData, match="No profession"):
        Study(models=STUDY.models, professions=())
    with pytest.raises(InvalidData, match="No model"):
        Study(models=(), professions=("author",))


def test_a_word_given_twice_is_refused() -> None:
    with pytest.raises(InvalidData, match="'author' is given twice"):
        Study(models=STUDY.models, professions=("author", "author"))


def test_a_template_without_the_profession_is_refused() -> None:
    with pytest.raises(InvalidData, match="profession"):
        Study(models=STUDY.models, professions=("author",), template="A {adjective} person")


@pytest.mark.usefixtures("no_yunet")
@pytest.mark.parametrize("asked", [{"axes": (find_axis("pixel-tone"),)}, {"gate": True}])
def test_methods_are_never_mixed_in_one_table(asked: dict[str, Any]) -> None:
    cards = (find_model("emoji-even", "cpu"), fake_card())
    with pytest.raises(InvalidData, match="never mixed in one table") as refusal:
        Study(models=cards, professions=("author",), **asked)
    assert "emoji-even" in str(refusal.value)
    assert "fake-a" in str(refusal.value)
    for card in cards:
        Study(models=(card,), professions=("author",), **asked)


def test_images_that_came_to_nothing_can_be_tried_again_without_losing_others(
    store: Store,
) -> None:
    models = Models(FakeGenerator(lambda one: one.replicate == 2, reason=DECODE_FAILURE))
    go(STUDY, store, models)
    before = {one.key for one in models.generator.generated}
    assert count_missing(STUDY, store) == 0
    forget_failed(STUDY, store)
    assert {one.replicate for one in missing(STUDY, store, CARD)} == {2}
    assert count_missing(STUDY, store) == 4
    again = Models()
    go(STUDY, store, again)
    assert {one.key for one in again.generator.generated} < before
    assert [one for one in store.image_counts(STUDY.asked(CARD)) if one[1]] == []
    tallies = Findings(STUDY, store).tallies("profession")
    assert {row.classified for row in tallies} == {10}


def test_what_a_safety_filter_takes_is_not_tried_again(store: Store) -> None:
    go(STUDY, store, Models(FakeGenerator(lambda one: one.replicate == 2)))
    forget_failed(STUDY, store)
    assert count_missing(STUDY, store) == 0


def test_other_versions_of_a_model_are_named_and_not_counted(store: Store) -> None:
    older, newer = (
        replace(CARD, spec=replace(CARD.spec, repo="a/tune", revision=revision))
        for revision in ("main", "0123")
    )
    go(replace(STUDY, models=(older,)), store, Models())
    assert other_versions(replace(STUDY, models=(newer,)), store) == ("a/tune@main",)
    assert other_versions(replace(STUDY, models=(older,)), store) == ()
    assert count_missing(replace(STUDY, models=(newer,)), store) == 20
