"""The images of a choice that are still to be generated or classified, in words and numbers."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from explorer.errors import ExplorerError
from explorer.findings.services import cost_sentences
from explorer.findings.unusable import unusable, unusable_sentences
from explorer.footprint.amounts import time_text
from explorer.footprint.embodied import BLOOM
from explorer.footprint.energy import no_energy_sentence
from explorer.footprint.estimate_report import estimate_line, estimate_sentences
from explorer.footprint.estimates import Place, estimate
from explorer.footprint.grids import asked_grid
from explorer.footprint.measured import earlier_runs
from explorer.generators.pipelines import stored_folder
from explorer.generators.reading import check_prompts
from explorer.models.backends import Diffusers
from explorer.numbers import decimal, grouped
from explorer.page.downloads import download_details, download_sentence
from explorer.study import count_unclassified, lacking, other_versions
from explorer.translations import again, ngettext
from explorer.translations import gettext as _
from explorer.words.prompts import TEMPLATE
from explorer.words.vocabulary import known_adjective, known_profession

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from explorer.models.catalog import ModelCard
    from explorer.page.desk import Desk
    from explorer.page.pace import Estimate
    from explorer.progress import Progress
    from explorer.study import Study


@dataclass(frozen=True, slots=True)
class ToDo:
    """The numbers of images asked for, missing, and stored but not classified.

    `failed` is the number of images that came to nothing. `warnings` are sentences about these, and
    about what the models do not read of the prompts. `others` are the names of other versions of
    the models that have images. `footprint` is a sentence about energy and emissions, `details` are
    further ones. `download` is a sentence on what the models still take from the hub.
    """

    total: int
    missing: int
    unclassified: int
    estimate: "Estimate"
    failed: int = 0
    warnings: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    footprint: str = ""
    details: tuple[str, ...] = ()
    download: str = ""

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return not self.missing and not self.unclassified

    @property
    def again(self) -> bool:
        """Whether all that is left to do is to try again what came to nothing."""
        return self.done and self.failed > 0


def to_do(study: "Study", desk: "Desk", country: str = "") -> ToDo:
    """Return the numbers of images that a study still needs.

    Args:
        study: the study.
        desk: store, models and runs.
        country: where the electricity comes from; "" for that of the settings.
    """
    work = [(card, lacking(study, desk.store, card)) for card in study.models]
    failed = {card: unusable(study, desk.store, card) for card in study.models}
    footprint, details = _footprint(study, work, desk, country)
    download, kept = _downloads(work)
    return ToDo(
        total=study.size,
        missing=sum(number for _card, number in work),
        unclassified=count_unclassified(study, desk.store),
        estimate=desk.pace.estimate(work),
        failed=sum(found.total() for found in failed.values()),
        warnings=(
            *cost_sentences(study, desk.store, desk.settings),
            *(text for card, missing in work if missing for text in _reading(study, card)),
            *(text for card, found in failed.items() for text in unusable_sentences(card, found)),
        ),
        others=other_versions(study, desk.store),
        footprint=footprint,
        details=(*details, *kept),
        download=download,
    )


def place_of(desk: "Desk", cards: "Iterable[ModelCard]", country: str = "") -> Place:
    """Return the place of runs, with what is known of earlier ones.

    Raises:
        UnknownName: there is no such country; the nearest are suggested.
    """
    settings = desk.settings
    grid = asked_grid(country, settings.country, settings.region)
    runs = earlier_runs(desk.store, [card.spec for card in cards], settings.device)
    return Place(settings.device, grid, embodied=BLOOM, measured=runs)


def _footprint(
    study: "Study", work: "Sequence[tuple[ModelCard, int]]", desk: "Desk", country: str
) -> tuple[str, tuple[str, ...]]:
    """Return the energy of the missing images, or why it or the place is unknown, and details."""
    try:
        place = place_of(desk, (card for card, _ in work), country)
        found = estimate(((card, number) for card, number in work if number), place)
    except ExplorerError as error:
        return str(error), ()
    unknown = (no_energy_sentence(one.card) for one in found if one.energy is None)
    told = " ".join(filter(None, (estimate_line(found), *unknown)))
    return told, tuple(estimate_sentences(study, found)) if found else ()


def _downloads(
    work: "Sequence[tuple[ModelCard, int]]",
) -> tuple[str, tuple[str, ...]]:
    """Return the downloads that the models of missing images still need, in short and in full."""
    try:
        missing = [(card, number) for card, number in work if number]
        told = download_sentence(card for card, _ in missing)
        return told, tuple(filter(None, (download_details(*one) for one in missing)))
    except ExplorerError as error:
        return str(error), ()


def _reading(study: "Study", card: "ModelCard") -> tuple[str, ...]:
    """Return warnings of what a model that is on this machine does not read of the prompts."""
    listed = (
        study.template == TEMPLATE
        and all(map(known_profession, study.professions))
        and all(known_adjective(word) for word in study.adjectives if word)
    )
    # The listed words are known to all models, and tokenizers take seconds to load.
    if listed or not isinstance(card.spec.settings, Diffusers):
        return ()
    try:
        folder = stored_folder(card.spec)
        # Somebody else may have asked first, in another language.
        return tuple(map(again, _unread(card.spec, folder, study.prompts))) if folder else ()
    except ExplorerError as error:
        return (str(error),)


# It is asked at every change of a field, and takes a tokenizer, which takes seconds to load.
_unread = lru_cache(maxsize=8)(check_prompts)


def button_text(todo: ToDo) -> str:
    """Return the button's text: the images that it generates or classifies, and the time."""
    if todo.again:
        return ngettext(
            "Try {number} failed image again", "Try {number} failed images again", todo.failed
        ).format(number=grouped(todo.failed))
    if not todo.missing:
        return ngettext(
            "Classify {number} image", "Classify {number} images", todo.unclassified
        ).format(number=grouped(todo.unclassified))
    pattern = (
        ngettext(
            "Generate {number} image, about {time}, and classify {more} more",
            "Generate {number} images, about {time}, and classify {more} more",
            todo.missing,
        )
        if todo.unclassified
        else ngettext(
            "Generate {number} image, about {time}",
            "Generate {number} images, about {time}",
            todo.missing,
        )
    )
    return pattern.format(
        number=grouped(todo.missing),
        time=time_text(todo.estimate.seconds),
        more=grouped(todo.unclassified),
    )


