"""The store, models and runs that every view of the page works with."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.classifiers.find import classifiers
from explorer.errors import InvalidData, QuotaSpent
from explorer.generators.budget import Budget, Spent
from explorer.generators.find import generators
from explorer.models.catalog import find_model, known_models
from explorer.models.variants import read_variant
from explorer.page.choice import prompt_count, study
from explorer.page.pace import Pace
from explorer.page.permissions import Permissions
from explorer.page.quotas import Quota, Rate, work
from explorer.page.runs import PATIENCE_SECONDS, PUBLIC_PATIENCE_SECONDS, Runs
from explorer.settings import STOP_RUNS
from explorer.translations import gettext as _
from explorer.words.vocabulary import load_adjectives, load_professions

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.models.catalog import ModelCard
    from explorer.models.requests import ModelSpec
    from explorer.page.choice import Choice
    from explorer.perception.instruments import ClassifierSpec
    from explorer.settings import Settings
    from explorer.stages import Classifier, Generator
    from explorer.store.index import Store
    from explorer.study import Study

_GB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Desk:
    """The store, the models and the runs of the whole page.

    `generators` and `classifiers` find the generator and the classifiers of a model, which are
    loaded on first use. Tests replace them with stand-ins. What services may cost is a limit for
    all runs of the page together, and each run knows its own part. `rate` counts the answers of
    annotators who sign in.
    """

    settings: "Settings"
    store: "Store"
    models: "tuple[ModelCard, ...]"
    find_model: "Callable[..., ModelCard]"
    generators: "Callable[[ModelSpec], Generator]"
    classifiers: "Callable[[ClassifierSpec], Classifier]"
    pace: Pace
    runs: Runs = field(default_factory=Runs)
    rate: Rate = field(default_factory=Rate)

    @property
    def may(self) -> Permissions:
        """What visitors may do."""
        return Permissions(self.settings)

    def study(self, choice: "Choice") -> "Study":
        """Return the study of a choice, with every part checked.

        Raises:
            TooLarge: it has more images than the page shows; nothing of it is built then.
            InputError: something chosen does not exist or lies outside its limits.
            ModelError: a model's folder cannot be used.
            NotAllowed: a model is not one of this page.
        """
        self.may.require_size(prompt_count(choice), choice.images)
        return study(choice, self.find_model, self.settings.device)

    def work(self, study: "Study") -> int:
        """Return the images that a run of a study counts for in a quota, 0 where none is."""
        if not self.settings.is_public:
            return 0
        return work(study, self.store, self._usual)

    def make_room(self) -> None:
        """Make room for a run: images of words that visitors added go, the oldest first.

        Raises:
            QuotaSpent: the disk is full of images that stay.
        """
        most = self.settings.rules.disk_gb
        if most is None:
            return
        over = self.store.room.used_bytes - round(most * _GB)
        if over <= 0:
            return
        # A tenth more, so that not every run has to look for some.
        wanted = over + round(most * _GB / 10)
        professions = [one.name for one in load_professions()]
        adjectives = [one.word for one in load_adjectives()]
        if self.store.room.make(wanted, (professions, adjectives)) < over:
            raise QuotaSpent(
                _(
                    "The disk of this page is full, so nothing more is generated. All stored "
                    "images can be looked at. Run Bias Explorer at home, or try again later."
                )
            )

    def _usual(self, card: "ModelCard") -> "ModelCard":
        name, _changes = read_variant(card.spec.name)
        return self.find_model(name, self.settings.device)


def open_desk(settings: "Settings") -> Desk:
    """Return a desk whose store is open and holds the sample study; no model is loaded yet.

    Raises:
        StoreError: the cache cannot be used.
    """
    from explorer.reference.sample import open_store

    budget, may = Budget(settings.max_cost_usd), Permissions(settings)
    find = may.guarded(partial(find_model, cache=settings.cache))
    store = open_store(settings)
    trusted = settings.rules.trusted
    store.annotations.trusted = None if trusted is None else frozenset(trusted)
    return Desk(
        settings=settings,
        store=store,
        models=_offered(may, find, settings.device),
        find_model=find,
        generators=generators(settings, budget),
        classifiers=classifiers(settings.own_device),
        pace=Pace(settings.device),
        runs=open_runs(settings, lambda: budget.spent),
    )


def open_runs(settings: "Settings", spent: "Callable[[], Spent]" = Spent) -> Runs:
    """Return runs that keep to the rules of a page.

    Args:
        settings: in public, nobody holds a turn without listening, or without end.
        spent: returns what services have cost so far.
    """
    stop_file = settings.cache / STOP_RUNS
    if not settings.is_public:
        return Runs(PATIENCE_SECONDS, spent, stop_file=stop_file)
    quota = Quota(settings.rules)
    return Runs(PUBLIC_PATIENCE_SECONDS, spent, stop_file=stop_file, quota=quota)


def _offered(
    may: Permissions, find: "Callable[..., ModelCard]", device: str
) -> "tuple[ModelCard, ...]":
    """Return the models that have a name here, then those that the operator lists."""
    known = may.offered(known_models(device))
    listed = [find(name, device) for name in may.settings.rules.models]
    if folder := next((one.spec.name for one in listed if Path(one.spec.repo).is_absolute()), None):
        raise InvalidData(
            f"EXPLORER_MODELS names the folder {folder!r}. List models of the Hub, 'owner/name'."
        )
    return tuple({card.spec.name: card for card in (*known, *listed)}.values())
