"""Pronouns: which professions a language model expects of she and he, beside people and images."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr
from starlette.datastructures import QueryParams
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from explorer.csv_files import write_csv
from explorer.errors import ExplorerError, InputError
from explorer.page.combobox import combobox
from explorer.page.pronoun_findings import (
    FILES,
    NO_IMAGES,
    Session,
    file_rows,
    is_complete,
    parse,
    questions,
    show,
)
from explorer.page.rendering import alert, answering, render
from explorer.pronouns.kept import kept_names
from explorer.pronouns.run import run
from explorer.pronouns.source import find_source
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from explorer.page.choice import Parameters
    from explorer.page.desk import Desk

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
# "revisit" is an event of our own: page.js opens an address with it.
_ON_LOAD = """
watch('value', () => window.biasExplorer.shown(element));
window.biasExplorer.arrive((query) => trigger("revisit", { query }));
"""


@dataclass(frozen=True, slots=True)
class View:
    """The parts of the view. Handlers return status, button and findings, in this order."""

    desk: "Desk"
    model: gr.HTML
    images: gr.HTML
    year: gr.State
    score: gr.Button
    status: gr.HTML
    findings: gr.HTML

    # Gradio calls these. It reads their type annotations and wants request or event first.

    def opened(self, request: gr.Request) -> list[Any]:
        """Show the session of the address."""
        return opening(self.desk, request.query_params)

    def revisited(self, event: gr.EventData) -> list[Any]:
        """Show the session of the address that Back or Forward led to."""
        query = str(event.query)
        *values, html = opening(self.desk, QueryParams(query.removeprefix("?")))
        return [*values, answering(query, html)]

    def changed(self, *values: Any) -> list[Any]:
        """Show the session in the fields."""
        return reply(self.desk, _session(values))

    def scored(self, *values: Any) -> Iterator[list[Any]]:
        """Ask the model for what is missing, and show it step by step."""
        yield from ask(self.desk, _session(values))


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
        status = gr.HTML("", elem_id="bx-status", apply_default_css=False)
    findings = gr.HTML("", elem_id="bx-findings", js_on_load=_ON_LOAD, apply_default_css=False)
    year = gr.State(usual.year)
    _connect(View(desk, model, images, year, score, status, findings), page)


def _connect(view: View, page: gr.Blocks) -> None:
    fields = [view.model, view.images, view.year]
    outputs = [view.status, view.score, view.findings]
    page.load(view.opened, None, [*fields, *outputs], **_QUIET)
    view.findings.revisit(
        view.revisited, None, [*fields, *outputs], trigger_mode="multiple", **_QUIET
    )
    gr.on(
        [view.model.input, view.images.input],
        view.changed,
        fields,
        outputs,
        trigger_mode="always_last",
        **_QUIET,
    )
    # Language models are large, so one is asked at a time.
    view.score.click(view.scored, fields, outputs, concurrency_limit=1, **_QUIET)


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
        button = gr.update(visible=not is_complete(desk, asked) and desk.store.is_writable)
        return ["", button, show(desk, asked)]
    except ExplorerError as error:
        return _failure(error)


def ask(desk: "Desk", asked: Session) -> Iterator[list[Any]]:
    """Ask a model for what is missing; yield the outputs after each step, at last all of them."""
    hidden = gr.update(visible=False)
    yield [_progress(_("Loading the model\N{HORIZONTAL ELLIPSIS}")), hidden, gr.skip()]
    try:
        desk.store.require_writable()
        for step in run(find_source(asked.model), desk.settings, questions()):
            text = _("Step {done} of {total}").format(done=step.done, total=step.total)
            yield [_progress(text, step.done, step.total), hidden, gr.skip()]
    except ExplorerError as error:
        yield [alert(error), gr.update(visible=True), gr.skip()]
        return
    yield reply(desk, asked)


def files(desk: "Desk") -> list[Route]:
    """Return the routes of the view's CSV files."""
    return [Route(f"/csv/{name}", _file(desk, name)) for name in FILES]


def _file(desk: "Desk", name: str) -> "Callable[[Request], Response]":
    def answer(request: "Request") -> Response:
        text = io.StringIO()
        try:
            write_csv(file_rows(desk, parse(request.query_params), name), text)
        except ExplorerError as error:
            return PlainTextResponse(str(error), 400 if isinstance(error, InputError) else 500)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(text.getvalue(), media_type="text/csv", headers=headers)

    return answer


def _session(values: tuple[Any, ...]) -> Session:
    (model,), (images,), year = values
    return Session(str(model), str(images), int(year))


def _progress(text: str, done: int = 0, total: int = 0) -> str:
    return render(
        "status.html",
        kind="progress",
        label=_("Steps done"),
        text=text,
        done=done,
        total=total,
        note="",
    )


def _failure(error: ExplorerError) -> list[Any]:
    return [alert(error), gr.update(visible=False), gr.skip()]
