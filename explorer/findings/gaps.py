"""Gaps between feminine shares and a reference, and whether a model exaggerates it."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.findings.corrected import corrections
from explorer.findings.sentences import (
    difference_text,
    how_many_are_clear,
    is_clear,
    points,
    signed_points,
)
from explorer.numbers import decimal, figures
from explorer.perception.axes import FEMININE
from explorer.statistics import correction
from explorer.statistics.amplification import FEWEST as FEWEST_TO_RESAMPLE
from explorer.statistics.amplification import (
    directional_amplification,
    logit_slope,
    signed_gap,
)
from explorer.statistics.intervals import FEWEST, Interval
from explorer.statistics.significance import against_reference, benjamini_hochberg
from explorer.translations import SOURCE, current, ngettext, word
from explorer.translations import gettext as _
from explorer.words.labour import us_workers
from explorer.words.references import GENDERED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from explorer.findings.corrected import Finding
    from explorer.statistics.amplification import LogitSlope
    from explorer.words.references import Reference


# Enough for a smallest p-value that can be significant among 150 tests.
_DRAWS = 10_000
# A sentence names no more professions than this.
_LISTED = 12


@dataclass(frozen=True, slots=True)
class Gap:
    """A profession's feminine share minus its reference.

    `gap`, -1..1, is that of the corrected share where there is one, and of the raw share elsewhere;
    its limits are those of the share, as the reference is taken as exact. `amplification` is the
    additional distance of the share from parity, on the reference's side. Both are None without a
    reference or with too few images. `p`, and `q` among all gaps that count, are None
    for gaps that do not count.
    """

    finding: "Finding"
    reference: "Reference | None"
    gap: Interval | None
    amplification: float | None
    p: float | None = None
    q: float | None = None

    @property
    def counts(self) -> bool:
        """Whether the gap is part of the headline: its reference matches the profession."""
        return self.gap is not None and self.reference is not None and self.reference.trusted

    @property
    def clear(self) -> bool:
        """Whether the gap is clear enough to report."""
        return is_clear(self.q, self.gap)

    @property
    def profession(self) -> str:
        """Return the profession's name."""
        return str(self.finding.tally.cell.profession)


@dataclass(frozen=True, slots=True)
class Gaps:
    """One model's gaps in the order of its professions, tested as one family.

    `correction` holds the draws behind the corrected shares of the gaps that count, None if the
    shares are not corrected.
    """

    rows: tuple[Gap, ...]
    correction: "correction.Correction | None"

    @property
    def counted(self) -> tuple[Gap, ...]:
        """The gaps that are part of the headline."""
        return tuple(gap for gap in self.rows if gap.counts)

    @property
    def unfinished(self) -> bool:
        """Whether professions that have a matching reference lack images."""
        return any(gap.reference and gap.reference.trusted and not gap.counts for gap in self.rows)


@dataclass(frozen=True, slots=True)
class Headline:
    """One model's gaps summarised over the professions that count.

    `mean` (-1..1) and `absolute` (0..1) are the mean gap and the mean of its size, None if no
    profession counts. `interval` is that of the mean gap, None if the shares are not corrected.
    `slope` is None with too few professions.
    """

    professions: int
    mean: float | None
    interval: Interval | None
    absolute: float | None
    slope: "LogitSlope | None"


def gaps(found: "Iterable[Finding]", references: "Mapping[str, Reference]") -> Gaps:
    """Return the gap of each of one model's professions, in order.

    Args:
        found: findings on the gender axis, one per profession.
        references: references by profession.
    """
    plain = [gap_of(one, references.get(str(one.tally.cell.profession))) for one in found]
    counted = [gap for gap in plain if gap.counts]
    # One model has draws behind the shares of all gaps or of none.
    confusion = counted[0].finding.confusion if counted else None
    corrected = None
    if confusion is not None and not confusion.refusal:
        corrected = corrections([gap.finding.tally for gap in counted], confusion, _DRAWS)
    p_values = iter(_p_values(counted, corrected))
    tested = [replace(gap, p=next(p_values)) if gap.counts else gap for gap in plain]
    adjusted = benjamini_hochberg([gap.p for gap in tested])
    rows = tuple(replace(gap, q=q) for gap, q in zip(tested, adjusted, strict=True))
    return Gaps(rows, corrected)


