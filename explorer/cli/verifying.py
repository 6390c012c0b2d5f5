"""The command that verifies the store: `verify`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from explorer import settings as machine
from explorer.cli.app import app
from explorer.cli.options import CacheFolder
from explorer.cli.output import Output, print_sentences, say
from explorer.cli.progress import shown_count
from explorer.errors import StoreCorrupt, StoreUnwritable
from explorer.pronouns.kept import is_damaged, kept_files
from explorer.store.index import Store
from explorer.store.verification import Flaw, Problem
from explorer.translations import gettext as _
from explorer.translations import ngettext

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.findings.tables import Row

_COLUMNS = ("problem", "file", "repaired")


@app.command(
    help=_(
        "Check every stored image against its checksum, and all that is stored beside it.\n\n"
        "Thumbnails, files that the index does not know, leftovers of killed runs, annotations and "
        "the answers of language models are checked too. One row for each problem; exit status 1 "
        "if one is left."
    )
)
def verify(
    *,
    repair: Annotated[
        bool,
        Parameter(
            help=_("Repair what can be; only what can be generated or made again is removed.")
        ),
    ] = False,
    output: Output = Output(),
    cache: CacheFolder = None,
) -> None:
    """Print what is wrong with the store, and repair it if asked."""
    with closing(_opened(machine.load(cache).cache, repair=repair)) as store:
        for notice in store.notices:
            say(notice)
        images, flaws = _verified(store, repair=repair)
        flaws += _answers(store.root, repair=repair)
        annotations = len(store.annotations.all())
        if output.write([_row(flaw) for flaw in flaws], _COLUMNS):
            pattern = _("Checked in {folder!r}: images: {images}, annotations: {annotations}.")
            checked = pattern.format(folder=str(store.root), images=images, annotations=annotations)
            print_sentences((checked, *_told(flaws)))
    left = sum(not flaw.repaired for flaw in flaws)
    if left:
        raise StoreCorrupt(_left(left, repair=repair))


def _opened(folder: "Path", *, repair: bool) -> Store:
    """Return the store, only for reading where nothing can be written and nothing is repaired."""
    try:
        return Store.open(folder)
    except StoreUnwritable as refusal:
        if repair:
            raise
        return Store.open_reading(folder, refusal)


def _verified(store: Store, *, repair: bool) -> "tuple[int, list[Flaw]]":
    """Return the number of images checked and all flaws, with a bar meanwhile."""
    images = 0
    flaws: list[Flaw] = []
    with shown_count(_("Checking")) as show:
        for step in store.verify(repair=repair):
            images = step.done
            flaws += step.flaws
            show(step.done, step.total)
    return images, flaws


def _answers(folder: "Path", *, repair: bool) -> "Iterator[Flaw]":
    """Yield the damaged files of language models' answers, removed if asked."""
    for path in filter(is_damaged, kept_files(folder)):
        if repair:
            path.unlink(missing_ok=True)
        yield Flaw(Problem.ANSWERS, path, repaired=repair)


def _row(flaw: "Flaw") -> "Row":
    return {"problem": str(flaw.problem), "file": str(flaw.path), "repaired": flaw.repaired}


def _told(flaws: "Sequence[Flaw]") -> Iterator[str]:
    """Yield a sentence for each kind of problem: its number, and what was or can be done."""
    if not flaws:
        yield _("Nothing is wrong.")
    for (problem, repaired), number in Counter(
        (one.problem, one.repaired) for one in flaws
    ).items():
        done, to_do = _remedies()[problem]
        yield f"{problem.capitalize()}: {number}. {done if repaired else to_do}"


def _remedies() -> dict[Problem, tuple[str, str]]:
    """Return the repair of each kind of problem, and the remedy where there is none."""
    repair = _("`verify --repair` repairs it.")
    return {
        Problem.INDEX: ("", _("End all programs that use this cache; the next start rebuilds it.")),
        Problem.JOURNAL: ("", _("It is skipped; every other line is read.")),
        Problem.DAMAGED: (_("Removed; the next run generates it again."), repair),
        Problem.UNREADABLE: ("", _("Give yourself permission to read it.")),
        Problem.THUMBNAIL: (_("Made again from the image."), repair),
        Problem.UNLISTED: (_("Added to the index; the next run classifies it."), repair),
        Problem.STRANGE: ("", _("It is left alone. Move it away, or delete it.")),
        Problem.LONE_THUMBNAIL: (_("Removed."), repair),
        Problem.LEFTOVER: (_("Removed."), repair),
        Problem.ANSWERS: (_("Removed; the next `pronouns` asks the model again."), repair),
    }


def _left(number: int, *, repair: bool) -> str:
    pattern = ngettext(
        "{number} problem is not repaired.", "{number} problems are not repaired.", number
    )
    remedy = _("The list above says what to do.") if repair else _("Try `verify --repair`.")
    return f"{pattern.format(number=number)} {remedy}"
