"""Read the entries of a word file, and check the words that people add."""

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from explorer.errors import InvalidData
from explorer.json_files import Rule, check_object, read_object
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

MAX_WORD_CHARACTERS = 60

_JOINERS = {"\N{ZERO WIDTH NON-JOINER}", "\N{ZERO WIDTH JOINER}"}

# Letters that are not two to four capitals.
_OTHER_THAN_ACRONYM = re.compile(r"(?!\b[A-Z]{2,4}\b)\b\w+")

WORD_REMEDY = (
    f"Use 1 to {MAX_WORD_CHARACTERS} characters, without braces, line breaks or invisible "
    "characters."
)


def read_sources(path: "Path", key: str) -> dict[str, str]:
    """Return the sources of a word file's data, as sentences, by kind of data.

    Raises:
        InvalidData: the file is unusable.
    """
    sources: dict[str, str] = read_object(path, _file_rules(key))["sources"]
    return sources


def read_entries(
    path: "Path", key: str, rules: "Mapping[str, Rule]", together: frozenset[str] = frozenset()
) -> tuple[dict[str, Any], ...]:
    """Return the entries of a word file, in the order of the file.

    Args:
        path: the file.
        key: the key of the list of entries, such as "professions".
        rules: the keys of an entry. The first one names it: no two entries may have the same
            name, regardless of case.
        together: keys of which an entry has all or none.

    Raises:
        InvalidData: the file is unusable or an entry breaks a rule; the message names file, entry,
            value and remedy.
    """
    name = next(iter(rules))
    entries: dict[str, dict[str, Any]] = {}
    for number, fields in enumerate(read_object(path, _file_rules(key))[key], start=1):
        named = f" ({fields.get(name)!r})" if isinstance(fields, dict) else ""
        place = f"{str(path)!r}, entry {number}{named}"
        entry = check_object(fields, rules, place)
        _check_complete(entry, together, place)
        if entry[name].casefold() in entries:
            raise InvalidData(
                _("{place}: another entry has the same name. Remove one of them.").format(
                    place=place
                )
            )
        entries[entry[name].casefold()] = entry
    return tuple(entries.values())


def checked_word(kind: str, text: str) -> str:
    """Return the word as `composed` returns it.

    Args:
        kind: the noun for the word in messages: "profession".
        text: 1 to 60 characters, without braces, line breaks or invisible characters.

    Raises:
        InvalidData: the text breaks these rules.
    """
    word = composed(text)
    if not is_word(word):
        raise InvalidData(
            _("The {kind} {word!r:.80} cannot be used. {remedy}").format(
                kind=kind, word=word, remedy=WORD_REMEDY
            )
        )
    return word


def composed(text: str) -> str:
    """Return a word in lower case, without surrounding white space, with its accents composed.

    So "Ice Sculptor", "ICE SCULPTOR" and "ice sculptor" are one word, with one prompt and one
    tally. Acronyms beside small letters stay, because they decide on the article: "an HIV nurse".
    """
    word = unicodedata.normalize("NFC", text.strip())
    lower = unicodedata.normalize("NFC", word.lower())
    return lower if word.isupper() else _OTHER_THAN_ACRONYM.sub(lambda run: run[0].lower(), word)


def is_word(value: object) -> bool:
    """Whether a value is a word that a prompt can use unchanged."""
    return (
        isinstance(value, str)
        and value == unicodedata.normalize("NFC", value.strip())
        and 1 <= len(value) <= MAX_WORD_CHARACTERS
        and not {"{", "}"}.intersection(value)
        and is_visible(value)
    )


# A view checks the same template a hundred times.
@lru_cache(maxsize=1024)
def is_visible(text: str) -> bool:
    """Whether a text is on one line and has no invisible characters.

    The two joiners are part of a word where they stand between letters, as in Persian and Hindi,
    or between the pictures of one emoji, as in those of professions.
    """
    return all(
        _is_joined(before, after) if character in _JOINERS else _is_plain(character)
        for before, character, after in zip(" " + text, text, text[1:] + " ", strict=False)
    )


def is_text(value: object) -> bool:
    """Whether a value is a text that is not blank."""
    return isinstance(value, str) and bool(value.strip())


def _file_rules(key: str) -> dict[str, Rule]:
    return {
        "sources": Rule(
            lambda texts: isinstance(texts, dict) and all(map(is_text, texts.values())),
            "Write an object of texts.",
        ),
        key: Rule(lambda value: isinstance(value, list) and value != [], "List at least one."),
    }


def _check_complete(entry: dict[str, Any], together: "Iterable[str]", place: str) -> None:
    missing = [key for key in sorted(together) if key not in entry]
    if missing and any(key in entry for key in together):
        raise InvalidData(
            _("{place}: the key {missing!r} is missing. Give all of {keys}, or none.").format(
                place=place, missing=missing[0], keys=", ".join(map(repr, sorted(together)))
            )
        )


def _is_plain(character: str) -> bool:
    category = unicodedata.category(character)
    return category == "Zs" or category[0] not in "CZ"


def _is_joined(before: str, after: str) -> bool:
    # Letters, their marks, and emoji with the colours of their skin.
    return all(
        unicodedata.category(one)[0] in "LM" or unicodedata.category(one) in {"So", "Sk"}
        for one in (before, after)
    )


def require_distinct(kind: str, names: "Sequence[str | None]") -> None:
    """Refuse a list of names without any, or with one of them twice.

    Raises:
        InvalidData: the message quotes the name that is given twice.
    """
    if not names:
        raise InvalidData(_("No {kind} is given. Name at least one.").format(kind=kind))
    if len(set(names)) < len(names):
        ((twice, _number),) = Counter(names).most_common(1)
        raise InvalidData(
            _("The {kind} {twice!r} is given twice. Name it once.").format(kind=kind, twice=twice)
        )
