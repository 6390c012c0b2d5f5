"""What is asked of the view Footprint, and its form in the address bar.

Each part is kept as the text that stands in the address; it becomes a number or a name only when
the calculation is made. An address names only what differs from the defaults.
"""

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

from explorer.errors import InvalidData, OutOfRange
from explorer.footprint.calculator import Usage
from explorer.footprint.embodied import BLOOM, Embodied
from explorer.footprint.grids import asked_grid, find_grid
from explorer.footprint.hardware import find_hardware
from explorer.footprint.lifecycle import DAYS, USES_A_DAY, Lifecycle, Use
from explorer.footprint.naming import find_model_training
from explorer.footprint.training import entered
from explorer.page.choice import OFF, ON
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.footprint.grids import Grid
    from explorer.page.choice import Parameters
    from explorer.settings import Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of the calculator and of the lifecycle; an empty text keeps the default.

    `place` is a country or region, grids.NOWHERE for none; empty, it is that of the settings.
    """

    hardware: str = "NVIDIA A100 SXM4 80GB"
    devices: str = "1"
    hours: str = "100"
    utilisation: str = "1"
    pue: str = ""
    place: str = ""
    embodied: str = ON
    intensity: str = ""
    server_kg: str = ""
    device_kg: str = ""
    devices_per_server: str = ""
    lifetime_years: str = ""
    in_use: str = ""
    model: str = "CompVis/stable-diffusion-v1-4"
    per_day: str = str(USES_A_DAY)
    days: str = str(DAYS)
    kwh_per_1000: str = ""
    training_hours: str = ""
    training_hardware: str = ""
    training_kwh: str = ""
    training_kg: str = ""
    idle_share: str = ""

    @classmethod
    def of(cls, values: "Sequence[object]") -> Self:
        """Return the questions in the values of the fields, in their order."""
        return cls(*map(_text, values))

    @property
    def address(self) -> str:
        """The query of the address, "?" included."""
        changed = {name: text for name, text in asdict(self).items() if text != _DEFAULTS[name]}
        return "?" + urlencode(changed, safe="/")

    def grid(self, settings: "Settings") -> "Grid | None":
        """Return the grid that is named here, else that of the settings, else None.

        Raises:
            UnknownName: there is no such country or region.
            InvalidData, OutOfRange: an own intensity is no number, or outside its limits.
        """
        own = _number(_("The intensity of the grid"), self.intensity)
        if own is not None:
            return find_grid(intensity=own)
        return asked_grid(self.place, settings.country, settings.region)

    def making(self) -> Embodied:
        """Return the constants of making hardware, BLOOM's where none are given.

        Raises:
            InputError: one of them is no number, or outside its limits.
        """
        usual = BLOOM
        devices = _("The number of accelerators in a server")
        return Embodied(
            _or_usual(_("The server's kg CO2e"), self.server_kg, usual.server_kg),
            _or_usual(_("The accelerator's kg CO2e"), self.device_kg, usual.device_kg),
            _whole(devices, self.devices_per_server or str(usual.devices_per_server)),
            _or_usual(_("The lifetime in years"), self.lifetime_years, usual.lifetime_years),
            _or_usual(_("The share of time in use"), self.in_use, usual.in_use),
        )

    def usage(self, settings: "Settings") -> Usage:
        """Return the calculation.

        Raises:
            InputError: something asked is no number, outside its limits, or an unknown name.
        """
        return Usage(
            find_hardware(self.hardware),
            _required(_("The number of hours"), self.hours),
            _whole(_("The number of devices"), self.devices),
            _required(_("The utilisation"), self.utilisation),
            _number(_("The PUE"), self.pue),
            self.grid(settings),
            None if self.embodied == OFF else self.making(),
        )

    def lifecycle(self, settings: "Settings") -> Lifecycle:
        """Return the lifecycle of the model.

        Raises:
            InputError: something asked is no number, outside its limits, or an unknown name.
            ModelError: a model's folder cannot be used.
        """
        named = find_model_training(self.model, settings.device)
        hardware = find_hardware(self.training_hardware) if self.training_hardware else None
        own = entered(
            named.title,
            hours=_number(_("The hours of training"), self.training_hours),
            hardware=hardware,
            kwh=_number(_("The energy of training"), self.training_kwh),
            kg=_number(_("The emissions of training"), self.training_kg),
        )
        use = Use(
            _required(_("The number of images a day"), self.per_day),
            _required(_("The number of days"), self.days),
            _number(_("The energy per 1,000 images"), self.kwh_per_1000),
        )
        share = _number(_("The share of idle machines"), self.idle_share)
        grid = self.grid(settings)
        training, making = own or named.training, self.making()
        return Lifecycle(named.title, named.ids, training, use, grid, making, share)


_DEFAULTS = asdict(Asked())


def parse(parameters: "Parameters") -> Asked:
    """Read what is asked from an address."""
    given = {each.name: parameters.getlist(each.name) for each in fields(Asked)}
    return replace(Asked(), **{name: texts[-1].strip() for name, texts in given.items() if texts})


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _number(name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise InvalidData(
            _("{name} is {text!r}. Give a number.").format(name=name, text=text)
        ) from None


def _or_usual(name: str, text: str, usual: float) -> float:
    found = _number(name, text)
    return usual if found is None else found


def _required(name: str, text: str) -> float:
    found = _number(name, text)
    if found is None:
        raise InvalidData(_("{name} is empty. Give a number.").format(name=name))
    return found


def _whole(name: str, text: str) -> int:
    found = _required(name, text)
    if found != found // 1:
        raise OutOfRange(_("{name} is {text!r}. Give a whole number.").format(name=name, text=text))
    return int(found)
