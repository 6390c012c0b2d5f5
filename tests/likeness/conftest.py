"""Studies of colours: the fake generator draws them, and the fake classifier encodes them."""

from collections.abc import Callable

import pytest

from explorer.store.index import Store
from explorer.study import Study, run
from tests.fakes import FakeClassifier, FakeGenerator, fake_card

Generated = Callable[[Study], FakeClassifier]
STUDY = Study(
    models=(fake_card("fake-a"), fake_card("fake-b")),
    professions=("author", "nurse"),
    adjectives=(None, "honest"),
    images=6,
)


@pytest.fixture
def generated(store: Store) -> Generated:
    """Return a function that generates and classifies a study, and returns its classifier."""

    def generate(study: Study = STUDY) -> FakeClassifier:
        generator = FakeGenerator(filtered=lambda request: request.replicate == 5)
        classifier = FakeClassifier()
        for _ in run(study, store, lambda _: generator, lambda _: classifier):
            pass
        return classifier

    return generate
