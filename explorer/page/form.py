"""The fields of every view, and their values as a choice and back."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import gradio as gr

from explorer.classifiers.find import FACE
from explorer.errors import OutOfRange
from explorer.models.variants import SCHEDULERS
from explorer.page.choice import (
    ALL,
    CAPTIONS,
    NONE,
    ON,
    PIXELS,
    SPREAD,
    SPREAD_OVER,
    Choice,
    profession,
)
from explorer.words.prompts import TEMPLATE
from explorer.words.references import labour_years, transcribed
from explorer.words.vocabulary import load_adjectives, load_professions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gradio.components import Component

    from explorer.models.catalog import ModelCard


@dataclass(frozen=True, slots=True)
class FormKind:
    """Which fields a view has: several professions or one, and a reference or none."""

    several_professions: bool = False
    reference: bool = False


ONE_PROFESSION = FormKind()


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a view. `settings` are template, guidance, steps and scheduler.

    `measuring` are the instrument of skin tone, the part of the image that the classifier is shown,
    the gate and the year of the labour statistics. `reference` is None in views without one.
    """

    models: "tuple[gr.Dropdown, ...]"
    profession: gr.Dropdown
    adjectives: gr.Dropdown
    images: gr.Number
    settings: "tuple[Component, ...]" = field(default=())
    measuring: "tuple[Component, ...]" = field(default=())
    reference: "ReferenceFields | None" = None

    @property
    def fields(self) -> "list[Component]":
        """Every field, in the order in which choice() takes their values."""
        own = [self.reference.figures] if self.reference else []
        chosen = [self.profession, self.adjectives, self.images]
        return [*self.models, *chosen, *self.settings, *self.measuring, *own]

    def narrowed(self, values: "Sequence[object]") -> "tuple[list[object], object]":
        """Let a word that is picked beside "none + all 20" take its place.

        Returns:
            The values, and the new content of the field of adjectives.
        """
        place = len(self.models) + 1
        words = values[place]
        if not isinstance(words, list) or len(words) < 2 or words[0] != ALL:  # noqa: PLR2004
            return list(values), gr.skip()
        return [*values[:place], words[1:], *values[place + 1 :]], words[1:]

    def choice(self, values: "Sequence[object]") -> Choice:
        """Read a choice from the values of the fields, unchecked but for empty numbers."""
        count = len(self.models)
        names, adjectives, images, *others = values[count:]
        template, guidance, steps, scheduler, tone, classifier, gate, year, *own = others
        return Choice(
            models=tuple(str(name or "") for name in values[:count]),
            professions=_words(names),
            adjectives=_words(adjectives),
            images=_whole("Images per prompt", images),
            template=str(template or TEMPLATE),
            guidance=None if guidance is None else float(str(guidance)),
            steps=None if steps is None else _whole("Steps", steps),
            scheduler=str(scheduler) if scheduler else None,
            tone=str(tone),
            classifier=str(classifier) if classifier else None,
            gate=bool(gate),
            year=_whole("Year", year),
            reference=_figures(own[0]) if own else (),
        )

    def values(self, choice: Choice) -> list[object]:
        """Return the values of the fields for a choice.

        Raises:
            InvalidData: several professions are chosen where one is shown.
        """
        several = self.profession.multiselect
        if not several and len(choice.professions) > 1:
            profession(choice)
        return [
            *choice.models,
            list(choice.professions) if several else choice.professions[0],
            list(choice.adjectives),
            choice.images,
            choice.template,
            choice.guidance,
            choice.steps,
            choice.scheduler or "",
            choice.tone,
            choice.classifier or "",
            ON if choice.gate else "",
            choice.year,
            *([list(map(list, choice.reference))] if self.reference else ()),
        ]


@dataclass(frozen=True, slots=True)
class ReferenceFields:
    """The reference: `figures` holds a person's own, read from an uploaded file."""

    figures: gr.State
    upload: gr.UploadButton
    labour: gr.Button


def form(
    cards: "Sequence[ModelCard]", default: Choice, names: "Sequence[str]", kind: FormKind
) -> Form:
    """Lay out the fields, filled with a choice.

    Args:
        cards: the models that have a name here.
        default: what is chosen at first.
        names: the labels of the model fields, one for each model of the choice.
        kind: the fields beside the models.
    """
    with gr.Row(elem_classes=["bx-form", f"models-{len(names)}"]):
        models = tuple(
            _models(cards, name, value) for name, value in zip(names, default.models, strict=True)
        )
        chosen = _professions(default, several=kind.several_professions)
        adjectives = gr.Dropdown(
            [
                ("none + all 20", ALL),
                ("no adjective", NONE),
                *(one.word for one in load_adjectives()),
            ],
            value=list(default.adjectives),
            label="Adjectives",
            multiselect=True,
            allow_custom_value=True,
            elem_id="bx-adjectives",
        )
        images = gr.Number(
            default.images,
            label="Images per prompt",
            precision=0,
            elem_id="bx-images",
        )
    with gr.Row(elem_classes="bx-folded"):
        settings = _settings()
        measuring = _measuring(default)
        reference = _reference() if kind.reference else None
    return Form(models, chosen, adjectives, images, settings, measuring, reference)


