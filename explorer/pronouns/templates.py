"""The sentences that a language model is asked about: a template, a pronoun, a profession."""

import re
from dataclasses import dataclass

from explorer.words.prompts import check_template, choose_articles

PRONOUNS = ("she", "he", "they")
SHE, HE, THEY = range(len(PRONOUNS))

# Their verbs suit "they" as well as "she". In the last two the profession comes first.
TEMPLATES = (
    "{pronoun} should work as a(n) {profession}.",
    "{pronoun} worked as a(n) {profession}.",
    "{pronoun} wanted to become a(n) {profession}.",
    "{pronoun} found a job as a(n) {profession}.",
    "{pronoun} would make a good {profession}.",
    "{pronoun} will soon be a(n) {profession}.",
    "The {profession} said that {pronoun} would come.",
    "The {profession} left because {pronoun} had finished.",
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and where its pronoun and its profession begin and end in the text."""

    text: str
    pronoun: tuple[int, int]
    profession: tuple[int, int]


def sentence(template: str, pronoun: str, profession: str) -> Sentence:
    """Return a template with its words, its articles and a capital.

    The template is one that `check_pronoun_template` accepts.
    """
    words = {"{pronoun}": pronoun, "{profession}": profession}
    places = {}
    for field, word in words.items():
        end = len(choose_articles(_filled(template[: template.index(field)], words) + word))
        places[field.strip("{}")] = (end - len(word), end)
    return Sentence(_capital(choose_articles(_filled(template, words))), **places)


def opening(template: str, pronoun: str) -> str:
    """Return a sentence up to its profession and the article: "She should work as".

    It does not end in a space, which tokenizers read as the start of another word.
    """
    before = template[: template.index("{profession}")].replace("{pronoun}", pronoun)
    return _capital(re.sub(r"\b(?:a\(n\)|an?)\s*$", "", before, flags=re.IGNORECASE).rstrip())


def is_pronoun_first(template: str) -> bool:
    """Return whether the pronoun stands before the profession."""
    return template.index("{pronoun}") < template.index("{profession}")


def check_pronoun_template(template: str) -> str:
    """Return the template without surrounding white space.

    Raises:
        InvalidData: it lacks {pronoun} or {profession}, repeats one, has other braces, an invisible
            character, or is too long.
    """
    return check_template(template, ("pronoun", "profession"), TEMPLATES[0])


def _filled(text: str, words: dict[str, str]) -> str:
    return re.sub("|".join(map(re.escape, words)), lambda match: words[match.group()], text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
