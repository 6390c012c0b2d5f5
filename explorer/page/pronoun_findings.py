"""What the view of pronouns shows: a language model, the labour statistics and images, as HTML."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from explorer.errors import InvalidData
from explorer.page.choice import EXPLORE, said_in, whole_in
from explorer.page.cloud import curve, named
from explorer.page.rendering import render
from explorer.pronouns.beside import beside, image_shares, like_references
from explorer.pronouns.completions import particular_words
from explorer.pronouns.kept import find_kept
from explorer.pronouns.probe import leans
from explorer.pronouns.rows import lean_rows, word_rows
from explorer.pronouns.run import COMPLETIONS, Questions, steps
from explorer.pronouns.source import BUNDLED, folder_revision, language_name
from explorer.pronouns.told import completion_sentences, probe_sentences
from explorer.translations import gettext as _
from explorer.words.references import checked_year
from explorer.words.vocabulary import DEFAULT_YEAR, load_professions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.findings.tables import Row
    from explorer.page.choice import Parameters
    from explorer.page.desk import Desk
    from explorer.pronouns.beside import Beside
    from explorer.pronouns.completions import Word
    from explorer.pronouns.kept import Kept

NO_IMAGES = "none"
_WORDS = 8
FILES = ("pronouns.csv", "pronoun-words.csv")


@dataclass(frozen=True, slots=True)
class Session:
    """The language model, and the text-to-image model beside it, NO_IMAGES for none."""

    model: str = BUNDLED[0]
    images: str = EXPLORE.models[0]
    year: int = DEFAULT_YEAR

    @property
    def address(self) -> str:
        """The query of its address, "?" included."""
        year = {"year": self.year} if self.year != DEFAULT_YEAR else {}
        return "?" + urlencode({"model": self.model, "images": self.images} | year, safe="/:@")


@dataclass(frozen=True, slots=True)
class Point:
    """A profession in the cloud: women's share, and the shares of she and of feminine images."""

    row: "Beside"
    x: float
    muted: bool
    named: bool


def parse(parameters: "Parameters") -> Session:
    """Read a session from an address.

    Raises:
        OutOfRange: there are no labour statistics for the year.
    """
    usual, said = Session(), partial(said_in, parameters)
    year = checked_year(whole_in("year", said("year", str(usual.year))))
    return Session(said("model", usual.model), said("images", usual.images), year)


def questions() -> Questions:
    """Return the questions of the view: all professions and templates, and completions."""
    names = tuple(profession.name for profession in load_professions())
    return Questions(names, completions=COMPLETIONS)


def kept_of(desk: "Desk", asked: Session) -> "Kept | None":
    """Return the kept answers of the language model, None if it was never asked.

    Of a folder it is what the folder holds now, of the hub the version that was asked last. Of a
    chat model, answers through its template come before those without, as the view asks with it.

    Raises:
        InputError, ModelError: the name is none of a language model.
    """
    revision = folder_revision(asked.model)
    cache, name = desk.settings.cache, language_name(asked.model)
    last = find_kept(cache, name, revision)
    return last and (find_kept(cache, name, last.revision, chat=True) or last)


def is_complete(kept: "Kept | None") -> bool:
    """Return whether there is nothing left to ask of a language model."""
    return kept is not None and not any(steps(kept, questions()))


def show(desk: "Desk", asked: Session, kept: "Kept | None") -> str:
    """Return the view of a language model, as far as it was asked.

    Raises:
        InputError, ModelError: there is no such text-to-image model.
    """
    if kept is None:
        return render("pronouns.html", address=asked.address, kept=None, name=asked.model)
    rows = _rows(desk, asked, kept)
    likeness, asking = like_references(rows), questions()
    first, *others = probe_sentences(kept, rows, _generator(asked), asked.year, likeness)
    words = particular_words(kept.continued(asking.templates), asking.professions)
    return render(
        "pronouns.html",
        address=asked.address,
        kept=kept,
        name=kept.name,
        bundled=kept.name in BUNDLED,
        sentence=first,
        told=others,
        points=_points(rows),
        curve=curve(likeness.slope),
        rows=sorted(rows, key=lambda row: row.lean.log_odds),
        generator=_generator(asked),
        year=asked.year,
        words=_extremes(words),
        written=list(completion_sentences(kept, asking.templates, asking.professions, words)),
        files=dict(zip(FILES, (_("Log-odds"), _("What it writes by itself")), strict=True)),
    )


def file_rows(desk: "Desk", asked: Session, name: str) -> "list[Row]":
    """Return the rows of one of the view's CSV files.

    Raises:
        InvalidData: the model was never asked.
    """
    kept = kept_of(desk, asked)
    if kept is None:
        raise InvalidData(
            _("{model!r} was not scored yet. Score it on the page, or with `pronouns`.").format(
                model=asked.model
            )
        )
    if name == FILES[1]:
        return word_rows(kept, questions().templates, questions().professions)
    return lean_rows(kept, _rows(desk, asked, kept), _generator(asked))


def _generator(asked: Session) -> str | None:
    return None if asked.images == NO_IMAGES else asked.images


def _rows(desk: "Desk", asked: Session, kept: "Kept") -> "tuple[Beside, ...]":
    found = leans(kept.of(questions().templates, questions().professions))
    generator = _generator(asked)
    names = tuple(lean.profession for lean in found)
    images = {}
    if generator and names:
        card = desk.find_model(generator, desk.settings.device)
        images = image_shares(card, names, desk.store)
    return beside(found, asked.year, images)


def _points(rows: "Sequence[Beside]") -> list[Point]:
    placed = [(row, row.reference) for row in rows if row.reference]
    counted = [
        (known.share, row.lean.share, row.lean.profession) for row, known in placed if known.trusted
    ]
    names = named(sorted(counted, key=lambda one: -abs(one[0] - one[1])))
    return [
        Point(row, known.share, not known.trusted, row.lean.profession in names)
        for row, known in placed
    ]


def _extremes(words: "Sequence[Word]") -> list["Word"]:
    """Return the words most particular to she, then those to he."""
    return list(dict.fromkeys((*words[:_WORDS], *words[-_WORDS:])))
