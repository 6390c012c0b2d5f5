"""The parts that all views share: showing a choice, generating missing images, stopping."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import gradio as gr
from starlette.datastructures import QueryParams

from explorer import study as studies
from explorer.errors import ExplorerError
from explorer.findings.findings import Findings
from explorer.page.choice import parse, study
from explorer.page.form import ONE_PROFESSION, Form, FormKind, form
from explorer.page.rendering import alert, render
from explorer.page.todo import button_text, progress_text, status_text, to_do
from explorer.translations import gettext as _
from explorer.words.references import read_references

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from explorer.page.choice import Choice, Parameters
    from explorer.page.desk import Desk
    from explorer.page.runs import Run
    from explorer.progress import Progress
    from explorer.study import Study

# During a run the status is sent at most this often. Findings are sent less often the larger the
# grid is, and rendering them never takes more than a quarter of the time.
_STATUS_SECONDS = 0.7
_IMAGES_A_SECOND = 300
_PAUSES = 3

# Our own status line shows the progress, and these events are not an interface for programs.
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

# The HTML of the view is replaced in place, and the address bar follows it (page.js). "revisit" is
# an event of our own: Back and Forward open an address with it.
_ON_LOAD = """
watch('value', () => window.biasExplorer.shown(element));
window.biasExplorer.arrive((query) => trigger("revisit", { query }));
"""


class Show(Protocol):
    """Renders one view's findings of a study as HTML."""

    def __call__(self, desk: "Desk", choice: "Choice", findings: "Findings", /) -> str:
        """Return the view of all that is stored of a study."""
        ...


@dataclass(frozen=True, slots=True)
class View:
    """One page of the app: its form, its buttons and its outputs.

    Every handler returns the outputs in the order status, generate, cancel, findings. `shown` holds
    the values whose findings each visitor saw last.
    """

    desk: "Desk"
    default: "Choice"
    show: Show
    form: Form
    status: gr.HTML
    generate: gr.Button
    cancel: gr.Button
    findings: gr.HTML
    shown: dict[str, tuple[object, ...]] = field(default_factory=dict)

    # Gradio calls these. It reads their type annotations and wants the request first.

    def opened(self, request: gr.Request) -> list[Any]:
        """Show the choice in the address."""
        return opening(self, request.query_params, _visitor(request))

    def revisited(self, request: gr.Request, event: gr.EventData) -> list[Any]:
        """Show the choice in the address that Back or Forward led to."""
        query = QueryParams(str(event.query).removeprefix("?"))
        return revisit(self, query, _visitor(request))

    def changed(self, request: gr.Request, *values: object) -> list[Any]:
        """Show the choice in the fields."""
        return change(self, values, _visitor(request))

    def began(self, request: gr.Request, *values: object) -> list[Any]:
        """Begin a run, which may have to wait for another visitor's run."""
        self.desk.runs.start(_visitor(request), values)
        text = (
            _("Waiting for another visitor's images\N{HORIZONTAL ELLIPSIS}")
            if self.desk.runs.others(_visitor(request))
            else _("Starting\N{HORIZONTAL ELLIPSIS}")
        )
        return [_progress(text), gr.skip(), gr.skip(), gr.skip()]

    def generated(self, request: gr.Request, *values: object) -> Iterator[list[Any]]:
        """Carry out the run that was begun, unless it was stopped before its turn."""
        run = self.desk.runs.latest(_visitor(request))
        if run is None:
            return
        try:
            yield from generate_missing(self, values, run)
        finally:
            self.desk.runs.end(_visitor(request), run)

    def cancelled(self, request: gr.Request) -> str:
        """Stop the run after the current images."""
        self.desk.runs.stop(_visitor(request))
        return _progress(_("Stopping after the current images\N{HORIZONTAL ELLIPSIS}"))

    def uploaded(self, request: gr.Request, path: str, *values: object) -> list[Any]:
        """Compare shares with the figures in a file."""
        self.desk.runs.supersede(_visitor(request))
        return upload(self, path, values)

    def labour(self, request: gr.Request, *values: object) -> list[Any]:
        """Compare shares with the labour statistics again."""
        self.desk.runs.supersede(_visitor(request))
        return [[], *reply(self, [*values[:-1], []])]

    def left(self, request: gr.Request) -> None:
        """End the run of a visitor who has left, and forget what they saw."""
        self.desk.runs.supersede(_visitor(request))
        self.shown.pop(_visitor(request), None)


