"""What the view of pronouns shows: a language model, the labour statistics and images, as HTML."""

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from explorer.errors import InvalidData
from explorer.page.choice import EXPLORE, said_in, whole_in
from explorer.page.navigation import pronoun_tabs
from explorer.page.panels import EXPLORE_PANELS
from explorer.page.rendering import render
from explorer.plots.cloud import curve, named
from explorer.pronouns.beside import beside, image_shares, like_references
from explorer.pronouns.completions import particular_words
from explorer.pronouns.kept import find_kept
from explorer.pronouns.probe import leans
from explorer.pronouns.rows import (
    WORD_COLUMNS,
    lean_rows,
    readable_lean,
    readable_word,
    word_rows,
)
from explorer.pronouns.run import COMPLETIONS, Questions, steps
from explorer.pronouns.source import BUNDLED, folder_revision, language_name
from explorer.pronouns.templates import PRONOUNS, TEMPLATES, check_pronoun_template
from explorer.pronouns.told import completion_sentences, probe_sentences
from explorer.translations import gettext as _
from explorer.translations import word
from explorer.words.references import checked_year
from explorer.words.vocabulary import DEFAULT_YEAR, load_professions, own_profession

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from explorer.findings.readable import Readable
    from explorer.findings.tables import Row
    from explorer.page.choice import Parameters
    from explorer.page.desk import Desk
    from explorer.page.navigation import Tab
    from explorer.pronouns.beside import Beside
    from explorer.pronouns.completions import Word
    from explorer.pronouns.kept import Kept

    Rows = Callable[[Desk, "Session", Kept], list[Row]]

NO_IMAGES = "none"
_WORDS = 8


@dataclass(frozen=True, slots=True)
class Session:
    """The language model, and the text-to-image model beside it, NO_IMAGES for none.

    `professions` and `templates` are what people chose; empty ones stand for all listed.
    """

    model: str = BUNDLED[0]
    images: str = EXPLORE.models[0]
    year: int = DEFAULT_YEAR
    professions: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """The query of its address, "?" included."""
        pairs = [
            ("model", self.model),
            ("images", self.images),
            *(("profession", name) for name in self.professions),
            *(("template", text) for text in self.templates),
            *([("year", str(self.year))] if self.year != DEFAULT_YEAR else []),
        ]
        return "?" + urlencode(pairs, safe="/:@")

    @property
    def questions(self) -> Questions:
        """What is asked of the language model.

        Raises:
            InvalidData: a word or a template cannot be asked about.
        """
        own = dict.fromkeys(own_profession(name).name for name in self.professions)
        listed = (profession.name for profession in load_professions())
        templates = dict.fromkeys(map(check_pronoun_template, self.templates))
        return Questions(tuple(own or listed), tuple(templates) or TEMPLATES, COMPLETIONS)


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
    return Session(
        said("model", usual.model),
        said("images", usual.images),
        checked_year(whole_in("year", said("year", str(usual.year)))),
        tuple(filter(str.strip, parameters.getlist("profession"))),
        tuple(filter(str.strip, parameters.getlist("template"))),
    )


def kept_of(desk: "Desk", asked: Session) -> "Kept | None":
    """Return all kept answers of the language model, None if it was never asked.

    Of a folder it is what the folder holds now, of the hub the version that was asked last. Of a
    chat model, answers through its template come before those without, as the view asks with it.

    Raises:
        InputError, ModelError: the name is none of a language model.
    """
    revision = folder_revision(asked.model)
    cache, name = desk.settings.cache, language_name(asked.model)
    last = find_kept(cache, name, revision)
    return last and (find_kept(cache, name, last.revision, chat=True) or last)


def is_complete(kept: "Kept | None", asked: Session) -> bool:
    """Return whether there is nothing left to ask of a language model.

    Raises:
        InvalidData: a word or a template cannot be asked about.
    """
    questions = asked.questions
    return kept is not None and not any(steps(kept, questions))


