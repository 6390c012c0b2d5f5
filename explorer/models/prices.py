"""The prices of images that services generate, kept as data with date and source."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.models.backends import Hosted

if TYPE_CHECKING:
    from explorer.models.requests import ModelSpec


@dataclass(frozen=True, slots=True)
class Price:
    """The price of an image in US dollars; `source` and `date` are None for a price of your own.

    `basis` says how the price is made up.
    """

    usd: float
    basis: str
    source: str | None = None
    date: str | None = None


def price_of(model: "ModelSpec", own_usd: float | None = None) -> Price | None:
    """Return the price of an image of a model, None if it is not known or there is none.

    Args:
        model: a model; only services have prices.
        own_usd: replaces the listed price.
    """
    settings = model.settings
    if not isinstance(settings, Hosted):
        return None
    if own_usd is not None:
        return Price(own_usd, "your own figure")
    # Another service that speaks the same protocol has prices of its own.
    if settings.address is not None or settings.width_px != settings.height_px:
        return None
    return _listed().get((model.repo, settings.quality, settings.width_px))


@cache
def _listed() -> dict[tuple[str, str | None, int], Price]:
    path = Path(__file__).with_name("prices.json")
    return {
        (row["model"], row["quality"], row["size_px"]): Price(
            row["usd"], row["basis"], row["source"], row["date"]
        )
        for row in json.loads(path.read_text(encoding="utf-8"))
    }