def headline(found: Gaps) -> Headline:
    """Return the summary of one model's gaps over the professions that count."""
    counted = found.counted
    estimates = [gap.gap.estimate for gap in counted if gap.gap]
    interval = None
    (share,) = correction.mean(found.correction).shares if found.correction else (None,)
    if share is not None:
        known = [gap.reference.share for gap in counted if gap.reference]
        interval = _minus(share.intervals[_place(counted[0])], sum(known) / len(known))
    mean = sum(estimates) / len(estimates) if estimates else None
    return Headline(
        professions=len(counted),
        mean=interval.estimate if interval else mean,
        interval=interval,
        absolute=sum(map(abs, estimates)) / len(estimates) if estimates else None,
        slope=_slope(counted),
    )


def gap_sentences(found: Gaps, summary: Headline, beside: str) -> "Iterator[str]":
    """Yield the headline in sentences, then the professions left out of it.

    Args:
        found: the gaps of one model.
        summary: their headline.
        beside: the reference, as "the labour statistics of 2023".
    """
    yield from headline_sentences(found, summary, beside)
    yield from left_out_sentences(found)


def headline_sentences(found: Gaps, summary: Headline, beside: str) -> "Iterator[str]":
    """Yield whether the model exaggerates, then the other figures; arguments as in gap_sentences.

    Means over a few of many professions are those of the ones that happen to have images, and are
    not told.
    """
    if not summary.professions:
        yield _("No profession has both a matching reference and enough images.")
        return
    yield exaggeration_sentence(summary)
    if summary.professions < len(found.rows):
        yield ngettext(
            "{number} of {all} professions has a matching reference and enough images.",
            "{number} of {all} professions have a matching reference and enough images.",
            summary.professions,
        ).format(number=summary.professions, all=len(found.rows))
    if summary.slope or not found.unfinished:
        yield from _means(summary, beside)
    tests = sum(gap.p is not None for gap in found.rows)
    yield how_many_are_clear(sum(gap.clear for gap in found.rows), tests, _("gap"), _("gaps"))


def _occupation(reference: "Reference") -> str:
    """Return the occupation that the labour statistic counts, by its title."""
    title = reference.occupation
    if title is None:
        return _("your own figure")
    return title if current() == SOURCE else us_workers(title)


def left_out_sentences(found: Gaps) -> "Iterator[str]":
    """Yield a sentence for each reason why professions do not count."""
    reasons: dict[str, list[str]] = {}
    for gap in found.rows:
        if not gap.counts:
            reasons.setdefault(_reason(gap), []).append(word("profession", gap.profession))
    for sentence, names in reasons.items():
        yield sentence.format(professions=_listed(names), fewest=FEWEST)


def gap_line(gap: Gap) -> str | None:
    """Return a sentence on one profession's gap to its reference, or None if there is no gap."""
    if gap.gap is None or gap.reference is None:
        return None
    pattern = (
        _("Gap to the reference ({reference}): {difference} ({how}).")
        if gap.counts
        else _(
            "Gap to the reference ({reference}): {difference} ({how}; left out of the headline, as "
            "the occupation matches the profession only roughly)."
        )
    )
    return pattern.format(
        reference=_occupation(gap.reference),
        difference=difference_text(gap.gap),
        how=_("corrected") if gap.finding.corrected else _("as counted"),
    )


def gap_of(finding: "Finding", reference: "Reference | None") -> Gap:
    """Return one profession's gap without a test."""
    share, known = finding.best(FEMININE), reference.share if reference else None
    if share is None or known is None:
        return Gap(finding, reference, None, None)
    return Gap(
        finding=finding,
        reference=reference,
        gap=_minus(share, known),
        amplification=directional_amplification(share.estimate, known),
    )


def _minus(share: Interval, known: float) -> Interval:
    estimate = signed_gap(share.estimate, known)
    assert estimate is not None, "both are known"  # noqa: S101
    return replace(share, estimate=estimate, low=share.low - known, high=share.high - known)


