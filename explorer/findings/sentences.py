"""Plain sentences about tallies, and the parts that other sentences share."""

from collections import Counter
from typing import TYPE_CHECKING

from explorer.perception.axes import FEMININE, GENDER
from explorer.perception.decide import UNSURE
from explorer.statistics.intervals import FEWEST
from explorer.translations import gettext as _
from explorer.translations import ngettext
from explorer.words.labour import labour_statistic
from explorer.words.prompts import with_article
from explorer.words.vocabulary import DEFAULT_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from explorer.findings.corrected import Finding
    from explorer.findings.tallies import Cell, Tally
    from explorer.statistics.intervals import Interval
    from explorer.words.vocabulary import Profession

# The expected share of chance findings among all differences called significant.
FALSE_DISCOVERIES = 0.05
# Five differences that all lean one way give p = 2 / 2**5, which is above 0.05.
_FEWEST_TO_FLIP = 6


def sentence(
    tally: "Tally", profession: "Profession | None" = None, year: int = DEFAULT_YEAR
) -> str:
    """Return the share, its interval, the images not counted, and the labour statistic.

    The share is that of feminine on the gender axis, and of the commonest label on any other. Below
    10 classified images there are counts and no percentage. Every percentage refers to the images
    with a label, whose number comes first in the sentence.

    Args:
        tally: the counts.
        profession: adds its labour statistic, on the gender axis only; None adds none.
        year: year of the labour statistic.
    """
    statistic = labour_statistic(profession, year) if profession and _is_gender(tally) else None
    parts = [_found(tally), _uncounted(tally), statistic]
    return "; ".join(part for part in parts if part) + "."


def quote(finding: "Finding") -> str:
    """Return the number to quote from a finding, and the reason for it.

    This is the corrected share where there is one, and the raw share with its bounds elsewhere, for
    the same label as in `sentence`. Below 10 classified images there is no percentage to quote.
    """
    tally = finding.tally
    label = headline_label(tally)
    share = finding.best(label)
    if not tally.classified:
        return _("Quote nothing yet: no image has a label.")
    if share is None:
        return ngettext(
            "Quote the count: {number} image with a label is too few for a percentage.",
            "Quote the counts: {number} images with a label are too few for a percentage.",
            tally.classified,
        ).format(number=tally.classified)
    if finding.corrected is None or finding.confusion is None:
        return _quote_raw(finding, share, label)
    quoted = _quote_corrected(finding.confusion.kind).format(
        share=_limits(share),
        label=tally.axis.described(label),
        number=finding.confusion.images,
    )
    return f"{quoted} {finding.note}" if finding.note else quoted


def headline_label(tally: "Tally") -> str:
    """Return the label that sentences are about: feminine, or the commonest on another axis."""
    return (
        FEMININE if _is_gender(tally) else tally.axis.labels[tally.counts.index(max(tally.counts))]
    )


def holds(q: float | None) -> bool:
    """Return whether a finding with this adjusted p-value is significant."""
    return q is not None and q <= FALSE_DISCOVERIES


def how_many_hold(held: int, family: int, tested: str) -> str:
    """Return the number of significant tests: "3 of 20 shifts are significant at q 0.05 ...".

    Args:
        held: number of significant tests.
        family: number of all tests.
        tested: the things tested, in the plural: "shifts".
    """
    return ngettext(
        "{held} of {family} {tested} is significant at q {q} (adjusted for multiple tests by "
        "Benjamini-Hochberg: on average, at most {share} of the significant ones are due to "
        "chance).",
        "{held} of {family} {tested} are significant at q {q} (adjusted for multiple tests by "
        "Benjamini-Hochberg: on average, at most {share} of the significant ones are due to "
        "chance).",
        held,
    ).format(
        held=held,
        family=family,
        tested=tested,
        q=FALSE_DISCOVERIES,
        share=f"{FALSE_DISCOVERIES:.0%}",
    )


def too_few_to_flip(count: int, kind: str) -> str | None:
    """Return a sentence with the smallest p that few prompts or professions allow, or None.

    It is reached when all differences lean one way: two of all 2**count combinations of signs are
    as extreme.
    """
    if count >= _FEWEST_TO_FLIP:
        return None
    return _("With {count} {kind}, p cannot fall below {p}, whatever the images show.").format(
        count=count, kind=kind, p=f"{2 / 2**count:.3g}"
    )


