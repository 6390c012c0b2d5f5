"""Values of environment variables, checked."""

import os
import re

from explorer.errors import InvalidData
from explorer.numbers import figures
from explorer.translations import gettext as _


def checked_dollars(name: str, amount: float) -> float:
    """Return an amount of money that is not negative.

    Raises:
        InvalidData: it is negative, infinite or no number.
    """
    if not 0 <= amount < float("inf"):
        raise InvalidData(
            _("{name} is {amount!r}. Give US dollars, 5 or 0.04 for instance.").format(
                name=name, amount=amount
            )
        )
    return amount


def whole(name: str, usual: int) -> int:
    """Return a whole number above 0 of a variable.

    Raises:
        InvalidData: it is none.
    """
    given = os.environ.get(name, str(usual))
    if not re.fullmatch("[1-9][0-9]{0,8}", given):
        raise InvalidData(
            _("{name} is {given!r:.80}. Set it to a whole number above 0.").format(
                name=name, given=given
            )
        )
    return int(given)


def number(name: str, usual: float) -> float:
    """Return a number of a variable.

    Raises:
        InvalidData: it is none.
    """
    given = os.environ.get(name, "").strip() or usual
    try:
        return float(given)
    except ValueError:
        raise InvalidData(
            _("{name} is {given!r:.80}. Set it to a number, {usual} for instance.").format(
                name=name, given=given, usual=figures(usual)
            )
        ) from None


def names(variable: str) -> tuple[str, ...]:
    """Return the names that a variable lists, separated by commas."""
    parts = os.environ.get(variable, "").split(",")
    return tuple(part.strip() for part in parts if part.strip())


def is_on(name: str, usual: str = "on") -> bool:
    """Return whether a variable is on.

    Raises:
        InvalidData: it is neither on nor off.
    """
    given = os.environ.get(name, "").strip().lower() or usual
    if given not in {"on", "off"}:
        raise InvalidData(
            _("{name} is {given!r:.80}. Set it to 'on' or 'off'.").format(name=name, given=given)
        )
    return given == "on"


def dollars(name: str) -> float | None:
    """Return the amount of a variable, None where it is not set.

    Raises:
        InvalidData: it is no amount of money.
    """
    given = os.environ.get(name, "").strip()
    if not given:
        return None
    try:
        return checked_dollars(name, float(given))
    except ValueError:
        raise InvalidData(
            _("{name} is {given!r:.80}. Set it to US dollars, 5 or 0.04 for instance.").format(
                name=name, given=given
            )
        ) from None
