"""Embodied emissions: those of making the hardware, shared out over its hours of use.

Source: Luccioni, Viguier and Ligozat 2023, "Estimating the Carbon Footprint of BLOOM, a 176B
Parameter Language Model", JMLR 24(253), section 4.1: a server of 2,500 kg (HPE ProLiant DL345 Gen10
Plus, as a stand-in) and accelerators of 150 kg (stated as a low guess), replaced after six years
and in use 85% of the time.
"""

from dataclasses import dataclass

from explorer.footprint.amounts import Range, figure, require
from explorer.footprint.hardware import CPU, SOC
from explorer.numbers import figures
from explorer.translations import gettext as _

# Published figures for one accelerator with its part of a server lie within this range of BLOOM's.
LEAST, MOST = 0.5, 3.0
_YEAR_HOURS = 365.25 * 24


@dataclass(frozen=True, slots=True)
class Embodied:
    """The constants of the method; the defaults are BLOOM's.

    Raises:
        OutOfRange: one of them is not above 0, or the share of time in use is above 1.
    """

    server_kg: float = 2500
    device_kg: float = 150
    devices_per_server: int = 8
    lifetime_years: float = 6
    in_use: float = 0.85

    def __post_init__(self) -> None:
        """Refuse constants outside their limits."""
        require(_("The server's kg CO2e"), self.server_kg, 0)
        require(_("The accelerator's kg CO2e"), self.device_kg, 0)
        require(_("The number of accelerators in a server"), self.devices_per_server, 0)
        require(_("The lifetime in years"), self.lifetime_years, 0)
        require(_("The share of time in use"), self.in_use, 0, 1)

    @property
    def hours(self) -> float:
        """The hours of use in the lifetime of a server."""
        return self.lifetime_years * _YEAR_HOURS * self.in_use

    def kg(self, kind: str, device_hours: float) -> Range | None:
        """Return the emissions that some hours of a device bear, as a range.

        A processor bears its whole server. None for a device that stands in no server.
        """
        if kind == SOC:
            return None
        kg = self.rate(kind) * device_hours
        return Range(LEAST * kg, MOST * kg, kg)

    def rate(self, kind: str) -> float:
        """Return the kg CO2e for each hour of a device, its part of the server included."""
        if kind == CPU:
            return self.server_kg / self.hours
        return (self.device_kg + self.server_kg / self.devices_per_server) / self.hours

    def sentence(self, kind: str) -> str:
        """Return a sentence on the shares of the emissions."""
        if kind == SOC:
            return _(
                "Embodied emissions are not known here: the method is for servers, and this device "
                "stands in none."
            )
        if kind == CPU:
            return _(
                "Embodied emissions: {server} kg CO2e for the whole server, shared out over "
                "{hours} hours of use. The true figure may be half as large or three times as "
                "large."
            ).format(server=figure(self.server_kg), hours=figure(self.hours))
        return _(
            "Embodied emissions: {device} kg CO2e for the accelerator and one part in {parts} of "
            "{server} kg for its server, shared out over {hours} hours of use. The true figure "
            "may be half as large or three times as large."
        ).format(
            device=figures(self.device_kg),
            parts=self.devices_per_server,
            server=figure(self.server_kg),
            hours=figure(self.hours),
        )


BLOOM = Embodied()