def points(difference: float) -> str:
    """Return the size of a difference between shares: "12 points"."""
    number = round(abs(difference) * 100)
    return ngettext("{number} point", "{number} points", number).format(number=number)


def signed_points(difference: float) -> str:
    """Return a difference between shares with its sign: "+12 points"."""
    number = round(abs(difference) * 100)
    sign = "" if not number else "+" if difference > 0 else "\N{MINUS SIGN}"
    return sign + points(difference)


def difference_text(interval: "Interval") -> str:
    """Return a difference with its interval: "+12 points, 95% interval +3 to +21"."""
    return _("{points}, {level}% interval {low} to {high}").format(
        points=signed_points(interval.estimate),
        level=f"{interval.level * 100:g}",
        low=_signed(interval.low),
        high=_signed(interval.high),
    )


def reasons_told(reasons: "Iterable[tuple[str, int]]") -> str:
    """Return a list of reasons, "3 several people, 2 unsure"; empty if "unsure" is the only one."""
    counted = tuple(reasons)
    listed = ", ".join(f"{count} {reason}" for reason, count in counted)
    return listed if {reason for reason, _count in counted} - {UNSURE} else ""


def reasons_sentences(tallies: "Iterable[Tally]") -> "Iterator[str]":
    """Yield the number of images without an answer, and the reasons, for each model and axis.

    Models and axes on which "unsure" is the only reason are left out.
    """
    pooled: dict[tuple[str, str], list[Tally]] = {}
    for tally in tallies:
        pooled.setdefault((tally.cell.model, tally.axis.title), []).append(tally)
    for (model, title), some in pooled.items():
        reasons = sum((Counter(dict(one.reasons)) for one in some), Counter[str]())
        if listed := reasons_told(reasons.most_common()):
            yield _(
                "{axis}: {number} of {looked_at} images by {model} have no answer ({reasons})."
            ).format(
                axis=title,
                number=reasons.total(),
                looked_at=sum(one.classified + one.abstained for one in some),
                model=model,
                reasons=listed,
            )


def subject(cell: "Cell") -> str:
    """Return the person that a cell's images are asked to show: "an honest author"."""
    adjective = f"{cell.adjective} " if isinstance(cell.adjective, str) else ""
    if isinstance(cell.profession, str):
        return with_article(adjective + cell.profession)
    return _("{person} (all professions)").format(person=with_article(adjective + "person"))


def interval_text(interval: "Interval") -> str:
    """Return an interval with its confidence: "95% interval 67 to 80"."""
    return _("{level}% interval {limits}").format(
        level=f"{interval.level * 100:g}", limits=limits_text(interval)
    )


def limits_text(interval: "Interval") -> str:
    """Return the limits of an interval in percent or points: "67 to 80"."""
    return _("{low} to {high}").format(low=percent(interval.low), high=percent(interval.high))


def _signed(difference: float) -> str:
    return f"{round(100 * difference):+d}".replace("-", "\N{MINUS SIGN}").replace("+0", "0")


def percent(share: float) -> str:
    """Return a share as a whole number of percent, with a minus sign below 0."""
    return f"{round(100 * share)}".replace("-", "\N{MINUS SIGN}")


def _quote_corrected(kind: str) -> str:
    return {
        "human": _(
            "Quote {share} as {label}: corrected for the classifier's errors on {number} annotated "
            "images of this model."
        ),
        "prompt": _(
            "Quote {share} as {label}: corrected for the classifier's errors on {number} images of "
            "this model whose prompts name the label."
        ),
        "nearest source": _(
            "Quote {share} as {label}: corrected for the classifier's errors on {number} images of "
            "this model, whose true labels are those of the most similar training images."
        ),
    }[kind]


