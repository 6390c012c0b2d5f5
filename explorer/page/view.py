"""The parts that all views share: showing a choice, generating missing images, stopping."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import gradio as gr

from explorer.errors import ExplorerError, NotAllowed
from explorer.findings.findings import Findings
from explorer.findings.services import spent_sentence
from explorer.numbers import grouped
from explorer.page.absent import own_models
from explorer.page.choice import parse
from explorer.page.events import (
    QUIET,
    awaited,
    by_visitor,
    finished,
    on_address,
    status_html,
    to_watch,
    view_html,
    visitor_of,
)
from explorer.page.form import ONE_PROFESSION, Form, FormKind, form
from explorer.page.rendering import alert, progress, said
from explorer.page.running import begin_run
from explorer.page.smaller import smaller
from explorer.page.sparing import Sparing
from explorer.page.todo import button_text, progress_text, status_text, to_do, unwatched_text
from explorer.page.visitors import NOBODY, Visitor, always, listens, visitor
from explorer.translations import again
from explorer.translations import gettext as _
from explorer.words.references import read_references

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from explorer.page.choice import Choice, Parameters
    from explorer.page.desk import Desk
    from explorer.page.runs import Run
    from explorer.study import Study

# During a run the status is sent at most this often, findings less often the larger the grid is.
_STATUS_SECONDS = 0.7
_IMAGES_A_SECOND = 300
# The findings of so many images take longer than anybody likes to look at nothing.
_MANY_IMAGES = 5_000


class Show(Protocol):
    """Renders one view's findings of a study as HTML."""

    def __call__(self, desk: "Desk", choice: "Choice", findings: "Findings", /) -> str:
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
    shown: dict[str, tuple[object, ...]] = field(default_factory=by_visitor)
    begun: "dict[str, Run]" = field(default_factory=by_visitor)

    def answered(self, parameters: "Parameters", visitor: str) -> list[Any]:
        """Show the choice in an address."""
        return opening(self, parameters, visitor)

    # Gradio calls these. It reads their type annotations and wants the request first.

    def changed(self, request: gr.Request, *values: object) -> list[Any]:
        """Show the choice in the fields."""
        return change(self, values, visitor_of(request))

    def began(self, request: gr.Request, *values: object) -> Iterator[list[Any]]:
        """Begin a run of the choice in the fields; the hub may be asked first."""
        starting = progress(_("Starting\N{HORIZONTAL ELLIPSIS}"))
        yield [starting, gr.update(visible=False), gr.skip(), gr.skip()]
        yield begin(self, values, visitor_of(request), visitor(request, self.desk.settings))

    def watched(self, request: gr.Request) -> Iterator[list[Any]]:
        """Show the run of what the visitor looks at."""
        # Gradio empties the outputs of a generator that yields nothing, and repeats the last ones
        # at its end, whatever the visitor looks at by then.
        yield [gr.skip()] * 4
        heard = partial(listens, request) if self.desk.settings.is_public else always
        yield from watch(self, visitor_of(request), heard)
        yield [gr.skip()] * 4

    def cancelled(self, request: gr.Request, *values: object) -> str:
        """Stop the run after the current images; in public, only who began it may."""
        who = visitor(request, self.desk.settings)
        try:
            self.desk.runs.stop(_study(self, self.form.choice(values)), self.desk.may.stop_by(who))
        except NotAllowed as error:
            return alert(error)
        except ExplorerError:
            pass
        return progress(_("Stopping after the current images\N{HORIZONTAL ELLIPSIS}"))

    def uploaded(self, request: gr.Request, path: str, *values: object) -> list[Any]:
        """Compare shares with the figures in a file."""
        return upload(self, path, values, visitor_of(request))

    def labour(self, request: gr.Request, *values: object) -> list[Any]:
        """Compare shares with the labour statistics again."""
        return refer(self, [], values, visitor_of(request))

    def left(self, request: gr.Request) -> None:
        """Forget what a visitor saw who has left."""
        self.shown.pop(visitor_of(request), None)
        self.begun.pop(visitor_of(request), None)


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
    if not desk.may.names_models:
        own_models(signs_in=desk.settings.rules.oauth)
    with gr.Row(elem_classes="bx-actions"):
        generate = gr.Button(
            _("Generate"), variant="primary", visible=False, elem_id="bx-generate", scale=0
        )
        cancel = gr.Button(_("Cancel"), visible=False, elem_id="bx-cancel", scale=0)
        status = status_html("bx-status")
    findings = view_html("bx-findings")
    made = View(desk, default, show, fields, status, generate, cancel, findings)
    _connect(made, page)
    return made


