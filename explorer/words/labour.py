"""Say in a sentence what the labour statistics know of a profession."""

import re
from typing import TYPE_CHECKING

from explorer.words.vocabulary import DEFAULT_YEAR

if TYPE_CHECKING:
    from explorer.words.vocabulary import Profession

# What a reader must know where the occupation counted is not quite the word.
_RESERVATIONS = {
    "broad": "a broader group",
    "largest-kind": "the largest of several kinds",
    "ambiguous": "one of several senses",
}


def labour_statistic(profession: "Profession", year: int = DEFAULT_YEAR) -> str | None:
    """Return "women are 54% of US writers and authors (2023)", or None if nothing is known."""
    share = profession.women_share(year)
    if share is None or profession.bls_occupation is None:
        return None
    reservation = _RESERVATIONS.get(profession.match or "")
    remark = f"{year}, {reservation}" if reservation else str(year)
    return f"women are {share:.0%} of {us_workers(profession.bls_occupation)} ({remark})"


def us_workers(occupation: str) -> str:
    """Return a title of the statistics as it stands in a sentence.

    "Writers and authors" gives "US writers and authors", "Therapists, all other" and "Other
    therapists" give "other US therapists", "Management occupations" gives "people in US management
    occupations", "Office clerks, general" gives "US general office clerks".
    """
    title = " ".join(map(_lower, occupation.split()))
    plain = re.sub(r"^other |, all other$", "", title)
    other = "other " if plain != title else ""
    plain = re.sub(r"^(.*), general$", r"general \1", plain)
    people = "people in " if plain.endswith("occupations") else ""
    return f"{people}{other}US {plain}"


def _lower(word: str) -> str:
    """Lower-case a capitalised word; leave IT and CEO alone."""
    return word.lower() if word[1:] == word[1:].lower() else word
