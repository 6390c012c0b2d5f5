"""The parts that all views share: showing a choice, generating missing images, stopping."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import gradio as gr
from starlette.datastructures import QueryParams

from explorer import study as studies
from explorer.errors import ExplorerError
from explorer.findings.findings import Findings
from explorer.findings.services import spent_sentence
from explorer.models.hub import start
from explorer.page.choice import parse, study
from explorer.page.form import ONE_PROFESSION, Form, FormKind, form
from explorer.page.rendering import alert, render
from explorer.page.todo import button_text, progress_text, status_text, to_do, unwatched_text
from explorer.translations import gettext as _
from explorer.words.references import read_references

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

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

    def __call__(self, choice: "Choice", findings: "Findings", /) -> str:
        """Return the view of all that is stored of a study."""
        ...


@dataclass(frozen=True, slots=True)
class View:
    """One page of the app: its form, its buttons and its outputs.

    Every handler returns the outputs in the order status, generate, cancel, findings. `shown` holds
    the values of the fields whose findings each visitor saw last, and `begun` the run that a
    visitor began and has not watched yet, which may fail at once.
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
    begun: "dict[str, Run]" = field(default_factory=dict)

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

    def began(self, request: gr.Request, *values: object) -> Iterator[list[Any]]:
        """Begin a run of the choice in the fields; the hub may be asked first."""
        starting = _progress(_("Starting\N{HORIZONTAL ELLIPSIS}"))
        yield [starting, gr.update(visible=False), gr.skip(), gr.skip()]
        yield begin(self, values, _visitor(request))

    def watched(self, request: gr.Request, *values: object) -> Iterator[list[Any]]:
        """Show the run of the choice in the fields, if there is one."""
        # Gradio empties the outputs of a generator that yields nothing.
        yield [gr.skip()] * 4
        yield from watch(self, values, _visitor(request))

    def cancelled(self, *values: object) -> str:
        """Stop the run after the current images."""
        with suppress(ExplorerError):
            self.desk.runs.stop(_study(self, self.form.choice(values)))
        return _progress(_("Stopping after the current images\N{HORIZONTAL ELLIPSIS}"))

    def uploaded(self, path: str, *values: object) -> list[Any]:
        """Compare shares with the figures in a file."""
        return upload(self, path, values)

    def labour(self, *values: object) -> list[Any]:
        """Compare shares with the labour statistics again."""
        return [[], *reply(self, [*values[:-1], []])]

    def left(self, request: gr.Request) -> None:
        """Forget what a visitor saw who has left."""
        self.shown.pop(_visitor(request), None)
        self.begun.pop(_visitor(request), None)


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
    opened = page.load(view.opened, None, [*fields, *outputs], **_QUIET)
    revisited = view.findings.revisit(view.revisited, None, [*fields, *outputs], **_QUIET)
    changed = gr.on(
        [trigger for field in fields for trigger in _triggers(field)],
        view.changed,
        fields,
        [view.form.adjectives, *outputs],
        trigger_mode="always_last",
        **_QUIET,
    )
    began = view.generate.click(view.began, fields, outputs, concurrency_limit=None, **_QUIET)
    # Whoever opens or chooses what is being generated sees it, after a reload or in a second tab.
    for event in (opened, revisited, changed, began):
        event.then(
            view.watched,
            fields,
            outputs,
            trigger_mode="multiple",
            concurrency_limit=None,
            **_QUIET,
        )
    view.cancel.click(view.cancelled, fields, view.status, queue=False, **_QUIET)
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
    if tuple(values) == view.shown.get(visitor):
        return [gr.skip()] * 5
    values, adjectives = view.form.narrowed(values)
    view.shown[visitor] = tuple(values)
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


def begin(view: View, values: "Sequence[object]", visitor: str) -> list[Any]:
    """Begin a run of the choice in the fields, or find the one that somebody else began."""
    view.shown[visitor] = tuple(values)
    try:
        choice = view.form.choice(values)
        models = (card.spec for card in _study(view, choice).models)
        told = start(models, view.desk.settings.cache)
        made = _study(view, choice)
    except ExplorerError as error:
        return _failure(error, keep=True)
    run = view.desk.runs.begin(made, lambda stopped: _steps(view.desk, made, stopped))
    run.told = told
    view.begun[visitor] = run
    return [*_running(view, run), gr.skip()]


