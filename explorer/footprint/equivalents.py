"""Emissions in terms of things that people know: kilometres by car and phones charged.

Source: US EPA 2026, "Greenhouse Gas Equivalencies Calculator: Calculations and References": 393 g
CO2e for a mile of an average passenger vehicle, 12.4 g for a smartphone charged in the US.
"""

from typing import TYPE_CHECKING

from explorer.footprint.amounts import range_text
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.footprint.amounts import Range

_MILE_KM = 1.609344
KG_PER_KM = 0.393 / _MILE_KM
KG_PER_CHARGE = 0.0124


def equivalents_sentence(kg: "Range") -> str:
    """Return emissions as a distance by car and as a number of phones charged."""
    return _(
        "That is as much as driving an average US car {km} km, or charging {charges} smartphones "
        "(US Environmental Protection Agency, 2026)."
    ).format(
        km=range_text(kg.times(1 / KG_PER_KM)),
        charges=range_text(kg.times(1 / KG_PER_CHARGE)),
    )
