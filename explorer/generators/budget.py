"""What may be spent on images of services, and what is spent."""

import math
from dataclasses import dataclass
from threading import Lock

from explorer.errors import CostLimitReached, InvalidData
from explorer.numbers import localised
from explorer.translations import gettext as _

# Adding up prices such as 0.053 must not miss a limit by a rounding error.
_ROUNDING_USD = 1e-9
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Spent:
    """Money spent on images of services, and the number of images."""

    usd: float = 0.0
    images: int = 0

    def __add__(self, more: "Spent") -> "Spent":
        """Return the money spent with more of it."""
        return Spent(round(self.usd + more.usd, _DIGITS), self.images + more.images)

    def __sub__(self, before: "Spent") -> "Spent":
        """Return the money spent since then."""
        return Spent(round(self.usd - before.usd, _DIGITS), self.images - before.images)


class Budget:
    """Counts the money that is spent, and refuses what would exceed the limit.

    `spent` counts the requests that a service has charged for, or may have.
    """

    def __init__(self, limit_usd: float | None = None) -> None:
        """Start with nothing spent.

        Args:
            limit_usd: the most that may be spent; None for nothing.
        """
        self.limit_usd = limit_usd
        self.spent = Spent()
        self._lock = Lock()

    def require(self, name: str, price_usd: float) -> None:
        """Refuse a model that costs money where nobody has said how much may be spent.

        Raises:
            InvalidData: the message says how to allow it.
        """
        if price_usd and self.limit_usd is None:
            raise InvalidData(
                _(
                    "An image of {name!r} costs about {dollars}. Say how much may be spent "
                    "in US dollars, with --max-cost or EXPLORER_MAX_COST."
                ).format(name=name, dollars=dollars(price_usd))
            )

    def spend(self, price_usd: float) -> None:
        """Count an image before it is asked for.

        Raises:
            CostLimitReached: it would exceed the limit.
        """
        with self._lock:
            after = self.spent + Spent(price_usd, 1)
            if after.usd > (self.limit_usd or 0.0) + _ROUNDING_USD:
                raise CostLimitReached(
                    _(
                        "About {dollars} is spent, and another image would exceed the limit of "
                        "{dollars_2}. All images are kept. Raise the limit with --max-cost or "
                        "EXPLORER_MAX_COST to generate the others."
                    ).format(
                        dollars=dollars(self.spent.usd), dollars_2=dollars(self.limit_usd or 0.0)
                    )
                )
            self.spent = after

    def take_back(self, price_usd: float) -> None:
        """Do not count an image that the service does not charge for."""
        with self._lock:
            self.spent -= Spent(price_usd, 1)


def dollars(amount: float) -> str:
    """Return an amount of money, with two digits that are not 0 if it is a small one.

    "$7.94", "$0.50", "$0.0032" and "$0.000032" are such amounts.
    """
    return _("${amount}").format(amount=localised(_digits(amount)))


def _digits(amount: float) -> str:
    if amount >= 1:
        return f"{amount:,.2f}"
    leading_zeros = -math.floor(math.log10(amount)) - 1 if amount else 0
    exact = f"{amount:.{max(4, leading_zeros + 2)}f}"
    return f"{exact[:4]}{exact[4:].rstrip('0')}"
