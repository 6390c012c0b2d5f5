"""Read the word files strictly: whatever is not understood is refused, nothing is guessed."""

import json
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from explorer.errors import InvalidData

if TYPE_CHECKING:
    from pathlib import Path

MAX_WORD_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a word file; its number counts from 1."""

    path: "Path"
    number: int
    fields: Mapping[str, object]

    def refuse(self, problem: str, remedy: str) -> InvalidData:
        """Return the error that names file, entry, problem and remedy."""
        name = self.fields.get("name", self.fields.get("word", "?"))
        return InvalidData(f"{self.path}, entry {self.number} ({name!r}): {problem}. {remedy}")

    def word(self, key: str) -> str:
        """Return the word that names the entry.

        Raises:
            InvalidData: it is no text, empty, too long, or has characters that no word has.
        """
        value = self.fields.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(f"{key!r} is {value!r}", "Give it a name.")
        try:
            return checked_word(key, value)
        except InvalidData as error:
            raise self.refuse(str(error).rstrip("."), f"Correct {key!r}.") from None

    def text(self, key: str) -> str | None:
        """Return a text, or None where the entry has none.

        Raises:
            InvalidData: there is something else than text, or an empty text.
        """
        value = self.fields.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(f"{key!r} is {value!r}", "Give a text, or leave the key out.")
        return value

    def choice(self, key: str, allowed: tuple[str, ...]) -> str | None:
        """Return one of the allowed texts, or None where the entry has none.

        Raises:
            InvalidData: it is not among them.
        """
        value = self.fields.get(key)
        if value is None or (isinstance(value, str) and value in allowed):
            return value
        raise self.refuse(f"{key!r} is {value!r}", f"Use one of {', '.join(map(repr, allowed))}.")


def read_sources(path: "Path", key: str) -> dict[str, str]:
    """Return where the data of a word file come from, by what they are.

    Raises:
        InvalidData: the file is unusable, or a source is not text.
    """
    sources = _content(path, key)["sources"]
    if not isinstance(sources, dict) or not all(isinstance(text, str) for text in sources.values()):
        raise InvalidData(f"{path}: 'sources' is not an object of texts. Write it as one.")
    return sources


def read_entries(
    path: "Path", key: str, name: str, required: frozenset[str], optional: frozenset[str]
) -> tuple[Entry, ...]:
    """Return the entries of a word file, in order.

    Args:
        path: the file.
        key: what the list of entries is called: "professions".
        name: the key that names an entry; no two may be equal, in whatever case.
        required: the keys that every entry has.
        optional: the keys that it may have besides.

    Raises:
        InvalidData: the file is missing, is not JSON, or an entry breaks these rules.
    """
    listed = _content(path, key)[key]
    if not isinstance(listed, list) or not listed:
        raise InvalidData(f"{path}: {key!r} is not a list of entries. List at least one.")
    entries = tuple(_entry(path, number, fields) for number, fields in enumerate(listed, start=1))
    for entry in entries:
        _check_keys(entry, required, optional)
    _check_distinct(entries, name)
    return entries


def checked_word(kind: str, text: str) -> str:
    """Return a word without the white space around it, or refuse it.

    Args:
        kind: what the word is, for the message: "profession".
        text: 1 to 60 characters, without braces, line breaks and invisible characters.

    Raises:
        InvalidData: the text breaks these rules.
    """
    word = unicodedata.normalize("NFC", text.strip())
    if not 1 <= len(word) <= MAX_WORD_CHARACTERS:
        raise InvalidData(
            f"The {kind} {_shortened(word)!r} has {len(word)} characters. "
            f"Use 1 to {MAX_WORD_CHARACTERS}."
        )
    if any(character in "{}" or not _visible(character) for character in word):
        raise InvalidData(
            f"The {kind} {word!r} has a brace, a line break or an invisible character. "
            "Leave it out."
        )
    return word


def _visible(character: str) -> bool:
    category = unicodedata.category(character)
    return category == "Zs" or category[0] not in "CZ"


def _shortened(word: str) -> str:
    return word if len(word) <= MAX_WORD_CHARACTERS else word[:MAX_WORD_CHARACTERS] + "..."


def _content(path: "Path", key: str) -> dict[str, object]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_object)
    except OSError as error:
        raise InvalidData(f"{path} cannot be read: {error.strerror}. Put the file back.") from error
    except (ValueError, InvalidData) as error:
        raise InvalidData(f"{path} is not usable JSON: {error}. Correct it there.") from error
    if not isinstance(content, dict) or content.keys() != {"sources", key}:
        raise InvalidData(f"{path} must be one object with the keys 'sources' and {key!r}.")
    return content


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # Plain json keeps the last of two equal keys and says nothing.
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise InvalidData(f"the key {twice!r} stands twice in one object: {fields!r:.120}")
    return fields


def _entry(path: "Path", number: int, fields: object) -> Entry:
    if not isinstance(fields, dict):
        raise InvalidData(f"{path}, entry {number}: {fields!r} is not an object. Write {{...}}.")
    return Entry(path, number, fields)


def _check_keys(entry: Entry, required: frozenset[str], optional: frozenset[str]) -> None:
    known = sorted(required | optional)
    for key in entry.fields:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(known)}."
            raise entry.refuse(f"unknown key {key!r}", hint)
    for key in sorted(required - entry.fields.keys()):
        raise entry.refuse(f"the key {key!r} is missing", "Add it.")


def _check_distinct(entries: tuple[Entry, ...], name: str) -> None:
    first: dict[str, int] = {}
    for entry in entries:
        folded = entry.word(name).casefold()
        if folded in first:
            raise entry.refuse(f"entry {first[folded]} has the same name", "Remove one of them.")
        first[folded] = entry.number
