"""Amounts of energy and carbon: ranges, and how people read them."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import OutOfRange
from explorer.numbers import grouped, localised
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MILLION = 1e6
_WHOLE_FROM = 100
_DAY_SECONDS = 86_400
# Below this, kWh and kg are told in Wh and g.
_SMALL = 0.1
# What lies beyond these is a slip, and its products may be no numbers.
_LEAST, _MOST = 1e-9, 1e12


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the greatest amount; `estimate` is None where neither is more likely."""

    low: float
    high: float
    estimate: float | None = None

    def times(self, factor: float) -> "Range":
        """Return the range of a multiple."""
        estimate = None if self.estimate is None else self.estimate * factor
        return Range(self.low * factor, self.high * factor, estimate)


def exactly(amount: float) -> Range:
    """Return the range of a single amount."""
    return Range(amount, amount, amount)


def total(ranges: "Iterable[Range]") -> Range | None:
    """Return the sum of ranges; None without any."""
    parts = tuple(ranges)
    if not parts:
        return None
    estimates = [part.estimate for part in parts if part.estimate is not None]
    return Range(
        sum(part.low for part in parts),
        sum(part.high for part in parts),
        sum(estimates) if len(estimates) == len(parts) else None,
    )


def require(
    name: str, value: float, low: float, high: float = _MOST, *, from_low: bool = False
) -> None:
    """Refuse a number that is not above `low` and at most `high`, or above 0 and next to nothing.

    Args:
        name: the name of the number, for the message.
        value: the number.
        low: the number must be above it, or with `from_low` at least it.
        high: the greatest number.
        from_low: whether `low` itself is allowed.

    Raises:
        OutOfRange: the message names the number and its limits.
    """
    least = low if from_low else max(low, _LEAST)
    # Written so that NaN is refused.
    if least <= value <= high:
        return
    is_least = from_low or low < value < least
    # The greatest number is told only to whoever comes near it.
    is_most = high < _MOST or value > _MOST
    if is_least:
        limits = _("from {low} to {high}") if is_most else _("from {low}")
    else:
        limits = _("above {low} and at most {high}") if is_most else _("above {low}")
    limits = limits.format(low=figure(least if is_least else low), high=figure(high))
    raise OutOfRange(
        _("{name} is {value!r}. Give a number {limits}.").format(
            name=name, value=value, limits=limits
        )
    )


def figure(value: float) -> str:
    """Return a number with three digits, or whole from 100 on: "0.279", "24,692"."""
    return grouped(value) if abs(value) >= _WHOLE_FROM else _digits(value, 3)


def plural(number: str) -> int:
    """Return the number by which `ngettext` chooses the form that suits a written number."""
    return 1 if number == "1" else 2


def rough(value: float) -> str:
    """Return a number with two digits, as suits an estimate: "0.9", "11", "28 million"."""
    if abs(value) >= _MILLION:
        return _("{number} million").format(number=_digits(value / _MILLION, 2))
    return _digits(value, 2)


def energy_text(kwh: float | Range, say: "Callable[[float], str]" = rough) -> str:
    """Return an energy with its unit: "11 kWh", "about 38 (20 to 50) Wh"."""
    return _with_unit(kwh, say, "kWh", "Wh")


def carbon_text(kg: float | Range, say: "Callable[[float], str]" = rough) -> str:
    """Return emissions with their unit: "4.2 kg CO2e", "38 to 50 g CO2e"."""
    return _with_unit(kg, say, "kg CO2e", "g CO2e")


def range_text(found: Range, say: "Callable[[float], str]" = rough) -> str:
    """Return a range in words: an estimate with its limits, or the limits alone."""
    low, high = say(found.low), say(found.high)
    if low == high:
        return low
    if found.estimate is None:
        return _("{low} to {high}").format(low=low, high=high)
    pattern = _("about {estimate} ({low} to {high})")
    return pattern.format(estimate=say(found.estimate), low=low, high=high)


def time_text(seconds: float | Range) -> str:
    """Return a duration in the unit that suits it: "20 min", "about 7.6 (3 to 9) years"."""
    amount = seconds if isinstance(seconds, Range) else exactly(seconds)
    if amount.high < 1:
        return _("a second")
    size = amount.high if amount.estimate is None else amount.estimate
    text, length = next(
        ((text, length) for text, length, least in _units() if size >= least * length),
        (_("{number} s"), 1.0),
    )
    return text.format(number=range_text(amount.times(1 / length)))


def _units() -> "tuple[tuple[str, float, int], ...]":
    """Return units of time with their seconds, and the number from which each is used."""
    return (
        (_("{number} years"), 365.25 * _DAY_SECONDS, 2),
        (_("{number} days"), _DAY_SECONDS, 2),
        (_("{number} hours"), 3600, 2),
        (_("{number} min"), 60, 2),
    )


def _with_unit(
    amount: float | Range, say: "Callable[[float], str]", unit: str, smaller: str
) -> str:
    found = amount if isinstance(amount, Range) else exactly(amount)
    size = found.high if found.estimate is None else found.estimate
    if abs(size) < _SMALL:
        return f"{range_text(found.times(1000), say)} {smaller}"
    return f"{range_text(found, say)} {unit}"


def _digits(value: float, digits: int) -> str:
    if not value:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    text = f"{round(value, places):,.{max(places, 0)}f}"
    return localised(text.rstrip("0").rstrip(".") if "." in text else text)
