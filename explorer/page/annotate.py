"""Annotate: people annotate a blind sample, and a report compares them with the classifier.

The browser remembers the annotator's name (annotating.js). Addresses never hold it, so that a link
that is passed on does not make one annotator of several people.
"""

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from explorer.errors import ExplorerError, NotAllowed
from explorer.numbers import grouped
from explorer.page import annotation_task
from explorer.page.annotation_report import report
from explorer.page.annotation_task import Session, Task, parse
from explorer.page.combobox import combobox
from explorer.page.events import QUIET, answering, html, parameters, query_of
from explorer.page.form import chosen_text, model_field, whole
from explorer.page.rendering import alert
from explorer.page.visitors import visitor
from explorer.perception.annotations import checked_annotator
from explorer.perception.axes import load_axes
from explorer.perception.samples import LEAST, MOST, SIZE
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from explorer.page.desk import Desk

    Act = Callable[[Desk, Task], Task]

# "revisit" is an event of our own: annotating.js opens an address with it.
_ON_LOAD = """
watch('value', () => window.biasExplorer.annotating(element, trigger));
window.biasExplorer.annotate(trigger, "revisit");
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """The place where an annotator gives a name; it is hidden once there is one.

    So keys that are meant as answers never end in the field.
    """

    row: gr.Row
    name: gr.Textbox
    start: gr.Button


@dataclass(frozen=True, slots=True)
class View:
    """The parts of the view: fields, image and answers, class, sample, and report.

    `annotator` holds the name that was accepted.
    """

    desk: "Desk"
    fields: tuple[gr.HTML, gr.HTML, gr.State]
    entry: Entry
    annotator: gr.State
    task: gr.HTML
    ask: gr.Button
    group: gr.Textbox
    gather: gr.Button
    size: gr.Number
    seed: gr.Number
    resample: gr.Button
    told: gr.HTML

    # Gradio calls these. It reads their type annotations and wants the request or event first.

    def opened(self, request: gr.Request, event: gr.EventData) -> list[Any]:
        """Show the session of an address, with the name that the browser remembers."""
        query = query_of(event)
        name = self._named(request, str(event.name))
        try:
            asked = parse(parameters(query))
        except ExplorerError as error:
            return [*[gr.skip()] * 5, answering(query, alert(error)), ""]
        *entry, task, told = begun(self.desk, asked, name)
        return [[asked.model], [asked.axis], asked.group, *entry, answering(query, task), told]

    def named(self, request: gr.Request, *values: object) -> list[Any]:
        """Begin with the name in its field."""
        *fields, name = values
        return begun(self.desk, _session((*fields, "")), self._named(request, str(name or "")))

    def changed(self, request: gr.Request, *values: object) -> list[Any]:
        """Show the session in the fields."""
        return reply(self.desk, self._asked(request, values))

    def said(self, request: gr.Request, event: gr.EventData, *values: object) -> list[Any]:
        """Save an answer and show the next image, or undo the last answer."""
        asked = self._asked(request, values)
        if self.desk.settings.is_public:
            try:
                self.desk.rate.count(asked.annotator)
            except ExplorerError as error:
                return [alert(error), ""]
        if event.answer is None:
            return reply(self.desk, asked, annotation_task.take_back)
        image, answer = str(event.image), str(event.answer)
        return reply(self.desk, asked, partial(annotation_task.save, image=image, answer=answer))

    def grouped(self, *values: object) -> list[Any]:
        """Open the link of a class, with the name that its field holds."""
        *fields, group = values
        try:
            named = checked_annotator(str(group or ""))
        except ExplorerError as error:
            return [gr.skip(), gr.skip(), alert(error)]
        return [named, *reply(self.desk, replace(_session((*fields, "")), group=named))]

    def resampled(self, *values: object) -> list[Any]:
        """Draw another sample."""
        try:
            self.desk.may.require_samples()
        except ExplorerError as error:
            return [gr.skip(), alert(error)]
        *asked, images, number = values
        return draw_anew(self.desk, _session(tuple(asked)), images, number)

    def asked(self, *values: object) -> str:
        """Show the report on the annotations so far."""
        return tell_annotations(self.desk, _session(values))

    def _named(self, request: gr.Request, name: str) -> str:
        """Return the name that a visitor annotates under, "" where there is none yet."""
        try:
            return self.desk.may.annotator(visitor(request, self.desk.settings), name)
        except NotAllowed:
            return ""

    def _asked(self, request: gr.Request, values: tuple[object, ...]) -> Session:
        asked = _session(values)
        return replace(asked, annotator=self._named(request, asked.annotator))


def view(desk: "Desk") -> None:
    """Lay out the view and connect its events; call inside its page."""
    if desk.settings.rules.oauth:
        gr.LoginButton(size="sm")
    fields = _fields(desk)
    entry = _entry(writable=desk.store.is_writable)
    task = html(elem_id="bx-task", js_on_load=_ON_LOAD)
    ask = gr.Button(_("Show the annotation report"), elem_id="bx-ask", scale=0)
    alone = desk.store.is_writable and desk.may.draws_samples
    group, gather = _class_fields(writable=alone)
    size, seed, resample = _sample_fields(writable=alone)
    told = html(elem_id="bx-told")
    made = View(
        desk, fields, entry, gr.State(""), task, ask, group, gather, size, seed, resample, told
    )
    _connect(made)


def _fields(desk: "Desk") -> tuple[gr.HTML, gr.HTML, gr.State]:
    default = Session()
    with gr.Row(elem_classes=["bx-form", "bx-annotateform"]):
        own = desk.may.names_models
        model = model_field(desk.models, _("Model"), default.model, own=own)
        axes = [(axis.title, axis.name) for axis in load_axes()]
        axis = combobox(axes, [default.axis], (_("Question"), "bx-axis"))
    return model, axis, gr.State("")


def _entry(*, writable: bool) -> Entry:
    with gr.Row(visible=False, elem_id="bx-entry") as row:
        name = gr.Textbox(
            label=_("Your name or initials"),
            placeholder=_("saved with your annotations"),
            max_lines=1,
            interactive=writable,
            elem_id="bx-annotator",
        )
        start = gr.Button(
            _("Start"), variant="primary", scale=0, interactive=writable, elem_id="bx-start"
        )
    return Entry(row, name, start)


def _connect(view: View) -> None:
    fields, entry, outputs = list(view.fields), view.entry, [view.task, view.told]
    session, begun = [*fields, view.annotator], [view.annotator, entry.row, *outputs]
    view.task.revisit(view.opened, None, [*fields, *begun], trigger_mode="multiple", **QUIET)
    gr.on(
        [field.input for field in view.fields if isinstance(field, gr.HTML)],
        view.changed,
        session,
        outputs,
        trigger_mode="always_last",
        **QUIET,
    )
    gr.on([entry.name.submit, entry.start.click], view.named, [*fields, entry.name], begun, **QUIET)
    view.task.submit(view.said, session, outputs, trigger_mode="multiple", queue=False, **QUIET)
    view.ask.click(view.asked, session, view.told, **QUIET)
    gr.on(
        [view.group.submit, view.gather.click],
        view.grouped,
        [*fields, view.group],
        [view.fields[2], *outputs],
        **QUIET,
    )
    view.resample.click(view.resampled, [*session, view.size, view.seed], outputs, **QUIET)


def begun(desk: "Desk", asked: Session, name: str) -> list[Any]:
    """Return the name if it is accepted, whether to ask for one, and the next image."""
    try:
        known = checked_annotator(name) if name.strip() else ""
    except ExplorerError as error:
        return ["", gr.update(visible=True), alert(error), ""]
    asks = not known and not desk.settings.is_public
    return [known, gr.update(visible=asks), *reply(desk, replace(asked, annotator=known))]


def reply(desk: "Desk", asked: Session, act: "Act" = lambda _desk, task: task) -> list[Any]:
    """Return the next image after an action, and the report once all images are annotated."""
    try:
        task = act(desk, annotation_task.begin(desk, asked))
    except ExplorerError as error:
        return [alert(error), ""]
    shown = annotation_task.show(desk, task)
    return [shown, tell_annotations(desk, asked) if task.is_done else ""]


def draw_anew(desk: "Desk", asked: Session, size: object, seed: object) -> list[Any]:
    """Draw another sample and return its next image; an error appears below the image."""
    try:
        numbers = whole(_("The sample's size"), size), whole(_("The seed"), seed)
        annotation_task.draw_anew(desk, asked, *numbers)
    except ExplorerError as error:
        return [gr.skip(), alert(error)]
    return reply(desk, asked)


def tell_annotations(desk: "Desk", asked: Session) -> str:
    """Return the report on the annotations of a model and axis, or an alert."""
    try:
        return report(desk, asked)
    except ExplorerError as error:
        return alert(error)


@contextmanager
def _folded(title: str, text: str, *, writable: bool) -> "Iterator[None]":
    with (
        gr.Accordion(title, open=False, visible=writable, elem_classes="bx-settings"),
        gr.Row(elem_classes="bx-resample"),
    ):
        gr.HTML(f"<p>{text}</p>", apply_default_css=False)
        yield


def _class_fields(*, writable: bool) -> tuple[gr.Textbox, gr.Button]:
    text = _(
        "Everybody in the class opens the same link and gives a name of their own. The link's page "
        "shows how far each one is, and where the class is divided."
    )
    with _folded(_("Annotate with a class"), text, writable=writable):
        group = gr.Textbox(label=_("Name of the class"), max_lines=1, elem_id="bx-class")
        gather = gr.Button(_("Open its page"), size="sm", scale=0, elem_id="bx-gather")
    return group, gather


def _sample_fields(*, writable: bool) -> tuple[gr.Number, gr.Number, gr.Button]:
    text = _(
        "Everyone who annotates this model for this question then gets the new sample. No "
        "annotation is lost: those of images outside the new sample still count towards the "
        "agreement between annotators. With the same seed, a larger sample contains the smaller "
        "one."
    )
    with _folded(_("Draw another sample"), text, writable=writable):
        limits = _("Images, {least} to {most}").format(least=LEAST, most=grouped(MOST))
        size = gr.Number(SIZE, label=limits, elem_id="bx-samplesize")
        seed = gr.Number(0, label=_("Seed"), elem_id="bx-sampleseed")
        draw = gr.Button(_("Draw it"), size="sm", scale=0, elem_id="bx-drawsample")
    return size, seed, draw


def _session(values: tuple[object, ...]) -> Session:
    *fields, annotator = values
    *named, group = fields
    model, axis = map(chosen_text, named)
    return Session(model, axis, str(annotator or ""), str(group or ""))
