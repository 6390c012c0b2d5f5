"""The options that several commands share, and how they become a study."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_type_hints

import typer

from explorer.errors import UnknownName
from explorer.models.catalog import ModelCard, find_model
from explorer.perception.axes import find_axis, load_axes
from explorer.study import Study
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

Models = Annotated[
    list[str],
    typer.Option(
        "--model",
        metavar="NAME",
        help="A name that `models` lists, a hub id 'owner/name', or a model folder; repeatable.",
    ),
]
CacheFolder = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        metavar="DIR",
        help="Folder of images and index.  [env: EXPLORER_CACHE; default: cache]",
    ),
]


Year = Annotated[int, typer.Option("--year", metavar="YEAR", help="Year of the labour statistics.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The words of the prompts, the images of each, and the axes that they are classified on."""

    profession: Annotated[
        list[str],
        typer.Option(metavar="NAME", help="A listed profession, or 'all' of them; repeatable."),
    ] = field(default_factory=list)
    own_profession: Annotated[
        list[str], typer.Option(metavar="NAME", help="A profession that is not listed; repeatable.")
    ] = field(default_factory=list)
    adjective: Annotated[
        list[str],
        typer.Option(
            metavar="WORD",
            help="A listed adjective, 'none', or 'all' for none and all 20; repeatable.  "
            "[default: all]",
        ),
    ] = field(default_factory=list)
    own_adjective: Annotated[
        list[str], typer.Option(metavar="WORD", help="An adjective that is not listed; repeatable.")
    ] = field(default_factory=list)
    images: Annotated[int, typer.Option(metavar="N", help="Images per prompt, 1 to 1000.")] = 9
    axis: Annotated[
        list[str],
        typer.Option(
            metavar="NAME",
            help="'gender', 'tone', 'pixel-tone' (skin tone measured in pixels) or 'subject' (what "
            "the image shows); repeatable.  [default: gender and tone]",
        ),
    ] = field(default_factory=list)
    template: Annotated[
        str, typer.Option(metavar="TEXT", help="The prompt; a(n) becomes a or an.")
    ] = TEMPLATE
    classifier: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The classifier: 'emoji-clip', or 'MODEL/WEIGHTS' of open_clip; 'face:NAME' shows "
            "it the face alone, 'face' does so with the model's own.  [default: the model's own]",
        ),
    ] = None
    gate: Annotated[
        bool,
        typer.Option(
            "--gate",
            help="Classify only images of one person, and count what the others show as reasons.",
        ),
    ] = False

    def study(self, models: Sequence[ModelCard]) -> Study:
        """Return the study, every name looked up."""
        return Study(
            models=tuple(models),
            professions=tuple(dict.fromkeys(self._professions())),
            adjectives=tuple(dict.fromkeys(self._adjectives())),
            images=self.images,
            axes=tuple(map(find_axis, dict.fromkeys(self.axis))) or load_axes(),
            template=self.template,
            classifier=self.classifier,
            gate=self.gate,
        )

    def _professions(self) -> Iterator[str]:
        for name in self.profession:
            if name == ALL:
                yield from (profession.name for profession in load_professions())
            else:
                yield _profession(name)
        yield from (own_profession(name).name for name in self.own_profession)

    def _adjectives(self) -> Iterator[str | None]:
        for word in self.adjective or ([] if self.own_adjective else [ALL]):
            if word in {ALL, NONE}:
                yield None
            if word == ALL:
                yield from (adjective.word for adjective in load_adjectives())
            elif word != NONE:
                yield _adjective(word)
        yield from (own_adjective(word).word for word in self.own_adjective)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Changed settings of the models; None keeps the model's own."""

    guidance: Annotated[float | None, typer.Option(metavar="X", help="The guidance scale.")] = None
    steps: Annotated[int | None, typer.Option(metavar="N", help="Denoising steps.")] = None
    scheduler: Annotated[
        str | None, typer.Option(metavar="NAME", help="The scheduler, for example 'ddim'.")
    ] = None
    size: Annotated[int | None, typer.Option(metavar="PX", help="Width and height in pixels.")] = (
        None
    )

    def cards(self, names: Sequence[str], settings: "Settings") -> list[ModelCard]:
        """Return the models of these names, with the changed settings."""
        return [find_model(name, settings.device, **asdict(self)) for name in names]


def _profession(name: str) -> str:
    if found := known_profession(name):
        return found.name
    known = (profession.name for profession in load_professions())
    remedy = "professions.json lists them all; give one of your own with --own-profession."
    raise UnknownName("profession", name, known, remedy)


def _adjective(word: str) -> str:
    if found := known_adjective(word):
        return found.word
    known = (adjective.word for adjective in load_adjectives())
    remedy = "adjectives.json lists them all; give one of your own with --own-adjective."
    raise UnknownName("adjective", word, known, remedy)


_NAMED = inspect.Parameter.KEYWORD_ONLY


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command one option for each field of its dataclass parameters.

    Typer has no groups of options: without this each command would list them all again.
    """
    hints = get_type_hints(command, include_extras=True)
    del hints["return"]
    groups = {
        name: hint for name, hint in hints.items() if isinstance(hint, type) and is_dataclass(hint)
    }

    def spread_out(**given: object) -> None:
        grouped = {
            name: group(**{option.name: given.pop(option.name) for option in fields(group)})
            for name, group in groups.items()
        }
        command(**given, **grouped)

    parameters = [
        parameter
        for name, hint in hints.items()
        for parameter in (
            _options(hint)
            if name in groups
            else [inspect.signature(command).parameters[name].replace(annotation=hint, kind=_NAMED)]
        )
    ]
    spread_out.__name__, spread_out.__doc__ = command.__name__, command.__doc__
    spread_out.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    spread_out.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return spread_out


def _options(group: type) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            option.name,
            _NAMED,
            default=option.default if option.default_factory is MISSING else [],
            annotation=hints[option.name],
        )
        for option in fields(group)
    ]
