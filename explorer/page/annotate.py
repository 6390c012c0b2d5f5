"""Annotate: people annotate a blind sample, and a report compares them with the classifier."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from explorer.errors import ExplorerError, OutOfRange
from explorer.page import annotation_task
from explorer.page.annotation_report import report
from explorer.page.annotation_task import Session, Task, parse
from explorer.page.rendering import alert
from explorer.perception.axes import load_axes
from explorer.perception.samples import LEAST, MOST, SIZE
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.page.desk import Desk

    Act = Callable[[Desk, Task], Task]

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

_ON_LOAD = """
watch('value', () => window.biasExplorer.annotating(element, trigger));
window.biasExplorer.annotating(element, trigger);
"""


@dataclass(frozen=True, slots=True)
class View:
    """The parts of the view: the fields, the image and its answers, the sample, the report."""

    desk: "Desk"
    fields: tuple[gr.Dropdown, gr.Dropdown, gr.Textbox]
    task: gr.HTML
    ask: gr.Button
    size: gr.Number
    seed: gr.Number
    resample: gr.Button
    told: gr.HTML

    # Gradio calls these. It reads their type annotations and wants the request or event first.

    def opened(self, request: gr.Request) -> list[Any]:
        """Show the session of the address."""
        asked = parse(request.query_params)
        return [asked.model, asked.axis, asked.annotator, *reply(self.desk, asked)]

    def changed(self, *values: object) -> list[Any]:
        """Show the session in the fields."""
        return reply(self.desk, _session(values))

    def said(self, event: gr.EventData, *values: object) -> list[Any]:
        """Save an answer and show the next image, or undo the last answer."""
        asked = _session(values)
        if event.answer is None:
            return reply(self.desk, asked, annotation_task.take_back)
        image, answer = str(event.image), str(event.answer)
        return reply(self.desk, asked, partial(annotation_task.save, image=image, answer=answer))

    def resampled(self, *values: object) -> list[Any]:
        """Draw another sample."""
        *asked, images, number = values
        return draw_anew(self.desk, _session(tuple(asked)), images, number)

    def asked(self, *values: object) -> str:
        """Show the report on the annotations so far."""
        return tell_annotations(self.desk, _session(values))


def view(page: gr.Blocks, desk: "Desk") -> None:
    """Lay out the view and connect its events; call inside its page."""
    fields = _fields(desk)
    task = gr.HTML("", elem_id="bx-task", js_on_load=_ON_LOAD, apply_default_css=False)
    ask = gr.Button(_("Show the annotation report"), elem_id="bx-ask", scale=0)
    size, seed, resample = _sample_fields(writable=desk.store.is_writable)
    told = gr.HTML("", elem_id="bx-told", apply_default_css=False)
    _connect(View(desk, fields, task, ask, size, seed, resample, told), page)


def _fields(desk: "Desk") -> tuple[gr.Dropdown, gr.Dropdown, gr.Textbox]:
    default = Session()
    with gr.Row(elem_classes=["bx-form", "bx-annotateform"]):
        model = gr.Dropdown(
            [(card.title, card.spec.name) for card in desk.models],
            value=default.model,
            label=_("Model"),
            allow_custom_value=True,
            elem_id="bx-model",
        )
        axis = gr.Dropdown(
            [(axis.title, axis.name) for axis in load_axes()],
            value=default.axis,
            label=_("Question"),
            elem_id="bx-axis",
        )
        annotator = gr.Textbox(
            label=_("Your name or initials"),
            placeholder=_("saved with your annotations"),
            max_lines=1,
            interactive=desk.store.is_writable,
            elem_id="bx-annotator",
        )
    return model, axis, annotator


def _connect(view: View, page: gr.Blocks) -> None:
    fields, outputs = list(view.fields), [view.task, view.told]
    model, axis, annotator = view.fields
    page.load(view.opened, None, [*fields, *outputs], **_QUIET)
    gr.on(
        [model.input, axis.input, annotator.submit, annotator.blur],
        view.changed,
        fields,
        outputs,
        trigger_mode="always_last",
        **_QUIET,
    )
    view.task.submit(view.said, fields, outputs, trigger_mode="multiple", queue=False, **_QUIET)
    view.ask.click(view.asked, fields, view.told, **_QUIET)
    view.resample.click(view.resampled, [*fields, view.size, view.seed], outputs, **_QUIET)


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
        numbers = _whole(_("The sample's size"), size), _whole(_("The seed"), seed)
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


def _sample_fields(*, writable: bool) -> tuple[gr.Number, gr.Number, gr.Button]:
    with (
        gr.Accordion(
            _("Draw another sample"), open=False, visible=writable, elem_classes="bx-settings"
        ),
        gr.Row(elem_classes="bx-resample"),
    ):
        gr.HTML(
            "<p>"
            + _(
                "Everyone who annotates this model for this question then gets the new sample. No "
                "annotation is lost: those of images outside the new sample still count towards "
                "the agreement between annotators. With the same seed, a larger sample contains "
                "the smaller one."
            )
            + "</p>",
            apply_default_css=False,
        )
        limits = _("Images, {least} to {most}").format(least=LEAST, most=f"{MOST:,}")
        size = gr.Number(SIZE, label=limits, precision=0, elem_id="bx-samplesize")
        seed = gr.Number(0, label=_("Seed"), precision=0, elem_id="bx-sampleseed")
        draw = gr.Button(_("Draw it"), size="sm", scale=0, elem_id="bx-drawsample")
    return size, seed, draw


def _whole(name: str, value: object) -> int:
    if not isinstance(value, int):
        given = _("empty") if value is None else repr(value)
        raise OutOfRange(
            _("{name} is {value}. Give a whole number.").format(name=name, value=given)
        )
    return value


def _session(values: tuple[object, ...]) -> Session:
    model, axis, annotator = (str(value or "") for value in values)
    return Session(model, axis, annotator)
