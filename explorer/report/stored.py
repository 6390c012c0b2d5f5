"""The studies that a card is about: all stored images of the usual prompts of a model."""

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import InvalidData
from explorer.models.requests import Asked
from explorer.settings import MAX_IMAGES_PER_PROMPT
from explorer.study import Study
from explorer.translations import gettext as _
from explorer.words.prompts import Prompt
from explorer.words.vocabulary import load_adjectives, load_professions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.models.catalog import ModelCard
    from explorer.store.index import Store

# Twenty images of each profession tell two models 10 points apart over 30 professions.
_IMAGES = 20


@dataclass(frozen=True, slots=True)
class Stored:
    """The studies of a model's stored images.

    `main` is what shares are counted on: the prompts without an adjective, or those with and
    without where every profession has both, so that no profession is counted with other words than
    the rest. `worded` has all that was asked with adjectives, None without any, and `plain` the
    prompts without one, None without any.
    """

    main: Study
    worded: Study | None
    plain: Study | None


def stored_studies(card: "ModelCard", store: "Store") -> Stored:
    """Return the studies of what is stored of a model.

    Raises:
        InvalidData: nothing is stored.
    """
    found = _numbers(card, store)
    if not found:
        pattern = _("No image of {model!r} is stored, so there is nothing to report. `{command}`")
        raise InvalidData(pattern.format(model=card.spec.name, command=first_images(card)))
    plain, worded = _part(card, found, worded=False), _part(card, found, worded=True)
    if plain is None or (worded and set(plain.professions) <= set(worded.professions)):
        assert worded is not None, "something is stored"  # noqa: S101
        return Stored(worded, worded, plain)
    return Stored(plain, worded, plain)


def generate_command(study: "Study", card: "ModelCard") -> str:
    """Return the command that generates a study of one model."""
    words = ["generate", "--model", card.spec.name, *_professions(study.professions)]
    if study.adjectives == (None,):
        words += ["--adjective", "none"]
    elif len(study.adjectives) <= len(load_adjectives()):
        words += [part for word in study.adjectives for part in ("--adjective", word or "none")]
    return command(*words, "--images", str(study.images))


def first_images(card: "ModelCard") -> str:
    """Return the command that generates enough images of every profession."""
    words = ("--profession", "all", "--adjective", "none", "--images", str(_IMAGES))
    return command("generate", "--model", card.spec.name, *words)


def command(*words: str) -> str:
    """Return a command line of this program."""
    return f"python -m explorer {shlex.join(words)}"


def _professions(names: tuple[str, ...]) -> list[str]:
    if len(names) == len(load_professions()):
        return ["--profession", "all"]
    return [part for name in names for part in ("--profession", name)]


def _numbers(card: "ModelCard", store: "Store") -> "dict[tuple[str, str | None], int]":
    """Return the number of stored images by profession and adjective."""
    words = (None, *(adjective.word for adjective in load_adjectives()))
    prompts = {
        Prompt(profession.name, word).text: (profession.name, word)
        for profession in load_professions()
        for word in words
    }
    found: dict[tuple[str, str | None], int] = {}
    asked = Asked(card.spec, tuple(prompts), MAX_IMAGES_PER_PROMPT)
    for text, _filtered, number in store.image_counts(asked):
        found[prompts[text]] = found.get(prompts[text], 0) + number
    return found


def _part(
    card: "ModelCard", found: "Mapping[tuple[str, str | None], int]", *, worded: bool
) -> Study | None:
    """Return the study of the prompts with adjectives, and none beside them, or of those without.

    None where there are no such images.
    """
    pairs = [pair for pair in found if (pair[1] is not None) is worded]
    if not pairs:
        return None
    professions = {name for name, _word in pairs}
    words = {word for _name, word in pairs}
    if worded and any((name, None) in found for name in professions):
        words.add(None)
    listed = (None, *(adjective.word for adjective in load_adjectives()))
    return Study(
        models=(card,),
        professions=tuple(one.name for one in load_professions() if one.name in professions),
        adjectives=tuple(word for word in listed if word in words),
        images=min(max(found[pair] for pair in pairs), MAX_IMAGES_PER_PROMPT),
    )
