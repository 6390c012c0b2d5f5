"""Results of a card: findings as plain numbers, each with the sentence that tells it."""

from typing import TYPE_CHECKING

from explorer.findings.differences import judged
from explorer.findings.gap_tables import tone_rows
from explorer.findings.sentences import (
    difference_text,
    headline_label,
    interval_text,
    is_clear,
    points,
)
from explorer.findings.shifts import shift_sentence
from explorer.findings.verdicts import difference_sentence
from explorer.numbers import decimal, figures, grouped, percentage
from explorer.perception.axes import FEMININE
from explorer.report.card import (
    DIFFERENCE,
    GAP,
    MEAN_GAP,
    PRONOUN_SLOPE,
    SHIFT,
    SLOPE,
    TONE,
    Number,
    Result,
)
from explorer.translations import gettext as _
from explorer.translations import ngettext
from explorer.words.labour import us_workers
from explorer.words.prompts import person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.findings.corrected import Finding
    from explorer.findings.differences import Difference
    from explorer.findings.gaps import Gap, Gaps, Headline
    from explorer.findings.shifts import Shift
    from explorer.pronouns.beside import Likeness
    from explorer.statistics.intervals import Interval

ALL = "all"
IMAGES, PROFESSIONS = "images", "professions"
_DIGITS = 4


def number(interval: "Interval") -> Number:
    """Return an interval as plain numbers, to a ten-thousandth."""
    return Number(*(rounded(one) for one in (interval.estimate, interval.low, interval.high)))


def rounded(value: float) -> float:
    """Return a number to a ten-thousandth."""
    return round(float(value), _DIGITS) + 0.0


def slope_result(summary: "Headline", year: int) -> Result | None:
    """Return whether a model exaggerates the differences between professions."""
    if summary.slope is None:
        return None
    slope = summary.slope.slope
    return _slope(SLOPE, slope, _slope_sentence(slope, year), summary.slope.professions)


def pronoun_slope_result(likeness: "Likeness", model: str, year: int) -> Result | None:
    """Return whether a language model exaggerates the differences between professions."""
    if likeness.slope is None:
        return None
    slope = likeness.slope.slope
    pattern = (
        _(
            "The language model {model} exaggerates how professions differ: “she” against “he” "
            "differs {times} times as much as women and men who do this work in the United States "
            "({level}% interval {low} to {high}; {year})."
        )
        if slope.low > 1
        else _(
            "The language model {model}: “she” against “he” differs {times} times as much between "
            "professions as women and men who do this work in the United States ({level}% interval "
            "{low} to {high}; {year})."
        )
    )
    sentence = pattern.format(model=model, **_slope_numbers(slope, year))
    return _slope(PRONOUN_SLOPE, slope, sentence, likeness.professions)


def mean_gap_result(summary: "Headline", year: int) -> Result | None:
    """Return the mean gap over professions; None where the shares are not corrected."""
    if summary.interval is None:
        return None
    found = summary.interval
    pattern = (
        _(
            "Averaged over {number} professions, images look feminine more often than women do "
            "this work in the United States: {difference} ({year})."
        )
        if found.estimate >= 0
        else _(
            "Averaged over {number} professions, images look feminine less often than women do "
            "this work in the United States: {difference} ({year})."
        )
    )
    sentence = pattern.format(
        number=summary.professions, difference=difference_text(found), year=year
    )
    clear = not found.low <= 0 <= found.high
    return Result(
        MEAN_GAP,
        ALL,
        sentence,
        number(found),
        found.level,
        0,
        summary.professions,
        PROFESSIONS,
        None,
        1,
        clear,
    )


def gap_result(gap: "Gap", found: "Gaps") -> Result | None:
    """Return the gap of one profession, None with too few images or without a statistic."""
    if gap.gap is None or gap.reference is None:
        return None
    return Result(
        GAP,
        gap.profession,
        _gap_sentence(gap),
        number(gap.gap),
        gap.gap.level,
        0,
        gap.finding.tally.classified,
        IMAGES,
        _q(gap.q),
        sum(one.p is not None for one in found.rows),
        gap.clear,
    )


def shift_results(found: "Sequence[Shift]") -> tuple[Result, ...]:
    """Return the effect of each adjective, from the largest rise to the largest fall."""
    tests = sum(shift.p is not None for shift in found)
    told = [(shift, best) for shift in found if (best := shift.best)]
    return tuple(
        Result(
            SHIFT,
            shift.adjective,
            shift_sentence(shift, best),
            number(best),
            best.level,
            0,
            shift.with_it.classified + shift.without.classified,
            IMAGES,
            _q(shift.q),
            tests,
            shift.clear,
        )
        for shift, best in sorted(told, key=lambda pair: -pair[1].estimate)
    )


