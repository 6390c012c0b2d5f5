"""A page whose images are generated and classified by stand-ins, for the models that ship."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from explorer import settings
from explorer import study as studies
from explorer.errors import StoreUnwritable
from explorer.findings.findings import Findings
from explorer.models.catalog import find_model, known_models
from explorer.page.choice import EXPLORE, Choice, study
from explorer.page.desk import Desk
from explorer.page.pace import Pace
from explorer.store.index import Store
from explorer.study import Study
from tests.fakes import FakeClassifier, FakeGenerator

Generated = Callable[[Choice], Study]


def findings_of(desk: Desk, choice: Choice) -> Findings:
    """Return the findings of a choice, as a view gets them."""
    return Findings(study(choice, desk.find_model, desk.settings.device), desk.store)


@pytest.fixture
def generator() -> FakeGenerator:
    """Return the one that generates for every model of the desk."""
    return FakeGenerator()


@pytest.fixture
def desk(store: Store, generator: FakeGenerator) -> Desk:
    """Return a desk with an empty store."""
    machine = settings.load()
    return Desk(
        settings=machine,
        store=store,
        models=known_models(machine.device),
        find_model=find_model,
        generators=lambda _: generator,
        classifiers=FakeClassifier,
        pace=Pace(machine.device),
    )


@pytest.fixture
def reading(desk: Desk) -> Iterator[Desk]:
    """Return the desk with a store that is only read, as on a full disk."""
    store = Store.open_reading(desk.store.root, StoreUnwritable("This disk is full."))
    yield replace(desk, store=store)
    store.close()


@pytest.fixture
def generated(desk: Desk) -> Generated:
    """Return a function from a choice to a generated and classified study."""

    def generate(choice: Choice = EXPLORE) -> Study:
        made = study(choice, desk.find_model, desk.settings.device)
        for _ in studies.run(made, desk.store, desk.generators, desk.classifiers):
            pass
        return made

    return generate
