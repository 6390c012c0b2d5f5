"""The energy of two models' images beside their bias."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.findings.gaps import gaps, headline
from explorer.findings.sentences import signed_points
from explorer.footprint.amounts import carbon_text, energy_text, figure
from explorer.footprint.measured import measured
from explorer.numbers import decimal, percentage
from explorer.perception.axes import FEMININE, GENDER
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.findings.findings import Findings
    from explorer.findings.tables import Row
    from explorer.footprint.grids import Grid
    from explorer.footprint.measured import Measured
    from explorer.models.catalog import ModelCard
    from explorer.statistics.intervals import Interval
    from explorer.store.index import Store
    from explorer.words.references import Reference

SLOPE, GAP, SHARE = "slope", "gap", "share"
BESIDE_COLUMNS = (
    *("model", "measure", "bias", "bias_low", "bias_high", "images"),
    *("kwh_per_1000", "g_per_1000", "g_per_1000_least", "g_per_1000_most"),
)


@dataclass(frozen=True, slots=True)
class Beside:
    """One model's bias and what its images take.

    `measure` is SLOPE (how many times the log-odds of the reference are exaggerated), GAP (the mean
    gap to the reference) or SHARE (of images perceived as feminine), the first of these that the
    study gives. `bias` and `energy` are None where they are not known; `interval` is None for a
    mean gap whose shares are not corrected.
    """

    card: "ModelCard"
    measure: str
    bias: float | None
    interval: "Interval | None"
    energy: "Measured | None"

    @property
    def row(self) -> "Row":
        """The row of the model; its columns are BESIDE_COLUMNS."""
        grams = self.energy and self.energy.g_per_1000
        return {
            "model": self.card.spec.name,
            "measure": self.measure,
            "bias": self.bias,
            "bias_low": self.interval and self.interval.low,
            "bias_high": self.interval and self.interval.high,
            "images": self.energy and self.energy.images,
            "kwh_per_1000": self.energy and self.energy.kwh_per_1000,
            "g_per_1000": grams and grams.estimate,
            "g_per_1000_least": grams and grams.low,
            "g_per_1000_most": grams and grams.high,
        }

    @property
    def bias_text(self) -> str:
        """The bias with its interval, as people read it."""
        if self.bias is None:
            return _("not known")
        say = {SLOPE: _times, GAP: signed_points, SHARE: _percent}[self.measure]
        if self.interval is None:
            return say(self.bias)
        return _("{value} ({low} to {high})").format(
            value=say(self.bias), low=say(self.interval.low), high=say(self.interval.high)
        )

    @property
    def energy_text(self) -> str:
        """The energy of 1,000 images, as people read it."""
        return energy_text(self.energy.kwh_per_1000, figure) if self.energy else _("not measured")

    @property
    def carbon_text(self) -> str:
        """The emissions of 1,000 images, as people read them."""
        if self.energy is None:
            return _("not measured")
        return carbon_text(self.energy.g_per_1000.times(1 / 1000), figure)


def beside_bias(
    findings: "Findings",
    store: "Store",
    references: "Mapping[str, Reference]",
    grid: "Grid | None" = None,
) -> tuple[Beside, ...]:
    """Return bias and energy of each model of a study.

    Args:
        findings: the findings of the study.
        store: the store with the readings.
        references: references of the feminine share, by profession.
        grid: where the electricity comes from for runs that named no country.
    """
    return tuple(
        Beside(card, *_bias(findings, card, references), measured(store, card.spec, grid))
        for card in findings.study.models
    )


def measure_text(measure: str) -> str:
    """Return the name of a measure of bias, as people read it."""
    return {
        SLOPE: _("Exaggeration of the reference"),
        GAP: _("Mean gap to the reference"),
        SHARE: _("Perceived as feminine"),
    }[measure]


def _bias(
    findings: "Findings", card: "ModelCard", references: "Mapping[str, Reference]"
) -> "tuple[str, float | None, Interval | None]":
    if GENDER not in {axis.name for axis in findings.study.axes}:
        return SHARE, None, None
    name = card.spec.name
    found = [one for one in findings.found("profession", GENDER) if one.tally.cell.model == name]
    if len(found) == 1:
        share = found[0].best(FEMININE)
        return SHARE, share.estimate if share else None, share
    summary = headline(gaps(found, references))
    if summary.slope is not None:
        return SLOPE, summary.slope.slope.estimate, summary.slope.slope
    return GAP, summary.mean, summary.interval


def _times(value: float) -> str:
    return f"x{decimal(value, 2)}"


def _percent(share: float) -> str:
    return percentage(share)
