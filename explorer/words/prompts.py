"""Put a profession and an adjective into a sentence with the right article."""

import re
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter

from explorer.errors import InvalidData
from explorer.words.articles import article

TEMPLATE = "Photo portrait of a(n) {adjective} {profession}"
MAX_TEMPLATE_CHARACTERS = 300

_REMEDY = f"Write one such as {TEMPLATE!r}; a(n) becomes a or an."


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked to draw; an adjective of None is the prompt without one."""

    profession: str
    adjective: str | None = None
    template: str = TEMPLATE

    @property
    def text(self) -> str:
        """The sentence the model reads: "Photo portrait of an honest CEO"."""
        return _text(self.template, self.profession, self.adjective)


def check_template(template: str) -> str:
    """Return the template without the white space around it.

    Raises:
        InvalidData: it does not hold {profession} and {adjective} once each, or holds another
            field, a single brace or a line break, or is longer than 300 characters.
    """
    text = template.strip()
    if len(text) > MAX_TEMPLATE_CHARACTERS:
        raise InvalidData(
            f"The template has {len(text)} characters: {text[:40] + '...'!r}. "
            f"Use at most {MAX_TEMPLATE_CHARACTERS}."
        )
    if not text.replace(" ", "_").isprintable():
        raise InvalidData(f"The template {text!r} has a line break or an invisible character.")
    if sorted(_fields(text)) != ["adjective", "profession"]:
        raise InvalidData(
            f"The template {text!r} must hold {{profession}} and {{adjective}} once each, and no "
            f"other braces. {_REMEDY}"
        )
    return text


def with_article(phrase: str) -> str:
    """Return the phrase with its article: "an honest CEO"."""
    return f"{article(phrase.split(maxsplit=1)[0])} {phrase}"


def _fields(template: str) -> list[str]:
    """Return what stands in braces, as it stands there."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        return []
    if any(spec or conversion for _, _, spec, conversion in parts) or "{{" in template:
        return []
    return [field for _, field, _, _ in parts if field is not None]


# Seed, key and caption of every picture ask for the same few sentences again and again.
@lru_cache(maxsize=8192)
def _text(template: str, profession: str, adjective: str | None) -> str:
    words = {"{profession}": profession, "{adjective}": adjective or ""}
    filled = re.sub("|".join(map(re.escape, words)), lambda match: words[match.group()], template)
    if adjective is None:
        filled = _closed_up(filled)
    return re.sub(r"\b([Aa])\(n\)\s+(\S+)", _with_matching_article, filled)


def _closed_up(text: str) -> str:
    """Close the gap that a missing adjective leaves."""
    spaced = re.sub(r"\s+(?=[\s,.;:]|$)", "", text)
    return re.sub(r",(?=,)", "", spaced).strip(" ,")


def _with_matching_article(match: re.Match[str]) -> str:
    chosen = article(match.group(2))
    return f"{chosen.capitalize() if match.group(1) == 'A' else chosen} {match.group(2)}"