def show(desk: "Desk", asked: Session, kept: "Kept | None") -> str:
    """Return the view of a language model, as far as it was asked.

    Raises:
        InputError, ModelError: there is no such text-to-image model.
    """
    asking = asked.questions
    rows = rows_of(desk, asked, kept) if kept else ()
    if kept is None or not rows:
        return render(
            "pronouns.html",
            address=asked.address,
            tabs_of_view=_tabs(asked),
            kept=None,
            name=asked.model,
            sentences=len(asking.professions) * len(asking.templates) * len(PRONOUNS),
        )
    titles, likeness = (_("Log-odds"), _("What it writes by itself")), like_references(rows)
    first, *others = probe_sentences(kept, rows, generator_of(asked), asked.year, likeness)
    words = particular_words(kept.continued(asking.templates), asking.professions)
    return render(
        "pronouns.html",
        address=asked.address,
        tabs_of_view=_tabs(asked),
        kept=kept,
        name=kept.name,
        bundled=kept.name in BUNDLED,
        sentence=first,
        told=others,
        points=points(rows),
        curve=curve(likeness.slope),
        rows=sorted(rows, key=lambda row: row.lean.log_odds),
        generator=generator_of(asked),
        year=asked.year,
        words=_extremes(words),
        written=list(completion_sentences(kept, asking.templates, asking.professions, words)),
        files=dict(zip(FILES, titles, strict=True)),
        readable_files=[
            {"name": f"{name}.csv", "title": title}
            for name, title in zip(FILES, titles, strict=True)
        ],
    )


def _tabs(asked: Session) -> "list[Tab]":
    """Return the tabs of Explore, with the images of the same model."""
    model = asked.images or EXPLORE.models[0]
    return pronoun_tabs(replace(EXPLORE, models=(model,)), EXPLORE_PANELS)


def _lean_rows(desk: "Desk", asked: Session, kept: "Kept") -> "list[Row]":
    return lean_rows(kept, rows_of(desk, asked, kept), generator_of(asked))


def _word_rows(_desk: "Desk", asked: Session, kept: "Kept") -> "list[Row]":
    return word_rows(kept, asked.questions.templates, asked.questions.professions)


# The files of the view, in a form for programs and one for people.
FILES: "Mapping[str, tuple[Rows, tuple[str, ...], Readable]]" = {
    "pronouns": (_lean_rows, (), readable_lean),
    "pronoun-words": (_word_rows, WORD_COLUMNS, readable_word),
}


def kept_rows(desk: "Desk", asked: Session, rows: "Rows") -> "list[Row]":
    """Return rows of what is kept of a language model.

    Raises:
        InvalidData: the model was never asked.
    """
    if (kept := kept_of(desk, asked)) is None:
        raise InvalidData(
            _("{model!r} was not scored yet. Score it on the page, or with `pronouns`.").format(
                model=asked.model
            )
        )
    return rows(desk, asked, kept)


def generator_of(asked: Session) -> str | None:
    """Return the text-to-image model beside a language model, None without one."""
    return None if asked.images == NO_IMAGES else asked.images


def rows_of(desk: "Desk", asked: Session, kept: "Kept") -> "tuple[Beside, ...]":
    """Return the share of "she" of a language model for each profession, beside people and images.

    Raises:
        InputError, ModelError: there is no such text-to-image model.
    """
    questions = asked.questions
    found = leans(kept.of(questions.templates, questions.professions))
    generator = generator_of(asked)
    names = tuple(lean.profession for lean in found)
    images = {}
    if generator and names:
        card = desk.find_model(generator, desk.settings.device)
        images = image_shares(card, names, desk.store)
    return beside(found, asked.year, images)


def points(rows: "Sequence[Beside]") -> list[Point]:
    """Return the professions that have a labour statistic."""
    placed = [(row, row.reference) for row in rows if row.reference]
    counted = [
        (known.share, row.lean.share, word("profession", row.lean.profession))
        for row, known in placed
        if known.trusted
    ]
    names = named(sorted(counted, key=lambda one: -abs(one[0] - one[1])))
    return [
        Point(row, known.share, not known.trusted, word("profession", row.lean.profession) in names)
        for row, known in placed
    ]


def _extremes(words: "Sequence[Word]") -> list["Word"]:
    """Return the words most particular to she, then those to he."""
    return list(dict.fromkeys((*words[:_WORDS], *words[-_WORDS:])))
