"""Overview: the landing page, with a result for all professions that needs nothing generated."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import gradio as gr
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from explorer.errors import ExplorerError, UnknownName
from explorer.findings.gaps import Headline, exaggeration_sentence
from explorer.models.requests import ImageRequest
from explorer.overview.results import Overview
from explorer.overview.shipped import IMAGES, SIDE_PX, STRIPS, shipped, strip_name
from explorer.page.charts import coded, labels
from explorer.page.choice import EXPLORE, said_in
from explorer.page.choice import address as of_choice
from explorer.page.combobox import combobox
from explorer.page.dots import Dot, shift_plot
from explorer.page.events import awaited, finished, on_address, view_html
from explorer.page.form import own_model
from explorer.page.images import codings
from explorer.page.leaders import MOST_MODELS, others_stored, overviews
from explorer.page.navigation import PATHS, Tab
from explorer.page.rendering import alert, render
from explorer.perception.axes import GENDER, find_axis
from explorer.plots.cloud import Point, curve, named
from explorer.statistics.amplification import LogitSlope
from explorer.store.blobs import file_name
from explorer.translations import gettext as _
from explorer.translations import word
from explorer.words.labour import us_workers
from explorer.words.prompts import Prompt
from explorer.words.vocabulary import DEFAULT_YEAR, load_professions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.datastructures import QueryParams

    from explorer.models.catalog import ModelCard
    from explorer.overview.results import Line
    from explorer.page.desk import Desk
    from explorer.page.dots import DotPlot

PROFESSIONS, CLOUD, TONES = "professions", "cloud", "tones"
ADJECTIVES, MODELS = "adjectives", "models"
_TABS = (PROFESSIONS, CLOUD, TONES, ADJECTIVES, MODELS)
_NO_PART: "dict[str, object]" = {
    "rows": [],
    "tones": False,
    "tone_labels": (),
    "clouds": [],
    "plots": [],
}
_DAY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Asked:
    """The models beside each other and the part that is shown, as they stand in the address."""

    models: tuple[str, ...]
    tab: str = PROFESSIONS

    @property
    def address(self) -> str:
        """The query of its address, "?" included."""
        pairs = [("models", ",".join(self.models))] if self.models != usual() else []
        pairs += [("tab", self.tab)] if self.tab != PROFESSIONS else []
        return "?" + urlencode(pairs, safe=",/:@")


@dataclass(frozen=True, slots=True)
class Strip:
    """Nine images of a profession: one file that holds them all, or the thumbnail of each."""

    files: tuple[str, ...]
    width_px: int
    alt: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One profession of one model: its images, its line, and where its images are.

    `parts` are its tones, as a style and a number each.
    """

    line: "Line | None"
    strip: Strip
    address: str
    parts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One profession: a cell for each model. The numbers to sort by are None where unknown."""

    profession: str
    title: str
    group: str
    reference: float | None
    workers: str
    cells: tuple[Cell, ...]

    @property
    def share(self) -> float | None:
        """The share of the first model."""
        line = self.cells[0].line
        return line.share.estimate if line and line.share else None

    @property
    def gap(self) -> float | None:
        """The gap of the first model."""
        line = self.cells[0].line
        return line.gap.estimate if line and line.gap else None


@dataclass(frozen=True, slots=True)
class Leader:
    """A line of the table of models; `beside` is the address that also shows its professions."""

    title: str
    overview: Overview
    beside: str | None


@dataclass(frozen=True, slots=True)
class View:
    """The field of models and the part below it; `tab` holds the part's name."""

    desk: "Desk"
    models: gr.HTML
    tab: gr.State
    shown: gr.HTML

    def answered(self, query: "QueryParams", _visitor: str) -> list[Any]:
        """Show what an address asks."""
        try:
            asked = parse(query)
        except ExplorerError as error:
            return [list(usual()), PROFESSIONS, alert(error)]
        return [list(asked.models), asked.tab, show(self.desk, asked)]

    def changed(self, models: Any, tab: str) -> str:
        """Show the models in the field."""
        return show(self.desk, Asked(tuple(map(str, models)) or usual(), tab))


