"""Gaps: one model's professions beside a reference, and the shift of each adjective."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.findings.corrected import Finding
from explorer.findings.gap_tables import tone_rows
from explorer.findings.gaps import headline, headline_sentences, left_out_sentences
from explorer.findings.sentences import reasons_sentences
from explorer.findings.shifts import shift_sentences
from explorer.page.arrangement import prompt_text
from explorer.page.charts import Chart, chart, labels, year_text
from explorer.page.choice import (
    GAPS,
    NONE,
    SPREAD,
    address,
    references,
)
from explorer.page.dots import shift_dot, shift_plot
from explorer.page.explore import pair
from explorer.page.images import codings
from explorer.page.measured import measured
from explorer.page.navigation import PATHS
from explorer.page.planned import planned
from explorer.page.rendering import render
from explorer.page.tables import tables
from explorer.perception.axes import FEMININE, GENDER
from explorer.plots.cloud import Point, curve, named
from explorer.statistics.amplification import FEWEST as FEWEST_FOR_A_SLOPE
from explorer.translations import gettext as _
from explorer.translations import word
from explorer.words.references import match_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.findings.findings import Findings
    from explorer.findings.gaps import Gap, Headline
    from explorer.findings.shifts import Shift
    from explorer.findings.tallies import Tally
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.page.dots import DotPlot
    from explorer.statistics.intervals import Interval
    from explorer.words.references import Reference


@dataclass(frozen=True, slots=True)
class Row:
    """One profession beside its reference.

    `share` is corrected if `corrected` is true, and None with too few images, where `counts`
    replaces it. `fit` holds the year of the reference and its match; `clear` tells that the gap is
    clear enough to report, `muted` that the profession is kept out of the headline.
    """

    profession: str
    address: str
    share: "Interval | None"
    corrected: bool
    counts: str
    reference: float | None
    fit: str
    gap: "Interval | None"
    q: float | None
    clear: bool
    muted: bool


@dataclass(frozen=True, slots=True)
class Tones:
    """The tones of one profession, and their distance from all being equally frequent."""

    chart: Chart
    profession: str
    address: str
    distance: float | None
    by_chance: float | None
    line: float | None


def show(_desk: "Desk", choice: "Choice", findings: "Findings") -> str:
    """Return the view of a study of one model beside its reference, as far as it is stored."""
    study = findings.study
    (card,) = study.models
    tallies = findings.tallies("profession")
    found = findings.gaps(references(choice))
    told = headline(found)
    first, *others = headline_sentences(found, told, _beside(choice))
    moved = findings.shifts
    return render(
        "gaps.html",
        address=address(choice),
        explore=address(replace(choice, professions=choice.professions[:1], reference=())),
        compare=address(replace(choice, models=pair(choice.models[0]), reference=())),
        more=None if len(found.rows) >= FEWEST_FOR_A_SLOPE else _more(choice),
        tables=[table for table in tables() if table.default is GAPS],
        card=card,
        prompt=prompt_text(study),
        plan=planned(study, findings.errors),
        measured=measured(choice, study),
        sentence=first,
        told=[*others, *findings.services, *reasons_sentences(tallies)],
        left_out=list(left_out_sentences(found)),
        rows=_rows(found.rows, choice),
        cloud=cloud(found.rows, told),
        own=bool(choice.reference),
        year=choice.year,
        tones=_tones([one for one in tallies if one.axis.name != GENDER], choice),
        shifts=shifts(moved),
        shifts_told=list(shift_sentences(moved)) if moved else [],
        axes=study.axes,
        tone_labels=[label for axis in study.axes if axis.name != GENDER for label in labels(axis)],
    )


def _beside(choice: "Choice") -> str:
    if choice.reference:
        return _("your own figures")
    return _("the labour statistics of {year}").format(year=choice.year)


def _more(choice: "Choice") -> str:
    """Return the address of a study that is large enough to show amplification."""
    wider = replace(choice, professions=(SPREAD,), adjectives=(NONE,), images=20)
    return address(wider)


def _rows(found: "Sequence[Gap]", choice: "Choice") -> list[Row]:
    """Return rows from the lowest gap to the highest, muted ones last."""
    shown = [_row(gap, choice) for gap in found if gap.finding.tally.total]
    return sorted(
        shown,
        key=lambda row: (row.gap is None, row.muted, row.gap.estimate if row.gap else 0.0),
    )


def _row(gap: "Gap", choice: "Choice") -> Row:
    tally, reference = gap.finding.tally, gap.reference
    return Row(
        profession=word("profession", gap.profession),
        address=_images(choice, gap.profession),
        share=gap.finding.best(FEMININE),
        corrected=gap.finding.corrected is not None,
        counts=_("{count} of {classified}").format(
            count=tally.count(FEMININE), classified=tally.classified
        ),
        reference=reference.share if reference else None,
        fit=_fit(reference),
        gap=gap.gap,
        q=gap.q,
        clear=gap.clear,
        muted=not gap.counts,
    )


def _fit(reference: "Reference | None") -> str:
    if reference is None:
        return _("not in the reference")
    parts = (year_text(reference.year) if reference.year else None, match_text(reference.match))
    return ", ".join(filter(None, parts))


def _images(choice: "Choice", profession: str) -> str:
    return PATHS["explore"] + address(replace(choice, professions=(profession,), reference=()))


@dataclass(frozen=True, slots=True)
class Cloud:
    """Professions by reference and generated share, and the fitted curve as (x, y), each 0..1."""

    points: tuple[Point, ...]
    curve: tuple[tuple[float, float], ...]


def cloud(found: "Sequence[Gap]", told: "Headline") -> Cloud | None:
    """Return the professions that have a share and a reference, None without any."""
    placed = [gap for gap in found if gap.gap and gap.reference and gap.finding.best(FEMININE)]
    if not placed:
        return None
    names = _named([gap for gap in placed if gap.counts])
    points = (_point(gap, names) for gap in placed)
    return Cloud(tuple(point for point in points if point), curve(told.slope))


def _point(gap: "Gap", names: "set[str]") -> Point | None:
    share, reference = gap.finding.best(FEMININE), gap.reference
    if share is None or reference is None:
        return None
    return Point(
        row_name=word("profession", gap.profession),
        x=reference.share,
        share=share,
        clear=gap.clear,
        muted=not gap.counts,
        named=word("profession", gap.profession) in names,
    )


def _named(counted: "Sequence[Gap]") -> set[str]:
    """Return the professions with the largest gaps whose names do not overlap."""
    ordered = sorted(counted, key=lambda gap: -abs(gap.gap.estimate) if gap.gap else 0.0)
    return named(
        (gap.reference.share, share.estimate, word("profession", gap.profession))
        for gap in ordered
        if gap.reference and (share := gap.finding.best(FEMININE))
    )


def _tones(tallies: "Sequence[Tally]", choice: "Choice") -> list[Tones]:
    shown = [one for one in tallies if one.classified]
    return [
        Tones(
            chart=chart(Finding(one)),
            profession=word("profession", str(one.cell.profession)),
            address=_images(choice, str(one.cell.profession)),
            distance=_number(row["total_variation"]),
            by_chance=_number(row["total_variation_by_chance"]),
            line=_number(row["total_variation_line"]),
        )
        for one, row in zip(shown, tone_rows(shown), strict=True)
    ]


def _number(value: object) -> float | None:
    return value if isinstance(value, float) else None


def shifts(moved: "tuple[Shift, ...]") -> "DotPlot | None":
    """Return the plot of what adjectives do, None without any."""
    if not moved:
        return None
    coding = codings()
    return shift_plot(shift_dot(one, coding.get(one.adjective)) for one in moved)
