"""The pronoun probe of a language model, as a card tells it."""

from typing import TYPE_CHECKING

from explorer.plots.cloud import curve, named
from explorer.pronouns.beside import beside, like_references
from explorer.pronouns.kept import find_kept
from explorer.pronouns.probe import leans, share_of
from explorer.pronouns.source import folder_revision, language_name
from explorer.pronouns.templates import TEMPLATES
from explorer.pronouns.told import probe_sentences
from explorer.report.card import Lacking, Pronouns, Word
from explorer.report.results import pronoun_slope_result, rounded
from explorer.report.stored import command
from explorer.translations import gettext as _
from explorer.words.vocabulary import load_professions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from explorer.pronouns.beside import Beside
    from explorer.store.index import Store


def pronouns(name: str | None, store: "Store", year: int) -> Pronouns:
    """Return the expectations of a language model, as far as it was asked.

    Raises:
        InputError, ModelError: the name is none of a language model.
    """
    if name is None:
        text = _(
            "No language model is named. `--language-model` sets one beside, once it was asked:"
        )
        asking = command("pronouns", "pronoun-skewed")
        return Pronouns(None, None, (), None, (), (), Lacking(text, asking))
    kept = find_kept(store.root, language_name(name), folder_revision(name))
    found = leans(kept.of(TEMPLATES, [one.name for one in load_professions()])) if kept else ()
    if kept is None or not found:
        text = _("{model} was not asked yet. This asks it:").format(model=name)
        return Pronouns(name, None, (), None, (), (), Lacking(text, command("pronouns", name)))
    rows = beside(found, year, {})
    likeness = like_references(rows)
    return Pronouns(
        model=kept.name,
        revision=kept.revision,
        sentences=tuple(probe_sentences(kept, rows, None, year)),
        slope=pronoun_slope_result(likeness, kept.name, year),
        rows=tuple(_words(rows)),
        curve=tuple((rounded(x), rounded(y)) for x, y in curve(likeness.slope)),
        lacking=None,
    )


def _words(rows: "Sequence[Beside]") -> "Iterator[Word]":
    counted = [
        (row.reference.share, row.lean.share, row.lean.profession)
        for row in rows
        if row.reference and row.reference.trusted
    ]
    names = named(sorted(counted, key=lambda one: -abs(one[0] - one[1])))
    for row in sorted(rows, key=lambda one: one.lean.log_odds):
        known = row.reference
        yield Word(
            profession=row.lean.profession,
            she=rounded(row.lean.share),
            lowest=rounded(share_of(row.lean.lowest)),
            highest=rounded(share_of(row.lean.highest)),
            women=rounded(known.share) if known else None,
            muted=known is not None and not known.trusted,
            named=row.lean.profession in names,
        )
