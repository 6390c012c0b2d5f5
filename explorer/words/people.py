"""Words that name a gender or an ethnicity, and whether a text has any that its prompt has not."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.words.prompts import Prompt

GENDER, ETHNICITY = "gender", "ethnicity"


@dataclass(frozen=True, slots=True)
class PeopleWords:
    """The declared words. A colour counts as an ethnicity only right before a person.

    Source: see people.json, which names one for each list.
    """

    gender: tuple[str, ...]
    ethnicity: tuple[str, ...]
    colours: tuple[str, ...]
    persons: tuple[str, ...]


@cache
def people_words() -> PeopleWords:
    """Return the words that are declared in people.json."""
    path = Path(__file__).with_name("people.json")
    lists = json.loads(path.read_text(encoding="utf-8"))
    return PeopleWords(
        gender=tuple(lists["gender"]["words"]),
        ethnicity=tuple(lists["ethnicity"]["words"]),
        colours=tuple(lists["ethnicity"]["before_a_person"]),
        persons=tuple(lists["person"]["words"]),
    )


def named(text: str, prompt: "Prompt") -> tuple[str, ...]:
    """Return those of GENDER and ETHNICITY that a text names, other than with words of the prompt.

    Args:
        text: the prompt that a service used.
        prompt: the prompt that it was given.
    """
    patterns = _patterns(prompt.profession)
    return tuple(kind for kind, pattern in patterns.items() if _adds(pattern, text, prompt.text))


@cache
def _patterns(profession: str) -> dict[str, re.Pattern[str]]:
    words = people_words()
    people = (*words.gender, *words.persons, profession)
    coloured = rf"(?:{_any(words.colours)}) (?={_any(people)}\b)"
    return {
        GENDER: re.compile(rf"\b{_any(words.gender)}\b"),
        ETHNICITY: re.compile(rf"\b(?:{_any(words.ethnicity)}\b|{coloured})"),
    }


def _adds(pattern: re.Pattern[str], text: str, prompt: str) -> bool:
    found, given = (set(pattern.findall(_plain(one))) for one in (text, prompt))
    return bool(found - given)


def _any(words: "Iterable[str]") -> str:
    return f"(?:{'|'.join(re.escape(_plain(word)) for word in words)})"


def _plain(text: str) -> str:
    return re.sub(r"[\s-]+", " ", text.casefold())