def _connect(view: View, page: gr.Blocks) -> None:
    outputs = [view.status, view.generate, view.cancel, view.findings]
    fields = view.form.fields
    answer, first = partial(opening, view), partial(starting, view)
    on_address(page, view.findings, answer, [*fields, *outputs], first)
    gr.on(
        finished(fields),
        view.changed,
        fields,
        outputs,
        trigger_mode="always_last",
        **awaited(view.findings),
    )
    view.generate.click(view.began, fields, outputs, concurrency_limit=None, **QUIET)
    _connect_reference(view, outputs)
    # Whoever opens or chooses what is being generated sees it, after a reload or in a second tab.
    view.status.watch(
        view.watched,
        None,
        outputs,
        trigger_mode="multiple",
        concurrency_limit=None,
        **QUIET,
    )
    view.cancel.click(view.cancelled, fields, view.status, queue=False, **QUIET)
    page.unload(view.left)


def _connect_reference(view: View, outputs: "Sequence[Any]") -> None:
    fields, own = view.form.fields, view.form.reference
    if own is None:
        return
    filled = [own.figures, *outputs]
    own.upload.upload(view.uploaded, [own.upload, *fields], filled, **QUIET)
    own.labour.click(view.labour, fields, filled, **QUIET)


def starting(view: View, parameters: "Parameters") -> list[Any] | None:
    """Fill the fields from an address whose findings take a while, and say so."""
    try:
        choice = parse(parameters, view.default)
        values, made = view.form.values(choice), _study(view, choice)
    except ExplorerError:
        return None
    if made.size < _MANY_IMAGES:
        return None
    counting = _("Counting {number} images\N{HORIZONTAL ELLIPSIS}")
    status = progress(counting.format(number=grouped(made.size)))
    return [*values, status, *[gr.update(visible=False)] * 2, gr.skip()]


def opening(view: View, parameters: "Parameters", visitor: str) -> list[Any]:
    """Fill the fields from an address and show its choice, or its error."""
    try:
        values = view.form.values(parse(parameters, view.default))
        shown = reply(view, values)
    except ExplorerError as error:
        values, shown = view.form.values(view.default), _failure(error)
    view.shown[visitor] = tuple(values)
    return [*values, *shown]


def change(view: View, values: "Sequence[object]", visitor: str) -> list[Any]:
    """Show another choice; filling or visiting a field changes nothing."""
    if tuple(values) == view.shown.get(visitor):
        return [gr.skip()] * 4
    return _turn_to(view, values, visitor)


def _turn_to(view: View, values: "Sequence[object]", visitor: str) -> list[Any]:
    view.shown[visitor] = tuple(values)
    return reply(view, values)


def upload(view: View, path: str, values: "Sequence[object]", visitor: str) -> list[Any]:
    """Take the reference from a file."""
    try:
        asked = _study(view, view.form.choice(values))
        found = read_references(Path(path), asked.professions, Path(path).name)
    except ExplorerError as error:
        return [gr.skip(), alert(error), *[gr.skip()] * 3]
    return refer(view, [[name, one.share] for name, one in found.items()], values, visitor)


def refer(
    view: View, figures: list[list[object]], values: "Sequence[object]", visitor: str
) -> list[Any]:
    """Compare with other figures, none for the labour statistics; they are the last value."""
    # Even the same figures take away what was wrong with the last file.
    return [figures, *_turn_to(view, [*values[:-1], figures], visitor)]


def reply(view: View, values: "Sequence[object]") -> list[Any]:
    """Show what is stored of the choice in the fields, or its error."""
    try:
        choice = view.form.choice(values)
        made = _study(view, choice)
        return _state(view, choice, made)
    except ExplorerError as error:
        return _failure(error)