def view(page: gr.Blocks, desk: "Desk") -> None:
    """Lay out the view and connect its events; call inside its page."""
    gr.HTML(render("landing.html", paths=PATHS), apply_default_css=False)
    listed = [(word("model", card.title), card.spec.name) for card in desk.models if card.bundled]
    with (
        gr.Accordion(_("Models side by side"), open=False, elem_classes="bx-settings"),
        gr.Row(elem_classes=["bx-form", "bx-overviewform"]),
    ):
        models = combobox(
            listed,
            usual(),
            (_("Models"), "bx-models"),
            several=True,
            own=own_model(allowed=desk.may.names_models),
        )
    made = View(desk, models, gr.State(PROFESSIONS), view_html("bx-findings"))
    outputs = [models, made.tab, made.shown]
    on_address(page, made.shown, made.answered, outputs)
    gr.on(
        finished([models]),
        made.changed,
        [models, made.tab],
        made.shown,
        trigger_mode="always_last",
        **awaited(made.shown),
    )


def usual() -> tuple[str, ...]:
    """Return the models that are shown where none is named."""
    return tuple(shipped())


def parse(parameters: "QueryParams") -> Asked:
    """Read what an address asks for.

    Raises:
        UnknownName: there is no such part.
    """
    tab = said_in(parameters, "tab", PROFESSIONS)
    if tab not in _TABS:
        raise UnknownName(_("tab in the address:"), tab, _TABS)
    named = said_in(parameters, "models", ",".join(usual())).split(",")
    return Asked(tuple(dict.fromkeys(name.strip() for name in named if name.strip())), tab)


def show(desk: "Desk", asked: Asked) -> str:
    """Return one part of the overview of the models as HTML, or an alert."""
    try:
        found = overviews(desk, asked.models)
        others = others_stored(desk, asked.models) if asked.tab == MODELS else ()
    except ExplorerError as error:
        return alert(error)
    titles = [model_title(desk, one.model) for one in found]
    return render(
        "overview.html",
        address=asked.address,
        tabs_of_view=_tabs(asked),
        tab=asked.tab,
        models=list(zip(titles, found, strict=True)),
        leaders=[_leader(desk, one, asked) for one in (*found, *others)],
        told=[
            (title, exaggeration_sentence(_headline(one)))
            for title, one in zip(titles, found, strict=True)
        ],
        bundled=all(one.model in shipped() for one in found),
        year=DEFAULT_YEAR,
        **_NO_PART | _part(desk, asked.tab, found),
    )


def routes() -> list[Mount]:
    """Return the route of the shipped strips of images."""
    return [Mount("/strips", _Strips(directory=STRIPS))]


class _Strips(StaticFiles):
    """Strips of images, which change with the tool alone."""

    def file_response(self, *args: Any, **named: Any) -> Any:
        response = super().file_response(*args, **named)
        response.headers["Cache-Control"] = f"public, max-age={_DAY_SECONDS}"
        return response


def _leader(desk: "Desk", one: Overview, asked: Asked) -> Leader:
    added = (*asked.models, one.model)
    room = one.model not in asked.models and len(added) <= MOST_MODELS
    beside = replace(asked, models=added, tab=PROFESSIONS).address if room else None
    return Leader(model_title(desk, one.model), one, beside)


def _part(desk: "Desk", tab: str, found: "Sequence[Overview]") -> dict[str, object]:
    if tab == CLOUD:
        return {"clouds": [(points(one), curve(slope(one))) for one in found]}
    if tab == ADJECTIVES:
        return {"plots": [shifts(one) for one in found]}
    if tab == MODELS:
        return {}
    return {
        "rows": _rows(desk, found),
        "tones": tab == TONES,
        "tone_labels": labels(find_axis("tone")) if tab == TONES else (),
    }


def _tabs(asked: Asked) -> list[Tab]:
    names = {
        PROFESSIONS: _("Professions"),
        CLOUD: _("Images against people"),
        TONES: _("Skin tones"),
        ADJECTIVES: _("Adjectives"),
        MODELS: _("Models compared"),
    }
    return [
        Tab(name, replace(asked, tab=tab).address, tab == asked.tab, stays=True)
        for tab, name in names.items()
    ]


