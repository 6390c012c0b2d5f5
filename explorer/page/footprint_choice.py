"""What is asked of the view Footprint, and its form in the address bar.

Each part is kept as the text that stands in the address; it becomes a number or a name only when
the calculation is made. An address names only what differs from the defaults.
"""

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

from explorer.errors import InvalidData, OutOfRange
from explorer.footprint.calculator import Usage
from explorer.footprint.embodied import BLOOM
from explorer.footprint.grids import find_grid, find_place
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

# A place of its own, because an empty text stands for the place of this machine's settings.
NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of the calculator and of the lifecycle; an empty text keeps the default.

    `place` is a country or region, NOWHERE for none; empty, it is that of the settings.
    """

    hardware: str = "NVIDIA A100 SXM4 80GB"
    devices: str = "1"
    hours: str = "100"
    utilisation: str = "1"
    pue: str = ""
    place: str = ""
    embodied: str = ON
    model: str = "CompVis/stable-diffusion-v1-4"
    per_day: str = str(USES_A_DAY)
    days: str = str(DAYS)
    kwh_per_1000: str = ""
    training_hours: str = ""
    training_hardware: str = ""
    training_kwh: str = ""
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
        """
        if self.place == NOWHERE:
            return None
        return find_place(self.place) or find_grid(settings.country, settings.region)

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
            None if self.embodied == OFF else BLOOM,
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
        )
        use = Use(
            _required(_("The number of images a day"), self.per_day),
            _required(_("The number of days"), self.days),
            _number(_("The energy per 1,000 images"), self.kwh_per_1000),
        )
        share = _number(_("The share of idle machines"), self.idle_share)
        grid = self.grid(settings)
        return Lifecycle(named.title, named.ids, own or named.training, use, grid, idle_share=share)


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
