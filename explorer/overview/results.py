"""The overview of one model: a line for each profession and adjective, and their summary."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.findings.findings import Findings
from explorer.findings.gap_tables import tone_rows
from explorer.findings.gaps import headline
from explorer.findings.tables import interval_columns
from explorer.footprint.measured import measured
from explorer.likeness.pool import pool
from explorer.perception.axes import FEMININE, GENDER
from explorer.report.stored import stored_studies
from explorer.statistics.diversity import mean_distance
from explorer.statistics.intervals import Interval, mean
from explorer.words.references import labour_references

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from explorer.findings.gaps import Gap, Gaps, Headline
    from explorer.findings.shifts import Shift
    from explorer.findings.tables import Row
    from explorer.findings.tallies import Tally
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
    too few images, where `feminine` and `masculine` count them. `unclear`, `filtered` and
    `unclassified` count the images without a label. `reference` is women's share of US
    workers, 0..1, `gap` the share minus it; `counts` tells whether it is part of the summary, and
    `clear` whether it is clear enough to report. `tones` holds the images of each skin tone, the
    lightest first, and `distance` how far they are from all being equally frequent.
    """

    profession: str
    feminine: int
    masculine: int
    unclear: int
    filtered: int
    unclassified: int
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

    @property
    def images(self) -> int:
        """The number of its images, with a label or without."""
        return self.feminine + self.masculine + self.without

    @property
    def without(self) -> int:
        """The number of its images without a label."""
        return self.unclear + self.filtered + self.unclassified


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
    enough to report. `distance` is the mean distance of tones from all being equally frequent, with
    an interval that resamples professions, and `by_chance` its expectation by chance.
    `diversity` is the mean distance (1 minus the cosine of their embeddings) of two images of a
    profession, with such an interval; it is None where images are not encoded. `kwh_per_1000` is
    the measured energy of 1,000 images.
    """

    slope: Interval | None
    curve: Interval | None
    professions: int
    mean_gap: Interval | None
    clear: int
    tested: int
    distance: Interval | None
    by_chance: float | None
    diversity: Interval | None
    kwh_per_1000: float | None


@dataclass(frozen=True, slots=True)
class Overview:
    """What a model's images of professions show.

    `adjectives_counted` tells whether prompts with adjectives are counted beside those without;
    `instruments` names the classifier of each axis, `version` the model's weights. `year` is that
    of the labour statistics. `made_on` is a date, ISO 8601.
    """

    model: str
    version: str
    instruments: tuple[str, ...]
    tool_version: str
    made_on: str
    year: int
    adjectives_counted: bool
    summary: Summary
    lines: tuple[Line, ...]
    adjectives: tuple[Moved, ...]

    @property
    def images(self) -> tuple[int, int]:
        """The fewest and the most images of a profession."""
        numbers = [line.images for line in self.lines]
        return min(numbers), max(numbers)


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
    counted = _counted(stored, store)
    found = counted.gaps(labour_references(year))
    lines = _lines(counted, found)
    summary = _summary(headline(found), lines, _diversity(counted, store), _energy(card, store))
    return Overview(
        model=card.spec.name,
        version=str(card.spec.revision or ""),
        instruments=tuple(map(str, counted.study.instruments(card).values())),
        tool_version=__version__,
        made_on=made_on.isoformat(),
        year=year,
        adjectives_counted=counted.study.adjectives != (None,),
        summary=summary,
        lines=lines,
        adjectives=tuple(map(_moved, _shifts(stored, store))),
    )


def _counted(stored: "Stored", store: "Store") -> Findings:
    """Return the findings of the prompts without adjectives, or of all if those are fewer images.

    Where only some prompts have many images, a study that asks each prompt for the same number
    leaves most of them out.
    """
    studies = (one for one in (stored.plain, stored.main) if one)
    return max((Findings(one, store) for one in studies), key=_total)


def _total(found: Findings) -> int:
    return sum(one.total for one in found.tallies("profession", GENDER))


def _energy(card: "ModelCard", store: "Store") -> float | None:
    energy = measured(store, card.spec)
    return energy.kwh_per_1000 if energy else None


def _diversity(counted: Findings, store: "Store") -> Interval | None:
    """Return the mean distance of two images of a profession, over professions."""
    found = pool(counted.study, store)
    of_profession: dict[str, list[int]] = {}
    for place, image in enumerate(found.images):
        of_profession.setdefault(image.prompt.profession, []).append(place)
    distances = (mean_distance(found.vectors[places]) for places in of_profession.values())
    return mean([one.estimate for one in distances if one])


def _summary(
    told: "Headline",
    lines: tuple[Line, ...],
    diversity: Interval | None,
    kwh_per_1000: float | None,
) -> Summary:
    toned = [one for one in lines if one.distance is not None]
    return Summary(
        slope=_short(told.slope.slope) if told.slope else None,
        curve=_short(told.slope.shift) if told.slope else None,
        professions=told.professions,
        mean_gap=_short(told.interval),
        clear=sum(one.clear for one in lines),
        tested=sum(one.q is not None for one in lines),
        distance=_short(mean([one.distance for one in toned if one.distance is not None])),
        by_chance=_mean([one.by_chance for one in toned if one.by_chance is not None]),
        diversity=_short(diversity),
        kwh_per_1000=kwh_per_1000,
    )


def _shifts(stored: "Stored", store: "Store") -> "tuple[Shift, ...]":
    return Findings(stored.worded, store).shifts if stored.worded else ()


def _lines(counted: Findings, found: "Gaps") -> tuple[Line, ...]:
    tallies = counted.tallies("profession", _TONE)
    toned = {
        one.cell.profession: (one, row)
        for one, row in zip(tallies, tone_rows(tallies), strict=True)
    }
    return tuple(_line(gap, *toned[gap.profession]) for gap in found.rows)


def _line(gap: "Gap", tones: "Tally", row: "Row") -> Line:
    tally = gap.finding.tally
    feminine = tally.count(FEMININE)
    return Line(
        profession=gap.profession,
        feminine=feminine,
        masculine=tally.classified - feminine,
        unclear=tally.abstained,
        filtered=tally.filtered,
        unclassified=tally.unclassified,
        share=_short(gap.finding.best(FEMININE)),
        corrected=gap.finding.corrected is not None,
        reference=gap.reference.share if gap.reference else None,
        gap=_short(gap.gap),
        q=_rounded(gap.q),
        counts=gap.counts,
        clear=gap.clear,
        tones=tones.counts,
        tones_unclear=tones.abstained,
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


def summary_rows(found: "Iterable[Overview]") -> "list[Row]":
    """Return the table of models as rows.

    Columns:
        model, version, made_on, year, least_images, most_images: the model, and its images of a
            profession.
        slope, slope_low, slope_high, professions: exaggeration over so many professions.
        mean_gap, mean_gap_low, mean_gap_high, clear, tested: -1..1, and the clear gaps among those
            that were tested.
        tone_distance, tone_distance_low, tone_distance_high, tone_distance_by_chance: 0..1.
        diversity, diversity_low, diversity_high: mean distance of two images of a profession.
        kwh_per_1000: the measured energy of 1,000 images.
        All are None where unknown.
    """
    return [_summary_row(one) for one in found]


def _summary_row(one: Overview) -> "Row":
    summary = one.summary
    return {
        "model": one.model,
        "version": one.version,
        "made_on": one.made_on,
        "year": one.year,
        "least_images": one.images[0],
        "most_images": one.images[1],
        **interval_columns("slope", summary.slope),
        "professions": summary.professions,
        **interval_columns("mean_gap", summary.mean_gap),
        "clear": summary.clear,
        "tested": summary.tested,
        **interval_columns("tone_distance", summary.distance),
        "tone_distance_by_chance": summary.by_chance,
        **interval_columns("diversity", summary.diversity),
        "kwh_per_1000": summary.kwh_per_1000,
    }
