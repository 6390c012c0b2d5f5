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
    """The page: whose images are annotated by whom, the image, and what the annotations tell."""

    desk: "Desk"
    fields: tuple[gr.Dropdown, gr.Dropdown, gr.Textbox]
    task: gr.HTML
    ask: gr.Button
    size: gr.Number
    seed: gr.Number
    resample: gr.Button
    told: gr.HTML

    # What follows is called by Gradio, which reads the annotations and wants request or event first.

    def opened(self, request: gr.Request) -> list[Any]:
        """Show what the address says."""
        asked = parse(request.query_params)
        return [asked.model, asked.axis, asked.annotator, *reply(self.desk, asked)]

    def changed(self, *values: object) -> list[Any]:
        """Show what the fields say now."""
        return reply(self.desk, _session(values))

    def said(self, event: gr.EventData, *values: object) -> list[Any]:
        """Keep an answer and show the next image, or take the last answer back."""
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
        """Show what the annotations tell so far."""
        return tell_annotations(self.desk, _session(values))


def view(page: gr.Blocks, desk: "Desk") -> None:
    """Lay out the view and connect its events; call inside its page."""
    fields = _fields(desk)
    task = gr.HTML("", elem_id="bx-task", js_on_load=_ON_LOAD, apply_default_css=False)
    ask = gr.Button("Show what the annotations tell", elem_id="bx-ask", scale=0)
    size, seed, resample = _sample_fields()
    told = gr.HTML("", elem_id="bx-told", apply_default_css=False)
    _connect(View(desk, fields, task, ask, size, seed, resample, told), page)


def _fields(desk: "Desk") -> tuple[gr.Dropdown, gr.Dropdown, gr.Textbox]:
    default = Session()
    with gr.Row(elem_classes=["bx-form", "bx-annotateform"]):
        model = gr.Dropdown(
            [(card.title, card.spec.name) for card in desk.models],
            value=default.model,
            label="Model",
            allow_custom_value=True,
            elem_id="bx-model",
        )
        axis = gr.Dropdown(
            [(axis.title, axis.name) for axis in load_axes()],
            value=default.axis,
            label="Question",
            elem_id="bx-axis",
        )
        annotator = gr.Textbox(
            label="Your name or initials",
            placeholder="saved with your annotations",
            max_lines=1,
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


def reply(desk: "Desk", asked: Session, act: "Act" = lambda _, task: task) -> list[Any]:
    """Show the next image, after doing something first; add the report once all are annotated."""
    try:
        task = act(desk, annotation_task.begin(desk, asked))
    except ExplorerError as error:
        return [alert(error), ""]
    shown = annotation_task.show(desk, task)
    return [shown, tell_annotations(desk, asked) if task.is_done else ""]


def draw_anew(desk: "Desk", asked: Session, size: object, seed: object) -> list[Any]:
    """Draw another sample and show its next image; what is wrong stands below the image."""
    try:
        numbers = _whole("The sample's size", size), _whole("The seed", seed)
        annotation_task.draw_anew(desk, asked, *numbers)
    except ExplorerError as error:
        return [gr.skip(), alert(error)]
    return reply(desk, asked)


def tell_annotations(desk: "Desk", asked: Session) -> str:
    """Render the report on the annotations of a model and axis, or what is wrong."""
    try:
        return report(desk, asked)
    except ExplorerError as error:
        return alert(error)


def _sample_fields() -> tuple[gr.Number, gr.Number, gr.Button]:
    with (
        gr.Accordion("Draw another sample", open=False, elem_classes="bx-settings"),
        gr.Row(elem_classes="bx-resample"),
    ):
        gr.HTML(
            "<p>Everyone who annotates this model for this question then gets the new sample. No "
            "annotation is lost: those of images that it leaves out still count towards how far "
            "annotators agree. With the same seed, a larger sample contains the smaller one.</p>",
            apply_default_css=False,
        )
        size = gr.Number(
            SIZE, label=f"Images, {LEAST} to {MOST:,}", precision=0, elem_id="bx-samplesize"
        )
        seed = gr.Number(0, label="Seed", precision=0, elem_id="bx-sampleseed")
        draw = gr.Button("Draw it", size="sm", scale=0, elem_id="bx-drawsample")
    return size, seed, draw


def _whole(name: str, value: object) -> int:
    if not isinstance(value, int):
        given = "empty" if value is None else repr(value)
        raise OutOfRange(f"{name} is {given}. Give a whole number.")
    return value


def _session(values: tuple[object, ...]) -> Session:
    model, axis, annotator = (str(value or "") for value in values)
    return Session(model, axis, annotator)
