"""How varied the images are, beside how they are perceived."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.findings.findings import Findings
from explorer.findings.likeness import DIVERSITY_COLUMNS, diversities, diversity_rows
from explorer.findings.likeness_sentences import (
    diverse_sentence,
    encoder_sentence,
    few_sentences,
    size_sentence,
)
from explorer.findings.tallies import ALL
from explorer.likeness.encoding import count_unencoded
from explorer.page.choice import COMPARE, EXPLORE, address, parse
from explorer.page.files import File, file_route
from explorer.page.rendering import render
from explorer.perception.axes import FEMININE
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.datastructures import QueryParams
    from starlette.routing import Route

    from explorer.findings.likeness import Diverse
    from explorer.findings.tallies import By
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.statistics.intervals import Interval


@dataclass(frozen=True, slots=True)
class Line:
    """One set of images: how varied it is, and its share perceived as feminine."""

    words: str
    model: str
    images: int
    score: "Interval | None"
    distance: "Interval | None"
    feminine: "Interval | None"


def panel(desk: "Desk", choice: "Choice", findings: "Findings") -> str:
    """Return the diversity of the images of a study: by profession, and by adjective of one."""
    found = diversities(findings, desk.store, "profession")
    by_adjective = (
        diversities(findings, desk.store, "cell")
        if len(findings.study.professions) == 1 and len(findings.study.adjectives) > 1
        else ()
    )
    place = findings.study.professions.index
    together = sorted(found, key=lambda one: place(str(one.finding.tally.cell.profession)))
    lines = [_line(one) for one in (*together, *(one for one in by_adjective if one.score))]
    return render(
        "diversity.html",
        told=[diverse_sentence(one.finding.tally.cell.model, one) for one in found if one.score]
        if len(findings.study.professions) == 1
        else [],
        lines=lines,
        most=max((line.score.high for line in lines if line.score), default=1.0),
        further=[*few_sentences(by_adjective or found), size_sentence()],
        encoders=[encoder_sentence(name) for name in dict.fromkeys(one.encoder for one in found)],
        unencoded=count_unencoded(findings.study, desk.store),
        address=address(choice),
    )


def routes(desk: "Desk") -> "list[Route]":
    """Return the routes of the files, with a row for each profession or each adjective of it."""
    return [
        file_route(kind, f"{name}.{kind}", _file(desk, f"{name}.{kind}", by))
        for kind in ("csv", "json")
        for name, by in _FILES.items()
    ]


_FILES: "dict[str, By]" = {"diversity": "profession", "diversity-by-adjective": "cell"}


def _file(desk: "Desk", name: str, by: "By") -> "Callable[[QueryParams], File]":
    def make(asked: "QueryParams") -> File:
        choice = parse(asked, COMPARE if "left" in asked else EXPLORE)
        made = desk.study(choice)
        found: Sequence[Diverse] = diversities(Findings(made, desk.store), desk.store, by)
        return File(name, diversity_rows(found), DIVERSITY_COLUMNS)

    return make


def _line(one: "Diverse") -> Line:
    cell = one.finding.tally.cell
    words = (
        _("{profession}, all together").format(profession=cell.profession)
        if cell.adjective is ALL
        else str(cell.adjective or _("no adjective"))
    )
    share = one.finding.best(FEMININE)
    return Line(words, cell.model, one.images, one.score, one.distance, share)
