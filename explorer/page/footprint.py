"""Footprint: what hours of hardware take, and the lifecycle of a model."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from explorer.errors import ExplorerError
from explorer.footprint.calculator import formulas, headline, usage_row, usage_sources
from explorer.footprint.embodied import BLOOM
from explorer.footprint.equivalents import equivalents_sentence
from explorer.footprint.hardware import load_hardware
from explorer.footprint.lifecycle_report import (
    lifecycle_headline,
    lifecycle_rows,
    lifecycle_sentences,
    lifecycle_sources,
    lifecycle_table,
)
from explorer.footprint.training import load_trainings
from explorer.numbers import figures
from explorer.page.choice import OFF, ON
from explorer.page.combobox import combobox
from explorer.page.events import awaited, finished, on_address, view_html
from explorer.page.files import File, file_route
from explorer.page.footprint_choice import Asked, parse
from explorer.page.form import own_model, places
from explorer.page.navigation import model_tabs
from explorer.page.rendering import alert, render
from explorer.translations import gettext as _
from explorer.translations import word

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import QueryParams
    from starlette.routing import Route

    from explorer.findings.tables import Row
    from explorer.page.desk import Desk
    from explorer.settings import Settings

    Field = gr.Textbox | gr.HTML
    Rows = Callable[[Asked, Settings], list[Row]]


@dataclass(frozen=True, slots=True)
class View:
    """The fields of the view, in the order of those of Asked, and the HTML below them."""

    desk: "Desk"
    fields: "tuple[Field, ...]"
    shown: gr.HTML

    def answered(self, query: "QueryParams", _visitor: str) -> list[Any]:
        """Show what an address asks."""
        return self.of(parse(query))

    def changed(self, *values: object) -> str:
        """Show what the fields ask."""
        return show(self.desk, Asked.of(tuple(map(_word, values))))

    def of(self, asked: Asked) -> list[Any]:
        """Return the values of the fields, and the HTML below them."""
        pairs = zip(self.fields, asdict(asked).values(), strict=True)
        values = [text if isinstance(field, gr.Textbox) else [text] for field, text in pairs]
        return [*values, show(self.desk, asked)]


def view(page: gr.Blocks, desk: "Desk") -> None:
    """Lay out the view and connect its events; call inside its page."""
    fields = (*_calculator(), *_lifecycle(desk))
    made = View(desk, fields, view_html("bx-footprint"))
    on_address(page, made.shown, made.answered, [*fields, made.shown])
    gr.on(
        finished(fields),
        made.changed,
        list(fields),
        made.shown,
        trigger_mode="always_last",
        **awaited(made.shown),
    )


def show(desk: "Desk", asked: Asked) -> str:
    """Return a calculation and a lifecycle as HTML, or an alert."""
    try:
        usage, life = asked.usage(desk.settings), asked.lifecycle(desk.settings)
        return render(
            "footprint.html",
            tabs_of_view=model_tabs("footprint"),
            address=asked.address,
            headline=headline(usage),
            equal=equivalents_sentence(usage.kg),
            formulas=list(formulas(usage)),
            sources=list(usage_sources(usage)),
            life_headline=lifecycle_headline(life),
            told=list(lifecycle_sentences(life)),
            lines=list(lifecycle_table(life)),
            life_sources=list(lifecycle_sources(life)),
        )
    except ExplorerError as error:
        return alert(error)


def routes(desk: "Desk") -> "list[Route]":
    """Return the files of the view, as CSV and as JSON."""
    files: dict[str, Rows] = {
        "calculation": lambda asked, settings: [usage_row(asked.usage(settings))],
        "lifecycle": lambda asked, settings: lifecycle_rows(asked.lifecycle(settings)),
    }
    return [
        file_route(kind, f"{name}.{kind}", _asked(desk, f"{name}.{kind}", rows))
        for name, rows in files.items()
        for kind in ("csv", "json")
    ]


def _asked(desk: "Desk", name: str, rows: "Rows") -> "Callable[[QueryParams], File]":
    return lambda query: File(name, rows(parse(query), desk.settings))


def _calculator() -> "tuple[Field, ...]":
    default = Asked()
    with gr.Row(elem_classes=["bx-form", "bx-calculator"]):
        hardware = _names(_("Hardware"), default.hardware, "bx-hardware", _hardware())
        devices = _text(_("Devices"), default.devices, "bx-devices")
        hours = _text(_("Hours"), default.hours, "bx-hours")
        place = _names(_("Country or cloud region"), default.place, "bx-place", places())
    with (
        gr.Accordion(_("Utilisation, data centre, making"), open=False, elem_classes="bx-settings"),
        gr.Row(),
    ):
        utilisation = _text(
            _("Utilisation, 0 to 1"),
            default.utilisation,
            "bx-utilisation",
            info=_("The share of the rated power that the hardware draws."),
        )
        pue = _text(
            _("PUE"),
            default.pue,
            "bx-pue",
            info=_("The energy of the data centre for each unit that its computers use; from 1."),
        )
        embodied = combobox(
            [(_("counted"), ON), (_("left out"), OFF)],
            [default.embodied],
            (_("Making the hardware"), "bx-embodied"),
        )
    usual, own = (hardware, devices, hours, utilisation, pue, place, embodied), _own_constants()
    return (*usual, *own)


def _own_constants() -> "tuple[Field, ...]":
    """Lay out what replaces a country's intensity and the constants of making hardware."""
    with (
        gr.Accordion(_("Own figures of grid and hardware"), open=False, elem_classes="bx-settings"),
        gr.Row(),
    ):
        return (
            _text(
                _("Grid, g CO2e per kWh"),
                "",
                "bx-intensity",
                info=_("In place of a country's or region's."),
            ),
            _constant(_("Making a server, kg CO2e"), "bx-serverkg", BLOOM.server_kg),
            _constant(_("Making an accelerator, kg CO2e"), "bx-devicekg", BLOOM.device_kg),
            _constant(_("Accelerators in a server"), "bx-perserver", BLOOM.devices_per_server),
            _constant(_("Years in service"), "bx-years", BLOOM.lifetime_years),
            _constant(_("Share of time in use"), "bx-inuse", BLOOM.in_use),
        )


