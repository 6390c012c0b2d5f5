"""A person's choice, and its form in the address bar.

A link holds the whole choice, so that it can be cited and opens the same view again:
`?model=emoji-skewed&profession=author&adjectives=none,honest&images=9`. Defaults replace what
is left out, and the way of measuring is included only where it differs from them:
`&tone=pixels&gate=on&year=2021`. Words that people add may contain a comma and a space, so each has
its own parameter, and so has each figure of a reference that they upload:
`&reference=author:0.4&reference=nurse:0.9`.
"""

from dataclasses import dataclass
from functools import cache, partial
from itertools import groupby
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode

from explorer.classifiers.find import FACE
from explorer.errors import InvalidData, NotChosen, OutOfRange, UnknownName
from explorer.findings.instruments import PIXEL_TONE, TONE
from explorer.perception.axes import GENDER, find_axis
from explorer.study import Study
from explorer.translations import gettext as _
from explorer.words.prompts import TEMPLATE
from explorer.words.references import checked_references, checked_year, labour_references
from explorer.words.vocabulary import (
    DEFAULT_YEAR,
    evenly,
    load_adjectives,
    load_professions,
    own_adjective,
    own_profession,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from explorer.models.catalog import ModelCard
    from explorer.words.references import Reference
    from explorer.words.vocabulary import Profession

ALL = "all"
NONE = "none"
SPREAD = "spread"
SPREAD_OVER = 30
IMAGES = 9
CAPTIONS, PIXELS = "captions", "pixels"
ON, OFF = "on", "off"
# The tabs of a view of images.
IMAGES_TAB, AVERAGE, NEIGHBOURS, STATISTICS = "images", "average", "neighbours", "statistics"
TABS = (IMAGES_TAB, AVERAGE, NEIGHBOURS, STATISTICS)
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Choice:
    """A person's choice; words and numbers are unchecked until it becomes a study.

    `models` holds two to four names in Compare, and one name elsewhere. `professions`
    holds names, `ALL` for those of the list and `SPREAD` for thirty of them. `adjectives` holds
    words, `NONE` for the prompt without one, and `ALL` for that and the twenty adjectives. Settings
    that are None are the model's defaults. `reference` holds a person's own shares of women by
    profession; if it is empty, the labour statistics of `year` are used. `tone` is CAPTIONS or
    PIXELS. `classifier` is FACE if the classifier is shown the face only, None if it is shown the
    image. With `gate`, only images of one person get an answer. `country` is where the electricity
    of a run comes from, empty for that of the settings. `tab`, one of TABS, is the part shown.
    `near` is the beginning of the key of an image whose neighbours are shown, empty for none.
    """

    models: tuple[str, ...]
    professions: tuple[str, ...] = ("author",)
    adjectives: tuple[str, ...] = (ALL,)
    images: int = IMAGES
    template: str = TEMPLATE
    guidance: float | None = None
    steps: int | None = None
    scheduler: str | None = None
    tone: str = CAPTIONS
    classifier: str | None = None
    gate: bool = False
    year: int = DEFAULT_YEAR
    reference: tuple[tuple[str, float], ...] = ()
    country: str = ""
    tab: str = IMAGES_TAB
    near: str = ""


EXPLORE = Choice(("emoji-skewed",))
COMPARE = Choice(("emoji-skewed", "emoji-even"))
GAPS = Choice(("emoji-skewed",), ("author", "nurse"))
# The path of the view that opens with each of these.
VIEWS = {EXPLORE: "explore", COMPARE: "compare", GAPS: "gaps"}
# The axis of each way of measuring skin tone.
_TONES = {CAPTIONS: TONE, PIXELS: PIXEL_TONE}
# Where several models are compared, the first two are always named.
_SEVERAL = ("left", "right", "third", "fourth")
MOST_MODELS = len(_SEVERAL)


class Parameters(Protocol):
    """The parameters of an address; several may share a name."""

    def getlist(self, key: str, /) -> list[str]:
        """Return every value of that name, in order."""
        ...


def parse(parameters: Parameters, default: Choice) -> Choice:
    """Read a choice from an address.

    Args:
        parameters: the query of the address.
        default: replaces what the address leaves out; has as many models as the view.

    Raises:
        InvalidData: a number is not a number.
        OutOfRange: a number is not whole, or there are no labour statistics for the year.
        UnknownName: there is no such way of measuring.
    """
    said = partial(said_in, parameters)
    guidance, steps = said("guidance", ""), said("steps", "")
    return Choice(
        models=_models(said, default),
        professions=_split(parameters.getlist("profession"), _listed_professions())
        or default.professions,
        adjectives=_split(parameters.getlist("adjectives"), _listed_adjectives())
        or default.adjectives,
        images=whole_in("images", said("images", str(default.images))),
        template=said("template", default.template),
        guidance=_number("guidance", guidance) if guidance else None,
        steps=whole_in("steps", steps) if steps else None,
        scheduler=said("scheduler", "") or None,
        tone=_one_of("tone", said("tone", default.tone), (CAPTIONS, PIXELS)),
        classifier=_one_of("classifier", said("classifier", ""), ("", FACE)) or None,
        gate=_one_of("gate", said("gate", OFF), (OFF, ON)) == ON,
        year=checked_year(whole_in("year", said("year", str(default.year)))),
        reference=tuple(map(_figure, parameters.getlist("reference"))),
        country=said("country", default.country),
        tab=_one_of("tab", said("tab", default.tab), TABS),
        near=said("near", default.near),
    )


def _names(choice: Choice) -> tuple[str, ...]:
    return _SEVERAL if len(choice.models) > 1 else ("model",)


def _models(said: "Callable[[str, str], str]", default: Choice) -> tuple[str, ...]:
    usual = [*default.models, *[""] * MOST_MODELS]
    named = (said(name, other) for name, other in zip(_names(default), usual, strict=False))
    return tuple(filter(None, named))


def said_in(parameters: Parameters, name: str, otherwise: str) -> str:
    """Return the last text that an address gives for a name, else the one that stands for it."""
    values = parameters.getlist(name)
    return values[-1] if values and values[-1].strip() else otherwise


def whole_in(name: str, text: str) -> int:
    """Return a whole number of an address.

    Raises:
        OutOfRange: the text is no whole number, or has more digits than any setting.
    """
    # Python reads no number of thousands of digits.
    if not text.strip().isdecimal() or len(text.strip()) > _DIGITS:
        raise OutOfRange(
            _("{name} is {text!r:.80} in the address. Give a whole number above 0.").format(
                name=name, text=text
            )
        )
    return int(text)


def address(choice: Choice) -> str:
    """Return the query of a choice's address, "?" included."""
    pairs = [
        *zip(_names(choice), choice.models, strict=False),
        *(("profession", words) for words in _joined(choice.professions, _listed_professions())),
        *(("adjectives", words) for words in _joined(choice.adjectives, _listed_adjectives())),
        ("images", choice.images),
        ("template", choice.template if choice.template != TEMPLATE else None),
        ("guidance", None if choice.guidance is None else f"{choice.guidance:g}"),
        ("steps", choice.steps),
        ("scheduler", choice.scheduler),
        ("tone", choice.tone if choice.tone != CAPTIONS else None),
        ("classifier", choice.classifier),
        ("gate", ON if choice.gate else None),
        ("year", choice.year if choice.year != DEFAULT_YEAR else None),
        ("country", choice.country or None),
        ("tab", choice.tab if choice.tab != IMAGES_TAB else None),
        ("near", choice.near or None),
        *(("reference", f"{name}:{share!r}") for name, share in choice.reference),
    ]
    return "?" + urlencode([pair for pair in pairs if pair[1] is not None], safe=",/:")


def prompt_count(choice: Choice) -> int:
    """Return the number of prompts of all models; none of them is built."""
    professions = {ALL: len(load_professions()), SPREAD: SPREAD_OVER}
    adjectives = {ALL: 1 + len(load_adjectives())}
    return (
        len(choice.models)
        * sum(professions.get(name, 1) for name in set(choice.professions))
        * sum(adjectives.get(word, 1) for word in set(choice.adjectives))
    )


def study(choice: Choice, find_model: "Callable[..., ModelCard]", device: str) -> Study:
    """Return the study of a choice, with every part checked.

    Args:
        choice: words and numbers, unchecked.
        find_model: explorer.models.catalog.find_model or a stand-in.
        device: where images would be generated.

    Raises:
        InputError: something chosen does not exist or lies outside its limits.
        ModelError: a model's folder cannot be used.
    """
    return Study(
        models=tuple(_card(name, choice, find_model, device) for name in choice.models),
        professions=tuple(profession.name for profession in professions(choice)),
        adjectives=_adjectives(choice.adjectives),
        images=choice.images,
        axes=(find_axis(GENDER), find_axis(_TONES[choice.tone])),
        template=choice.template,
        classifier=choice.classifier,
        gate=choice.gate,
    )


def professions(choice: Choice) -> "tuple[Profession, ...]":
    """Return the chosen professions; those that people add have no statistics.

    Raises:
        NotChosen: none is chosen.
        InvalidData: a word is unusable.
    """
    names: list[str] = []
    for name in choice.professions:
        if name == ALL:
            names += [listed.name for listed in load_professions()]
        elif name == SPREAD:
            names += _spread()
        else:
            names.append(own_profession(name).name)
    if not names:
        raise NotChosen(_("No profession is chosen. Choose at least one."))
    return tuple(own_profession(name) for name in dict.fromkeys(names))


def profession(choice: Choice) -> "Profession":
    """Return the only profession of a view that shows one.

    Raises:
        NotChosen: none is chosen.
        InvalidData: several are chosen, or the word is unusable.
    """
    first, *others = professions(choice)
    if others:
        raise InvalidData(
            _(
                "{number} professions are chosen, {first!r} and others. Explore shows one at a "
                "time: choose one, or see several of them in Compare."
            ).format(number=1 + len(others), first=first.name)
        )
    return first


def references(choice: Choice) -> "dict[str, Reference]":
    """Return the reference shares of women: the person's own figures, or the labour statistics.

    Raises:
        InvalidData: a figure is of an unknown profession, given twice, or outside 0..1.
    """
    if not choice.reference:
        return labour_references(choice.year)
    figures = ((name, repr(share), _("The reference")) for name, share in choice.reference)
    return checked_references(figures, (own.name for own in professions(choice)))


def held_professions() -> dict[str, list[str]]:
    """Return the contents of each group of professions, other groups included."""
    spread = list(_spread())
    return {ALL: [SPREAD, *(one.name for one in load_professions())], SPREAD: spread}


def held_adjectives() -> dict[str, list[str]]:
    """Return the contents of the group of adjectives."""
    return {ALL: [NONE, *(one.word for one in load_adjectives())]}


def _card(
    name: str, choice: Choice, find_model: "Callable[..., ModelCard]", device: str
) -> "ModelCard":
    return find_model(
        name,
        device,
        steps=choice.steps,
        guidance=choice.guidance,
        scheduler=choice.scheduler,
    )


def _adjectives(words: "Iterable[str]") -> tuple[str | None, ...]:
    chosen: list[str | None] = []
    for word in words:
        if word == ALL:
            chosen += [None, *(adjective.word for adjective in load_adjectives())]
        elif word == NONE:
            chosen.append(None)
        else:
            chosen.append(own_adjective(word).word)
    if not chosen:
        raise NotChosen(_("No adjective is chosen. Choose at least one, or 'no adjective'."))
    return tuple(dict.fromkeys(chosen))


def _spread() -> tuple[str, ...]:
    """Return thirty professions with fitting statistics, from the fewest women to the most.

    The default year decides, so that every year has the same professions.
    """
    known = {name: one for name, one in labour_references(DEFAULT_YEAR).items() if one.trusted}
    return evenly(sorted(known, key=lambda name: known[name].share), SPREAD_OVER)


@cache
def _listed_professions() -> "Mapping[str, str]":
    return _by_case(ALL, SPREAD, *(profession.name for profession in load_professions()))


@cache
def _listed_adjectives() -> "Mapping[str, str]":
    return _by_case(ALL, NONE, *(adjective.word for adjective in load_adjectives()))


def _by_case(*names: str) -> dict[str, str]:
    return {name.casefold(): name for name in names}


def _joined(words: "Iterable[str]", listed: "Mapping[str, str]") -> list[str]:
    runs = [(known, list(run)) for known, run in groupby(words, set(listed.values()).__contains__)]
    return [text for known, run in runs for text in ([",".join(run)] if known else run)]


def _split(values: "Iterable[str]", listed: "Mapping[str, str]") -> tuple[str, ...]:
    """Return the words of a parameter's values; listed ones as they are listed.

    A value is a list if all of its parts are listed, or some are and no space follows a comma: in
    "nurse, retired", the comma belongs to the word.
    """
    words: list[str] = []
    for value in values:
        parts = [part for part in value.split(",") if part.strip()]
        known = [part.strip().casefold() in listed for part in parts]
        is_list = any(known) and (all(known) or ", " not in value.strip())
        words += parts if is_list else [value]
    named = (word.strip() for word in words)
    return tuple(dict.fromkeys(listed.get(word.casefold(), word) for word in named if word))


def _figure(text: str) -> tuple[str, float]:
    name, _colon, share = text.rpartition(":")
    return name, _number(_("The reference of {profession!r}").format(profession=name), share)


def _one_of(name: str, text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        raise UnknownName(f"{name} in the address:", text, filter(None, known))
    return text


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidData(
            _("{name} is {text!r:.80} in the address. Give a number.").format(name=name, text=text)
        ) from None
