"""References for women's shares: the labour statistics, or a person's own figures."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.csv_files import Columns, read_csv
from explorer.errors import InvalidData, OutOfRange
from explorer.translations import gettext as _
from explorer.words.entries import composed
from explorer.words.vocabulary import known_profession, load_professions, load_sources

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

OWN = "own"
# Only these matches count where the gaps of several professions are summarised.
TRUSTED = frozenset({"exact", "close", OWN})
GENDERED = "gendered-term"

_COLUMNS = Columns(("profession", "share"))


@dataclass(frozen=True, slots=True)
class Reference:
    """Women's share of a profession, 0..1, and its origin.

    `match` is one of the vocabulary's MATCHES, or OWN for a person's own figure, which has neither
    `year` nor `occupation`.
    """

    share: float
    match: str
    year: int | None = None
    occupation: str | None = None

    @property
    def trusted(self) -> bool:
        """Whether the reference is for the profession that the word names, and for no other."""
        return self.match in TRUSTED


def labour_references(year: int) -> "dict[str, Reference]":
    """Return the references of a year by profession, for the professions that have one."""
    return {
        profession.name: Reference(share, profession.match, year, profession.bls_occupation)
        for profession in load_professions()
        if (share := profession.women_share(year)) is not None and profession.match
    }


def labour_years() -> tuple[int, ...]:
    """Return the years of the labour statistics, in ascending order."""
    entries = (entry for profession in load_professions() for entry in profession.women_percent)
    return tuple(sorted({year for year, _ in entries}))


def checked_year(year: int) -> int:
    """Return the year unchanged if labour statistics exist for it.

    Raises:
        OutOfRange: there are no labour statistics for the year.
    """
    known = labour_years()
    if year not in known:
        raise OutOfRange(
            _("There are no labour statistics for {year!r}. Choose one of {years}.").format(
                year=year, years=", ".join(map(str, known))
            )
        )
    return year


def transcribed(year: int) -> str | None:
    """Return the note on a year that was transcribed by hand; None for the publisher's figures."""
    return load_sources().get(f"women_percent_{year}")


def match_text(match: str) -> str:
    """Return the sense in which the counted occupation matches the word: "close match"."""
    return {
        "exact": _("exact match"),
        "close": _("close match"),
        "broad": _("counted in a broader group"),
        "largest-kind": _("the largest of several kinds"),
        "ambiguous": _("one of several senses"),
        "gendered-term": _("the word itself states a gender"),
        OWN: _("own figure"),
    }[match]


def read_references(
    path: "Path", own: "Iterable[str]" = (), called: str | None = None
) -> "dict[str, Reference]":
    """Return a person's own reference shares by profession.

    Args:
        path: a CSV file with the columns profession and share (0..1, or in percent with the sign).
        own: professions that people added to the listed ones.
        called: the name of the file in messages; None for its path.

    Raises:
        InvalidData: the file cannot be read or breaks these rules; the message names file, line,
            value and remedy.
    """
    lines = read_csv(path, _COLUMNS, called)
    entries = (
        ((line.cells["profession"] or "").strip(), line.cells["share"], line.place)
        for line in lines
    )
    found = checked_references(entries, own)
    if not found:
        raise InvalidData(
            _("{file!r} has no professions. Give one on each line.").format(
                file=called or str(path)
            )
        )
    return found


def checked_references(
    entries: "Iterable[tuple[str, str | None, str]]", own: "Iterable[str]" = ()
) -> "dict[str, Reference]":
    """Return a person's own reference shares by profession.

    Args:
        entries: profession, share and place (for messages) of each figure.
        own: professions that people added to the listed ones.

    Raises:
        InvalidData: a profession is unknown or repeated, or a share is not within 0..1.
    """
    added = {composed(name).casefold(): name for name in own}
    found: dict[str, Reference] = {}
    for word, share, place in entries:
        listed = known_profession(word)
        name = listed.name if listed else added.get(composed(word).casefold())
        if name is None:
            raise InvalidData(
                _(
                    "{place}: unknown profession {word!r:.80}. Use a name of "
                    "professions.json, or one given with --own-profession."
                ).format(place=place, word=word)
            )
        if name in found:
            raise InvalidData(
                _("{place}: {name!r} is given twice. Remove one of the two.").format(
                    place=place, name=name
                )
            )
        gendered = listed is not None and listed.gendered
        found[name] = Reference(_share(share, place), GENDERED if gendered else OWN)
    return found


def _share(text: str | None, place: str) -> float:
    number = (text or "").strip().replace(",", ".")
    # As an exponent, because 53.8 / 100 is not quite 0.538.
    percent = "e-2" if number.endswith("%") else ""
    try:
        share = float(number.removesuffix("%").rstrip() + percent)
    except ValueError:
        share = -1.0
    # NaN fails this comparison too.
    if not 0 <= share <= 1:
        raise InvalidData(
            _(
                "{place}: the share is {text!r:.80}. Give a number from 0 to 1 or a "
                "percentage, such as 0.25 or 25%."
            ).format(place=place, text=text)
        )
    return share
