"""Say in one plain sentence what a tally found."""

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

# Of all differences that are called significant, at most so many are due to chance, on average.
FALSE_DISCOVERIES = 0.05
# Of five differences all leaning one way, p is 2 / 2**5.
_FEWEST_TO_FLIP = 6


def sentence(
    tally: "Tally", profession: "Profession | None" = None, year: int = DEFAULT_YEAR
) -> str:
    """Return the finding, its interval, what could not be counted, and the labour statistic.

    On the gender axis it gives the feminine share, elsewhere that of the commonest label. Below 10
    classified images it gives counts and no percentage. Every percentage is of the images that the
    sentence begins with: those that got a label.

    Args:
        tally: what was counted.
        profession: whose labour statistic is added, on the gender axis only; None for none.
        year: of the labour statistic.
    """
    statistic = labour_statistic(profession, year) if profession and _is_gender(tally) else None
    parts = [_found(tally), _uncounted(tally), statistic]
    return "; ".join(part for part in parts if part) + "."


def quote(finding: "Finding") -> str:
    """Return the number to quote of a finding, and the reason for it.

    The corrected share where there is one; else the raw one with its bounds. It is of the same
    label as `sentence`. Below 10 classified images it says that there is no percentage to quote.
    """
    tally = finding.tally
    share = finding.best(told_label(tally))
    if not tally.classified:
        return _("Quote nothing yet: no image has a label.")
    if share is None:
        return ngettext(
            "Quote the count: {number} image with a label is too few for a percentage.",
            "Quote the counts: {number} images with a label are too few for a percentage.",
            tally.classified,
        ).format(number=tally.classified)
    if finding.corrected is None or finding.confusion is None:
        told = _("Quote {share}{bounds}; {note}.")
        note = (finding.note or "").rstrip(".")
        return told.format(share=_limits(share), bounds=_unclear(finding), note=note)
    told = _("Quote {share} as {label}, corrected {how}.").format(
        share=_limits(share),
        label=tally.axis.described(told_label(tally)),
        how=_how_corrected(finding.confusion.kind).format(count=finding.confusion.images),
    )
    return f"{told} {finding.note}" if finding.note else told


def told_label(tally: "Tally") -> str:
    """Return the label that sentences are about: feminine, elsewhere the commonest."""
    return (
        FEMININE if _is_gender(tally) else tally.axis.labels[tally.counts.index(max(tally.counts))]
    )


def holds(q: float | None) -> bool:
    """Return whether a finding with this adjusted p-value is significant among all tested."""
    return q is not None and q <= FALSE_DISCOVERIES


def how_many_hold(held: int, family: int, tested: str) -> str:
    """Return the number of significant tests, as "3 of 20 shifts are significant at q 0.05 ...".

    Args:
        held: how many are significant.
        family: how many were tested.
        tested: what was tested, in the plural.
    """
    return ngettext(
        "{held} of {family} {tested} is significant at q {q} (Benjamini-Hochberg, which allows for "
        "their number: at most {share} of the significant ones are due to chance, on average).",
        "{held} of {family} {tested} are significant at q {q} (Benjamini-Hochberg, which allows "
        "for their number: at most {share} of the significant ones are due to chance, on average).",
        held,
    ).format(
        held=held,
        family=family,
        tested=tested,
        q=FALSE_DISCOVERIES,
        share=f"{FALSE_DISCOVERIES:.0%}",
    )


def too_few_to_flip(count: int, kind: str) -> str | None:
    """Return the smallest p that so few prompts or professions can give; None for enough of them.

    The smallest p is that of all differences leaning one way: 2 in the number of changes of signs.
    """
    if count >= _FEWEST_TO_FLIP:
        return None
    return _("With {count} {kind}, p cannot fall below {p}, whatever the images show.").format(
        count=count, kind=kind, p=f"{2 / 2**count:.3g}"
    )


def points(difference: float) -> str:
    """Return the size of a difference of shares as "12 points"."""
    number = round(abs(difference) * 100)
    return ngettext("{number} point", "{number} points", number).format(number=number)