def watch(
    view: View, values: "Sequence[object]", visitor: str
) -> "Generator[list[Any], None, None]":
    """Yield the outputs at intervals, until the run is over or its visitor looks elsewhere."""
    runs = view.desk.runs
    try:
        choice = view.form.choice(values)
        made = _study(view, choice)
    except ExplorerError:
        return
    begun = view.begun.pop(visitor, None)
    run = begun if begun and begun.study == made else runs.of(made)
    if run is None or view.shown.get(visitor) != tuple(values):
        return
    # What the visitor chooses next, or watches next, has another identity.
    seen = view.shown[visitor] = tuple(values)
    seconds = max(_STATUS_SECONDS, to_do(made, view.desk).total / _IMAGES_A_SECOND)
    findings = _Sparing(lambda: _findings(view, choice, made), seconds)
    with runs.watch(run, visitor):
        while not run.over and view.shown.get(visitor) is seen:
            yield [*_running(view, run), findings() if run.progress else gr.skip()]
            runs.wait(run, _STATUS_SECONDS)
    if view.shown.get(visitor) is seen:
        yield (
            _failure(run.error, keep=True)
            if run.error
            else _state(view, choice, made, _told(run), stopped=run.stopped)
        )


def _running(view: View, run: "Run") -> list[Any]:
    """Return status and buttons during a run."""
    runs, progress = view.desk.runs, run.progress
    if run.stopped:
        status = _progress(_("Stopping after the current images\N{HORIZONTAL ELLIPSIS}"))
    elif progress is None:
        status = _progress(
            _("Waiting for another run to end\N{HORIZONTAL ELLIPSIS}")
            if runs.waits(run)
            else _("Starting\N{HORIZONTAL ELLIPSIS}")
        )
    else:
        note = unwatched_text(runs.patience_seconds)
        text = ", ".join(filter(None, (progress_text(progress), spent_sentence(run.spent))))
        status = _progress(text, progress.done, progress.total, note)
    return [status, gr.update(visible=False), gr.update(visible=True)]


def _steps(desk: "Desk", made: "Study", stopped: "Callable[[], bool]") -> "Iterator[Progress]":
    if to_do(made, desk).again:
        studies.forget_failed(made, desk.store)
    # Where the better detector cannot be downloaded, the findings say so.
    studies.prepare(made)
    for progress in studies.run(
        made,
        desk.store,
        desk.generators,
        desk.classifiers,
        stopped,
        desk.settings.batch,
        desk.settings.at_once,
    ):
        image = progress.image
        if progress.stage == "generate" and progress.rate and image is not None:
            desk.pace.note(image.request.model, progress.rate)
        yield progress


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


def _state(
    view: View,
    choice: "Choice",
    made: "Study",
    told: "tuple[str, ...]" = (),
    *,
    stopped: bool = False,
) -> list[Any]:
    if run := view.desk.runs.of(made):
        return [*_running(view, run), _findings(view, choice, made)]
    todo = to_do(made, view.desk)
    text = " ".join((status_text(todo, stopped=stopped), *told))
    return [
        render("status.html", kind="said", text=text),
        gr.update(
            visible=(not todo.done or todo.again) and view.desk.store.is_writable,
            value=button_text(todo),
        ),
        gr.update(visible=False),
        _findings(view, choice, made),
    ]


def _findings(view: View, choice: "Choice", made: "Study") -> str:
    return view.show(choice, Findings(made, view.desk.store))


def _told(run: "Run") -> tuple[str, ...]:
    spent = spent_sentence(run.spent)
    return (*run.told, spent) if spent else run.told


def _progress(text: str, done: int = 0, total: int = 0, note: str = "") -> str:
    return render("status.html", kind="progress", text=text, done=done, total=total, note=note)


def _failure(error: ExplorerError, *, keep: bool = False) -> list[Any]:
    """Show an error; `keep` leaves the button, so that the run can be tried again."""
    return [alert(error), gr.update(visible=keep), gr.update(visible=False), gr.skip()]