def begin(view: View, values: "Sequence[object]", session: str, who: Visitor = NOBODY) -> list[Any]:
    """Begin a run of the choice in the fields, or find the one that somebody else began."""
    view.shown[session] = tuple(values)
    try:
        run = begin_run(view.desk, view.form.choice(values), who)
    except ExplorerError as error:
        return _failure(error, keep=True)
    view.begun[session] = run
    return [*_found(view, run), gr.skip()]


def watch(
    view: View, visitor: str, heard: "Callable[[], bool]" = always
) -> "Generator[list[Any], None, None]":
    """Yield the outputs at intervals, until the run is over or its visitor looks elsewhere.

    `heard` tells whether the visitor still takes what is sent.
    """
    runs = view.desk.runs
    # What the visitor chooses next has another identity, even where it is the same choice.
    seen = view.shown.get(visitor)
    if seen is None:
        return
    try:
        choice = view.form.choice(seen)
        made = _study(view, choice)
    except ExplorerError:
        return
    begun = view.begun.pop(visitor, None)
    run = begun if begun and begun.study == made else runs.of(made)
    if run is None:
        yield _state(view, choice, made)
        return
    seconds = max(_STATUS_SECONDS, made.size / _IMAGES_A_SECOND)
    findings = Sparing(lambda: _findings(view, choice, made), seconds)
    with runs.watch(run, visitor):
        while not run.over and view.shown.get(visitor) is seen and heard():
            yield [*_running(view, run), findings() if run.progress else gr.skip()]
            runs.wait(run, _STATUS_SECONDS)
    if view.shown.get(visitor) is seen:
        yield (
            _failure(run.error, keep=True)
            if run.error
            else _state(view, choice, made, _told(run), stopped=run.stopped)
        )


def _found(view: View, run: "Run") -> list[Any]:
    """Return status and buttons of a run that the page is to watch."""
    status, *buttons = _running(view, run)
    return [to_watch(status), *buttons]


def _running(view: View, run: "Run") -> list[Any]:
    """Return status and buttons during a run."""
    runs, step = view.desk.runs, run.progress
    if run.stopped:
        status = progress(_("Stopping after the current images\N{HORIZONTAL ELLIPSIS}"))
    elif step is None:
        status = progress(
            _("Waiting for another run to end\N{HORIZONTAL ELLIPSIS}")
            if runs.waits(run)
            else _("Starting\N{HORIZONTAL ELLIPSIS}")
        )
    else:
        note = " ".join((unwatched_text(runs.patience_seconds), *map(again, run.told)))
        text = ", ".join(filter(None, (progress_text(step), spent_sentence(run.spent))))
        status = progress(text, step.done, step.total, note)
    return [status, gr.update(visible=False), gr.update(visible=True)]


def _study(view: View, choice: "Choice") -> "Study":
    return view.desk.study(choice)


def _state(
    view: View,
    choice: "Choice",
    made: "Study",
    told: "tuple[str, ...]" = (),
    *,
    stopped: bool = False,
) -> list[Any]:
    if run := view.desk.runs.of(made):
        return [*_found(view, run), _findings(view, choice, made)]
    todo = to_do(made, view.desk, choice.country)
    refused = view.desk.may.refusal(made)
    further = (sentence for sentence in told if sentence not in todo.warnings)
    text = " ".join((status_text(todo, stopped=stopped), *further))
    return [
        said(
            " ".join(filter(None, (text, refused))),
            todo.details,
            smaller(choice, made, view.desk, view.default, todo.missing),
        ),
        gr.update(
            visible=(not todo.done or todo.again) and view.desk.store.is_writable and not refused,
            value=button_text(todo),
        ),
        gr.update(visible=False),
        _findings(view, choice, made),
    ]


def _findings(view: View, choice: "Choice", made: "Study") -> str:
    return view.show(view.desk, choice, Findings(made, view.desk.store))


def _told(run: "Run") -> tuple[str, ...]:
    notice = run.meter.notice if run.meter else ""
    return (*map(again, run.told), *filter(None, (spent_sentence(run.spent), notice)))


def _failure(error: ExplorerError, *, keep: bool = False) -> list[Any]:
    """Show an error; `keep` leaves the button, so that the run can be tried again."""
    return [alert(error), gr.update(visible=keep), gr.update(visible=False), gr.skip()]