def view(
    page: gr.Blocks,
    desk: "Desk",
    default: "Choice",
    names: "Sequence[str]",
    show: Show,
    kind: FormKind = ONE_PROFESSION,
) -> View:
    """Lay out a view and connect its events; call inside its page.

    Args:
        page: the page it is on.
        desk: store, models and runs.
        default: the choice shown where the address leaves something out.
        names: the labels of the model fields.
        show: renders the findings.
        kind: the fields beside the models.
    """
    fields = form(desk.models, default, names, kind)
    with gr.Row(elem_classes="bx-actions"):
        generate = gr.Button(
            _("Generate"), variant="primary", visible=False, elem_id="bx-generate", scale=0
        )
        cancel = gr.Button(_("Cancel"), visible=False, elem_id="bx-cancel", scale=0)
        status = _html("", elem_id="bx-status")
    findings = _html("", elem_id="bx-findings", js_on_load=_ON_LOAD)
    made = View(desk, default, show, fields, status, generate, cancel, findings)
    _connect(made, page)
    return made


def _html(value: str, *, elem_id: str, js_on_load: str = "") -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, js_on_load=js_on_load, apply_default_css=False)


def _connect(view: View, page: gr.Blocks) -> None:
    outputs = [view.status, view.generate, view.cancel, view.findings]
    fields = view.form.fields
    page.load(view.opened, None, [*fields, *outputs], **_QUIET)
    view.findings.revisit(view.revisited, None, [*fields, *outputs], **_QUIET)
    gr.on(
        [trigger for field in fields for trigger in _triggers(field)],
        view.changed,
        fields,
        [view.form.adjectives, *outputs],
        trigger_mode="always_last",
        **_QUIET,
    )
    # Models are large, so only one run is carried out at a time, whoever started it.
    view.generate.click(view.began, fields, outputs, queue=False, **_QUIET).then(
        view.generated,
        fields,
        outputs,
        trigger_mode="multiple",
        concurrency_id="generate",
        concurrency_limit=1,
        **_QUIET,
    )
    view.cancel.click(view.cancelled, None, view.status, queue=False, **_QUIET)
    page.unload(view.left)
    if own := view.form.reference:
        beside = [own.figures, *outputs]
        own.upload.upload(view.uploaded, [own.upload, *fields], beside, **_QUIET)
        own.labour.click(view.labour, fields, beside, **_QUIET)


def _triggers(field: Any) -> list[Any]:
    # Text that is being typed is not finished before Enter or Tab.
    if isinstance(field, gr.Textbox):
        return [field.submit, field.blur]
    if isinstance(field, gr.State):
        return []
    return [field.input]


def _visitor(request: gr.Request) -> str:
    return request.session_hash or ""


def opening(view: View, parameters: "Parameters", visitor: str) -> list[Any]:
    """Fill the fields from an address and show its choice, or its error."""
    try:
        values = view.form.values(parse(parameters, view.default))
        shown = reply(view, values)
    except ExplorerError as error:
        values, shown = view.form.values(view.default), _failure(error)
    view.shown[visitor] = tuple(values)
    return [*values, *shown]


def revisit(view: View, parameters: "Parameters", visitor: str) -> list[Any]:
    """Fill the fields from an address that was shown before, and show its choice."""
    try:
        values = view.form.values(parse(parameters, view.default))
    except ExplorerError:
        return opening(view, parameters, visitor)
    _adjectives, *shown = change(view, values, visitor)
    return [*values, *shown]


def change(view: View, values: "Sequence[object]", visitor: str) -> list[Any]:
    """Show another choice; filling or visiting a field changes nothing."""
    run, seen = view.desk.runs.latest(visitor), view.shown.get(visitor)
    if tuple(values) in (seen, run.subject if run else None):
        return [gr.skip()] * 5
    view.shown[visitor] = tuple(values)
    view.desk.runs.supersede(visitor)
    values, adjectives = view.form.narrowed(values)
    return [adjectives, *reply(view, values)]


