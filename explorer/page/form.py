"""What people choose from: the fields of both views, and their way to a choice and back."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import gradio as gr

from explorer.errors import OutOfRange
from explorer.page.choice import ALL, NONE, Choice
from explorer.pictures.catalog import SCHEDULERS
from explorer.words.prompts import TEMPLATE
from explorer.words.vocabulary import load_adjectives, load_professions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gradio.components import Component

    from explorer.pictures.catalog import ModelCard


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a view. `settings` are template, guidance, steps and scheduler."""

    models: "tuple[gr.Dropdown, ...]"
    profession: gr.Dropdown
    adjectives: gr.Dropdown
    images: gr.Number
    settings: "tuple[Component, ...]" = field(default=())

    @property
    def fields(self) -> "list[Component]":
        """Every field, in the order in which choice() takes their values."""
        return [*self.models, self.profession, self.adjectives, self.images, *self.settings]

    def narrowed(self, values: "Sequence[object]") -> "tuple[list[object], object]":
        """Let a word that is picked beside "none + all 20" take its place.

        Returns:
            The values, and what the field of adjectives has to show from now on.
        """
        place = len(self.models) + 1
        words = values[place]
        if not isinstance(words, list) or len(words) < 2 or words[0] != ALL:  # noqa: PLR2004
            return list(values), gr.skip()
        return [*values[:place], words[1:], *values[place + 1 :]], words[1:]

    def choice(self, values: "Sequence[object]") -> Choice:
        """Read a choice from the values of the fields, unchecked but for empty numbers."""
        count = len(self.models)
        profession, adjectives, images, template, guidance, steps, scheduler = values[count:]
        return Choice(
            models=tuple(str(name or "") for name in values[:count]),
            profession=str(profession or ""),
            adjectives=tuple(map(str, adjectives)) if isinstance(adjectives, list) else (),
            images=_whole("Pictures per prompt", images),
            template=str(template or TEMPLATE),
            guidance=None if guidance is None else float(str(guidance)),
            steps=None if steps is None else _whole("Steps", steps),
            scheduler=str(scheduler) if scheduler else None,
        )

    def values(self, choice: Choice) -> list[object]:
        """Return what the fields show for a choice."""
        return [
            *choice.models,
            choice.profession,
            list(choice.adjectives),
            choice.images,
            choice.template,
            choice.guidance,
            choice.steps,
            choice.scheduler or "",
        ]


def form(cards: "Sequence[ModelCard]", default: Choice, names: "Sequence[str]") -> Form:
    """Lay out the fields, filled with a choice.

    Args:
        cards: the models that have a name here.
        default: what is chosen at first.
        names: what the model fields are called, one for each model of the choice.
    """
    with gr.Row(elem_classes=["bx-form", f"models-{len(names)}"]):
        models = tuple(
            _models(cards, name, value) for name, value in zip(names, default.models, strict=True)
        )
        profession = gr.Dropdown(
            [one.name for one in load_professions()],
            value=default.profession,
            label="Profession",
            allow_custom_value=True,
            elem_id="bx-profession",
        )
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
            label="Pictures per prompt",
            precision=0,
            elem_id="bx-images",
        )
    return Form(models, profession, adjectives, images, _settings())


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
        gr.Accordion("Prompt and drawing settings", open=False, elem_classes="bx-settings"),
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


def _whole(name: str, value: object) -> int:
    if not isinstance(value, (int, float)) or value != int(value):
        given = "empty" if value is None else repr(value)
        raise OutOfRange(f"{name} is {given}. Give a whole number above 0.")
    return int(value)