def _quote_raw(finding: "Finding", share: "Interval", label: str) -> str:
    tally, note = finding.tally, (finding.note or "").rstrip(".")
    if not tally.abstained or finding.bounds is None:
        return _("Quote {share}; {note}.").format(share=_limits(share), note=note)
    bounds = finding.bounds[tally.axis.labels.index(label)]
    return ngettext(
        "Quote {share} and the bounds {low} to {high}%, which hold whatever the {number} image "
        "that is {abstained} shows; {note}.",
        "Quote {share} and the bounds {low} to {high}%, which hold whatever the {number} images "
        "that are {abstained} show; {note}.",
        tally.abstained,
    ).format(
        share=_limits(share),
        low=percent(bounds.low),
        high=percent(bounds.high),
        number=tally.abstained,
        abstained=tally.axis.abstention,
        note=note,
    )


def _is_gender(tally: "Tally") -> bool:
    return tally.axis.name == GENDER


def _found(tally: "Tally") -> str:
    if tally.classified == 0:
        return _nothing_classified(tally)
    values = {"number": tally.classified, "subject": subject(tally.cell)}
    if tally.classified < FEWEST:
        return ngettext(
            "Of {number} image of {subject}, {counts} (too few for a percentage)",
            "Of {number} images of {subject}, {counts} (too few for a percentage)",
            tally.classified,
        ).format(**values, counts=_each_count(tally))
    label = headline_label(tally)
    share = tally.share(label)
    assert share is not None, "some are classified"  # noqa: S101
    return ngettext(
        "Of {number} images of {subject}, {count} is perceived as {label} ({share}, {interval})",
        "Of {number} images of {subject}, {count} are perceived as {label} ({share}, {interval})",
        tally.count(label),
    ).format(
        **values,
        count=tally.count(label),
        label=tally.axis.described(label),
        share=f"{share.estimate:.0%}",
        interval=interval_text(share),
    )


def _nothing_classified(tally: "Tally") -> str:
    person = subject(tally.cell)
    if tally.total:
        return ngettext(
            "The only image of {subject} could not be classified",
            "None of {number} images of {subject} could be classified",
            tally.total,
        ).format(number=tally.total, subject=person)
    return _("No image of {subject} is classified yet").format(subject=person)


def _each_count(tally: "Tally") -> str:
    counted = [
        (label, count)
        for label, count in zip(tally.axis.labels, tally.counts, strict=True)
        if count
    ]
    (label, number), *others = counted
    first = ngettext(
        "{number} is perceived as {label}", "{number} are perceived as {label}", number
    ).format(number=number, label=tally.axis.described(label))
    rest = [_("{number} as {label}").format(number=n, label=one) for one, n in others]
    return _(" and ").join(filter(None, [", ".join([first, *rest[:-1]]), *rest[-1:]]))


def _limits(share: "Interval") -> str:
    return f"{share.estimate:.0%} ({interval_text(share)})"


def _uncounted(tally: "Tally") -> str:
    """Return the numbers of images without a label, which no percentage includes."""
    more = bool(tally.classified)
    reasons = reasons_told(tally.reasons)
    why = f" ({reasons})" if reasons else ""
    return ", ".join(
        pattern.format(number=number, abstained=tally.axis.abstention, why=why)
        for number, pattern in (
            (tally.abstained, _abstained(tally.abstained, more=more)),
            (tally.filtered, _filtered(tally.filtered, more=more)),
            (tally.unclassified, _unclassified(tally.unclassified, more=more)),
            (tally.missing, _missing(tally.missing, more=more)),
        )
        if number
    )


def _abstained(number: int, *, more: bool) -> str:
    if more:
        return ngettext(
            "{number} more is {abstained}{why}", "{number} more are {abstained}{why}", number
        )
    return ngettext("{number} is {abstained}{why}", "{number} are {abstained}{why}", number)


def _filtered(number: int, *, more: bool) -> str:
    if more:
        return ngettext("{number} more was filtered", "{number} more were filtered", number)
    return ngettext("{number} was filtered", "{number} were filtered", number)


def _unclassified(number: int, *, more: bool) -> str:
    if more:
        return ngettext(
            "{number} more is not classified yet", "{number} more are not classified yet", number
        )
    return ngettext("{number} is not classified yet", "{number} are not classified yet", number)


def _missing(number: int, *, more: bool) -> str:
    if more:
        return ngettext(
            "{number} more is not generated yet", "{number} more are not generated yet", number
        )
    return ngettext("{number} is not generated yet", "{number} are not generated yet", number)
