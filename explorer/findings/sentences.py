"""Say in one plain sentence what a tally found."""

from collections import Counter
from typing import TYPE_CHECKING

from explorer.perception.axes import FEMININE, GENDER
from explorer.perception.decide import UNSURE
from explorer.statistics.intervals import FEWEST
from explorer.words.labour import labour_statistic
from explorer.words.prompts import with_article
from explorer.words.vocabulary import DEFAULT_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from explorer.findings.corrected import Finding
    from explorer.findings.tallies import Cell, Tally
    from explorer.statistics.intervals import Interval
    from explorer.words.vocabulary import Profession


def sentence(
    tally: "Tally", profession: "Profession | None" = None, year: int = DEFAULT_YEAR
) -> str:
    """Return what was found, how sure it is, what could not be counted and the labour statistic.

    On the gender axis it speaks of the feminine share, elsewhere of the commonest label. Below 10
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


# What may be named among many: at most so many of what is named are wrong, on average.
FALSE_DISCOVERIES = 0.05
# Of five differences all leaning one way, p is 2 / 2**5.
_FEWEST_TO_FLIP = 6

_BECAUSE = {
    "human": "corrected with {count} human labels of this model's images",
    "prompt": "it allows for the instrument's errors on {count} images of this model that were "
    "generated for a known label",
    "nearest source": "it allows for the instrument's errors on {count} images of this model "
    "that are known by the source image they are nearest to",
}


def quote(finding: "Finding") -> str:
    """Return which number to quote of a finding, and why.

    The corrected share where there is one; else the raw one with its bounds. It speaks of the same
    label as `sentence`. Below 10 classified images it says that there is no percentage to quote.
    """
    tally = finding.tally
    share = finding.best(told_label(tally))
    if not tally.classified:
        return "Quote nothing yet: no image has a label."
    if share is None:
        return f"Quote the counts: {_number(tally.classified)} with a label are too few for a percentage."
    if finding.corrected is None or finding.confusion is None:
        return f"Quote {_limits(share)}{_unclear(finding)}; {finding.note}".rstrip(".") + "."
    because = _BECAUSE[finding.confusion.kind].format(count=finding.confusion.images)
    told = f"Quote the corrected share of {_labelled(tally)}, {_limits(share)}: {because}."
    return f"{told} {finding.note}" if finding.note else told


def told_label(tally: "Tally") -> str:
    """Return the label that sentences speak of: feminine, elsewhere the commonest."""
    return FEMININE if _is_gender(tally) else _commonest(tally)


def holds(q: float | None) -> bool:
    """Return whether what has this adjusted p-value may be named among all that were tested."""
    return q is not None and q <= FALSE_DISCOVERIES


def how_many_hold(held: int, family: int, tests: str) -> str:
    """Return "3 of 20 shifts hold at q 0.05 ..." with what that means."""
    return (
        f"{held} of {family} {tests} hold{'s' * (held == 1)} at q {FALSE_DISCOVERIES} (adjusted by "
        f"Benjamini-Hochberg for their number: at most {FALSE_DISCOVERIES:.0%} of those that hold "
        "are wrong, on average)."
    )


def too_few_to_flip(count: int, kind: str) -> str | None:
    """Return how small p can be with so few prompts or professions, None where that is no matter.

    The least p is that of all differences leaning one way: 2 in the number of changes of signs.
    """
    if count >= _FEWEST_TO_FLIP:
        return None
    return f"Of {count} {kind}, p is {2 / 2**count:.3g} or more whatever they show."


def points(difference: float) -> str:
    """Return a difference of shares, whatever its sign, as "12 points"."""
    told = f"{abs(difference) * 100:.0f}"
    return f"{told} point" if told == "1" else f"{told} points"


def points_more(difference: float) -> str:
    """Return "12 points more" or "12 points less"."""
    return f"{points(difference)} {'more' if difference >= 0 else 'less'}"


def reasons_told(reasons: "Iterable[tuple[str, int]]") -> str:
    """Return "3 several people, 2 unsure"; being unsure alone goes without saying."""
    counted = tuple(reasons)
    told = ", ".join(f"{count} {reason}" for reason, count in counted)
    return told if {reason for reason, _ in counted} - {UNSURE} else ""


def reasons_sentences(tallies: "Iterable[Tally]") -> "Iterator[str]":
    """Yield, for each model and axis, how many images have no answer and why.

    Nothing is told of a model and axis where being unsure is the only reason.
    """
    pooled: dict[tuple[str, str], list[Tally]] = {}
    for tally in tallies:
        pooled.setdefault((tally.cell.model, tally.axis.title), []).append(tally)
    for (model, title), some in pooled.items():
        reasons = sum((Counter(dict(one.reasons)) for one in some), Counter[str]())
        if told := reasons_told(reasons.most_common()):
            looked_at = sum(one.classified + one.abstained for one in some)
            yield (
                f"{title}: {reasons.total()} of {_number(looked_at)} by {model} have no answer "
                f"({told})."
            )


def _labelled(tally: "Tally") -> str:
    return tally.axis.described(told_label(tally))


def _unclear(finding: "Finding") -> str:
    tally = finding.tally
    if not tally.abstained or finding.bounds is None:
        return ""
    bounds = finding.bounds[tally.axis.labels.index(told_label(tally))]
    return (
        f" and the bounds {_percent(bounds.low)} to {bounds.high:.0%}, whatever the "
        f"{tally.abstained} {tally.axis.abstention} would show"
    )


def subject(cell: "Cell") -> str:
    """Return whom the images of a cell show: "an honest author"."""
    adjective = f"{cell.adjective} " if isinstance(cell.adjective, str) else ""
    if isinstance(cell.profession, str):
        return with_article(adjective + cell.profession)
    return f"{with_article(adjective + 'person')} (all professions)"


def _is_gender(tally: "Tally") -> bool:
    return tally.axis.name == GENDER


def _found(tally: "Tally") -> str:
    images = f"{_number(tally.classified)} of {subject(tally.cell)}"
    if tally.classified == 0:
        return _nothing_classified(tally)
    if tally.classified < FEWEST:
        return f"Of {images}, {_each_count(tally)} (too few for a percentage)"
    label = told_label(tally)
    return f"Of {images}, {_perceived(tally, label)} ({_share(tally, label)})"


def _nothing_classified(tally: "Tally") -> str:
    if tally.total:
        return f"None of {_number(tally.total)} of {subject(tally.cell)} could be classified"
    return f"No image of {subject(tally.cell)} is classified yet"


def _each_count(tally: "Tally") -> str:
    counted = zip(tally.axis.labels, tally.counts, strict=True)
    first, *rest = [(label, count) for label, count in counted if count]
    told = [_verb(first[1], f"perceived as {tally.axis.described(first[0])}")]
    return " and ".join(
        ", ".join([*told, *(f"{n} as {label}" for label, n in rest)]).rsplit(", ", 1)
    )


def _perceived(tally: "Tally", label: str) -> str:
    return _verb(tally.count(label), f"perceived as {tally.axis.described(label)}")


def _share(tally: "Tally", label: str) -> str:
    share = tally.share(label)
    assert share is not None, "called for classified images only"  # noqa: S101
    return f"{share.estimate:.0%}, {interval_text(share)}"


def interval_text(interval: "Interval") -> str:
    """Return "95% interval 67 to 80"."""
    return f"{interval.level * 100:g}% interval {limits_text(interval)}"


def limits_text(interval: "Interval") -> str:
    """Return "67 to 80", the limits in percent or points."""
    return f"{_percent(interval.low)} to {_percent(interval.high)}"


def _limits(share: "Interval") -> str:
    return f"{share.estimate:.0%} ({interval_text(share)})"


def _percent(share: float) -> str:
    return f"{round(100 * share)}".replace("-", "\N{MINUS SIGN}")


def _commonest(tally: "Tally") -> str:
    return tally.axis.labels[tally.counts.index(max(tally.counts))]


def _uncounted(tally: "Tally") -> str:
    told = [
        (tally.abstained, f"{_be(tally.abstained)} {tally.axis.abstention}{_why(tally)}"),
        (tally.filtered, f"{_be(tally.filtered, past=True)} filtered by the model"),
        (tally.unclassified, f"{_be(tally.unclassified)} not classified yet"),
        (tally.missing, f"{_be(tally.missing)} not generated yet"),
    ]
    # A percentage is of those that got a label; these come on top of them.
    more = " more" if tally.classified else ""
    return ", ".join(f"{count}{more} {text}" for count, text in told if count)


def _why(tally: "Tally") -> str:
    told = reasons_told(tally.reasons)
    return f" ({told})" if told else ""


def _verb(count: int, text: str) -> str:
    return f"{count} {_be(count)} {text}"


def _be(count: int, *, past: bool = False) -> str:
    if past:
        return "was" if count == 1 else "were"
    return "is" if count == 1 else "are"


def _number(count: int) -> str:
    return f"{count} image" if count == 1 else f"{count} images"
