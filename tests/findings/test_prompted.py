from collections import Counter

from explorer.findings.error_rates import known_errors
from explorer.findings.prompted import (
    FEWEST,
    IMAGES,
    PROFESSIONS,
    prompted_errors,
    prompted_studies,
)
from explorer.perception.axes import find_axis
from explorer.store.index import Store
from explorer.study import Study, run
from tests.fakes import FakeClassifier, FakeGenerator, expected_label, fake_card

CARD = fake_card()
STUDY = Study((CARD,), ("author",))


def generate(study: Study, store: Store, generator: FakeGenerator) -> None:
    for _ in run(study, store, lambda _: generator, FakeClassifier):
        pass


def test_each_study_names_one_gender_in_every_prompt() -> None:
    for study, word in zip(prompted_studies(STUDY), ("woman", "man"), strict=True):
        requests = study.requests(CARD)
        assert len(requests) == PROFESSIONS * IMAGES
        assert all(f"of a {word} working as a" in one.prompt.text for one in requests)


def test_the_named_gender_is_the_truth(store: Store) -> None:
    generator = FakeGenerator(
        unclear=lambda one: one.replicate == 0, filtered=lambda one: one.replicate == 1
    )
    for study in prompted_studies(STUDY):
        generate(study, store, generator)
    confusion = prompted_errors(STUDY, store)["fake-a", "gender"]
    assert confusion.kind == "prompt"
    for column, study in enumerate(prompted_studies(STUDY)):
        said = Counter(
            expected_label(one, study.axes[0]) for one in study.requests(CARD) if one.replicate > 1
        )
        counts = [row[column] for row in confusion.counts]
        assert counts == [said["feminine"], said["masculine"], PROFESSIONS]


def test_one_gender_alone_is_no_validation(store: Store) -> None:
    generate(prompted_studies(STUDY)[0], store, FakeGenerator())
    assert FEWEST < PROFESSIONS * IMAGES
    assert prompted_errors(STUDY, store) == {}


def test_another_classifier_has_errors_of_its_own(store: Store) -> None:
    for study in prompted_studies(STUDY):
        generate(study, store, FakeGenerator())
    other = Study((CARD,), ("author",), classifier="other-clip")
    assert prompted_errors(STUDY, store)
    assert prompted_errors(other, store) == {}


def test_a_study_of_tones_alone_needs_no_such_images(store: Store) -> None:
    tones = Study((CARD,), ("author",), axes=(find_axis("tone"),))
    assert prompted_studies(tones) == ()
    assert prompted_errors(tones, store) == {}


def test_what_prompts_tell_corrects_where_nobody_has_annotated(store: Store) -> None:
    for study in prompted_studies(STUDY):
        generate(study, store, FakeGenerator())
    assert known_errors(STUDY, store) == prompted_errors(STUDY, store)
