"""What is shown, and how the address bar says it.

A link holds everything that was chosen, so that it can be cited and opened into the same state:
`?model=emoji-skewed&profession=author&adjectives=none,honest&images=9`. What is not said is the
default. Words that people add themselves may hold commas, so each stands in a parameter of its own.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode

from explorer.errors import InvalidData, OutOfRange
from explorer.study import Study
from explorer.words.prompts import TEMPLATE
from explorer.words.vocabulary import load_adjectives, own_adjective, own_profession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from explorer.pictures.catalog import ModelCard
    from explorer.words.vocabulary import Profession

ALL = "all"
NONE = "none"
IMAGES = 9


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose; unchecked until it becomes a study.

    `models` holds one name in Explore, the left and the right one in Compare. `adjectives` holds
    words, `NONE` for the prompt without one and `ALL` for that and the twenty adjectives. A None
    leaves the model's own setting.
    """

    models: tuple[str, ...]
    profession: str = "author"
    adjectives: tuple[str, ...] = (ALL,)
    images: int = IMAGES
    template: str = TEMPLATE
    guidance: float | None = None
    steps: int | None = None
    scheduler: str | None = None


EXPLORE = Choice(("emoji-skewed",))
COMPARE = Choice(("emoji-skewed", "emoji-even"))
_NAMES = {1: ("model",), 2: ("left", "right")}


class Parameters(Protocol):
    """The parameters of an address; several may share a name."""

    def getlist(self, key: str, /) -> list[str]:
        """Return every value of that name, in order."""
        ...


def parse(parameters: Parameters, default: Choice) -> Choice:
    """Read a choice from an address.

    Args:
        parameters: the query of the address.
        default: what an address leaves unsaid; says also how many models there are.

    Raises:
        InvalidData: a number is not a number.
    """

    def said(name: str, otherwise: str) -> str:
        values = parameters.getlist(name)
        return values[-1] if values and values[-1].strip() else otherwise

    names = zip(_NAMES[len(default.models)], default.models, strict=True)
    guidance, steps = said("guidance", ""), said("steps", "")
    return Choice(
        models=tuple(said(name, otherwise) for name, otherwise in names),
        profession=said("profession", default.profession),
        adjectives=_split(parameters.getlist("adjectives")) or default.adjectives,
        images=_whole("images", said("images", str(default.images))),
        template=said("template", default.template),
        guidance=_number("guidance", guidance) if guidance else None,
        steps=_whole("steps", steps) if steps else None,
        scheduler=said("scheduler", "") or None,
    )


def address(choice: Choice) -> str:
    """Write a choice as the query of an address, "?" included."""
    pairs = [
        *zip(_NAMES[len(choice.models)], choice.models, strict=True),
        ("profession", choice.profession),
        *(("adjectives", words) for words in _joined(choice.adjectives)),
        ("images", choice.images),
        ("template", choice.template if choice.template != TEMPLATE else None),
        ("guidance", None if choice.guidance is None else f"{choice.guidance:g}"),
        ("steps", choice.steps),
        ("scheduler", choice.scheduler),
    ]
    return "?" + urlencode([pair for pair in pairs if pair[1] is not None], safe=",/")


def study(choice: Choice, find_model: "Callable[..., ModelCard]", device: str) -> Study:
    """Turn a choice into a study, checking every part of it.

    Args:
        choice: what was chosen.
        find_model: explorer.pictures.catalog.find_model or a stand-in.
        device: where it would be drawn.

    Raises:
        InputError: something chosen does not exist or lies outside its limits.
        ModelError: a model's folder cannot be used.
    """
    return Study(
        models=tuple(_card(name, choice, find_model, device) for name in choice.models),
        professions=(profession(choice).name,),
        adjectives=_adjectives(choice.adjectives),
        images=choice.images,
        template=choice.template,
    )


def profession(choice: Choice) -> "Profession":
    """Return the chosen profession: one of the list, or the person's own without statistics."""
    return own_profession(choice.profession)


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
        raise InvalidData("No adjective is chosen. Choose at least one, or 'No adjective'.")
    return tuple(dict.fromkeys(chosen))


def _listed() -> frozenset[str]:
    return frozenset({ALL, NONE, *(adjective.word for adjective in load_adjectives())})


def _joined(words: "Iterable[str]") -> list[str]:
    listed = _listed()
    runs = [(known, list(run)) for known, run in groupby(words, listed.__contains__)]
    return [text for known, run in runs for text in ([",".join(run)] if known else run)]


def _split(values: "Iterable[str]") -> tuple[str, ...]:
    listed = _listed()
    words: list[str] = []
    for value in values:
        parts = [part.strip() for part in value.split(",")]
        words += parts if listed.issuperset(parts) else [value.strip()]
    return tuple(dict.fromkeys(word for word in words if word))


def _whole(name: str, text: str) -> int:
    if not text.strip().isdecimal():
        raise OutOfRange(f"{name} is {text!r} in the address. Give a whole number above 0.")
    return int(text)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidData(f"{name} is {text!r} in the address. Give a number.") from None
