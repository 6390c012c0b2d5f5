"""The sections on professions, adjectives and skin tones, and what could not be counted."""

from typing import TYPE_CHECKING

from explorer.findings.gap_tables import tone_rows
from explorer.findings.gaps import headline_sentences, left_out_sentences
from explorer.findings.sentences import headline as share_sentence
from explorer.findings.sentences import reasons_told
from explorer.findings.shifts import shift_sentences
from explorer.findings.tallies import ALL, Cell, pooled
from explorer.numbers import percentage
from explorer.perception.axes import FEMININE
from explorer.plots.cloud import curve, named
from explorer.report.card import (
    Adjectives,
    Counted,
    Label,
    Lacking,
    Profession,
    Professions,
    Tones,
)
from explorer.report.results import (
    factor,
    gap_result,
    mean_gap_result,
    number,
    rounded,
    shift_results,
    slope_result,
    tone_result,
)
from explorer.report.stored import command, first_images
from explorer.statistics.amplification import FEWEST, correlation
from explorer.translations import gettext as _
from explorer.translations import ngettext
from explorer.words.references import match_text
from explorer.words.vocabulary import load_professions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.findings.corrected import Finding
    from explorer.findings.findings import Findings
    from explorer.findings.gaps import Gap, Gaps, Headline
    from explorer.findings.tallies import Tally
    from explorer.models.catalog import ModelCard
    from explorer.report.card import Number, Result
    from explorer.report.stored import Stored
    from explorer.statistics.intervals import Interval


def professions(found: "Gaps", summary: "Headline", year: int, card: "ModelCard") -> Professions:
    """Return all professions beside the labour statistic, from the lowest gap to the highest."""
    rows = sorted(_rows(found), key=lambda row: (row.muted, row.gap.number.estimate))
    related = _correlation(found)
    told = headline_sentences(
        found, summary, _("the labour statistics of {year}").format(year=year)
    )
    first, *others = told
    slope = slope_result(summary, year)
    return Professions(
        year=year,
        sentences=(
            slope.sentence if slope else first,
            *_correlated(related),
            *others,
        ),
        left_out=tuple(left_out_sentences(found)),
        slope=slope,
        # A mean over a few professions is that of the ones that happen to have images.
        mean_gap=mean_gap_result(summary, year) if slope else None,
        correlation=number(related) if related else None,
        rows=tuple(rows),
        curve=tuple((rounded(x), rounded(y)) for x, y in curve(summary.slope)),
        lacking=None
        if summary.slope
        else Lacking(
            _(
                "Fewer than {fewest} professions have enough images, so nobody can say whether the "
                "model exaggerates. This generates images of all of them:"
            ).format(fewest=FEWEST),
            first_images(card),
        ),
    )


def adjectives(worded: "Findings | None", card: "ModelCard") -> Adjectives:
    """Return the effect of each adjective; `worded` has the prompts with adjectives."""
    moved = worded.shifts if worded else ()
    results = shift_results(moved)
    told = tuple(shift_sentences(moved)) if moved else ()
    if any(one.q is not None for one in results):
        return Adjectives(told, results, None)
    words = ("--profession", "all", "--images", "3")
    lacking = Lacking(
        _(
            "Too few professions have images with adjectives to test what an adjective does. This "
            "generates images of all of them:"
        ),
        command("generate", "--model", card.spec.name, *words),
    )
    return Adjectives(told, results, lacking)


def tones(finding: "Finding", card: "ModelCard") -> "tuple[Tones, Result | None]":
    """Return the skin tones of all images together, and the result on them."""
    tally = finding.tally
    row = tone_rows([tally])[0]
    distance, line = row["total_variation"], row["total_variation_line"]
    known = isinstance(distance, float) and isinstance(line, float)
    return Tones(
        sentences=(share_sentence(finding), *_distances(distance, line)),
        labels=tuple(
            Label(name, f"{tally.axis.name}-{place}", tally.counts[place], _share(finding, name))
            for place, name in enumerate(tally.axis.labels)
        ),
        distance=rounded(distance) if isinstance(distance, float) else None,
        by_chance=rounded(line) if isinstance(line, float) else None,
        lacking=None
        if known
        else Lacking(
            _("Too few images have a skin tone. This generates more:"), first_images(card)
        ),
    ), tone_result(finding)