def _constant(label: str, elem_id: str, usual: float) -> "Field":
    info = _("{number} unless you say otherwise, as for BLOOM.").format(number=figures(usual))
    return _text(label, "", elem_id, info=info)


def _lifecycle(desk: "Desk") -> "tuple[Field, ...]":
    default = Asked()
    with gr.Row(elem_classes="bx-form"):
        own = own_model(allowed=desk.may.names_models)
        model = combobox(_models(desk), [default.model], (_("Model"), "bx-model"), own=own)
        per_day = _text(_("Images a day"), default.per_day, "bx-perday")
        days = _text(_("Days"), default.days, "bx-days")
        kwh = _text(_("kWh per 1,000 images"), default.kwh_per_1000, "bx-kwh")
    with (
        gr.Accordion(_("Figures of the training"), open=False, elem_classes="bx-settings"),
        gr.Row(),
    ):
        hours = _text(_("Hours of all accelerators"), "", "bx-traininghours")
        hardware = _names(_("Accelerator"), "", "bx-traininghardware", [("", ""), *_hardware()])
        energy = _text(_("Energy, kWh"), "", "bx-trainingkwh")
        emitted = _text(_("Emissions, kg CO2e"), "", "bx-trainingkg")
        idle = _text(
            _("Idle machines"),
            "",
            "bx-idle",
            info=_("Their energy as a share of that of the training; 0.59 for BLOOM."),
        )
    return model, per_day, days, kwh, hours, hardware, energy, emitted, idle


def _names(label: str, value: str, elem_id: str, choices: list[tuple[str, str]]) -> gr.HTML:
    return combobox(choices, [value], (label, elem_id))


def _text(label: str, value: str, elem_id: str, info: str | None = None) -> gr.Textbox:
    return gr.Textbox(value, label=label, info=info, max_lines=1, elem_id=elem_id)


def _word(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value or ""


def _hardware() -> list[tuple[str, str]]:
    return [(one.name, one.name) for one in load_hardware()]


def _models(desk: "Desk") -> list[tuple[str, str]]:
    listed = [(word("model", card.title), card.spec.name) for card in desk.models]
    known = {name for _title, name in listed}
    trained = [(one.title, one.models[0]) for one in load_trainings()]
    return [*listed, *(pair for pair in trained if pair[1] not in known)]
