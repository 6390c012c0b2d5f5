"""The store, models and runs that every view of the page works with."""

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from explorer.classifiers.find import classifiers
from explorer.generators.budget import Budget
from explorer.generators.find import generators
from explorer.models.catalog import find_model, known_models
from explorer.page.pace import Pace
from explorer.page.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.models.catalog import ModelCard
    from explorer.models.requests import ModelSpec
    from explorer.perception.instruments import ClassifierSpec
    from explorer.settings import Settings
    from explorer.stages import Classifier, Generator
    from explorer.store.index import Store


@dataclass(frozen=True, slots=True)
class Desk:
    """The store, the models and the runs of the whole page.

    `generators` and `classifiers` find the generator and the classifiers of a model, which are
    loaded on first use. Tests replace them with stand-ins. What services may cost is a limit for
    all runs of the page together, and each run knows its own part.
    """

    settings: "Settings"
    store: "Store"
    models: "tuple[ModelCard, ...]"
    find_model: "Callable[..., ModelCard]"
    generators: "Callable[[ModelSpec], Generator]"
    classifiers: "Callable[[ClassifierSpec], Classifier]"
    pace: Pace
    runs: Runs = field(default_factory=Runs)


def open_desk(settings: "Settings") -> Desk:
    """Return a desk whose store is open and holds the sample study; no model is loaded yet.

    Raises:
        StoreError: the cache cannot be used.
    """
    from explorer.reference.sample import open_store

    budget = Budget(settings.max_cost_usd)
    return Desk(
        settings=settings,
        store=open_store(settings),
        models=known_models(settings.device),
        find_model=partial(find_model, cache=settings.cache),
        generators=generators(settings, budget),
        classifiers=classifiers(settings.own_device),
        pace=Pace(settings.device),
        runs=Runs(spent=lambda: budget.spent),
    )
