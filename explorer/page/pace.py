"""The time it takes to generate images: measured where possible, otherwise a stated guess."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.models.speed import guessed_rate_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.models.catalog import ModelCard
    from explorer.models.requests import ModelSpec


@dataclass(frozen=True, slots=True)
class Estimate:
    """The seconds left, and whether they are based on a measurement."""

    seconds: float
    measured: bool


class Pace:
    """The rate at which each model has generated images since the server started."""

    def __init__(self, device: str) -> None:
        """Start without a measurement."""
        self._device = device
        self._rates: dict[ModelSpec, float] = {}

    def note(self, model: "ModelSpec", rate: float) -> None:
        """Remember a measured rate in images per second."""
        self._rates[_anonymous(model)] = rate

    def estimate(self, work: "Iterable[tuple[ModelCard, int]]") -> Estimate:
        """Return the time it takes to generate this many images with each model."""
        work = [(card, count) for card, count in work if count]
        rates = [self._rates.get(_anonymous(card.spec)) for card, _count in work]
        seconds = sum(
            count / (rate or guessed_rate_of(card, self._device))
            for (card, count), rate in zip(work, rates, strict=True)
        )
        return Estimate(seconds, None not in rates)


def _anonymous(model: "ModelSpec") -> "ModelSpec":
    return replace(model, name="")
