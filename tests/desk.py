"""A desk whose images are generated and classified by stand-ins."""

from explorer.models.catalog import find_model, known_models
from explorer.page.desk import Desk
from explorer.page.pace import Pace
from explorer.settings import Settings
from explorer.store.index import Store
from tests.fakes import FakeClassifier, FakeGenerator


def fake_desk(machine: Settings, store: Store, generator: FakeGenerator) -> Desk:
    """Return a desk on a store, with one generator for all models."""
    return Desk(
        settings=machine,
        store=store,
        models=known_models(machine.device),
        find_model=find_model,
        generators=lambda _: generator,
        classifiers=FakeClassifier,
        pace=Pace(machine.device),
    )
