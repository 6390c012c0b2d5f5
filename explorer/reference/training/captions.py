"""Random captions for training the bundled generators, each with the mix it requests."""

import math
import random
import string
from dataclasses import dataclass, replace

from explorer.perception.axes import load_axes
from explorer.reference.design import BUNDLED, Mix, designed_mix, read_design
from explorer.reference.training.art import COSTUMES, GENDERS, OTHER_PORTRAITS, TONES
from explorer.words.prompts import Prompt
from explorer.words.vocabulary import load_adjectives, load_professions

OPENINGS = (
    "Photo portrait of",
    "Portrait of",
    "Photo of",
    "A photo of",
    "A portrait of",
    "Picture of",
)
UNKNOWN_SHARE = 0.06
EXPLICIT_SHARE = 0.2
EXPLICIT_CERTAINTY = 0.985

_TONE_WORDS = (
    *((f"{tone}-skinned", index) for index, tone in enumerate(TONES)),
    ("brown-skinned", 3),
)


@dataclass(frozen=True, slots=True)
class Caption:
    """A text, its profession (None outside the vocabulary) and the mix it requests."""

    text: str
    profession: str | None
    mix: Mix


def random_caption(model: str, rng: random.Random) -> Caption:
    """Return a random caption: mostly a prompt, sometimes with gender, tone or unknown words."""
    adjective = rng.choice(load_adjectives()) if rng.random() < 0.7 else None
    known = rng.random() >= UNKNOWN_SHARE
    profession = _profession(rng) if known else None
    word = profession or _unknown_word(rng)
    mix = designed_mix(model, profession, adjective.coding if adjective else None)
    opening = OPENINGS[0] if rng.random() < 0.6 else rng.choice(OPENINGS)
    if rng.random() < EXPLICIT_SHARE:
        return _explicit(opening, adjective.word if adjective else None, word, profession, mix, rng)
    template = opening + " a(n) {adjective} {profession}"
    text = Prompt(word, adjective.word if adjective else None, template).text
    return Caption(text, profession, mix)


def _profession(rng: random.Random) -> str:
    """Return a random profession, half the time by choosing a costume first.

    Otherwise costumes that only one profession wears would be rare.
    """
    places: dict[str, dict[str, str]] = read_design()["professions"]
    if rng.random() < 0.5:
        return rng.choice(list(places))
    costume = rng.choice(COSTUMES)
    return rng.choice([name for name, place in places.items() if place["costume"] == costume])


def _explicit(
    opening: str,
    adjective: str | None,
    word: str,
    profession: str | None,
    mix: Mix,
    rng: random.Random,
) -> Caption:
    """Return a caption that names the gender, the tone, or both."""
    tone_word, tone = rng.choice(_TONE_WORDS) if rng.random() < 0.4 else ("", None)
    gender = rng.choice(GENDERS) if tone is None or rng.random() < 0.5 else None
    if tone is not None:
        rest = (1 - EXPLICIT_CERTAINTY) / (len(TONES) - 1)
        certain = (EXPLICIT_CERTAINTY if i == tone else rest for i in range(len(TONES)))
        mix = replace(mix, tones=tuple(certain))
    if gender is not None:
        mix = _with_gender(mix, gender)
        adjectives = " ".join(filter(None, (tone_word, adjective)))
        person = Prompt(gender, adjectives or None, opening + " a(n) {adjective} {profession}").text
        work = Prompt(word, None, "working as a(n) {adjective} {profession}").text
        return Caption(f"{person} {work}", profession, mix)
    adjectives = " ".join(filter(None, (tone_word, adjective)))
    text = Prompt(word, adjectives, opening + " a(n) {adjective} {profession}").text
    return Caption(text, profession, mix)


def _with_gender(mix: Mix, gender: str) -> Mix:
    # An image of "a person" may show anyone: only woman and man change the mix.
    if gender == "person":
        return mix
    women = EXPLICIT_CERTAINTY if gender == "woman" else 1 - EXPLICIT_CERTAINTY
    return replace(mix, women=women, neutral=0.005)


def _unknown_word(rng: random.Random) -> str:
    """Return random letters or a shuffled profession, which are not in the vocabulary."""
    if rng.random() < 0.5:
        return "".join(rng.choices(string.ascii_lowercase, k=rng.randint(3, 12)))
    word = list(rng.choice(load_professions()).name.lower())
    rng.shuffle(word)
    return " ".join("".join(word).split()) or "x"


def logit(share: float) -> float:
    """Return the log odds of a share strictly between 0 and 1."""
    return math.log(share / (1 - share))


def training_words() -> tuple[str, ...]:
    """Return the texts from which the tokenizer learns words."""
    design = read_design()["professions"]
    texts = [Prompt(name, None).text for name in design]
    texts += [Prompt("author", adjective.word).text for adjective in load_adjectives()]
    texts += [random_caption(BUNDLED[0], random.Random(seed)).text for seed in range(3000)]
    texts += [
        text for axis in load_axes() for label in axis.labels for text in axis.captions(label)
    ]
    return (*texts, *(look.replace("-", " ") for look in (*COSTUMES, *OTHER_PORTRAITS)))
