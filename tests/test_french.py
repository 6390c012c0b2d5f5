"""French: nothing untranslated, the same placeholders, the marks of French typography."""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from explorer import footprint
from explorer.classifiers import faces
from explorer.models.catalog import known_models
from explorer.perception import decide, skin, subject
from explorer.perception.axes import Axis, every_axis
from explorer.translations import FOLDER, SOURCE
from explorer.words.labour import us_workers
from explorer.words.vocabulary import load_adjectives, load_professions
from tests.translating import FRENCH, messages, path_of, read, translated

NARROW = "\N{NARROW NO-BREAK SPACE}"
WORDS = json.loads((FOLDER / FRENCH / "words.json").read_text(encoding="utf-8"))

_PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\(\w+\)s|%%|</?\w+[^>]*>|`[^`]*`")
# Whatever has its own typography: placeholders, tags, commands, and the names of options.
_NOT_PROSE = re.compile(rf"{_PLACEHOLDER.pattern}|'[^' ]*'|\{{\{{.*\}}\}}")


def sentences() -> Iterator[tuple[Message, str, str]]:
    """Yield every message with each of its English forms and the French one."""
    for message in messages(read(path_of(FRENCH))):
        for english, french in zip(forms(message.id), forms(message.string), strict=True):
            yield message, english, french


def forms(text: str | Sequence[str] | None) -> Sequence[str]:
    """Return the forms of a message: one, or those of its plural."""
    return [text or ""] if text is None or isinstance(text, str) else text


def ill_set(text: str) -> bool:
    """Return whether a text breaks a rule of French typography."""
    prose = _NOT_PROSE.sub("x", text)
    return bool(
        re.search(rf"(?<!{NARROW})[;!?»](?!\w)|«(?!{NARROW})", prose)
        or re.search(rf"(?<![{NARROW}\w]):|\w:(?=\s|$)", prose)
        or re.search(r"\d[ \N{NO-BREAK SPACE}]?%", prose)
        or re.search(r"[A-Za-zÀ-ÿ]'[A-Za-zÀ-ÿ]", prose)
        or "..." in prose
    )


def test_the_catalogue_has_the_messages_of_the_source_language() -> None:
    """Renew it with `make messages`."""
    french = [message.id for message in messages(read(path_of(FRENCH)))]
    assert french == [message.id for message in messages(read(path_of(SOURCE)))]
    assert not read(path_of(FRENCH)).obsolete


def test_every_message_is_translated() -> None:
    """`make messages` prints those that are not."""
    found = messages(read(path_of(FRENCH)))
    assert [one.id for one in found if not translated(one) or one.fuzzy] == []


def test_placeholders_tags_and_commands_are_those_of_the_message() -> None:
    wrong = []
    for message, english, french in sentences():
        # The form for one may leave the number out, and so may that in French.
        known = [set(_PLACEHOLDER.findall(form)) for form in (*forms(message.id), english)]
        if set(_PLACEHOLDER.findall(french)) not in known:
            wrong.append((english, french))
    assert wrong == []


def test_plurals_have_two_forms() -> None:
    found = [one for one in messages(read(path_of(FRENCH))) if isinstance(one.id, tuple)]
    assert {len(forms(one.string)) for one in found} == {2}


def test_french_has_its_own_typography() -> None:
    said = [french for _message, _english, french in sentences()]
    said += chain.from_iterable(words.values() for words in WORDS.values())
    assert [text for text in said if ill_set(text)] == []


@pytest.mark.parametrize("text", ["Oui : non", "« oui »", "l'image", "Quoi?", "95 %", "Bien..."])
def test_a_breach_of_typography_is_found(text: str) -> None:
    assert ill_set(text)


def labels() -> Iterator[str]:
    """Yield the labels of all axes and of the questions inside them."""
    for axis in axes():
        yield from axis.labels


def axes() -> Iterator[Axis]:
    """Yield all axes and the questions inside them."""
    for axis in every_axis():
        yield axis
        yield from axis.contrasts


def notes() -> Iterator[set[str]]:
    """Yield the notes of each table of the footprint."""
    for name in ("energy", "training", "hardware", "grids"):
        with (Path(footprint.__file__).parent / f"{name}.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        yield {row[key] for row in rows for key in ("note", "scope") if row.get(key)}


NEEDED = {
    "profession": [one.name for one in load_professions()],
    "adjective": [one.word for one in load_adjectives()],
    "workers": [us_workers(one.bls_occupation) for one in load_professions() if one.bls_occupation],
    "model": [one.description for one in known_models()],
    "label": list(labels()),
    "counted": [*labels(), *(axis.texts.abstention for axis in axes())],
    "axis": [
        text
        for axis in axes()
        for text in (axis.texts.title, axis.texts.topic, axis.texts.abstention, axis.texts.caveat)
        if text
    ],
    "note": [note for found in notes() for note in found],
    "coding": [one.coding for one in load_adjectives() if one.coding],
    "reason": [
        *(faces.NO_FACE, faces.SEVERAL_FACES),
        *(decide.UNSURE, decide.NO_SCORE),
        *(skin.GREY, skin.CAST, skin.TOO_FEW),
        *(subject.SEVERAL, subject.NOBODY, subject.NO_PHOTOGRAPH, subject.UNCLEAR),
    ],
}


@pytest.mark.parametrize("kind", NEEDED)
def test_every_word_of_the_data_files_has_a_french_one(kind: str) -> None:
    assert [word for word in NEEDED[kind] if not WORDS[kind].get(word)] == []