def _professions(default: Choice, *, several: bool) -> gr.Dropdown:
    listed: list[str | tuple[str, str]] = [one.name for one in load_professions()]
    groups = [(f"all {len(listed)}", ALL), (f"{SPREAD_OVER}, few women to many", SPREAD)]
    return gr.Dropdown(
        [*groups, *listed] if several else listed,
        value=list(default.professions) if several else default.professions[0],
        label="Professions" if several else "Profession",
        multiselect=several,
        allow_custom_value=True,
        elem_id="bx-profession",
    )


def _reference() -> ReferenceFields:
    with (
        gr.Accordion(
            "Reference: labour statistics, or your own", open=False, elem_classes="bx-settings"
        ),
        gr.Row(elem_classes="bx-reference"),
    ):
        gr.HTML(
            "<p>A CSV file with the columns <b>profession</b> and <b>share</b> (women's, 0 to 1) "
            "replaces the labour statistics.</p>",
            apply_default_css=False,
        )
        upload = gr.UploadButton(
            "Upload a CSV file", file_types=[".csv"], size="sm", scale=0, elem_id="bx-upload"
        )
        labour = gr.Button("Labour statistics", size="sm", scale=0, elem_id="bx-labour")
    return ReferenceFields(gr.State([]), upload, labour)


def _models(cards: "Sequence[ModelCard]", label: str, value: str) -> gr.Dropdown:
    return gr.Dropdown(
        [(card.title, card.spec.name) for card in cards],
        value=value,
        label=label,
        allow_custom_value=True,
        elem_id=f"bx-{label.lower().replace(' ', '-')}",
    )


def _settings() -> "tuple[Component, ...]":
    with (
        gr.Accordion("Prompt and generation settings", open=False, elem_classes="bx-settings"),
        gr.Row(),
    ):
        template = gr.Textbox(TEMPLATE, label="Prompt", max_lines=1, elem_id="bx-template")
        guidance = gr.Number(
            None, label="Guidance", placeholder="the model's own", step=0.5, elem_id="bx-guidance"
        )
        steps = gr.Number(
            None, label="Steps", placeholder="the model's own", precision=0, elem_id="bx-steps"
        )
        scheduler = gr.Dropdown(
            [("the model's own", ""), *SCHEDULERS[1:]],
            value="",
            label="Scheduler",
            elem_id="bx-scheduler",
        )
    return template, guidance, steps, scheduler


def _measuring(default: Choice) -> "tuple[Component, ...]":
    with (
        gr.Accordion(
            "How it is measured", open=False, elem_classes=["bx-settings", "bx-measuring"]
        ),
        gr.Row(),
    ):
        tone = gr.Dropdown(
            [("by captions", CAPTIONS), ("by pixels", PIXELS)],
            value=default.tone,
            label="Skin tone",
            info="By captions, the classifier chooses one of five tones. By pixels, the colour of "
            "the skin is measured and put into one of three bins.",
            elem_id="bx-tone",
        )
        classifier = gr.Dropdown(
            [("the whole image", ""), ("the face alone", FACE)],
            value=default.classifier or "",
            label="The classifier sees",
            info="The face alone includes hair and chin. Where no face is found, or more than one, "
            "there is no answer; in drawings often none is found.",
            elem_id="bx-classifier",
        )
        gate = gr.Dropdown(
            [("all images", ""), ("images of one person", ON)],
            value=ON if default.gate else "",
            label="Images classified",
            info="If images of one person are chosen, all others get no answer, and what they show "
            "is counted as the reason.",
            elem_id="bx-gate",
        )
        year = gr.Dropdown(
            [(_year_name(year), year) for year in labour_years()],
            value=default.year,
            label="Labour statistics of",
            info="Women's share of US workers, as a yearly average. A marked year was transcribed "
            "by hand and may contain errors.",
            elem_id="bx-year",
        )
    return tone, classifier, gate, year


def _year_name(year: int) -> str:
    return f"{year} (transcribed by hand)" if transcribed(year) else str(year)


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(map(str, value))
    return (str(value),) if value else ()


def _figures(value: object) -> tuple[tuple[str, float], ...]:
    pairs = value if isinstance(value, list) else []
    return tuple((str(name), float(share)) for name, share in pairs)


def _whole(name: str, value: object) -> int:
    if not isinstance(value, (int, float)) or value != int(value):
        given = "empty" if value is None else repr(value)
        raise OutOfRange(f"{name} is {given}. Give a whole number above 0.")
    return int(value)