def difference_results(found: "Sequence[Difference]", subject: str | None = None) -> list[Result]:
    """Return the differences in how often images of two models look feminine.

    Args:
        found: differences on the gender axis.
        subject: the name of all of them together; None for the profession of each.
    """
    results = []
    for one in found:
        (position,) = judged(one.comparison.left.axis)
        best, test = one.best(position), one.tests[position]
        sentence = difference_sentence(one, position)
        if best is None or sentence is None:
            continue
        results.append(
            Result(
                DIFFERENCE,
                subject or str(one.comparison.left.cell.profession),
                sentence,
                number(best),
                best.level,
                0,
                one.comparison.left.classified + one.comparison.right.classified,
                IMAGES,
                _q(test.q) if test else None,
                one.family,
                is_clear(test.q if test else None, best),
            )
        )
    return sorted(results, key=lambda one: -one.number.estimate)


def tone_result(finding: "Finding") -> Result | None:
    """Return the commonest skin tone.

    It is clear if the tones differ by more than chance, and this one is more than its even share.
    """
    tally = finding.tally
    row = tone_rows([tally])[0]
    distance, line = row["total_variation"], row["total_variation_line"]
    commonest, even = headline_label(finding), 1 / len(tally.axis.labels)
    share = finding.best(commonest)
    if share is None or not isinstance(distance, float) or not isinstance(line, float):
        return None
    sentence = _(
        "Skin tones are not equally frequent: {share} of the images are perceived as {tone} "
        "({interval}), where five equally frequent tones would have {even} each."
    ).format(
        share=percentage(share.estimate),
        tone=tally.axis.described(commonest),
        interval=interval_text(share),
        even=percentage(even),
    )
    return Result(
        TONE,
        commonest,
        sentence,
        number(share),
        share.level,
        rounded(even),
        tally.classified,
        IMAGES,
        None,
        1,
        distance > line and share.low > even,
    )


def _slope(kind: str, slope: "Interval", sentence: str, professions: int) -> Result:
    clear = not slope.low <= 1 <= slope.high
    return Result(
        kind,
        ALL,
        sentence,
        number(slope),
        slope.level,
        1,
        professions,
        PROFESSIONS,
        None,
        1,
        clear,
    )


def _slope_sentence(slope: "Interval", year: int) -> str:
    if slope.low <= 0 <= slope.high:
        pattern = _(
            "In the images, professions hardly differ as they do among people at work in the "
            "United States: {times} times as much ({level}% interval {low} to {high}; {year}; 0 is "
            "not at all, 1 is as among people)."
        )
    elif slope.low > 1:
        pattern = _(
            "The model exaggerates how professions differ: its images differ {times} times as "
            "much as women and men who do this work in the United States ({level}% interval {low} "
            "to {high}; {year})."
        )
    elif slope.high < 1:
        pattern = _(
            "The model evens out how professions differ: its images differ {times} times as "
            "much as women and men who do this work in the United States ({level}% interval {low} "
            "to {high}; {year})."
        )
    else:
        pattern = _(
            "Whether the model exaggerates how professions differ is not clear: {times} times "
            "({level}% interval {low} to {high}, {year}; 1 is as among people)."
        )
    return pattern.format(**_slope_numbers(slope, year))


def _slope_numbers(slope: "Interval", year: int) -> dict[str, object]:
    return {
        "times": factor(slope.estimate),
        "level": figures(slope.level * 100),
        "low": factor(slope.low),
        "high": factor(slope.high),
        "year": year,
    }


def _gap_sentence(gap: "Gap") -> str:
    share, reference = gap.finding.best(FEMININE), gap.reference
    assert gap.gap is not None, "only known gaps are told"  # noqa: S101
    assert share is not None, "a gap has a share"  # noqa: S101
    assert reference is not None, "a gap has a reference"  # noqa: S101
    pattern = (
        _(
            "{subject}: {share} of the images are perceived as feminine ({interval}), {points} "
            "more than the share of women among {workers} ({women})."
        )
        if gap.gap.estimate >= 0
        else _(
            "{subject}: {share} of the images are perceived as feminine ({interval}), {points} "
            "fewer than the share of women among {workers} ({women})."
        )
    )
    subject = person(gap.profession)
    return pattern.format(
        subject=subject[0].upper() + subject[1:],
        share=percentage(share.estimate),
        interval=interval_text(share),
        women=percentage(reference.share),
        workers=us_workers(reference.occupation or gap.profession),
        points=points(gap.gap.estimate),
    )


def factor(value: float) -> str:
    """Return a factor or a correlation with two decimals."""
    return decimal(value, 2).replace("-", "\N{MINUS SIGN}")


def how_many(n: int, counted: str) -> str:
    """Return the things that a result was counted on: "180 images", "25 professions"."""
    if counted == IMAGES:
        return ngettext("{number} image", "{number} images", n).format(number=grouped(n))
    return ngettext("{number} profession", "{number} professions", n).format(number=n)


def _q(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.3g}")
