"""The fields of every view, and the conversion between their values and a choice."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import gradio as gr

from explorer.classifiers.find import FACE
from explorer.errors import NotChosen, OutOfRange
from explorer.footprint.grids import NOWHERE, load_grids
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
    held_adjectives,
    held_professions,
    profession,
)
from explorer.page.combobox import combobox
from explorer.page.rendering import render
from explorer.translations import gettext as _
from explorer.translations import word
from explorer.words.prompts import TEMPLATE
from explorer.words.references import labour_years, transcribed
from explorer.words.vocabulary import load_adjectives, load_professions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gradio.components import Component

    from explorer.models.catalog import ModelCard


@dataclass(frozen=True, slots=True)
class FormKind:
    """The fields of a view: several professions or one, and a reference or none.

    With `own_models`, models may be named that are not listed.
    """

    several_professions: bool = False
    reference: bool = False
    own_models: bool = True


ONE_PROFESSION = FormKind()

_MODEL_IDS = {1: ("bx-model",), 2: ("bx-model-a", "bx-model-b")}


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a view. `further` are models that Compare may add, "" where there is none.

    `settings` are template, guidance, steps, scheduler and country.
    `measuring` are the way of measuring skin tone, the part of the image that the classifier is
    shown, the gate and the year of the labour statistics. `tab` holds the part that is shown,
    `near` the image whose neighbours are. `reference` is None in views without one.
    """

    models: "tuple[gr.HTML, ...]"
    further: "tuple[gr.HTML, ...]"
    profession: gr.HTML
    adjectives: gr.HTML
    images: gr.Number
    settings: "tuple[Component, ...]"
    measuring: "tuple[Component, ...]"
    reference: "ReferenceFields | None"
    tab: gr.State
    near: gr.State

    @property
    def fields(self) -> "list[Component]":
        """All fields, in the order in which choice() takes their values."""
        own = [self.reference.figures] if self.reference else []
        chosen = [self.profession, self.adjectives, self.images]
        models = [*self.models, *self.further]
        return [*models, *chosen, *self.settings, *self.measuring, self.tab, self.near, *own]

    def choice(self, values: "Sequence[object]") -> Choice:
        """Return the choice of the values of the fields; only numbers are checked."""
        named = len(self.models)
        count = named + len(self.further)
        names, adjectives, images, *others = values[count:]
        template, guidance, steps, scheduler, country, *others = others
        tone, classifier, gate, year, tab, near, *own = others
        return Choice(
            models=(
                *map(chosen_text, values[:named]),
                *filter(None, map(chosen_text, values[named:count])),
            ),
            professions=_words(names),
            adjectives=_words(adjectives),
            images=whole(_("Images per prompt"), images),
            template=str(template or TEMPLATE),
            guidance=None if guidance is None else float(str(guidance)),
            steps=None if steps is None else whole(_("Steps"), steps),
            scheduler=chosen_text(scheduler) or None,
            tone=chosen_text(tone),
            classifier=chosen_text(classifier) or None,
            gate=bool(chosen_text(gate)),
            year=whole(_("Year"), _first(year)),
            reference=_figures(own[0]) if own else (),
            country=chosen_text(country),
            tab=str(tab),
            near=str(near),
        )

    def values(self, choice: Choice) -> list[object]:
        """Return the values of the fields for a choice.

        Raises:
            InvalidData: several professions are chosen where one is shown.
        """
        if not self.profession.props["several"] and len(choice.professions) > 1:
            profession(choice)
        return [
            *([model] for model in choice.models),
            *[[""]] * (len(self.models) + len(self.further) - len(choice.models)),
            list(choice.professions),
            list(choice.adjectives),
            choice.images,
            choice.template,
            choice.guidance,
            choice.steps,
            [choice.scheduler or ""],
            [choice.country],
            [choice.tone],
            [choice.classifier or ""],
            [ON if choice.gate else ""],
            [choice.year],
            choice.tab,
            choice.near,
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
        default: the initial choice.
        names: the labels of the model fields, one for each model of the choice.
        kind: the other fields.
    """
    with gr.Row(elem_classes=["bx-form", f"models-{len(names)}"]):
        models = tuple(
            model_field(cards, *field, own=kind.own_models)
            for field in zip(names, default.models, _MODEL_IDS[len(names)], strict=True)
        )
        chosen = _professions(default, several=kind.several_professions)
    with gr.Row(elem_classes="bx-folded"):
        # Gradio's accordion leaves out what is folded, and an answer for it then breaks the field.
        gr.HTML(render("unfold.html"), apply_default_css=False, elem_classes="bx-unfold")
        with gr.Column(elem_classes=["bx-settings", "bx-unfolded"]):
            further = _further(cards, kind) if len(names) > 1 else ()
            adjectives, images = _words_and_number(default)
            settings = _settings()
            measuring = _measuring(default)
        reference = _reference() if kind.reference else None
    shown = gr.State(default.tab)
    tabs = shown, gr.State(default.near)
    return Form(models, further, chosen, adjectives, images, settings, measuring, reference, *tabs)


def _further(cards: "Sequence[ModelCard]", kind: FormKind) -> "tuple[gr.HTML, ...]":
    own = own_model(allowed=kind.own_models)
    listed = [(_("none"), ""), *((word("model", card.title), card.spec.name) for card in cards)]
    with gr.Row(elem_classes="bx-further"):
        return (
            combobox(listed, [""], (_("Model C"), "bx-model-c"), own=own),
            combobox(listed, [""], (_("Model D"), "bx-model-d"), own=own),
        )


def _words_and_number(default: Choice) -> tuple[gr.HTML, gr.Number]:
    with gr.Row(elem_classes="bx-wording"):
        adjectives = combobox(
            [
                (_("none + all 20"), ALL),
                (_("no adjective"), NONE),
                *((word("adjective", one.word), one.word) for one in load_adjectives()),
            ],
            default.adjectives,
            (_("Adjectives"), "bx-adjectives"),
            several=True,
            groups=held_adjectives(),
            own=_("Use “{word}” as my own word"),
        )
        images = gr.Number(default.images, label=_("Images per prompt"), elem_id="bx-images")
    return adjectives, images


def _professions(default: Choice, *, several: bool) -> gr.HTML:
    listed = [(word("profession", one.name), one.name) for one in load_professions()]
    groups = [
        (_("all {number}").format(number=len(listed)), ALL),
        (_("{number}, few women to many").format(number=SPREAD_OVER), SPREAD),
    ]
    return combobox(
        [*groups, *listed] if several else listed,
        default.professions,
        (_("Professions") if several else _("Profession"), "bx-profession"),
        several=several,
        groups=held_professions() if several else None,
        own=_("Use “{word}” as my own word"),
    )


def _reference() -> ReferenceFields:
    with (
        gr.Accordion(
            _("Reference: labour statistics, or your own"), open=False, elem_classes="bx-settings"
        ),
        gr.Row(elem_classes="bx-reference"),
    ):
        gr.HTML(
            "<p>"
            + _(
                "A CSV file with the columns <b>profession</b> and <b>share</b> (of women, such as "
                "0.25 or 25%) replaces the labour statistics."
            )
            + "</p>",
            apply_default_css=False,
        )
        upload = gr.UploadButton(
            _("Upload a CSV file"),
            file_types=[".csv", ".tsv", ".txt"],
            size="sm",
            scale=0,
            elem_id="bx-upload",
        )
        labour = gr.Button(_("Labour statistics"), size="sm", scale=0, elem_id="bx-labour")
    return ReferenceFields(gr.State([]), upload, labour)


def model_field(
    cards: "Sequence[ModelCard]",
    label: str,
    value: str,
    elem_id: str = "bx-model",
    *,
    own: bool = True,
) -> gr.HTML:
    """Lay out a field for a model: one that has a name here, or also a hub id or a folder."""
    listed = [(word("model", card.title), card.spec.name) for card in cards]
    return combobox(listed, [value], (label, elem_id), own=own_model(allowed=own))


def own_model(*, allowed: bool) -> str:
    """Return the offer to take a model that is not listed, "" where that is not allowed."""
    return _("Use “{word}” as a hub id or folder") if allowed else ""


def _settings() -> "tuple[Component, ...]":
    _heading(_("Prompt and generation"))
    with gr.Row():
        own = _("the model's default")
        template = gr.Textbox(TEMPLATE, label=_("Prompt"), max_lines=1, elem_id="bx-template")
        guidance = gr.Number(
            None, label=_("Guidance"), placeholder=own, step=0.5, elem_id="bx-guidance"
        )
        steps = gr.Number(None, label=_("Steps"), placeholder=own, elem_id="bx-steps")
        scheduler = combobox([(own, ""), *SCHEDULERS[1:]], [""], (_("Scheduler"), "bx-scheduler"))
        country = combobox(
            places(),
            [""],
            (_("Country of the electricity"), "bx-country"),
            info=_("For the emissions of runs, which are a range over grids without one."),
        )
    return template, guidance, steps, scheduler, country


def places() -> list[tuple[str, str]]:
    """Return every place that has a grid with its key; "" stands for that of the settings."""
    named = [(f"{one.said} ({one.key})", one.key) for one in load_grids() if one.g_per_kwh]
    own = _("as set on this machine, else a range over grids")
    return [(own, ""), (_("nowhere: a range over grids"), NOWHERE), *named]


def _measuring(default: Choice) -> "tuple[Component, ...]":
    _heading(_("How it is measured"))
    with gr.Row(elem_classes="bx-measuring"):
        tone = combobox(
            [(_("by captions"), CAPTIONS), (_("by pixels"), PIXELS)],
            [default.tone],
            (_("Skin tone"), "bx-tone"),
            info=_(
                "By captions, the classifier chooses one of five tones. By pixels, the colour of "
                "the skin is measured and assigned to one of three bins."
            ),
        )
        classifier = combobox(
            [(_("the whole image"), ""), (_("the face alone"), FACE)],
            [default.classifier or ""],
            (_("The classifier sees"), "bx-classifier"),
            info=_(
                "The face alone includes hair and chin. Where no face is found, or more than one, "
                "there is no answer; in drawings, often none is found."
            ),
        )
        gate = combobox(
            [(_("all images"), ""), (_("images of one person"), ON)],
            [ON if default.gate else ""],
            (_("Images classified"), "bx-gate"),
            info=_(
                "If images of one person are chosen, all others get no answer, and what they show "
                "is counted as the reason."
            ),
        )
        year = combobox(
            [(_year_name(year), year) for year in labour_years()],
            [default.year],
            (_("Labour statistics of"), "bx-year"),
            info=_(
                "Women's share of US workers, as a yearly average. A marked year was transcribed "
                "by hand and may contain errors."
            ),
        )
    return tone, classifier, gate, year


def _heading(text: str) -> None:
    gr.HTML(f"<h2 class='bx-group'>{text}</h2>", apply_default_css=False)


def _year_name(year: int) -> str:
    if transcribed(year):
        return _("{year} (transcribed by hand)").format(year=year)
    return str(year)


def _words(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else None


def chosen_text(value: object) -> str:
    """Return the word chosen in a field of one word, "" where there is none."""
    return str(_first(value) or "")


def _figures(value: object) -> tuple[tuple[str, float], ...]:
    pairs = value if isinstance(value, list) else []
    return tuple((str(name), float(share)) for name, share in pairs)


def whole(name: str, value: object) -> int:
    """Return the value of a field for a whole number.

    Raises:
        NotChosen: the field is empty.
        OutOfRange: the number is not whole.
    """
    if value is None:
        raise NotChosen(_("{name}: give a whole number.").format(name=name))
    # Of infinity, the rest is not a number.
    if not isinstance(value, (int, float)) or value % 1:
        raise OutOfRange(
            _("{name} is {value!r}. Give a whole number.").format(name=name, value=value)
        )
    return int(value)
