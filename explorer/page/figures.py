"""The charts of a view as files, SVG and PNG, with their source and a link.

Both are drawn from the numbers of the page.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.routing import Route

from explorer import __version__
from explorer.errors import InvalidData
from explorer.findings.findings import Findings
from explorer.page import figure_parts, overview, pronoun_findings, report
from explorer.page.choice import COMPARE, EXPLORE, GAPS, address, parse, professions
from explorer.page.file_names import dated_name, file_name
from explorer.page.files import Download, sent
from explorer.page.languages import folder
from explorer.page.navigation import PATHS, view_address
from explorer.page.previews import root_of
from explorer.page.shared import bundled_warning
from explorer.plots.drawing import MEDIA, draw
from explorer.pronouns.source import BUNDLED
from explorer.report.charts import charts
from explorer.translations import current
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.plots.drawing import Part

    Parts = Callable[[Desk, Choice, Findings], list[Part]]
    WordParts = Callable[[Desk, pronoun_findings.Session], list[Part]]


@dataclass(frozen=True, slots=True)
class Figure:
    """The charts of a file, and what is told below them.

    `source` and `notes` are sentences, `view` is the address that shows the charts, and `name` that
    of the file without its ending.
    """

    parts: "Sequence[Part]"
    source: str
    notes: "Sequence[str]"
    view: str
    name: "Callable[[str], str]"


Make = Callable[["Desk", QueryParams], Figure]


def figure_routes(desk: "Desk") -> list[Route]:
    """Return the routes of the charts."""
    made: dict[str, Make] = {
        **{
            kind: partial(_of_study, kind, default, parts)
            for kind, default, parts in (
                ("shares", EXPLORE, figure_parts.shares),
                ("rows", EXPLORE, figure_parts.rows),
                ("clusters", EXPLORE, figure_parts.clusters),
                ("differences", COMPARE, figure_parts.differences),
                ("diversity", EXPLORE, figure_parts.diversity),
                ("gaps", GAPS, figure_parts.gap_rows),
                ("cloud", GAPS, figure_parts.cloud),
                ("tones", GAPS, figure_parts.tones),
                ("adjectives", GAPS, figure_parts.adjectives),
            )
        },
        "overview": _of_overview,
        "pronoun-cloud": partial(_of_words, "pronoun-cloud", figure_parts.pronoun_cloud),
        "pronoun-shares": partial(_of_words, "pronoun-shares", figure_parts.pronoun_shares),
        "card": _of_card,
    }
    # A chart of all professions takes seconds: whoever asks for many waits, and nobody else does.
    turn = asyncio.Lock()
    return [_route(desk, name, form, make, turn) for name, make in made.items() for form in MEDIA]


def _route(desk: "Desk", name: str, form: str, make: Make, turn: asyncio.Lock) -> Route:
    def drawn(request: "Request") -> "Response":
        return sent(lambda: _drawn(make(desk, request.query_params), form, root_of(request)))

    async def answer(request: "Request") -> "Response":
        async with turn:
            return await run_in_threadpool(drawn, request)

    return Route(f"/figure/{name}.{form}", answer)


def _drawn(figure: Figure, form: str, root: str) -> Download:
    if not figure.parts:
        raise InvalidData(_("There is nothing to draw yet. Generate images first."))
    link = f"{root}/{folder(current())}{figure.view.removeprefix('./')}"
    drawn = draw(figure.parts, "\n".join((figure.source, *figure.notes, link)), form)
    return Download(figure.name(form), MEDIA[form], drawn)


def _of_study(
    kind: str, default: "Choice", parts: "Parts", desk: "Desk", asked: QueryParams
) -> Figure:
    choice = parse(asked, COMPARE if asked.get("left") else default)
    made = desk.study(choice)
    names = [card.spec.name for card in made.models]
    return Figure(
        parts(desk, choice, Findings(made, desk.store)),
        _source(_lettered(names) if kind == "differences" else names),
        bundled_warning(made.models),
        _view_of(choice, default),
        partial(file_name, made, kind),
    )


def _view_of(choice: "Choice", default: "Choice") -> str:
    """Return the address that shows a choice; Explore shows one profession only."""
    several = len(choice.models) == 1 and len(professions(choice)) > 1
    return PATHS["gaps"] + address(choice) if default is GAPS or several else view_address(choice)


def _of_overview(desk: "Desk", asked: QueryParams) -> Figure:
    shown = overview.parse(asked)
    return Figure(
        figure_parts.of_overview(desk, shown),
        _source(shown.models),
        bundled_warning(desk.find_model(name, desk.settings.device) for name in shown.models),
        PATHS["overview"] + shown.address,
        _named("overview", *shown.models, shown.tab),
    )


def _of_words(kind: str, parts: "WordParts", desk: "Desk", asked: QueryParams) -> Figure:
    session = pronoun_findings.parse(asked)
    desk.may.require_language_model(session.model)
    taught = _("A teaching instrument, trained on made-up sentences, not a finding about people.")
    source = _("Source: Bias Explorer {version}, sentences scored by {model}, {date}")
    return Figure(
        parts(desk, session),
        source.format(version=__version__, model=session.model, date=_today()),
        [taught] if session.model in BUNDLED else [],
        PATHS["pronouns"] + session.address,
        _named(session.model, kind),
    )


def _of_card(desk: "Desk", asked: QueryParams) -> Figure:
    wanted = report.parse(asked)
    made = report.card_of(desk, wanted)
    models = [wanted.model, wanted.against] if wanted.against else [wanted.model]
    return Figure(
        list(charts(made)),
        _source(models),
        bundled_warning(desk.find_model(name, desk.settings.device) for name in models),
        PATHS["report"] + wanted.address,
        _named(*models, "report"),
    )


def _named(*parts: str) -> "Callable[[str], str]":
    return lambda form: dated_name(*parts, extension=form)


def _lettered(models: "Sequence[str]") -> list[str]:
    pairs = zip("ABCD", models, strict=False)
    return [f"{name} ({letter})" for letter, name in pairs]


def _source(models: "Sequence[str]") -> str:
    return _("Source: Bias Explorer {version}, images by {models}, {date}").format(
        version=__version__, models=", ".join(models), date=_today()
    )


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
