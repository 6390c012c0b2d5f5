"""The charts of a view as files, SVG and PNG, with their source and a link.

matplotlib draws both from the same numbers. It takes a second to load, so it is loaded with the
first file.
"""

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from explorer import __version__
from explorer.findings.findings import Findings
from explorer.page.choice import COMPARE, EXPLORE, GAPS, address, parse, references
from explorer.page.file_names import file_name
from explorer.page.files import Download, sent
from explorer.page.navigation import PATHS
from explorer.page.previews import root_of
from explorer.page.shared import bundled_warning
from explorer.perception.axes import FEMININE, GENDER
from explorer.translations import gettext as _
from explorer.translations import word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from explorer.findings.gaps import Gap
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.perception.axes import Axis
    from explorer.statistics.intervals import Interval

MEDIA = {"svg": "image/svg+xml", "png": "image/png"}
# Three colours that also differ in grey, and the shape of each model's points.
_MARKS = (("#0d7268", "o"), ("#b8560b", "s"), ("#4a3f8f", "D"), ("#1c1e22", "^"))
_SOFT = "#585d66"
_ROW_INCHES, _WIDTH_INCHES, _DPI = 0.28, 8.0, 160


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a chart: an estimate for each model, None without one, and the statistic beside."""

    name: str
    values: "tuple[Interval | None, ...]"
    reference: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A chart of its own: a title and lines; `signed` where its middle is zero."""

    title: str
    rows: tuple[Row, ...]
    signed: bool = False


def figure_routes(desk: "Desk") -> list[Route]:
    """Return the routes of the charts."""
    kinds = {"shares": (EXPLORE, _shares), "gaps": (GAPS, _gaps), "adjectives": (GAPS, _shifts)}
    return [
        _route(desk, f"{name}.{form}", default, parts)
        for name, (default, parts) in kinds.items()
        for form in MEDIA
    ]


def _route(
    desk: "Desk",
    name: str,
    default: "Choice",
    parts: "Callable[[Findings, Choice], list[Part]]",
) -> Route:
    kind, form = name.split(".")

    def answer(request: "Request") -> "Response":
        def make() -> Download:
            asked = request.query_params
            choice = parse(asked, COMPARE if asked.get("left") else default)
            made = desk.study(choice)
            view = "compare" if len(choice.models) > 1 else kind if kind == "gaps" else "explore"
            link = f"{root_of(request)}/{PATHS[view].removeprefix('./')}{address(choice)}"
            models = [card.spec.name for card in made.models]
            below = "\n".join((_source(models), *bundled_warning(made), link))
            drawn = draw(parts(Findings(made, desk.store), choice), models, below, form)
            return Download(file_name(made, kind, form), MEDIA[form], drawn)

        return sent(make)

    return Route(f"/figure/{name}", answer)


