"""Open the store for a command, fill it, and say what it lacks."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from explorer import study as studies
from explorer.classifiers.find import classifiers
from explorer.cli.output import say
from explorer.cli.progress import shown_progress
from explorer.errors import ImagesUnusable, StoreError
from explorer.findings.services import cost_sentences, service_sentences, spent_sentence
from explorer.findings.unusable import unusable, unusable_sentences
from explorer.footprint.measured_report import run_sentences
from explorer.generators.budget import Budget
from explorer.generators.find import generators
from explorer.translations import gettext as _
from explorer.translations import ngettext

if TYPE_CHECKING:
    from explorer.footprint.metering import Meter
    from explorer.progress import Progress
    from explorer.settings import Settings
    from explorer.store.index import Store
    from explorer.study import Study


@contextmanager
def opened(settings: "Settings") -> "Iterator[Store]":
    """Open the store, with the sample study in it, tell its state and close it again."""
    from explorer.reference.sample import open_store

    store = open_store(settings)
    for notice in store.notices:
        say(notice)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def metering(settings: "Settings", store: "Store") -> "Iterator[Meter]":
    """Measure the energy of a run, and say at the end what it took or why it is not known.

    Raises:
        InputError: there is no such country or region, or the PUE is impossible.
    """
    from explorer.footprint.metering import Meter

    meter = Meter(settings)
    try:
        yield meter
    finally:
        with suppress(StoreError):
            for sentence in filter(None, (*run_sentences(meter.run, store), meter.notice)):
                say(sentence)


def generate_missing(store: "Store", settings: "Settings", *asked: "Study") -> None:
    """Generate and classify the missing images of studies; models are loaded once for all."""
    budget = Budget(settings.max_cost_usd)
    generates, classifies = generators(settings, budget), classifiers(settings.device)
    try:
        with metering(settings, store) as meter:
            for study in asked:
                _prepare(study)
                for sentence in cost_sentences(study, store, settings):
                    say(sentence)
                steps = studies.run(
                    study,
                    store,
                    generates,
                    classifies,
                    batch=settings.batch,
                    at_once=settings.at_once,
                    meter=meter,
                )
                _show(steps, budget)
    finally:
        if spent := spent_sentence(budget.spent):
            say(spent)
    say_services(store, *asked)


def _show(steps: "Iterable[Progress]", budget: Budget) -> None:
    with shown_progress(budget) as show:
        for progress in steps:
            for warning in progress.warnings:
                say(_("Warning: {warning}").format(warning=warning))
            show(progress)


def say_services(store: "Store", *asked: "Study") -> None:
    """Say on standard error what services did to the prompts of studies."""
    for study in asked:
        for sentence in service_sentences(study, store):
            say(sentence)


def refuse_unusable(store: "Store", *asked: "Study") -> None:
    """Let a command fail whose images came to nothing in part.

    Raises:
        ImagesUnusable: how many, why, and what helps.
    """
    told = [
        sentence
        for study in asked
        for card in study.models
        for sentence in unusable_sentences(card, unusable(study, store, card))
    ]
    if told:
        again = _("`generate --again` tries them again as they are.")
        raise ImagesUnusable(" ".join([*told, again]))


def classify_stored(store: "Store", settings: "Settings", asked: "list[Study]") -> None:
    """Classify the stored images of studies, as far as they are unclassified."""
    for study in asked:
        _prepare(study)
    done, classifies = 0, classifiers(settings.device)
    with metering(settings, store) as meter:
        for images in studies.classify_stored(asked, store, classifies, settings.batch, meter):
            done += images
            say(
                ngettext("Classified {number} image.", "Classified {number} images.", done).format(
                    number=done
                )
            )


def say_missing(study: "Study", store: "Store") -> None:
    """Say on standard error how many of the images asked for are missing."""
    missing = studies.count_missing(study, store)
    if missing:
        pattern = ngettext(
            "{number} of the images asked for is missing. `generate` generates it.",
            "{number} of the images asked for are missing. `generate` generates them.",
            missing,
        )
        say(pattern.format(number=missing))
        say_other_versions(study, store)


def say_other_versions(study: "Study", store: "Store") -> None:
    """Say on standard error which other versions of the models have images."""
    if others := studies.other_versions(study, store):
        pattern = _("Images of other versions are stored too, and are not counted here: {names}.")
        say(pattern.format(names=", ".join(map(repr, others))))


def _prepare(study: "Study") -> None:
    """Fetch what a study needs beside its models; say where something else must do."""
    if studies.prepare(study):
        say(
            _(
                "The face detector 'YuNet' cannot be fetched now, so faces are found with OpenCV's "
                "Haar cascade. Every row says so; images classified with YuNet are not counted "
                "with it."
            )
        )
