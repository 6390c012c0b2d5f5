"""The options that several commands share, and how they become a study."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import CoercionError, Parameter, Token

from explorer.cli.output import say
from explorer.environment import checked_dollars
from explorer.errors import InvalidData, UnknownName
from explorer.models.catalog import ModelCard, find_model
from explorer.models.hub import start
from explorer.perception.axes import find_axis, load_axes
from explorer.study import Study
from explorer.translations import gettext as _
from explorer.words.prompts import TEMPLATE
from explorer.words.vocabulary import (
    known_adjective,
    known_profession,
    load_adjectives,
    load_professions,
    own_adjective,
    own_profession,
)

if TYPE_CHECKING:
    from explorer.settings import Settings

ALL = "all"
NONE = "none"


def _whole(_kind: object, tokens: Sequence[Token]) -> int:
    """Return the last number given; cyclopts would round 1.5 to 2 without a word."""
    try:
        return int(tokens[-1].value)
    except ValueError as error:
        raise CoercionError(token=tokens[-1], target_type=int) from error


Whole = Annotated[int, Parameter(converter=_whole)]
Model = Annotated[str, Parameter(help=_("The model."))]
Models = Annotated[
    tuple[str, ...],
    Parameter(
        name="--model",
        metavar="NAME",
        help=_(
            "A name that `models` lists, a hub id 'owner/name' or 'owner/name@commit', a model "
            "folder, or a service's 'openai:MODEL' or 'hf:PROVIDER/OWNER/NAME'; repeatable."
        ),
    ),
]
Year = Annotated[Whole, Parameter(metavar="YEAR", help=_("Year of the labour statistics."))]
Price = Annotated[
    float | None,
    Parameter(
        metavar="USD",
        help=_("The price of an image of a service."),
        show_default=_("the listed one"),
    ),
]
CacheFolder = Annotated[
    Path | None,
    Parameter(
        metavar="DIR",
        help=_("Folder of images and index.  [env: EXPLORER_CACHE; default: cache]"),
    ),
]
Country = Annotated[
    str | None,
    Parameter(
        metavar="NAME",
        help=_("The country: a name or its three letters.  [env: EXPLORER_COUNTRY]"),
    ),
]
Region = Annotated[
    str | None,
    Parameter(
        metavar="NAME",
        help=_(
            "A part of a country or a cloud region: 'california', 'gcp/us-central1'.  "
            "[env: EXPLORER_REGION]"
        ),
    ),
]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The words of the prompts, the images of each, and the axes that they are classified on."""

    profession: Annotated[
        tuple[str, ...],
        Parameter(metavar="NAME", help=_("A listed profession, or 'all' of them; repeatable.")),
    ] = ()
    own_profession: Annotated[
        tuple[str, ...],
        Parameter(metavar="NAME", help=_("A profession that is not listed; repeatable.")),
    ] = ()
    adjective: Annotated[
        tuple[str, ...],
        Parameter(
            metavar="WORD",
            help=_("A listed adjective, 'none', or 'all' for none and all 20; repeatable."),
            show_default="all",
        ),
    ] = ()
    own_adjective: Annotated[
        tuple[str, ...],
        Parameter(metavar="WORD", help=_("An adjective that is not listed; repeatable.")),
    ] = ()
    images: Annotated[Whole, Parameter(metavar="N", help=_("Images per prompt, 1 to 1000."))] = 9
    axis: Annotated[
        tuple[str, ...],
        Parameter(
            metavar="NAME",
            help=_(
                "'gender', 'tone', 'pixel-tone' (skin tone measured in pixels) or 'subject' "
                "(what the image shows); repeatable."
            ),
            show_default=_("gender and tone"),
        ),
    ] = ()
    template: Annotated[
        str, Parameter(metavar="TEXT", help=_("The prompt; a(n) becomes a or an."))
    ] = TEMPLATE
    classifier: Annotated[
        str | None,
        Parameter(
            metavar="NAME",
            help=_(
                "The classifier: 'emoji-clip', or 'MODEL/WEIGHTS' of open_clip; 'face:NAME' "
                "shows it the face alone, 'face' does so with the model's own."
            ),
            show_default=_("the model's own"),
        ),
    ] = None
    gate: Annotated[
        bool,
        Parameter(
            help=_("Classify only images of one person, and count what the others show as reasons.")
        ),
    ] = False

    def study(self, models: Sequence[ModelCard]) -> Study:
        """Return the study, every name looked up."""
        return Study(
            models=tuple(models),
            professions=self.professions,
            adjectives=tuple(dict.fromkeys(self._adjectives())),
            images=self.images,
            axes=tuple(map(find_axis, dict.fromkeys(self.axis))) or load_axes(),
            template=self.template,
            classifier=self.classifier,
            gate=self.gate,
        )

    @property
    def professions(self) -> tuple[str, ...]:
        """The professions, every name looked up."""
        return tuple(dict.fromkeys(self._professions()))

    def of_all(self) -> "Asked":
        """Return the same of all listed professions, unless some are named."""
        named = self.profession or self.own_profession
        return self if named else replace(self, profession=(ALL,))

    def one_axis(self, usual: str) -> str:
        """Return the one axis asked about, or the usual one if none is named.

        Raises:
            InvalidData: several are named.
        """
        named = dict.fromkeys(find_axis(name).name for name in self.axis or (usual,))
        if len(named) > 1:
            pattern = _("--axis is {axes}. Ask about one of them at a time.")
            raise InvalidData(pattern.format(axes=", ".join(map(repr, named))))
        return next(iter(named))

    def _professions(self) -> Iterator[str]:
        for name in self.profession:
            if name.casefold() == ALL:
                yield from (profession.name for profession in load_professions())
            else:
                yield _profession(name)
        yield from (own_profession(name).name for name in self.own_profession)

    def _adjectives(self) -> Iterator[str | None]:
        for given in self.adjective or (() if self.own_adjective else (ALL,)):
            word = given.casefold()
            if word in {ALL, NONE}:
                yield None
            if word == ALL:
                yield from (adjective.word for adjective in load_adjectives())
            elif word != NONE:
                yield _adjective(given)
        yield from (own_adjective(word).word for word in self.own_adjective)


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Changed settings of the models; None keeps the model's own."""

    guidance: Annotated[float | None, Parameter(metavar="X", help=_("The guidance scale."))] = None
    steps: Annotated[Whole | None, Parameter(metavar="N", help=_("Denoising steps."))] = None
    scheduler: Annotated[
        str | None, Parameter(metavar="NAME", help=_("The scheduler, for example 'ddim'."))
    ] = None
    size: Annotated[
        Whole | None, Parameter(metavar="PX", help=_("Width and height in pixels."))
    ] = None
    precision: Annotated[
        str | None,
        Parameter(
            metavar="TYPE",
            help=_(
                "The number format: 'float32', 'float16' or 'bfloat16'. Where images come out "
                "black, 'float32' helps."
            ),
        ),
    ] = None

    quality: Annotated[
        str | None,
        Parameter(metavar="WORD", help=_("The quality of a service: 'low', 'medium', 'high' ...")),
    ] = None

    def cards(self, names: Sequence[str], settings: "Settings") -> list[ModelCard]:
        """Return the models of these names, with the changed settings."""
        return [
            find_model(name, settings.device, cache=settings.cache, **asdict(self))
            for name in names
        ]

    def start(self, names: Sequence[str], settings: "Settings") -> list[ModelCard]:
        """Return the models of a study that starts, of fixed versions; say which have moved on."""
        for remark in start((card.spec for card in self.cards(names, settings)), settings.cache):
            say(remark)
        return self.cards(names, settings)


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What services that generate images may cost."""

    max_cost: Annotated[
        float | None,
        Parameter(
            metavar="USD",
            help=_("The most to spend on images of services; without it, nothing is spent."),
        ),
    ] = None
    price: Price = None

    def applied(self, settings: "Settings") -> "Settings":
        """Return the settings with these amounts, where they are given."""
        if self.max_cost is not None:
            settings = replace(settings, max_cost_usd=checked_dollars("--max-cost", self.max_cost))
        if self.price is not None:
            settings = replace(settings, price_usd=checked_dollars("--price", self.price))
        return settings


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """Where the electricity of a run comes from, and whether its energy is measured."""

    country: Country = None
    region: Region = None
    pue: Annotated[
        float | None,
        Parameter(
            metavar="X",
            help=_("The overhead of the data centre (PUE), from 1.  [env: EXPLORER_PUE]"),
            show_default="1",
        ),
    ] = None
    no_meter: Annotated[
        bool, Parameter(help=_("Do not measure the energy.  [env: EXPLORER_METER=off]"))
    ] = False

    def applied(self, settings: "Settings") -> "Settings":
        """Return the settings with these, where they are given."""
        if self.country or self.region:
            settings = replace(settings, country=self.country, region=self.region)
        if self.pue is not None:
            settings = replace(settings, pue=self.pue)
        return replace(settings, meter=settings.meter and not self.no_meter)


def _profession(name: str) -> str:
    if found := known_profession(name):
        return found.name
    known = (profession.name for profession in load_professions())
    remedy = _("professions.json lists them all; give one of your own with --own-profession.")
    raise UnknownName("profession", name, known, remedy)


def _adjective(word: str) -> str:
    if found := known_adjective(word):
        return found.word
    known = (adjective.word for adjective in load_adjectives())
    remedy = _("adjectives.json lists them all; give one of your own with --own-adjective.")
    raise UnknownName("adjective", word, known, remedy)