def _p_values(
    counted: "Sequence[Gap]", corrected: "correction.Correction | None"
) -> list[float | None]:
    """Return p-values: from the draws of corrected shares, or from exact binomial tests."""
    known = [gap.reference.share for gap in counted if gap.reference]
    if corrected is None:
        tallies = [gap.finding.tally for gap in counted]
        return [
            against_reference(tally.count(FEMININE), tally.classified, share)
            for tally, share in zip(tallies, known, strict=True)
        ]
    place = _place(counted[0])
    return [
        correction.p_of_draws(draws[:, place], share)
        for draws, share in zip(corrected.draws, known, strict=True)
    ]


def _slope(counted: "Sequence[Gap]") -> "LogitSlope | None":
    if not counted:
        return None
    rows = [
        (share.estimate, gap.finding.tally.classified, gap.reference.share)
        for gap in counted
        # A reference of 0 or 1 has no log odds.
        if gap.reference and 0 < gap.reference.share < 1 and (share := gap.finding.best(FEMININE))
    ]
    return logit_slope(
        counts=[share * classified for share, classified, _ in rows],
        totals=[classified for _, classified, _ in rows],
        references=[known for _, _, known in rows],
        level=counted[0].finding.tally.level,
    )


def _place(gap: Gap) -> int:
    return gap.finding.tally.axis.labels.index(FEMININE)


def exaggeration_sentence(summary: Headline) -> str:
    """Return the sentence on exaggeration, with which the headline begins."""
    slope = summary.slope
    if slope is None:
        return ngettext(
            "{number} profession is too few to test for exaggeration: {fewest} are needed.",
            "{number} professions are too few to test for exaggeration: {fewest} are needed.",
            summary.professions,
        ).format(number=summary.professions, fewest=FEWEST_TO_RESAMPLE)
    if slope.slope.low > 1:
        pattern = _("Differences between professions are exaggerated ({times}, {interval}).")
    elif slope.slope.low <= 0 <= slope.slope.high < 1:
        pattern = _("Differences between professions are absent or slight ({times}, {interval}).")
    elif slope.slope.high < 1:
        pattern = _("Differences between professions are understated ({times}, {interval}).")
    else:
        pattern = _("No exaggeration is clear enough to report ({times}, {interval}).")
    interval = _("{level}% interval {low} to {high}").format(
        level=figures(slope.slope.level * 100),
        low=times(slope.slope.low),
        high=times(slope.slope.high),
    )
    return pattern.format(times=f"x{times(slope.slope.estimate)}", interval=interval)


def _means(summary: Headline, beside: str) -> "Iterator[str]":
    """Yield the mean gap and the mean of its size."""
    if summary.mean is None or summary.absolute is None:
        return
    pattern = ngettext(
        "Gap between images and {beside}: {difference} ({how}).",
        "Mean gap between images and {beside}: {difference} ({how}).",
        summary.professions,
    )
    yield pattern.format(
        beside=beside,
        difference=difference_text(summary.interval)
        if summary.interval
        else signed_points(summary.mean),
        how=_("corrected") if summary.interval else _("as counted"),
    )
    if summary.professions == 1:
        return
    yield _("Mean size of the gap, whatever its direction: {points}.").format(
        points=points(summary.absolute)
    )


def times(factor: float) -> str:
    """Return the factor of an exaggeration, with a true minus: "1.32"."""
    return decimal(factor, 2).replace("-", "\N{MINUS SIGN}")


def _listed(names: "Sequence[str]") -> str:
    """Return names in a list, of which the table holds those that are too many."""
    more = len(names) - _LISTED
    listed = ", ".join(names[:_LISTED])
    return _("{names} and {number} more").format(names=listed, number=more) if more > 0 else listed


def _reason(gap: Gap) -> str:
    if gap.reference is None:
        return _("Left out of these numbers, as the reference lacks them: {professions}.")
    if gap.gap is None:
        return _(
            "Left out of these numbers, as they have fewer than {fewest} images, or a label on too "
            "few: {professions}."
        )
    return {
        "broad": _(
            "Left out of these numbers, as the reference counts them only within a broader group: "
            "{professions}."
        ),
        "largest-kind": _(
            "Left out of these numbers, as the reference counts only the largest of several kinds: "
            "{professions}."
        ),
        "ambiguous": _("Left out of these numbers, as the word has several senses: {professions}."),
        GENDERED: _(
            "Left out of these numbers, as the word itself implies a gender: {professions}."
        ),
    }[gap.reference.match]
