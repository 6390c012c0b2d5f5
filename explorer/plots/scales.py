"""Scales around the number that means no difference, for plots of one number."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Half the width of a scale; the narrowest one that holds every number is used.
_REACHES = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale that extends by `reach` to either side of `middle`."""

    middle: float
    reach: float

    def place(self, value: float) -> float:
        """Return the place of a value, from 0 at the left end to 1 at the right end."""
        return min(1.0, max(0.0, 0.5 + (value - self.middle) / self.reach / 2))

    @property
    def ticks(self) -> tuple[float, ...]:
        """The values of both ends and of the middle."""
        return (self.middle - self.reach, self.middle, self.middle + self.reach)


def scale_around(middle: float, values: "Iterable[float]") -> Scale:
    """Return the narrowest scale that holds every value; what lies farther stands at its end."""
    farthest = max((abs(value - middle) for value in values), default=0.0)
    reach = next((one for one in _REACHES if one >= farthest), _REACHES[-1])
    return Scale(middle, reach)
