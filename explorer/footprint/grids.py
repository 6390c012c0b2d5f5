"""Electricity grids: the carbon intensity of countries, of their parts and of cloud regions.

Where the electricity comes from is never guessed. Without a country, emissions are a range over the
grids of many countries.
"""

from dataclasses import dataclass
from functools import cache

from explorer.errors import InvalidData
from explorer.footprint.amounts import Range, exactly, require
from explorer.footprint.tables import number, plain, read_table, unknown, whole
from explorer.numbers import figures, grouped
from explorer.translations import gettext as _
from explorer.translations import word

_PLACES = "footprint places"
# A place of its own, because an empty text stands for the place of the settings.
NOWHERE = "nowhere"
# The range over grids leaves out the extremes among countries with figures of this year or later.
_RECENT = 2023
_LEFT_OUT = 3


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid and its carbon intensity.

    `key` is a country's three letters, "USA/CA" for a part of one, "gcp/us-central1" for a cloud
    region, or empty for a figure that somebody entered. `g_per_kwh` is None where the source has no
    usable figure. `other_g_per_kwh` is that of a second table, `pue` the overhead of the region's
    data centres (power usage effectiveness); both are None where they are unknown.
    """

    key: str
    name: str
    g_per_kwh: float | None
    other_g_per_kwh: float | None = None
    pue: float | None = None
    source: str = ""
    year: int | None = None
    licence: str = ""
    note: str = ""

    @property
    def country(self) -> str | None:
        """The country's three letters, None for cloud regions and the world."""
        letters = self.key.partition("/")[0]
        return letters if letters.isupper() else None

    @property
    def said(self) -> str:
        """Its name in the language in use; cities and provinces have one name for all."""
        return word("country", self.name)

    @property
    def intensity(self) -> float:
        """The grams of CO2e per kWh.

        Raises:
            InvalidData: the source has no usable figure.
        """
        if self.g_per_kwh is not None:
            return self.g_per_kwh
        raise InvalidData(
            _(
                "There is no usable figure for the grid of {name!r}: {note}. Give one of your own "
                "with --intensity, in grams of CO2e per kWh."
            ).format(name=self.said, note=word("note", self.note))
        )


@cache
def load_grids() -> tuple[Grid, ...]:
    """Return every grid of the table."""
    return tuple(
        Grid(
            key=row["key"],
            name=row["name"],
            g_per_kwh=number(row["g_per_kwh"]),
            other_g_per_kwh=number(row["other_g_per_kwh"]),
            pue=number(row["pue"]),
            source=row["source"],
            year=whole(row["year"]),
            licence=row["licence"],
            note=row["note"],
        )
        for row in read_table("grids")
    )


def find_grid(
    country: str | None = None, region: str | None = None, intensity: float | None = None
) -> Grid | None:
    """Return the grid of a country or region; None where nothing is named.

    Args:
        country: a name, or its three letters.
        region: part of a country, such as "california" or "USA/CA", or a cloud region, such as
            "gcp/us-central1".
        intensity: a figure that replaces both, in grams of CO2e per kWh.

    Raises:
        UnknownName: there is no such country or region; the nearest are suggested.
        OutOfRange: the intensity is not above 0.
        InvalidData: the region is not in the country, or the source has no figure for the grid.
    """
    if intensity is not None:
        require(_("The carbon intensity"), intensity, 0)
        return Grid("", _("a grid of your own"), intensity, source=_("entered"))
    land = _find(country, "country", _countries()) if country else None
    return _region(region, land) if region else land


def find_place(text: str) -> Grid | None:
    """Return the grid of a country or region in one text; None for an empty one.

    Raises:
        UnknownName: there is no such country or region; the nearest are suggested.
    """
    if not text.strip():
        return None
    return _find(text, "country or region", _regions() | _countries())


def asked_grid(place: str, country: str | None, region: str | None) -> Grid | None:
    """Return the grid of a place that somebody chose, else that of the settings.

    Args:
        place: a country or region; NOWHERE for none, "" for that of the settings.
        country: the country of the settings.
        region: the region of the settings.

    Raises:
        UnknownName: there is no such country or region; the nearest are suggested.
    """
    if place == NOWHERE:
        return None
    return find_place(place) or find_grid(country, region)


@cache
def spread() -> tuple[Grid, Grid]:
    """Return the cleanest and the dirtiest grid of the range over countries."""
    known = [one for one in load_grids() if one.country == one.key and one.g_per_kwh is not None]
    recent = [one for one in known if one.year is not None and one.year >= _RECENT]
    ordered = sorted(recent, key=lambda one: one.intensity)
    return ordered[_LEFT_OUT], ordered[-1 - _LEFT_OUT]


def carbon(kwh: float | Range, grid: Grid | None) -> Range:
    """Return the kilograms of CO2e of an energy; without a grid, a range over grids."""
    amount = kwh if isinstance(kwh, Range) else exactly(kwh)
    if grid is not None:
        return amount.times(grid.intensity / 1000)
    cleanest, dirtiest = (one.intensity / 1000 for one in spread())
    return Range(amount.low * cleanest, amount.high * dirtiest)


def grid_sentence(grid: Grid | None) -> str:
    """Return the source of the carbon intensity."""
    if grid is None:
        cleanest, dirtiest = spread()
        return _(
            "No country is named, so the emissions are a range over grids: from that of {clean} "
            "({low} g/kWh) to that of {dirty} ({high} g/kWh)."
        ).format(
            clean=cleanest.said,
            low=grouped(cleanest.intensity),
            dirty=dirtiest.said,
            high=grouped(dirtiest.intensity),
        )
    if not grid.key:
        return _(
            "Carbon intensity of the electricity, as entered: {figure} g CO2e per kWh."
        ).format(figure=figures(grid.intensity))
    facts = ", ".join(filter(None, (grid.source, str(grid.year or ""), word("note", grid.note))))
    return _("Grid of {name}: {figure} g CO2e per kWh ({facts}).").format(
        name=grid.said, figure=figures(grid.intensity), facts=facts
    )


def _region(name: str, land: Grid | None) -> Grid:
    within = f"{land.key}/{name}" if land else name
    found = _regions().get(plain(within)) or _find(name, "region", _regions())
    if land and found.country not in {None, land.key}:
        raise InvalidData(
            _("The region {region!r} is not in {country!r}. Leave one of them out.").format(
                region=found.said, country=land.said
            )
        )
    return found


def _find(name: str, kind: str, known: dict[str, Grid]) -> Grid:
    if found := known.get(plain(name)):
        return found
    names = [text for one in known.values() for text in (one.name, one.key)]
    raise unknown(kind, name, dict.fromkeys(names), _PLACES)


@cache
def _countries() -> dict[str, Grid]:
    lands = [
        one for one in load_grids() if "/" not in one.key and (one.country or one.key == "world")
    ]
    return {plain(name): one for one in lands for name in (one.name, one.key)}


@cache
def _regions() -> dict[str, Grid]:
    known = [one for one in load_grids() if one.key not in {"world", one.country}]
    short = {plain(name): one for one in known for name in (one.key.rpartition("/")[2], one.name)}
    full = {plain(f"{one.country}/{one.name}"): one for one in known if one.country}
    return short | full | {plain(one.key): one for one in known}
