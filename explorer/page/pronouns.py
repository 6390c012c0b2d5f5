"""Pronouns: which professions a language model expects of she and he, beside people and images."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from explorer.errors import ExplorerError
from explorer.page.combobox import combobox
from explorer.page.events import QUIET, finished, html, on_address, view_html, visitor_of
from explorer.page.files import File, file_route
from explorer.page.pronoun_findings import (
    FILES,
    NO_IMAGES,
    Session,
    file_rows,
    is_complete,
    kept_of,
    parse,
    questions,
    show,
)
from explorer.page.rendering import alert, progress
from explorer.pronouns.kept import kept_names
from explorer.pronouns.run import run
from explorer.pronouns.source import find_source
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams
    from starlette.routing import Route

    from explorer.page.choice import Parameters
    from explorer.page.desk import Desk


@dataclass(frozen=True, slots=True)
class View:
    """The parts of the view. Handlers return status, button and findings, in this order.

    `looks` holds for each visitor what changes whenever they are shown something else.
    """

    desk: "Desk"
    model: gr.HTML
    images: gr.HTML
    year: gr.State
    score: gr.Button
    status: gr.HTML
    findings: gr.HTML
    looks: dict[str, object] = field(default_factory=dict)

    def answered(self, query: "QueryParams", visitor: str) -> list[Any]:
        """Show the session of an address."""
        self.looks[visitor] = object()
        return opening(self.desk, query)

    # Gradio calls these. It reads their type annotations and wants the request first.

    def changed(self, request: gr.Request, *values: Any) -> list[Any]:
        """Show the session in the fields."""
        self.looks[visitor_of(request)] = object()
        return reply(self.desk, _session(values))

    def scored(self, request: gr.Request, *values: Any) -> Iterator[list[Any]]:
        """Ask the model for what is missing, and show it step by step."""
        visitor = visitor_of(request)
        look = self.looks[visitor] = object()
        for outputs in ask(self.desk, _session(values)):
            if self.looks.get(visitor) is not look:
                break
            yield outputs
        # At its end Gradio repeats the last outputs, whatever the visitor looks at by then.
        yield [gr.skip()] * 3

    def left(self, request: gr.Request) -> None:
        """Forget a visitor who has left."""
        self.looks.pop(visitor_of(request), None)


def view(page: gr.Blocks, desk: "Desk") -> None:
    """Lay out the view and connect its events; call inside its page."""
    usual = Session()
    with gr.Row(elem_classes=["bx-form", "bx-annotateform"]):
        own = _("Use “{word}” as a hub id or folder")
        listed = list(kept_names(desk.settings.cache))
        label = _("Language model, or a hub id"), "bx-model"
        model = combobox(listed, [usual.model], label, own=own)
        cards = [(card.title, card.spec.name) for card in desk.models]
        choices = [*cards, (_("no images"), NO_IMAGES)]
        images = combobox(choices, [usual.images], (_("Images of"), "bx-images"), own=own)
    with gr.Row(elem_classes="bx-actions"):
        score = gr.Button(
            _("Score it"), variant="primary", visible=False, elem_id="bx-score", scale=0
        )
        status = html(elem_id="bx-status")
    findings = view_html("bx-findings")
    year = gr.State(usual.year)
    _connect(View(desk, model, images, year, score, status, findings), page)


def _connect(view: View, page: gr.Blocks) -> None:
    fields = [view.model, view.images, view.year]
    outputs = [view.status, view.score, view.findings]
    on_address(page, view.findings, view.answered, [*fields, *outputs])
    gr.on(
        finished([view.model, view.images]),
        view.changed,
        fields,
        outputs,
        trigger_mode="always_last",
        **QUIET,
    )
    # Language models are large, so one is asked at a time. Whoever has turned to another model may
    # ask that one before the step in hand has ended.
    view.score.click(
        view.scored, fields, outputs, concurrency_limit=1, trigger_mode="multiple", **QUIET
    )
    page.unload(view.left)


def opening(desk: "Desk", parameters: "Parameters") -> list[Any]:
    """Fill the fields from an address, and show its session or its error."""
    try:
        asked = parse(parameters)
        shown = reply(desk, asked)
    except ExplorerError as error:
        asked, shown = Session(), _failure(error)
    return [[asked.model], [asked.images], asked.year, *shown]


def reply(desk: "Desk", asked: Session) -> list[Any]:
    """Show what is kept of a model, or its error."""
    try:
        kept = kept_of(desk, asked)
        button = gr.update(visible=not is_complete(kept) and desk.store.is_writable)
        return ["", button, show(desk, asked, kept)]
    except ExplorerError as error:
        return _failure(error)


def ask(desk: "Desk", asked: Session) -> Iterator[list[Any]]:
    """Ask a model for what is missing; yield the outputs after each step, at last all of them."""
    hidden = gr.update(visible=False)
    label = _("Steps done")
    loading = progress(_("Loading the model\N{HORIZONTAL ELLIPSIS}"), label=label)
    yield [loading, hidden, gr.skip()]
    try:
        desk.store.require_writable()
        for step in run(find_source(asked.model), desk.settings, questions()):
            text = _("Step {done} of {total}").format(done=step.done, total=step.total)
            yield [progress(text, step.done, step.total, label=label), hidden, gr.skip()]
    except ExplorerError as error:
        yield [alert(error), gr.update(visible=True), gr.skip()]
        return
    yield reply(desk, asked)


def files(desk: "Desk") -> "list[Route]":
    """Return the routes of the view's CSV files."""
    return [file_route("csv", name, partial(_file, desk, name)) for name in FILES]


def _file(desk: "Desk", name: str, query: "QueryParams") -> File:
    return File(name, file_rows(desk, parse(query), name))


def _session(values: tuple[Any, ...]) -> Session:
    (model,), (images,), year = values
    return Session(str(model), str(images), int(year))


def _failure(error: ExplorerError) -> list[Any]:
    return [alert(error), gr.update(visible=False), gr.skip()]
