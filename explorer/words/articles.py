"""Choose between "a" and "an" by the sound of the next word."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from explorer.words.vocabulary import load_adjectives, load_professions

if TYPE_CHECKING:
    import inflect

# Short runs of capitals are spelled out ("an HIV nurse", "a UX designer", "an R&D manager");
# these are spoken as words.
_SAID_AS_WORDS = frozenset({"LAN", "RAM", "ROM", "SIM", "SOC"})

_LONGEST_SPELLED = 3
_LONGEST_SPELLED_U = 4  # UEFA, but not UPPER


@lru_cache(maxsize=4096)
def article(word: str) -> str:
    """Return "a" or "an", whichever goes before this word.

    The word files state the articles of their own words, because importing the library that
    finds all others takes more than a second.
    """
    return _listed_articles().get(word) or _article_by_sound(word)


@cache
def _listed_articles() -> dict[str, str]:
    professions = {entry.name.split()[0]: entry.article for entry in load_professions()}
    adjectives = {entry.word.split()[0]: entry.article for entry in load_adjectives()}
    return {word: listed for word, listed in (professions | adjectives).items() if listed}


def _article_by_sound(word: str) -> str:
    spoken = _spoken(word)
    return str(_engine().a(spoken)).split()[0] if spoken else "a"


def _spoken(word: str) -> str:
    """Return the start of a word in a form that inflect understands; "" if none of it is spoken."""
    decomposed = unicodedata.normalize("NFKD", word)
    plain = "".join(one for one in decomposed if not unicodedata.combining(one))
    match = re.search(r"[0-9]+|[A-Za-z]+", plain)
    if match is None:
        return ""
    start = match.group()
    if start.isdecimal():
        return str(_engine().number_to_words(start))
    longest = _LONGEST_SPELLED_U if start[0] == "U" else _LONGEST_SPELLED
    short = len(start) <= longest and start.isupper()
    spelled_out = len(start) == 1 or (short and start not in _SAID_AS_WORDS)
    return start[0] if spelled_out else plain[match.start() :]


@cache
def _engine() -> "inflect.engine":
    import inflect

    engine = inflect.engine()
    # Against a pronouncing dictionary of 126,000 words, inflect is wrong about names, acronyms
    # and, of everyday words, these.
    engine.defan(r"(usher|uber|unissued).*")
    return engine