def draw(parts: "Sequence[Part]", models: "Sequence[str]", below: str, form: str) -> bytes:
    """Return charts above each other, and a text below them, as SVG or PNG."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    # Text stays text: it can be read aloud, searched and set anew.
    mpl.rcParams |= {"svg.fonttype": "none", "text.parse_math": False}
    lines = [len(part.rows) * max(1, len(models)) for part in parts]
    height = sum(lines) * _ROW_INCHES + 1.1 * len(parts) + 1
    figure = Figure((_WIDTH_INCHES, height), layout="constrained")
    axes = figure.subplots(len(parts), 1, squeeze=False, height_ratios=[one + 3 for one in lines])
    for part, (ax,) in zip(parts, axes, strict=True):
        _draw(part, models, ax)
    figure.supxlabel(below, fontsize=7, color=_SOFT, x=0.01, ha="left")
    written = io.BytesIO()
    figure.savefig(written, format=form, dpi=_DPI)
    return written.getvalue()


def _source(models: "Sequence[str]") -> str:
    return _("Source: Bias Explorer {version}, images by {models}, {date}").format(
        version=__version__, models=", ".join(models), date=datetime.now(UTC).date().isoformat()
    )


def _draw(part: Part, models: "Sequence[str]", ax: Any) -> None:
    from matplotlib.ticker import PercentFormatter

    for place, model in enumerate(models):
        _draw_model(part, place, len(models), model, ax)
    marked = [(row.reference, n) for n, row in enumerate(part.rows) if row.reference is not None]
    if marked:
        label = _("women among US workers")
        ax.plot(*zip(*marked, strict=True), "|", color="black", ms=14, label=label)
    ax.set_title(part.title, loc="left", fontsize=10, pad=24)
    ax.set_yticks(range(len(part.rows)), [row.name for row in part.rows], fontsize=8)
    ax.set_ylim(len(part.rows) - 0.5, -0.5)
    if part.signed:
        ax.axvline(0, color=_SOFT, lw=0.8)
    else:
        ax.set_xlim(-0.02, 1.02)
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.grid(axis="x", lw=0.4)
    ax.legend(fontsize=7, loc="lower left", bbox_to_anchor=(-0.01, 1), ncols=5, frameon=False)


def _draw_model(part: Part, place: int, models: int, name: str, ax: Any) -> None:
    colour, shape = _MARKS[place]
    beside = (place + 1) / (models + 1) - 0.5
    known = [(n + beside, row.values[place]) for n, row in enumerate(part.rows)]
    found = [(y, one) for y, one in known if one is not None]
    for y in (y for y, one in known if one is None):
        ax.text(0, y, _("too few images"), fontsize=7, color=colour, va="center")
    ax.errorbar(
        [one.estimate for _y, one in found],
        [y for y, _one in found],
        # A corrected estimate may lie at a limit.
        xerr=[
            [max(0.0, one.estimate - one.low) for _y, one in found],
            [max(0.0, one.high - one.estimate) for _y, one in found],
        ],
        fmt=shape,
        color=colour,
        capsize=2,
        ms=5,
        label=name,
    )


def _shares(findings: Findings, choice: "Choice") -> list[Part]:
    made = findings.study
    if len(made.professions) > 1:
        return [_of_professions(findings, choice)]
    return [_of_labels(findings, axis, choice) for axis in made.axes]


def _of_labels(findings: Findings, axis: "Axis", choice: "Choice") -> Part:
    found = findings.found("profession", axis.name)
    reference = references(choice).get(findings.study.professions[0])
    share = reference.share if reference and reference.trusted else None
    rows = tuple(
        Row(
            word("label", label),
            tuple(one.best(label) for one in found),
            share if label == FEMININE else None,
        )
        for label in axis.labels
    )
    subject = word("profession", findings.study.professions[0])
    title = _("{question}: {profession}, share of images, 95% interval").format(
        question=axis.title, profession=subject
    )
    return Part(title, rows)


def _of_professions(findings: Findings, choice: "Choice") -> Part:
    found = findings.found("profession", GENDER)
    known = references(choice)
    names = findings.study.professions
    best = {(one.tally.cell.profession, one.tally.cell.model): one.best(FEMININE) for one in found}
    rows = tuple(
        Row(
            word("profession", name),
            tuple(best[name, card.spec.name] for card in findings.study.models),
            known[name].share if name in known and known[name].trusted else None,
        )
        for name in names
    )
    return Part(_("Share of images perceived as feminine, 95% interval"), rows)


def _gaps(findings: Findings, choice: "Choice") -> list[Part]:
    rows = (
        Row(word("profession", one.profession), (one.gap,)) for one in _by_gap(findings, choice)
    )
    title = _("Share perceived as feminine minus the reference, in points, 95% interval")
    return [Part(title, tuple(rows), signed=True)]


def _by_gap(findings: Findings, choice: "Choice") -> "list[Gap]":
    found = findings.gaps(references(choice)).rows
    return sorted(found, key=lambda one: one.gap.estimate if one.gap else float("inf"))


def _shifts(findings: Findings, _choice: "Choice") -> list[Part]:
    rows = (Row(word("adjective", one.adjective), (one.best,)) for one in findings.shifts)
    title = _("Shift of the feminine share with each adjective, in points, 95% interval")
    return [Part(title, tuple(rows), signed=True)]
