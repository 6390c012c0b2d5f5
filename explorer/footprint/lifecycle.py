"""The lifecycle of a model: training, idle machines, the making of hardware, and use.

Source: Luccioni, Viguier and Ligozat 2023, "Estimating the Carbon Footprint of BLOOM, a 176B
Parameter Language Model", JMLR 24(253).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.footprint.amounts import Range, exactly, require, total
from explorer.footprint.embodied import BLOOM
from explorer.footprint.energy import published, published_range
from explorer.footprint.grids import carbon
from explorer.footprint.hardware import GPU
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.footprint.embodied import Embodied
    from explorer.footprint.energy import Published
    from explorer.footprint.grids import Grid
    from explorer.footprint.training import Training

USES_A_DAY = 10_000
DAYS = 365
IMAGE, REQUEST = "image", "request"
TRAINING, IDLE, EMBODIED, MAKING, USE = "training", "idle", "embodied", "making", "use"


@dataclass(frozen=True, slots=True)
class Use:
    """The use of a model: images a day, and days.

    `kwh_per_1000` replaces published figures; None takes these.

    Raises:
        OutOfRange: a number is not above 0.
    """

    a_day: float = USES_A_DAY
    days: float = DAYS
    kwh_per_1000: float | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that are not above 0."""
        require(_("The number of images a day"), self.a_day, 0)
        require(_("The number of days"), self.days, 0)
        if self.kwh_per_1000 is not None:
            require(_("The energy per 1,000 images"), self.kwh_per_1000, 0)

    @property
    def images(self) -> float:
        """The images of all days."""
        return self.a_day * self.days


@dataclass(frozen=True, slots=True)
class Line:
    """One part of a lifecycle; an amount is None where it is not known."""

    part: str
    kwh: Range | None
    kg: Range | None


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The lifecycle of a model.

    `ids` are the names by which its published energy is known. `idle_share` is the energy of idle
    machines as a share of that of training, for trainings that do not disclose it. `grid` is that
    of its use, and of a training that does not disclose its own.

    Raises:
        OutOfRange: the share is below 0.
    """

    title: str
    ids: tuple[str, ...] = ()
    training: "Training | None" = None
    use: Use = Use()
    grid: "Grid | None" = None
    embodied: "Embodied" = BLOOM
    idle_share: float | None = None

    def __post_init__(self) -> None:
        """Refuse a share below 0."""
        if self.idle_share is not None:
            require(_("The share of idle machines"), self.idle_share, 0, from_low=True)

    @property
    def idle_kwh(self) -> float | None:
        """The energy of idle machines; None where it is neither disclosed nor entered."""
        training = self.training
        if training is None:
            return None
        if training.idle_kwh is not None or self.idle_share is None:
            return training.idle_kwh
        return None if training.kwh is None else training.kwh * self.idle_share

    @property
    def making_kwh(self) -> float | None:
        """The energy of training and idle machines; None where that of training is not known."""
        if self.training is None or self.training.kwh is None:
            return None
        return self.training.kwh + (self.idle_kwh or 0)

    @property
    def per_use(self) -> Range | None:
        """The kWh of one image; None where no figure is published or entered."""
        if self.use.kwh_per_1000 is not None:
            return exactly(self.use.kwh_per_1000 / 1000)
        known = self.published
        return published_range(known, [one.kwh for one in known])[0] if known else None

    @property
    def used(self) -> "Published | None":
        """The published energy that is used; None where there is none, or one was entered."""
        known = self.published
        if not known or self.use.kwh_per_1000 is not None:
            return None
        return published_range(known, [one.kwh for one in known])[1]

    @property
    def unit(self) -> str:
        """A use of the model: IMAGE or REQUEST."""
        return self.published[0].unit if self.published else IMAGE

    @property
    def lines(self) -> tuple[Line, ...]:
        """The parts in order: training, idle, embodied, their sum, and use."""
        training = self.training
        trained = Line(TRAINING, _exactly(training.kwh if training else None), self._training_kg)
        idle = Line(IDLE, _exactly(self.idle_kwh), self._emitted(self.idle_kwh))
        made = Line(EMBODIED, None, self._embodied_kg)
        parts = (trained, idle, made)
        making = Line(
            MAKING,
            _exactly(self.making_kwh),
            total(line.kg for line in parts if line.kg is not None),
        )
        used = self.per_use and self.per_use.times(self.use.images)
        return (*parts, making, Line(USE, used, used and carbon(used, self.grid)))

    @property
    def unknown(self) -> tuple[str, ...]:
        """The parts of making the model that are not known."""
        return tuple(line.part for line in self.lines[:3] if line.kg is None)

    @property
    def images_until_even(self) -> Range | None:
        """The images after which use has taken as much energy as making the model.

        Where only the emissions of training are known, it is emissions that are compared, on the
        grid of the use. None where either side is not known, or the grid would be needed.
        """
        each = self.per_use
        if each is None:
            return None
        if self.making_kwh is not None:
            return _quotient(self.making_kwh, each)
        if self._training_kg is None or self.grid is None:
            return None
        return _quotient(self._training_kg.low, carbon(each, self.grid))

    @property
    def published(self) -> "tuple[Published, ...]":
        """The published energies of a use."""
        return tuple(dict.fromkeys(one for name in self.ids for one in published(name)))

    @property
    def _training_kg(self) -> Range | None:
        training = self.training
        if training is None:
            return None
        if training.kwh and (training.kg is None or training.g_per_kwh is not None):
            return self._emitted(training.kwh)
        return _exactly(training.kg)

    @property
    def _embodied_kg(self) -> Range | None:
        training = self.training
        if training is None or training.hours is None:
            return None
        kind = training.hardware.kind if training.hardware else GPU
        return self.embodied.kg(kind, training.hours)

    def _emitted(self, kwh: float | None) -> Range | None:
        """Return the emissions of an energy of training, on its own grid where that is known."""
        if kwh is None:
            return None
        own = self.training and self.training.g_per_kwh
        return exactly(kwh * own / 1000) if own else carbon(kwh, self.grid)


def _exactly(amount: float | None) -> Range | None:
    return None if amount is None else exactly(amount)


def _quotient(amount: float, each: Range) -> Range:
    estimate = None if each.estimate is None else amount / each.estimate
    return Range(amount / each.high, amount / each.low, estimate)