def status_text(todo: ToDo, *, stopped: bool) -> str:
    """Return the number of available images, the basis of the estimate, and the warnings."""
    kept = [_("Stopped. All generated images are kept.")] if stopped else []
    return " ".join([*kept, *_status(todo), *todo.warnings])


def _status(todo: ToDo) -> "Iterator[str]":
    if todo.done:
        yield ngettext(
            "The only image is here.", "All {number} images are here.", todo.total
        ).format(number=grouped(todo.total))
    elif not todo.missing:
        yield ngettext(
            "{number} image is not classified yet.",
            "{number} images are not classified yet.",
            todo.unclassified,
        ).format(number=grouped(todo.unclassified))
    else:
        yield from _missing(todo)


def _missing(todo: ToDo) -> "Iterator[str]":
    yield ngettext(
        "{here} of {number} image is here.", "{here} of {number} images are here.", todo.total
    ).format(here=todo.total - todo.missing, number=grouped(todo.total))
    if todo.unclassified:
        yield ngettext(
            "{number} of them is not classified yet.",
            "{number} of them are not classified yet.",
            todo.unclassified,
        ).format(number=grouped(todo.unclassified))
    if todo.estimate.measured:
        yield _("The time is an estimate based on images generated here.")
    else:
        yield _("The time is a guess until some images are generated.")
    yield from filter(None, (todo.download, todo.footprint))
    if todo.others:
        pattern = _("Images of other versions are stored too, and are not counted here: {names}.")
        yield pattern.format(names=", ".join(map(repr, todo.others)))


def progress_text(progress: "Progress") -> str:
    """Return the progress of a run: the images done, the rate and the time left."""
    if progress.rate is None:
        return _loading(progress).format(number=grouped(progress.total))
    done = {
        "generate": _("{done} of {total} generated"),
        "classify": _("{done} of {total} classified"),
    }[progress.stage]
    parts = [done.format(done=progress.done, total=progress.total), _rate(progress.rate)]
    if progress.seconds_left is not None and progress.done < progress.total:
        parts.append(_("{time} left").format(time=time_text(progress.seconds_left)))
    return ", ".join(parts)


def unwatched_text(patience_seconds: float) -> str:
    """Return a sentence on the run of a page that is closed."""
    return _(
        "If you close or reload this page, the run goes on for {time}, and this address finds it."
    ).format(time=time_text(patience_seconds))


def _loading(progress: "Progress") -> str:
    if progress.stage == "generate":
        return ngettext(
            "Loading the model to generate {number} image\N{HORIZONTAL ELLIPSIS}",
            "Loading the model to generate {number} images\N{HORIZONTAL ELLIPSIS}",
            progress.total,
        )
    return ngettext(
        "Getting ready to classify {number} image\N{HORIZONTAL ELLIPSIS}",
        "Getting ready to classify {number} images\N{HORIZONTAL ELLIPSIS}",
        progress.total,
    )


def _rate(rate: float) -> str:
    if rate >= 1:
        return _("{number} per second").format(number=decimal(rate, 1))
    return _("{time} per image").format(time=time_text(1 / rate))
