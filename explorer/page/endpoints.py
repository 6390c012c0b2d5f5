"""The page's functions for programs: named, for Gradio's clients and through MCP.

Docstrings and types below are what programs are told, and docs/api.md is what people are. Gradio
reads a line for each argument.
"""

import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal

import gradio as gr
from gradio.events import api
from pydantic import ConfigDict, ValidationError, validate_call
from starlette.datastructures import QueryParams

from explorer.csv_files import Style, find_separator
from explorer.errors import ExplorerError, InvalidData, UnknownName
from explorer.findings.findings import Findings
from explorer.findings.tables import Row
from explorer.footprint.estimates import estimate_rows, of_study
from explorer.overview.shipped import adapter
from explorer.page.choice import ALL, COMPARE, EXPLORE, IMAGES, MOST_MODELS, Choice, parse
from explorer.page.events import visitor_of
from explorer.page.files import File, csv_text, for_people
from explorer.page.leaders import overviews
from explorer.page.running import begin_run
from explorer.page.tables import tables
from explorer.page.todo import place_of
from explorer.page.visitors import visitor
from explorer.perception.axes import GENDER
from explorer.translations import again
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.page.desk import Desk
    from explorer.page.runs import Run
    from explorer.study import Study

SETTINGS = (
    *("template", "guidance", "steps", "scheduler", "tone", "classifier", "gate", "year"),
    "country",
)
By = Literal["profession", "adjective", "cell"]
Separator = Literal["comma", "semicolon", "tab"]
TableName = Literal[
    "tallies",
    "tallies-by-adjective",
    "images",
    "comparison",
    "comparison-by-adjective",
    "gaps",
    "tones",
    "adjectives",
]
Given = dict[str, str | int | float]
_SECONDS = 0.7
_COUNTS = ("classified", "abstained", "filtered", "unclassified", "missing")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The functions, each under its own name."""

    desk: "Desk"

    def generate(
        self,
        request: gr.Request,
        models: list[str],
        professions: list[str],
        adjectives: list[str] | None = None,
        images: int = IMAGES,
        settings: Given | None = None,
    ) -> Iterator[Row]:
        """Generate and classify the missing images of a study, and tell the progress.

        Stored images are not generated again. Runs take turns.

        Args:
            request: the request, which Gradio adds.
            models: 1 to 4 models, such as "emoji-skewed".
            professions: professions; "all" for the 150 listed ones, "spread" for 30 of them.
            adjectives: adjectives; "none" for no adjective, "all" for none and the 20 listed ones.
            images: the number of images of each prompt, 1 to 1000.
            settings: further settings by name, such as "steps", "guidance", "template", "year".

        Returns:
            Several times stage, done, total and seconds_left; at last the counts of the study.
        """
        choice = _choice(EXPLORE, models, professions, adjectives, images, settings)
        who = visitor(request, self.desk.settings)
        runs, run = self.desk.runs, begin_run(self.desk, choice, who)
        with runs.watch(run, visitor_of(request)):
            while not run.over:
                yield _progress(run)
                runs.wait(run, _SECONDS)
        if run.error:
            raise run.error
        yield _counts(Findings(run.study, self.desk.store), run)

    def tallies(
        self,
        models: list[str],
        professions: list[str],
        adjectives: list[str] | None = None,
        images: int = IMAGES,
        by: By = "profession",
        settings: Given | None = None,
    ) -> list[Row]:
        """Count how stored images are perceived, with 95% intervals; nothing is generated.

        Args:
            models: 1 to 4 models, such as "emoji-skewed".
            professions: professions; "all" for the 150 listed ones, "spread" for 30 of them.
            adjectives: adjectives; "none" for no adjective, "all" for none and the 20 listed ones.
            images: the number of images of each prompt, 1 to 1000.
            by: what has a row: each profession, each adjective, or each of both (cell).
            settings: further settings by name, such as "tone", "gate", "classifier", "year".

        Returns:
            A row for each group, axis and label, as `explorer tally --json` writes it.
        """
        choice = _choice(EXPLORE, models, professions, adjectives, images, settings)
        return self._findings(choice).tally_rows(by, choice.year)

    def compare(
        self,
        models: list[str],
        professions: list[str],
        adjectives: list[str] | None = None,
        images: int = IMAGES,
        by: By = "profession",
        settings: Given | None = None,
    ) -> list[Row]:
        """Compare the first model with each other one on the same prompts and seeds.

        Args:
            models: 2 to 4 models, such as "emoji-skewed" and "emoji-even".
            professions: professions; "all" for the 150 listed ones, "spread" for 30 of them.
            adjectives: adjectives; "none" for no adjective, "all" for none and the 20 listed ones.
            images: the number of images of each prompt, 1 to 1000.
            by: what has a row: each profession, each adjective, or each of both (cell).
            settings: further settings by name, such as "tone", "gate", "classifier", "year".

        Returns:
            A row for each pair, group, axis and label, as `explorer compare --json` writes it.
        """
        choice = _choice(COMPARE, models, professions, adjectives, images, settings)
        return self._findings(choice).comparison_rows(by, choice.year)

    def overview(self, models: list[str]) -> list[Row]:
        """Tell how each model shows all 150 professions, with a summary of the model.

        Args:
            models: 1 to 4 models; those that ship with the tool need no images.

        Returns:
            For each model its summary, a line for each profession, and the adjectives' shifts.
        """
        found = overviews(self.desk, models)
        return [adapter().dump_python(one, mode="json") for one in found]

    def csv(  # noqa: PLR0913, PLR0917 - programs name them
        self,
        table: TableName,
        models: list[str],
        professions: list[str],
        adjectives: list[str] | None = None,
        images: int = IMAGES,
        readable: bool = False,  # noqa: FBT001, FBT002
        separator: Separator = "comma",
        byte_order_mark: bool = False,  # noqa: FBT001, FBT002
        settings: Given | None = None,
    ) -> str:
        """Return one table of findings as the text of a CSV file.

        Args:
            table: the table; gaps, tones and adjectives are about one model.
            models: 1 to 4 models, such as "emoji-skewed".
            professions: professions; "all" for the 150 listed ones, "spread" for 30 of them.
            adjectives: adjectives; "none" for no adjective, "all" for none and the 20 listed ones.
            images: the number of images of each prompt, 1 to 1000.
            readable: a dozen columns for people in place of all columns.
            separator: what stands between cells.
            byte_order_mark: begin with the mark by which Excel knows UTF-8.
            settings: further settings by name, such as "tone", "gate", "classifier", "year".

        Returns:
            The text, as `explorer tally --csv -` and its siblings write it.
        """
        asked = next(one for one in tables() if one.name == f"{table}.csv")
        choice = _choice(asked.default, models, professions, adjectives, images, settings)
        found, style = self._findings(choice), Style(find_separator(separator), byte_order_mark)
        file = File(asked.name, asked.rows(found, choice), asked.columns(found))
        return csv_text(for_people(file, asked.readable, style) if readable else file, style)

    def estimate(
        self,
        models: list[str],
        professions: list[str],
        adjectives: list[str] | None = None,
        images: int = IMAGES,
        settings: Given | None = None,
    ) -> list[Row]:
        """Estimate time, energy, emissions, money and precision of a study before it starts.

        Args:
            models: 1 to 4 models, such as "emoji-skewed".
            professions: professions; "all" for the 150 listed ones, "spread" for 30 of them.
            adjectives: adjectives; "none" for no adjective, "all" for none and the 20 listed ones.
            images: the number of images of each prompt, 1 to 1000.
            settings: further settings by name, such as "steps", "guidance", "country".

        Returns:
            A row for each model, as `explorer estimate --json` writes it.
        """
        choice = _choice(EXPLORE, models, professions, adjectives, images, settings)
        made = self._study(choice)
        place = place_of(self.desk, made.models, choice.country)
        place = replace(place, price_usd=self.desk.settings.price_usd)
        return estimate_rows(made, of_study(made, place))

    def _study(self, choice: Choice) -> "Study":
        return self.desk.study(choice)

    def _findings(self, choice: Choice) -> Findings:
        return Findings(self._study(choice), self.desk.store)


def lay_out(page: gr.Blocks, desk: "Desk") -> None:
    """Give the page its functions for programs, once for all languages."""
    made = Endpoints(desk)
    with page:
        for function in (
            *(made.generate, made.tallies, made.compare),
            *(made.overview, made.csv, made.estimate),
        ):
            api(_answering(function))


def answer_in_json(page: gr.Blocks) -> None:
    """Let MCP answer in JSON where it is served; Gradio's own answers are texts of Python."""
    if page.mcp_server_obj:
        vars(page.mcp_server_obj)["postprocess_output_data"] = _as_json