def counted(main: "Findings", worded: "Findings | None") -> tuple[Counted, ...]:
    """Return the counts of all images that were asked for, axis by axis."""
    plain = main.study.adjectives == (None,)
    parts = [(_("Prompts without an adjective") if plain else _("All prompts"), main)]
    if worded and worded is not main:
        parts.append((_("Professions with adjectives"), worded))
    return tuple(
        _counted(what, list(found.tallies("profession", axis.name)))
        for what, found in parts
        for axis in found.study.axes
    )


def not_begun(stored: "Stored", card: "ModelCard") -> Lacking | None:
    """Return the professions without any image, None where there are none."""
    worded = set(stored.worded.professions) if stored.worded else set()
    left = len(load_professions()) - len(worded | set(stored.main.professions))
    if not left:
        return None
    text = ngettext(
        "{number} of {all} professions has no image at all. This generates them:",
        "{number} of {all} professions have no image at all. This generates them:",
        left,
    ).format(number=left, all=len(load_professions()))
    return Lacking(text, first_images(card))


def _rows(found: "Gaps") -> "Iterator[Profession]":
    placed = [gap for gap in found.rows if gap.gap and gap.reference]
    names = _named([gap for gap in placed if gap.counts])
    for gap in placed:
        share, reference, result = gap.finding.best(FEMININE), gap.reference, gap_result(gap, found)
        if share and reference and result:
            yield Profession(
                name=gap.profession,
                women=rounded(reference.share),
                fit=match_text(reference.match),
                muted=not gap.counts,
                named=gap.profession in names,
                share=number(share),
                classified=gap.finding.tally.classified,
                gap=result,
            )


def _named(counts: "list[Gap]") -> set[str]:
    ordered = sorted(counts, key=lambda gap: -abs(gap.gap.estimate) if gap.gap else 0.0)
    return named(
        (gap.reference.share, share.estimate, gap.profession)
        for gap in ordered
        if gap.reference and (share := gap.finding.best(FEMININE))
    )


def _correlation(found: "Gaps") -> "Interval | None":
    pairs = [
        (gap.reference.share, share.estimate)
        for gap in found.counted
        if gap.reference and (share := gap.finding.best(FEMININE))
    ]
    return correlation([pair[0] for pair in pairs], [pair[1] for pair in pairs])


def _correlated(related: "Interval | None") -> "Iterator[str]":
    if related:
        yield _(
            "The shares of images and of women go together with a correlation of {r} (95% interval "
            "{low} to {high}; 1 means always the same way, 0 no relation)."
        ).format(r=factor(related.estimate), low=factor(related.low), high=factor(related.high))


def _distances(distance: object, line: object) -> "Iterator[str]":
    if not isinstance(distance, float) or not isinstance(line, float):
        return
    pattern = (
        _(
            "{distance} of the images would have to change for all tones to be equally frequent. "
            "Chance alone would give more than {line} in 1 case of 20."
        )
        if distance > line
        else _(
            "{distance} of the images would have to change for all tones to be equally frequent, "
            "which chance alone may give: its limit is {line}."
        )
    )
    yield pattern.format(distance=percentage(distance), line=percentage(line))


def _share(finding: "Finding", label: str) -> "Number | None":
    share = finding.best(label)
    return number(share) if share else None


def _counted(what: str, tallies: "list[Tally]") -> Counted:
    whole = pooled(Cell(tallies[0].cell.model, ALL, ALL), tallies, tallies[0])
    return Counted(
        what=what,
        axis=whole.axis.title,
        images=whole.asked,
        classified=whole.classified,
        abstained=whole.abstained,
        abstention=whole.axis.abstention,
        reasons=reasons_told(whole.reasons),
        filtered=whole.filtered,
        unclassified=whole.unclassified,
        missing=whole.missing,
    )
