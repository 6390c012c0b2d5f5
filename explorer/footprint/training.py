"""The training of models: what their makers disclosed, what somebody entered, or neither."""

from dataclasses import dataclass
from functools import cache

from explorer.errors import InvalidData
from explorer.footprint.amounts import require
from explorer.footprint.hardware import Hardware, find_hardware
from explorer.footprint.tables import number, plain, read_table
from explorer.translations import gettext as _
from explorer.translations import word

DISCLOSED, HOURS_ONLY, NOT_DISCLOSED = "disclosed", "hours only", "not disclosed"
# NOT_CHECKED: nobody has read the card of the model again. ENTERED is in no row of the table.
NOT_CHECKED, ENTERED = "not checked", "entered"


@dataclass(frozen=True, slots=True)
class Training:
    """The training of a model; a number that is None is not disclosed.

    `watts` is the power of one accelerator, `hours` those of all accelerators together.
    `idle_kwh` is the energy of machines that were reserved and waited. `kg` is the printed figure.
    """

    models: tuple[str, ...]
    title: str
    status: str
    hours: float | None = None
    hardware: Hardware | None = None
    watts: float | None = None
    entered_kwh: float | None = None
    idle_kwh: float | None = None
    g_per_kwh: float | None = None
    kg: float | None = None
    source: str = ""
    year: int | None = None
    licence: str = ""
    note: str = ""

    @property
    def kwh(self) -> float | None:
        """The energy of the accelerators at work; None where it cannot be told."""
        if self.entered_kwh is not None:
            return self.entered_kwh
        if self.hours is None or self.watts is None:
            return None
        return self.hours * self.watts / 1000

    @property
    def is_known(self) -> bool:
        """Whether there is any figure."""
        return self.kwh is not None or self.kg is not None


@cache
def load_trainings() -> tuple[Training, ...]:
    """Return every training of the table."""
    return tuple(
        Training(
            models=tuple(row["models"].split()),
            title=row["title"],
            status=row["status"],
            hours=number(row["hours"]),
            hardware=find_hardware(row["hardware"]) if row["hardware"] else None,
            watts=number(row["watts"]),
            idle_kwh=number(row["idle_kwh"]),
            g_per_kwh=number(row["g_per_kwh"]),
            kg=number(row["kg"]),
            source=row["source"],
            year=int(row["year"]),
            licence=row["licence"],
            note=row["note"],
        )
        for row in read_table("training")
    )


def find_training(model: str) -> Training | None:
    """Return the training of a model, by its id on the Hub or its title; None if unknown here."""
    names = {plain(name): one for one in load_trainings() for name in (*one.models, one.title)}
    return names.get(plain(model))


def entered(
    title: str,
    *,
    hours: float | None = None,
    hardware: Hardware | None = None,
    kwh: float | None = None,
    kg: float | None = None,
) -> Training | None:
    """Return a training that somebody entered; None where nothing was.

    Raises:
        OutOfRange: a number is not above 0.
        InvalidData: there are hours without hardware, or hardware without hours.
    """
    numbers = {_("The number of training hours"): hours, _("The energy of training"): kwh}
    for name, value in (*numbers.items(), (_("The amount of training emissions"), kg)):
        if value is not None:
            require(name, value, 0)
    if (hours is None) != (hardware is None):
        raise InvalidData(
            _("The hours of training and the hardware belong together. Give both, or neither.")
        )
    if hours is None and kwh is None and kg is None:
        return None
    watts = hardware.watts if hardware else None
    return Training(
        (), title, ENTERED, hours, hardware, watts, entered_kwh=kwh, kg=kg, source=_("entered")
    )


def training_sentence(title: str, training: Training | None) -> str:
    """Return whether a model's training is disclosed, in one sentence."""
    if training is None:
        return _(
            "The training of {model} is not in our table. Enter its hours and hardware, or its "
            "energy, if you know them."
        ).format(model=title)
    pattern = {
        DISCLOSED: _("The makers of {model} disclosed its training."),
        HOURS_ONLY: _(
            "The makers of {model} disclosed the hours of its training, and neither energy nor "
            "emissions. Both are calculated here."
        ),
        NOT_DISCLOSED: _(
            "The makers of {model} did not disclose its training, which is itself a finding."
        ),
        NOT_CHECKED: _(
            "We know of no disclosed figure for the training of {model}. Its model card was not "
            "read again to make sure."
        ),
        ENTERED: _("The training of {model} is as you entered it."),
    }[training.status]
    return pattern.format(model=title)


def training_source(training: Training) -> str:
    """Return the source of the figures of a training."""
    facts = ", ".join(
        filter(None, (training.source, str(training.year or ""), word("note", training.note)))
    )
    return _("Training: {facts}.").format(facts=facts)
