"""The tab of images: the grid, one simple chart, a line of energy, and the files."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse
from starlette.routing import Route

from explorer.findings.corrected import Finding
from explorer.findings.findings import Findings
from explorer.page.charts import Chart, chart, labels, labour_mark
from explorer.page.choice import (
    COMPARE,
    EXPLORE,
    STATISTICS,
    address,
    parse,
    profession,
)
from explorer.page.energy import energy_lines
from explorer.page.error_pages import errors_told
from explorer.page.grid import (
    Filter,
    Shown,
    facts,
    grid,
    label_filters,
    shown_requests,
    state_filters,
)
from explorer.page.navigation import view_address
from explorer.page.rendering import render
from explorer.page.tables import tables
from explorer.perception.axes import GENDER
from explorer.translations import word
from explorer.words.vocabulary import load_adjectives

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from explorer.models.catalog import ModelCard
    from explorer.page.charts import Bar, Label
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.perception.axes import Axis
    from explorer.study import Study


@dataclass(frozen=True, slots=True)
class Simple:
    """One axis in the simple chart: for each label told, the bar of every model.

    `charts` are those of the models, in the order of the bars.
    """

    axis: "Axis"
    labels: "tuple[Label, ...]"
    rows: "tuple[tuple[Bar, ...], ...]"
    charts: tuple[Chart, ...]
    filters: list[Filter]


def panel(desk: "Desk", choice: "Choice", findings: "Findings") -> str:
    """Return the images of one profession by one or several models, row by row."""
    made, subject = findings.study, profession(choice)
    # The grid comes first: images that it finds damaged are forgotten and not counted below.
    shown = [shown_of(findings, card) for card in made.models]
    mark = labour_mark(subject, choice.year)
    usual = EXPLORE if len(made.models) == 1 else COMPARE
    found = findings.found("profession")
    simple = [
        _simple([chart(one, mark) for one in found[place :: len(made.axes)]])
        for place in range(len(made.axes))
    ]
    return render(
        "images.html",
        rows=grid(shown, made.axes, mark, codings()),
        simple=simple,
        states=state_filters(simple[0].charts),
        facts=facts(made.axes),
        profession=word("profession", subject.name),
        mark=mark,
        models=[card.spec.name for card in made.models],
        energy_lines=energy_lines(desk, choice, made.models),
        statistics=view_address(replace(choice, tab=STATISTICS)),
        tables=[table for table in tables() if table.default is usual],
        address=address(choice),
    )


def shown_of(findings: "Findings", card: "ModelCard", *, all_of_them: bool = False) -> Shown:
    """Return one model's images that the grid shows, and its findings by adjective."""
    requests = shown_requests(findings.study, card, all_of_them=all_of_them)
    return Shown(
        model=card.spec.name,
        requests=requests,
        observations=findings.observations(card, requests),
        found=_by_cell(findings, card),
        images=findings.study.images,
    )


def codings() -> dict[str, str | None]:
    """Return the gender coding of each of the twenty adjectives."""
    return {adjective.word: adjective.coding for adjective in load_adjectives()}


def routes(desk: "Desk") -> "list[Route]":
    """Return the route of all images of one row, which grid.js asks for."""

    def answer(request: "Request") -> "Response":
        return HTMLResponse(row(desk, _choice_of(request)))

    return [Route("/row", errors_told(answer))]


def row(desk: "Desk", choice: "Choice") -> str:
    """Return all images of a choice of one adjective, one list for each model."""
    made: Study = desk.study(choice)
    findings = Findings(made, desk.store)
    shown = [shown_of(findings, card, all_of_them=True) for card in made.models]
    return render("row.html", rows=grid(shown, made.axes, None, {}))


def _choice_of(request: "Request") -> "Choice":
    asked = request.query_params
    choice = parse(asked, COMPARE if "left" in asked else EXPLORE)
    return replace(choice, adjectives=(asked.get("word", ""),))


def _simple(charts: "list[Chart]") -> Simple:
    axis = charts[0].axis
    # Masculine would be feminine mirrored.
    told = 1 if axis.name == GENDER else len(axis.labels)
    bars = tuple(zip(*(one.bars for one in charts), strict=True))[:told]
    return Simple(axis, labels(axis)[:told], bars, tuple(charts), label_filters(charts))


def _by_cell(findings: "Findings", card: "ModelCard") -> "tuple[Finding, ...]":
    """Return one model's findings by adjective, axis by axis; only gender has shares to correct."""
    corrected = {one.tally: one for one in findings.found("cell", GENDER)}
    return tuple(
        corrected.get(tally) or Finding(tally)
        for tally in findings.tallies("cell")
        if tally.cell.model == card.spec.name
    )