def points_higher(difference: float) -> str:
    """Return a difference of shares as "12 points higher" or "12 points lower"."""
    told = _("{points} higher") if difference >= 0 else _("{points} lower")
    return told.format(points=points(difference))


def reasons_told(reasons: "Iterable[tuple[str, int]]") -> str:
    """Return reasons as "3 several people, 2 unsure"; empty where being unsure is the only one."""
    counted = tuple(reasons)
    told = ", ".join(f"{count} {reason}" for reason, count in counted)
    return told if {reason for reason, _count in counted} - {UNSURE} else ""


def reasons_sentences(tallies: "Iterable[Tally]") -> "Iterator[str]":
    """Yield, for each model and axis, how many images have no answer and why.

    Nothing is said of a model and axis where being unsure is the only reason.
    """
    pooled: dict[tuple[str, str], list[Tally]] = {}
    for tally in tallies:
        pooled.setdefault((tally.cell.model, tally.axis.title), []).append(tally)
    for (model, title), some in pooled.items():
        reasons = sum((Counter(dict(one.reasons)) for one in some), Counter[str]())
        if told := reasons_told(reasons.most_common()):
            yield _(
                "{axis}: {number} of {looked_at} images by {model} have no answer ({reasons})."
            ).format(
                axis=title,
                number=reasons.total(),
                looked_at=sum(one.classified + one.abstained for one in some),
                model=model,
                reasons=told,
            )


def subject(cell: "Cell") -> str:
    """Return the people a cell's images show: "an honest author"."""
    adjective = f"{cell.adjective} " if isinstance(cell.adjective, str) else ""
    if isinstance(cell.profession, str):
        return with_article(adjective + cell.profession)
    return _("{person} (all professions)").format(person=with_article(adjective + "person"))


def interval_text(interval: "Interval") -> str:
    """Return "95% interval 67 to 80"."""
    return _("{level}% interval {limits}").format(
        level=f"{interval.level * 100:g}", limits=limits_text(interval)
    )


def limits_text(interval: "Interval") -> str:
    """Return the limits in percent or points: "67 to 80"."""
    return _("{low} to {high}").format(low=percent(interval.low), high=percent(interval.high))


def percent(share: float) -> str:
    """Return a share as a whole number of percent, with a minus sign where it is below 0."""
    return f"{round(100 * share)}".replace("-", "\N{MINUS SIGN}")


def _how_corrected(kind: str) -> str:
    return {
        "human": _("with {count} of this model's images that people annotated"),
        "prompt": _(
            "for the classifier's errors on {count} images of this model whose prompts name the "
            "label"
        ),
        "nearest source": _(
            "for the classifier's errors on {count} images of this model whose true label is known "
            "from the image they were learned from"
        ),
    }[kind]


def _unclear(finding: "Finding") -> str:
    tally = finding.tally
    if not tally.abstained or finding.bounds is None:
        return ""
    bounds = finding.bounds[tally.axis.labels.index(told_label(tally))]
    return _(" and the bounds {low} to {high}%, whatever the {number} {abstained} show").format(
        low=percent(bounds.low),
        high=percent(bounds.high),
        number=tally.abstained,
        abstained=tally.axis.abstention,
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
    label = told_label(tally)
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
    whom = subject(tally.cell)
    if tally.total:
        return ngettext(
            "The only image of {subject} could not be classified",
            "None of {number} images of {subject} could be classified",
            tally.total,
        ).format(number=tally.total, subject=whom)
    return _("No image of {subject} is classified yet").format(subject=whom)


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
    """Return what a percentage, which is of the images with a label, leaves out."""
    more = bool(tally.classified)
    return ", ".join(
        told.format(number=number, abstained=tally.axis.abstention, why=_why(tally))
        for number, told in (
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


def _why(tally: "Tally") -> str:
    told = reasons_told(tally.reasons)
    return f" ({told})" if told else ""
