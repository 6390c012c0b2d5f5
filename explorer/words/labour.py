"""Phrase the labour statistics of a profession."""

import re
from typing import TYPE_CHECKING

from explorer.words.vocabulary import DEFAULT_YEAR

if TYPE_CHECKING:
    from explorer.words.vocabulary import Profession

# Matches of occupation and word that a reader must be told of.
_RESERVATIONS = {
    "broad": "a broader group",
    "largest-kind": "the largest of several kinds",
    "ambiguous": "one of several senses",
}


def labour_statistic(profession: "Profession", year: int = DEFAULT_YEAR) -> str | None:
    """Return "Women are 54% of US writers and authors (2023).", or None if there is no share."""
    share = profession.women_share(year)
    if share is None or profession.bls_occupation is None:
        return None
    reservation = _RESERVATIONS.get(profession.match or "")
    remark = f"{year}, {reservation}" if reservation else str(year)
    return f"Women are {share:.0%} of {us_workers(profession.bls_occupation)} ({remark})."


def us_workers(occupation: str) -> str:
    """Return the title of an occupation as it reads within a sentence.

    "Writers and authors" becomes "US writers and authors", "Therapists, all other" and "Other
    therapists" become "other US therapists", "Management occupations" becomes "people in US
    management occupations", "Office clerks, general" becomes "US general office clerks".
    """
    words = occupation.split()
    # IT and CEO stay as they are.
    title = " ".join(word if word[1:] != word[1:].lower() else word.lower() for word in words)
    plain = re.sub(r"^other |, all other$", "", title)
    other = "other " if plain != title else ""
    plain = re.sub(r"^(.*), general$", r"general \1", plain)
    people = "people in " if plain.endswith("occupations") else ""
    return f"{people}{other}US {plain}"
