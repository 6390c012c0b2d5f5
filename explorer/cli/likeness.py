"""The commands about likeness: how varied images are, which are alike, and what they average to."""

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from explorer import settings as machine
from explorer.classifiers.faces import detector
from explorer.classifiers.find import classifiers
from explorer.cli.app import likeness_commands
from explorer.cli.counting import By, ByOption
from explorer.cli.options import Asked, CacheFolder, Changed, Models, Whole
from explorer.cli.output import Output, print_sentences, say
from explorer.cli.progress import shown_progress
from explorer.cli.store import metering, opened, say_missing
from explorer.errors import InvalidData, StoreError
from explorer.findings.findings import Findings
from explorer.findings.likeness import (
    CLUSTER_COLUMNS,
    DIVERSITY_COLUMNS,
    NEIGHBOUR_COLUMNS,
    cluster_rows,
    diversities,
    diversity_rows,
    neighbour_rows,
)
from explorer.findings.likeness_sentences import (
    average_sentence,
    cluster_sentences,
    diversity_sentences,
    encoder_sentence,
)
from explorer.likeness.average import average
from explorer.likeness.clusters import clusters
from explorer.likeness.encoding import encode
from explorer.likeness.nearest import nearest
from explorer.likeness.pool import pool
from explorer.perception.axes import GENDER
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.settings import Settings
    from explorer.store.index import Store
    from explorer.study import Study


@likeness_commands.command(
    help=_(
        "Report how varied the images are, beside their tallies.\n\n"
        "The Vendi score is the effective number of different images, by their embeddings. Stored "
        "images that have no embedding are encoded first; nothing is generated."
    )
)
def diversity(
    *,
    model: Models,
    asked: Asked = Asked(),
    changed: Changed = Changed(),
    output: Output = Output(),
    by: ByOption = By.PROFESSION,
    cache: CacheFolder = None,
) -> None:
    """Print how varied the images of each group are."""
    settings = machine.load(cache)
    study = replace(asked, axis=(GENDER,)).study(changed.cards(model, settings))
    with _encoded(study, settings) as store:
        found = diversities(Findings(study, store), store, by.value)
        if output.write(diversity_rows(found), DIVERSITY_COLUMNS):
            print_sentences(diversity_sentences(found))
        say_missing(study, store)


@likeness_commands.command(
    name="clusters",
    help=_(
        "List clusters of images that look alike, and what fills each.\n\n"
        "Clusters are of pictures, not of people. Stored images that have no embedding are encoded "
        "first; nothing is generated."
    ),
)
def list_clusters(
    *,
    model: Models,
    asked: Asked = Asked(),
    changed: Changed = Changed(),
    output: Output = Output(),
    number: Annotated[
        Whole | None,
        Parameter(
            metavar="K",
            help=_("The number of clusters."),
            show_default=_("the one that separates them best, up to 12"),
        ),
    ] = None,
    cache: CacheFolder = None,
) -> None:
    """Print the models, professions and adjectives of each cluster."""
    settings = machine.load(cache)
    study = asked.study(changed.cards(model, settings))
    with _encoded(study, settings) as store:
        images = pool(study, store)
        found = clusters(images, number)
        if output.write(cluster_rows(found), CLUSTER_COLUMNS):
            print_sentences((*cluster_sentences(found), encoder_sentence(images.encoder)))
        say_missing(study, store)


@likeness_commands.command(
    help=_(
        "List the images that look most like one.\n\n"
        "Stored images that have no embedding are encoded first; nothing is generated."
    )
)
def neighbours(
    key: Annotated[
        str, Parameter(help=_("The key of an image as `images --csv` lists it, or its beginning."))
    ],
    /,
    *,
    model: Models,
    asked: Asked = Asked(),
    changed: Changed = Changed(),
    output: Output = Output(),
    number: Annotated[Whole, Parameter(metavar="N", help=_("The number of neighbours."))] = 24,
    cache: CacheFolder = None,
) -> None:
    """Print the nearest images, the nearest first."""
    settings = machine.load(cache)
    study = asked.study(changed.cards(model, settings))
    with _encoded(study, settings) as store:
        images = pool(study, store)
        found = nearest(images, images.place(key), number)
        if output.write(neighbour_rows(found), NEIGHBOUR_COLUMNS[:-1]):
            print_sentences([encoder_sentence(images.encoder)])


@likeness_commands.command(
    name="average",
    help=_(
        "Write the average of the stored images as one WebP file.\n\n"
        "Images are moved so that their eyes lie upon each other where they are found. Nothing is "
        "generated."
    ),
)
def write_average(
    path: Annotated[Path, Parameter(help=_("The file to write."))],
    /,
    *,
    model: Models,
    asked: Asked = Asked(),
    changed: Changed = Changed(),
    cache: CacheFolder = None,
) -> None:
    """Write the average image, and say how many images are in it and how many were aligned."""
    settings = machine.load(cache)
    study = asked.study(changed.cards(model, settings))
    keys = tuple(one.key for card in study.models for one in study.requests(card))
    bundled = all(card.bundled for card in study.models)
    with opened(settings) as store:
        made = average(store, keys, None if bundled else detector())
        say_missing(study, store)
    if made is None:
        raise StoreError(_("None of the images asked for is stored. `generate` generates them."))
    try:
        path.write_bytes(made.webp)
    except OSError as error:
        pattern = _("{path!r} cannot be written ({reason}). Give the path of another file.")
        raise InvalidData(pattern.format(path=str(path), reason=error.strerror)) from error
    print(average_sentence(made, len(keys), searched=not bundled))


@contextmanager
def _encoded(study: "Study", settings: "Settings") -> "Iterator[Store]":
    """Yield the store, once its images that have no embedding are encoded; show the progress."""
    classifies = classifiers(settings.device)
    with opened(settings) as store:
        with metering(settings, store) as meter, shown_progress() as show:
            for progress in encode(study, store, classifies, batch=settings.batch, meter=meter):
                if progress.done == 0:
                    say(_("Encoding {number} images.").format(number=progress.total))
                show(progress)
        yield store