def model_title(desk: "Desk", model: str) -> str:
    """Return a model's title, its name where it is not listed."""
    titles = {card.spec.name: word("model", card.title) for card in desk.models}
    return titles.get(model, model)


def _rows(desk: "Desk", found: "Sequence[Overview]") -> list[Row]:
    """Return all professions, group by group, the largest groups first."""
    lines = [{line.profession: line for line in one.lines} for one in found]
    cards = [desk.find_model(one.model, desk.settings.device) for one in found]
    every = load_professions()
    sizes = [one.group for one in every]
    ordered = sorted(every, key=lambda one: (-sizes.count(one.group), one.group or "", one.name))
    rows = []
    for one in ordered:
        known = next((of[one.name] for of in lines if one.name in of), None)
        cells = tuple(
            _cell(desk, card, one.name, of.get(one.name))
            for of, card in zip(lines, cards, strict=True)
        )
        rows.append(
            Row(
                profession=one.name,
                title=word("profession", one.name),
                group=word("group", one.group or ""),
                reference=known.reference if known else None,
                workers=us_workers(one.bls_occupation) if one.bls_occupation else "",
                cells=cells,
            )
        )
    return rows


def _cell(desk: "Desk", card: "ModelCard", profession: str, line: "Line | None") -> Cell:
    styles = [label.style for label in labels(find_axis("tone"))]
    parts = tuple(zip(styles, line.tones, strict=True)) if line else ()
    return Cell(line, _strip(desk, card, profession), _images(card, profession), parts)


def _images(card: "ModelCard", profession: str) -> str:
    choice = replace(EXPLORE, models=(card.spec.name,), professions=(profession,))
    return PATHS["explore"] + of_choice(choice)


def _strip(desk: "Desk", card: "ModelCard", profession: str) -> Strip:
    alt = _("Nine images of the profession {profession} by {model}").format(
        profession=word("profession", profession), model=card.spec.name
    )
    if card.spec.name in shipped():
        file = f"strips/{card.spec.name}/{strip_name(profession)}"
        return Strip((file,), IMAGES * SIDE_PX, alt)
    asked = (ImageRequest(card.spec, Prompt(profession), number) for number in range(IMAGES))
    keys = [one.key for one in asked if desk.store.thumbnail_path(one.key).is_file()]
    return Strip(tuple(f"thumb/{file_name(key)}" for key in keys), SIDE_PX, alt)


def _headline(one: Overview) -> Headline:
    summary = one.summary
    mean = summary.mean_gap.estimate if summary.mean_gap else None
    return Headline(summary.professions, mean, summary.mean_gap, None, slope(one))


def slope(one: Overview) -> LogitSlope | None:
    """Return the fitted slope of a model, None with too few professions."""
    summary = one.summary
    if summary.slope is None or summary.curve is None:
        return None
    return LogitSlope(summary.slope, summary.curve, summary.professions)


def points(one: Overview) -> list[Point]:
    """Return the professions of a model that have a share and a reference."""
    placed = [line for line in one.lines if line.share and line.reference is not None]
    counted = sorted(
        (line for line in placed if line.counts and line.gap),
        key=lambda line: -abs(line.gap.estimate) if line.gap else 0.0,
    )
    names = named(
        (line.reference or 0.0, line.share.estimate, word("profession", line.profession))
        for line in counted
        if line.share
    )
    return [
        Point(title, line.reference, line.share, line.clear, not line.counts, title in names)
        for line in placed
        if line.share and line.reference is not None
        for title in [word("profession", line.profession)]
    ]


def shifts(one: Overview) -> "DotPlot":
    """Return the plot of what adjectives do to a model's images."""
    coding, style = codings(), labels(find_axis(GENDER))[0].style
    rows = (
        Dot(
            title=word("adjective", moved.adjective),
            detail=coded(coding.get(moved.adjective)),
            address=None,
            style=style,
            raw=None,
            corrected=moved.shift,
            counts=_("too few images"),
            p=None,
            q=moved.q,
            clear=moved.clear,
        )
        for moved in one.adjectives
    )
    return shift_plot(rows)
