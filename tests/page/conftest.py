"""A page whose images are generated and classified by stand-ins, for the models that ship."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from explorer import settings
from explorer import study as studies
from explorer.errors import StoreUnwritable
from explorer.findings.findings import Findings
from explorer.page.choice import EXPLORE, Choice, study
from explorer.page.desk import Desk
from explorer.store.index import Store
from explorer.study import Study
from tests.desk import fake_desk
from tests.fakes import FakeGenerator

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
    return fake_desk(settings.load(), store, generator)


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