def upload(view: View, path: str, values: "Sequence[object]") -> list[Any]:
    """Take the reference from a file; its figures become the last of the values."""
    try:
        asked = _study(view, view.form.choice(values))
        found = read_references(Path(path), asked.professions, Path(path).name)
    except ExplorerError as error:
        return [gr.skip(), alert(error), *[gr.skip()] * 3]
    figures = [[name, one.share] for name, one in found.items()]
    return [figures, *reply(view, [*values[:-1], figures])]


def reply(view: View, values: "Sequence[object]") -> list[Any]:
    """Show what is stored of the choice in the fields, or its error."""
    try:
        choice = view.form.choice(values)
        made = _study(view, choice)
        return _state(view, choice, made)
    except ExplorerError as error:
        return _failure(error)


def generate_missing(view: View, values: "Sequence[object]", run: "Run") -> Iterator[list[Any]]:
    """Generate missing images; yield the outputs at intervals while their visitor watches."""
    try:
        choice = view.form.choice(values)
        made = _study(view, choice)
        seconds = max(_STATUS_SECONDS, to_do(made, view.desk).total / _IMAGES_A_SECOND)
        findings = _Sparing(lambda: _findings(view, choice, made), seconds)
        for progress in _paced(_run(view.desk, made, run), _every(_STATUS_SECONDS)):
            if not run.superseded():
                yield [
                    _progress(progress_text(progress), progress.done, progress.total),
                    gr.update(visible=False),
                    gr.update(visible=True),
                    findings(),
                ]
        if not run.superseded():
            yield _state(view, choice, made, stopped=run.stopped())
    except ExplorerError as error:
        if not run.superseded():
            yield _failure(error, keep=True)


def _run(desk: "Desk", made: "Study", run: "Run") -> "Iterator[Progress]":
    # Where the better detector cannot be downloaded, the findings say so.
    studies.prepare(made)
    steps = studies.run(
        made, desk.store, desk.generators, desk.classifiers, run.stopped, desk.settings.batch
    )
    for progress in steps:
        image = progress.image
        if progress.stage == "generate" and progress.rate and image is not None:
            desk.pace.note(image.request.model, progress.rate)
        yield progress


def _paced(steps: "Iterator[Progress]", due: "Callable[[], bool]") -> "Iterator[Progress]":
    return (step for step in steps if due())


def _every(seconds: float) -> "Callable[[], bool]":
    """Return a function that returns true once, and then again after this many seconds."""
    last = float("-inf")

    def due() -> bool:
        nonlocal last
        if time.monotonic() - last < seconds:
            return False
        last = time.monotonic()
        return True

    return due


@dataclass(slots=True)
class _Sparing:
    """Make something at once and again after each pause; skip it in between.

    A pause takes `seconds`, or longer where making it is slow.
    """

    make: "Callable[[], str]"
    seconds: float
    ready: float = float("-inf")

    def __call__(self) -> Any:
        start = time.monotonic()
        if start < self.ready:
            return gr.skip()
        result = self.make()
        end = time.monotonic()
        self.ready = end + max(self.seconds, _PAUSES * (end - start))
        return result


def _study(view: View, choice: "Choice") -> "Study":
    return study(choice, view.desk.find_model, view.desk.settings.device)


def _state(view: View, choice: "Choice", made: "Study", *, stopped: bool = False) -> list[Any]:
    todo = to_do(made, view.desk)
    return [
        render("status.html", kind="said", text=status_text(todo, stopped=stopped)),
        gr.update(visible=not todo.done, value=button_text(todo)),
        gr.update(visible=False),
        _findings(view, choice, made),
    ]


def _findings(view: View, choice: "Choice", made: "Study") -> str:
    return view.show(view.desk, choice, Findings(made, view.desk.store))


def _progress(text: str, done: int = 0, total: int = 0) -> str:
    return render("status.html", kind="progress", text=text, done=done, total=total)


def _failure(error: ExplorerError, *, keep: bool = False) -> list[Any]:
    """Show an error; `keep` leaves the button, so that the run can be tried again."""
    return [alert(error), gr.update(visible=keep), gr.update(visible=False), gr.skip()]
