"""The overview of one model: a line for each profession and adjective, and their summary."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.findings.findings import Findings
from explorer.findings.gap_tables import tone_rows
from explorer.findings.gaps import gaps, headline
from explorer.footprint.measured import measured
from explorer.perception.axes import FEMININE, GENDER
from explorer.report.stored import stored_studies
from explorer.statistics.intervals import Interval
from explorer.words.references import labour_references

if TYPE_CHECKING:
    from datetime import date

    from explorer.findings.gaps import Gap
    from explorer.findings.shifts import Shift
    from explorer.models.catalog import ModelCard
    from explorer.report.stored import Stored
    from explorer.store.index import Store

_TONE = "tone"
# Below the precision of any count, and a quarter of the digits.
_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One profession.

    `share` is that of images perceived as feminine, corrected if `corrected` is true, and None with
    too few images, where `feminine` and `masculine` count them. `reference` is women's share of US
    workers, 0..1, `gap` the share minus it; `counts` tells whether it is part of the summary, and
    `clear` whether it is clear enough to report. `tones` holds the images of each skin tone, the
    lightest first, and `distance` how far they are from all being equally frequent.
    """

    profession: str
    feminine: int
    masculine: int
    unclear: int
    filtered: int
    missing: int
    share: Interval | None
    corrected: bool
    reference: float | None
    gap: Interval | None
    q: float | None
    counts: bool
    clear: bool
    tones: tuple[int, ...]
    tones_unclear: int
    distance: float | None
    by_chance: float | None


@dataclass(frozen=True, slots=True)
class Moved:
    """One adjective: the feminine share with it minus that without, over the same professions."""

    adjective: str
    professions: int
    shift: Interval | None
    q: float | None
    clear: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """One model in a line of the table of models.

    `slope` tells how many times the differences between professions are exaggerated, `curve` is the
    height of that line at parity; both are None with too few professions. `mean_gap` is the mean
    gap to the labour statistics over `professions` of them, of which `clear` of `tested` are clear
    enough to report. `distance` is the mean distance of tones from all being equally frequent, and
    `by_chance` its expectation by chance. `kwh_per_1000` is the measured energy of 1,000 images.
    """

    slope: Interval | None
    curve: Interval | None
    professions: int
    mean_gap: Interval | None
    clear: int
    tested: int
    distance: float | None
    by_chance: float | None
    kwh_per_1000: float | None


@dataclass(frozen=True, slots=True)
class Overview:
    """What a model's images of all professions show; `images` is their number for each prompt.

    `instruments` names the classifier of each axis, `version` the model's weights. `year` is that
    of the labour statistics. `made_on` is a date, ISO 8601.
    """

    model: str
    version: str
    instruments: tuple[str, ...]
    tool_version: str
    made_on: str
    year: int
    images: int
    summary: Summary
    lines: tuple[Line, ...]
    adjectives: tuple[Moved, ...]


def overview(
    card: "ModelCard",
    store: "Store",
    made_on: "date",
    year: int,
    studies: "Stored | None" = None,
) -> Overview:
    """Return the overview of a model's images, of all stored ones unless studies are given.

    Raises:
        InvalidData: none is stored.
    """
    from explorer import __version__

    stored = studies or stored_studies(card, store)
    main = Findings(stored.main, store)
    found = gaps(main.found("profession", GENDER), labour_references(year))
    tones = {row["profession"]: row for row in tone_rows(main.tallies("profession", _TONE))}
    counted = {str(one.cell.profession): one for one in main.tallies("profession", _TONE)}
    lines = tuple(
        _line(gap, counted[gap.profession].counts, counted[gap.profession].abstained, tones)
        for gap in found.rows
    )
    told = headline(found)
    energy = measured(store, card.spec)
    distances = [(one.distance, one.by_chance) for one in lines if one.distance is not None]
    summary = Summary(
        slope=_short(told.slope.slope) if told.slope else None,
        curve=_short(told.slope.shift) if told.slope else None,
        professions=told.professions,
        mean_gap=_short(told.interval),
        clear=sum(one.clear for one in lines),
        tested=sum(gap.p is not None for gap in found.rows),
        distance=_mean([distance for distance, _chance in distances]),
        by_chance=_mean([chance for _distance, chance in distances if chance is not None]),
        kwh_per_1000=energy.kwh_per_1000 if energy else None,
    )
    return Overview(
        model=card.spec.name,
        version=str(card.spec.revision or ""),
        instruments=tuple(map(str, stored.main.instruments(card).values())),
        tool_version=__version__,
        made_on=made_on.isoformat(),
        year=year,
        images=stored.main.images,
        summary=summary,
        lines=lines,
        adjectives=tuple(map(_moved, _shifts(stored, store))),
    )


def _shifts(stored: "Stored", store: "Store") -> "tuple[Shift, ...]":
    return Findings(stored.worded, store).shifts if stored.worded else ()


def _line(
    gap: "Gap", tones: tuple[int, ...], unclear: int, rows: "dict[object, dict[str, object]]"
) -> Line:
    tally, row = gap.finding.tally, rows[gap.profession]
    feminine = tally.count(FEMININE)
    return Line(
        profession=gap.profession,
        feminine=feminine,
        masculine=tally.classified - feminine,
        unclear=tally.abstained,
        filtered=tally.filtered,
        missing=tally.missing,
        share=_short(gap.finding.best(FEMININE)),
        corrected=gap.finding.corrected is not None,
        reference=gap.reference.share if gap.reference else None,
        gap=_short(gap.gap),
        q=_rounded(gap.q),
        counts=gap.counts,
        clear=gap.clear,
        tones=tones,
        tones_unclear=unclear,
        distance=_number(row["total_variation"]),
        by_chance=_number(row["total_variation_by_chance"]),
    )


def _moved(shift: "Shift") -> Moved:
    best = shift.corrected or shift.raw
    return Moved(shift.adjective, shift.professions, _short(best), _rounded(shift.q), shift.clear)


def _short(interval: Interval | None) -> Interval | None:
    if interval is None:
        return None
    return replace(
        interval,
        estimate=round(float(interval.estimate), _DIGITS),
        low=round(float(interval.low), _DIGITS),
        high=round(float(interval.high), _DIGITS),
    )


def _number(value: object) -> float | None:
    return _rounded(value) if isinstance(value, float) else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), _DIGITS)


def _mean(values: list[float]) -> float | None:
    return round(sum(values) / len(values), _DIGITS) if values else None
