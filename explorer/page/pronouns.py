"""Pronouns: which professions a language model expects of she and he, beside people and images."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import gradio as gr

from explorer.errors import ExplorerError
from explorer.page.combobox import combobox
from explorer.page.events import (
    QUIET,
    awaited,
    by_visitor,
    finished,
    html,
    on_address,
    view_html,
    visitor_of,
)
from explorer.page.files import File, file_route, readable_if_asked
from explorer.page.form import own_model
from explorer.page.pronoun_findings import (
    FILES,
    NO_IMAGES,
    Session,
    is_complete,
    kept_of,
    kept_rows,
    parse,
    show,
)
from explorer.page.rendering import alert, progress
from explorer.pronouns.kept import kept_names
from explorer.pronouns.run import run
from explorer.pronouns.source import find_source
from explorer.pronouns.templates import TEMPLATES
from explorer.translations import gettext as _
from explorer.translations import word
from explorer.words.vocabulary import load_professions

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import QueryParams
    from starlette.routing import Route

    from explorer.findings.readable import Readable
    from explorer.page.choice import Parameters
    from explorer.page.desk import Desk
    from explorer.page.pronoun_findings import Rows


@dataclass(frozen=True, slots=True)
class View:
    """The parts of the view. Handlers return status, button and findings, in this order.

    `looks` holds for each visitor what changes whenever they are shown something else.
    """

    desk: "Desk"
    model: gr.HTML
    images: gr.HTML
    professions: gr.HTML
    templates: gr.HTML
    year: gr.State
    score: gr.Button
    status: gr.HTML
    findings: gr.HTML
    looks: dict[str, object] = field(default_factory=by_visitor)

    def answered(self, query: "Parameters", visitor: str) -> list[Any]:
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
        own = own_model(allowed=desk.may.names_models)
        listed = list(kept_names(desk.settings.cache))
        label = _("Language model, or a hub id"), "bx-model"
        model = combobox(listed, [usual.model], label, own=own)
        cards = [(word("model", card.title), card.spec.name) for card in desk.models]
        choices = [*cards, (_("no images"), NO_IMAGES)]
        images = combobox(choices, [usual.images], (_("Images of"), "bx-images"), own=own)
    own_words = _words()
    with gr.Row(elem_classes="bx-actions"):
        score = gr.Button(
            _("Score it"), variant="primary", visible=False, elem_id="bx-score", scale=0
        )
        status = html(elem_id="bx-status")
    findings = view_html("bx-findings")
    year = gr.State(usual.year)
    _connect(View(desk, model, images, *own_words, year, score, status, findings), page)


def _words() -> tuple[gr.HTML, gr.HTML]:
    with (
        gr.Accordion(_("Professions and sentences"), open=False, elem_classes="bx-settings"),
        gr.Row(),
    ):
        professions = combobox(
            [(word("profession", one.name), one.name) for one in load_professions()],
            [],
            (_("Professions"), "bx-professions"),
            several=True,
            own=_("Use “{word}” as my own word"),
            info=_("All 150, unless you choose some."),
        )
        templates = combobox(
            TEMPLATES,
            [],
            (_("Sentences"), "bx-templates"),
            several=True,
            own=_("Use “{word}” as my own sentence"),
            info=_(
                "All eight, unless you choose some. Your own needs {pronoun} and {profession}; "
                "a(n) becomes the article that fits."
            ),
        )
    return professions, templates


def _connect(view: View, page: gr.Blocks) -> None:
    fields = [view.model, view.images, view.professions, view.templates, view.year]
    outputs = [view.status, view.score, view.findings]
    on_address(page, view.findings, view.answered, [*fields, *outputs])
    gr.on(
        finished(fields),
        view.changed,
        fields,
        outputs,
        trigger_mode="always_last",
        **awaited(view.findings),
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
    chosen = ([asked.model], [asked.images], list(asked.professions), list(asked.templates))
    return [*chosen, asked.year, *shown]


def reply(desk: "Desk", asked: Session) -> list[Any]:
    """Show what is kept of a model, or its error."""
    try:
        desk.may.require_language_model(asked.model)
        kept = kept_of(desk, asked)
        may_score = desk.store.is_writable and desk.may.scores_language_models
        button = gr.update(visible=may_score and not is_complete(kept, asked))
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
        desk.may.require_scoring()
        desk.store.require_writable()
        for step in run(find_source(asked.model), desk.settings, asked.questions):
            text = _("Step {done} of {total}").format(done=step.done, total=step.total)
            yield [progress(text, step.done, step.total, label=label), hidden, gr.skip()]
    except ExplorerError as error:
        yield [alert(error), gr.update(visible=True), gr.skip()]
        return
    yield reply(desk, asked)


def files(desk: "Desk") -> "list[Route]":
    """Return the routes of the view's files, as CSV and as JSON."""
    return [
        file_route(kind, f"{name}.{kind}", _asked(desk, f"{name}.{kind}", *of_rows))
        for name, of_rows in FILES.items()
        for kind in ("csv", "json")
    ]


def _asked(
    desk: "Desk", name: str, rows: "Rows", columns: tuple[str, ...], readable: "Readable"
) -> "Callable[[QueryParams], File]":
    def make(query: "QueryParams") -> File:
        file = File(name, kept_rows(desk, parse(query), rows), columns)
        return readable_if_asked(query, file, readable) if name.endswith(".csv") else file

    return make


def _session(values: tuple[Any, ...]) -> Session:
    (model,), (images,), professions, templates, year = values
    return Session(str(model), str(images), int(year), tuple(professions), tuple(templates))


def _failure(error: ExplorerError) -> list[Any]:
    return [alert(error), gr.update(visible=False), gr.skip()]
