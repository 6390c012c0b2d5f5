"""The measured energy of a view's models: a line each, the methods behind it, and the files."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from explorer.footprint.grids import asked_grid
from explorer.footprint.measured import MEASURED_COLUMNS, measured, measured_rows
from explorer.footprint.measured_report import detail_sentences, energy_line
from explorer.page.choice import COMPARE, EXPLORE, parse
from explorer.page.files import File, file_route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.datastructures import QueryParams
    from starlette.routing import Route

    from explorer.footprint.grids import Grid
    from explorer.models.catalog import ModelCard
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk

NAME = "energy"


@dataclass(frozen=True, slots=True)
class Line:
    """What generating a model's images took, and how each part was obtained."""

    text: str
    details: tuple[str, ...]


def energy_lines(desk: "Desk", choice: "Choice", cards: "Sequence[ModelCard]") -> tuple[Line, ...]:
    """Return the energy of each model's images.

    Raises:
        UnknownName: there is no such country or region; the nearest are suggested.
    """
    grid = grid_of_choice(desk, choice)
    return tuple(_line(desk, card, grid) for card in cards)


def grid_of_choice(desk: "Desk", choice: "Choice") -> "Grid | None":
    """Return the grid that is chosen, else that of the settings, else None."""
    return asked_grid(choice.country, desk.settings.country, desk.settings.region)


def routes(desk: "Desk") -> "list[Route]":
    """Return the files of the runs of a choice's models, as CSV and as JSON."""
    return [
        file_route(kind, f"{NAME}.{kind}", partial(_file, desk, kind)) for kind in ("csv", "json")
    ]


def _line(desk: "Desk", card: "ModelCard", grid: "Grid | None") -> Line:
    found = measured(desk.store, card.spec, grid)
    details = detail_sentences(found) if found else ()
    return Line(energy_line(card, desk.store, grid), tuple(details))


def _file(desk: "Desk", kind: str, query: "QueryParams") -> File:
    choice = parse(query, COMPARE if "left" in query else EXPLORE)
    made = desk.study(choice)
    specs = [card.spec for card in made.models]
    rows = measured_rows(desk.store, grid_of_choice(desk, choice), specs)
    return File(f"{NAME}.{kind}", rows, MEASURED_COLUMNS)
