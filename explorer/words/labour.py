"""Phrase the labour statistics of a profession."""

import re
from typing import TYPE_CHECKING

from explorer.numbers import percentage
from explorer.translations import gettext as _
from explorer.translations import word
from explorer.words.vocabulary import DEFAULT_YEAR

if TYPE_CHECKING:
    from explorer.words.vocabulary import Profession


def labour_statistic(profession: "Profession", year: int = DEFAULT_YEAR) -> str | None:
    """Return "Women are 54% of US writers and authors (2023).", or None if there is no share."""
    share = profession.women_share(year)
    if share is None or profession.bls_occupation is None:
        return None
    # Matches of occupation and word that a reader must be told of.
    reservation = {
        "broad": _("a broader group"),
        "largest-kind": _("the largest of several kinds"),
        "ambiguous": _("one of several senses"),
    }.get(profession.match or "")
    remark = f"{year}, {reservation}" if reservation else str(year)
    return _("Women are {share} of {workers} ({remark}).").format(
        share=percentage(share), workers=us_workers(profession.bls_occupation), remark=remark
    )


def us_workers(occupation: str) -> str:
    """Return the title of an occupation as it reads within a sentence.

    "Writers and authors" becomes "US writers and authors", "Therapists, all other" and "Other
    therapists" become "other US therapists", "Management occupations" becomes "people in US
    management occupations", "Office clerks, general" becomes "US general office clerks".
    """
    words = occupation.split()
    # IT and CEO stay as they are.
    title = " ".join(one if one[1:] != one[1:].lower() else one.lower() for one in words)
    plain = re.sub(r"^other |, all other$", "", title)
    other = "other " if plain != title else ""
    plain = re.sub(r"^(.*), general$", r"general \1", plain)
    people = "people in " if plain.endswith("occupations") else ""
    return word("workers", f"{people}{other}US {plain}")
