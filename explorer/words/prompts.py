"""Turn a profession and an adjective into a prompt with the right article."""

import re
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter

from explorer.errors import InvalidData
from explorer.translations import SOURCE, current, word
from explorer.translations import gettext as _
from explorer.words.articles import article
from explorer.words.entries import is_visible

TEMPLATE = "Photo portrait of a(n) {adjective} {profession}"
MAX_TEMPLATE_CHARACTERS = 300

_FIELDS = ("profession", "adjective")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A profession and an adjective in a template; None is the prompt without an adjective."""

    profession: str
    adjective: str | None = None
    template: str = TEMPLATE

    @property
    def text(self) -> str:
        """Return the text that a model receives: "Photo portrait of an honest CEO"."""
        return _text(self.template, self.profession, self.adjective)

    @property
    def needed(self) -> str:
        """Return the text up to its last word that varies, which a model has to read."""
        fields = ("{profession}", *(["{adjective}"] if self.adjective else []))
        end = max(self.template.find(field) + len(field) for field in fields)
        whole_word = re.compile(r"\w*").match(self.template, end)
        end = whole_word.end() if whole_word else end
        return _text(self.template[:end], self.profession, self.adjective)


def check_template(
    template: str, fields: tuple[str, str] = _FIELDS, example: str = TEMPLATE
) -> str:
    """Return the template without surrounding white space.

    Raises:
        InvalidData: the template lacks one of its two fields, repeats one, has other braces, a line
            break or an invisible character, or is longer than 300 characters.
    """
    text = template.strip()
    if len(text) > MAX_TEMPLATE_CHARACTERS:
        raise InvalidData(
            _("The template {value!r} has {number} characters. Use at most {most}.").format(
                value=text[:40] + "...",
                number=len(text),
                most=MAX_TEMPLATE_CHARACTERS,
            )
        )
    if not is_visible(text):
        raise InvalidData(
            _(
                "The template {text!r} has a line break or an invisible character. Remove it."
            ).format(text=text)
        )
    if sorted(_fields(text)) != sorted(fields):
        first, second = fields
        raise InvalidData(
            _(
                "The template {text!r} must have {{{first}}} and {{{second}}} once "
                "each, and no other braces. Write, for example, {example!r}: a(n) "
                "becomes a or an."
            ).format(text=text, first=first, second=second, example=example)
        )
    return text


def person(profession: str, adjective: str | None = None) -> str:
    """Return a person as a phrase in the language in use: "an honest nurse"."""
    if current() == SOURCE:
        return with_article(f"{adjective} {profession}" if adjective else profession)
    named = word("profession", profession)
    return f"{named} ({word('adjective', adjective)})" if adjective else named


def with_article(phrase: str) -> str:
    """Return the phrase with its article: "an honest CEO"."""
    return f"{article(phrase.split(maxsplit=1)[0])} {phrase}"


def choose_articles(text: str) -> str:
    """Return a text with a or an for each a(n), by the word that follows it."""
    return re.sub(r"\b([Aa])\(n\)\s+(\S+)", _chosen_article, text)


def _fields(template: str) -> list[str]:
    """Return the names in braces, or none if the braces cannot be read as plain names."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        return []
    if any(spec or conversion for _, _, spec, conversion in parts) or "{{" in template:
        return []
    return [field for _, field, _, _ in parts if field is not None]


# The seed, key and caption of every image need its prompt, and a study has few prompts.
@lru_cache(maxsize=8192)
def _text(template: str, profession: str, adjective: str | None) -> str:
    words = {"{profession}": profession, "{adjective}": adjective or ""}
    filled = re.sub("|".join(map(re.escape, words)), lambda match: words[match.group()], template)
    if adjective is None:
        # Remove the spaces and commas that enclosed the missing adjective.
        closed = re.sub(r"\s+(?=[\s,.;:]|$)", "", filled)
        filled = re.sub(r",(?=,)", "", closed).strip(" ,")
    return choose_articles(filled)


def _chosen_article(match: re.Match[str]) -> str:
    capital, word = match.groups()
    chosen = article(word)
    return f"{chosen.capitalize() if capital == 'A' else chosen} {word}"