def _as_json(answers: list[object], _address: str) -> list[Any]:
    from mcp.types import TextContent

    texts = (one if isinstance(one, str) else json.dumps(one) for one in answers)
    return [TextContent(type="text", text=text) for text in texts]


def _answering(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function whose arguments are checked and whose errors become Gradio's."""
    checked = validate_call(config=ConfigDict(arbitrary_types_allowed=True))(function)
    # What is wrong is told by name; Gradio gives arguments by place.
    named = inspect.signature(function).bind

    @wraps(function)
    def answer(*given: Any) -> Any:
        with _told():
            return checked(**named(*given).arguments)

    @wraps(function)
    def stream(*given: Any) -> Iterator[Any]:
        with _told():
            yield from checked(**named(*given).arguments)

    return stream if inspect.isgeneratorfunction(function) else answer


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ExplorerError as error:
        raise gr.Error(str(error), print_exception=False) from error
    except ValidationError as error:
        raise gr.Error(_unfit(error), print_exception=False) from error


def _unfit(error: ValidationError) -> str:
    first = error.errors()[0]
    return _("{name} is {value!r:.80}: {reason}.").format(
        name=first["loc"][0], value=first["input"], reason=first["msg"]
    )


def _choice(
    default: Choice,
    models: list[str],
    professions: list[str],
    adjectives: list[str] | None,
    images: int,
    settings: Given | None,
) -> Choice:
    """Return the choice of a program; words and numbers are checked when it becomes a study."""
    least, most = len(default.models), MOST_MODELS if default in {EXPLORE, COMPARE} else 1
    if not least <= len(models) <= most:
        raise InvalidData(
            _("models names {number} models. Name {least} to {most}.").format(
                number=len(models), least=least, most=most
            )
        )
    given = settings or {}
    for name in given.keys() - set(SETTINGS):
        raise UnknownName("setting", name, SETTINGS)
    pairs = [(name, str(value)) for name, value in given.items()]
    return replace(
        parse(QueryParams(pairs), default),
        models=tuple(models),
        professions=tuple(professions),
        adjectives=(ALL,) if adjectives is None else tuple(adjectives),
        images=images,
    )


def _progress(run: "Run") -> Row:
    step = run.progress
    return {
        "stage": step.stage if step else "waiting",
        "done": step.done if step else 0,
        "total": step.total if step else run.study.size,
        "seconds_left": step.seconds_left if step else None,
    }


def _counts(found: Findings, run: "Run") -> Row:
    """Return the counts of all images of a study, by what became of them."""
    tallied = found.tallies("profession", GENDER)
    return {
        "stage": "stopped" if run.stopped else "over",
        "images": run.study.size,
        **{name: sum(getattr(one, name) for one in tallied) for name in _COUNTS},
        "usd": run.spent.usd,
        "told": [again(text) for text in run.told],
    }
