"""Plain sentences about tallies, and the parts that other sentences share."""

from collections import Counter
from typing import TYPE_CHECKING

from explorer.numbers import figures, percentage, signed
from explorer.perception.axes import FEMININE, GENDER
from explorer.perception.decide import UNSURE
from explorer.statistics.intervals import FEWEST
from explorer.translations import gettext as _
from explorer.translations import ngettext, word
from explorer.words.labour import labour_statistic
from explorer.words.prompts import person
from explorer.words.vocabulary import DEFAULT_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from explorer.findings.corrected import Finding
    from explorer.findings.tallies import Cell, Tally
    from explorer.perception.axes import Axis
    from explorer.statistics.bounds import Bounds
    from explorer.statistics.intervals import Interval
    from explorer.words.vocabulary import Profession

# The expected share of chance findings among all differences with a q of at most this.
FALSE_DISCOVERIES = 0.05


def finding_sentences(
    finding: "Finding", profession: "Profession | None" = None, year: int = DEFAULT_YEAR
) -> "Iterator[str]":
    """Yield the headline, then where its number is from, the counts, and the labour statistic.

    Args:
        finding: the tally with its bounds and corrected shares.
        profession: adds its labour statistic, on the gender axis only; None adds none.
        year: year of the labour statistic.
    """
    yield headline(finding)
    yield from _source(finding)
    yield from counted_sentences(finding.tally, finding.tally.cell.model)
    if profession and finding.tally.axis.name == GENDER:
        yield from filter(None, [labour_statistic(profession, year)])


def counted_sentences(tally: "Tally", model: str = "") -> "Iterator[str]":
    """Yield the number of images of each kind: "12 images: 7 look feminine, 5 masculine.".

    Args:
        tally: the counts.
        model: the name of the model, told where there are several.
    """
    stored = tally.asked - tally.missing
    if stored:
        by_model = ngettext(
            "{number} image by {model}: {counts}.", "{number} images by {model}: {counts}.", stored
        )
        plain = ngettext("{number} image: {counts}.", "{number} images: {counts}.", stored)
        yield (by_model if model else plain).format(
            number=stored, model=model, counts=", ".join(_counts(tally))
        )
    if tally.missing:
        yield _("Not generated yet: {number}.").format(number=tally.missing)


def headline(finding: "Finding") -> str:
    """Return the number to quote, with its interval, or the reason why there is none.

    It is the share of feminine on the gender axis, and of the commonest label on any other:
    corrected where possible, as counted elsewhere.
    """
    tally, label = finding.tally, headline_label(finding)
    share = finding.best(label)
    if share is None:
        return _too_few(tally)
    return _("{share} of images of {subject} {look} ({interval}).").format(
        share=percentage(share.estimate),
        subject=subject(tally.cell),
        look=look(tally.axis, label),
        interval=interval_text(share),
    )


def headline_label(finding: "Finding") -> str:
    """Return the label that sentences are about: feminine, or the commonest on another axis."""
    tally = finding.tally
    if tally.axis.name == GENDER:
        return FEMININE
    corrected = finding.corrected
    sizes = (
        [share.estimate for share in corrected] if corrected else [float(n) for n in tally.counts]
    )
    return tally.axis.labels[sizes.index(max(sizes))]


def is_clear(q: float | None, interval: "Interval | None") -> bool:
    """Return whether a difference is clear enough to report.

    Its test must be significant among all tests, and its interval must exclude 0: the test is one
    of raw counts, and a correction can explain what it finds.
    """
    if q is None or interval is None:
        return False
    return q <= FALSE_DISCOVERIES and not interval.low <= 0 <= interval.high


def how_many_are_clear(clear: int, family: int, one: str, several: str) -> str:
    """Return a sentence such as "3 of 20 shifts are clear enough to report.".

    Args:
        clear: number of differences that are clear enough to report.
        family: number of all tests.
        one: the thing tested: "shift".
        several: its plural.
    """
    if family == 1:
        pattern = (
            _("The {one} is clear enough to report.")
            if clear
            else _("No {one} is clear enough to report.")
        )
    elif clear:
        pattern = ngettext(
            "{clear} of {family} {several} is clear enough to report.",
            "{clear} of {family} {several} are clear enough to report.",
            clear,
        )
    else:
        pattern = _("None of {family} {several} is clear enough to report.")
    return pattern.format(clear=clear, family=family, one=one, several=several)


def clear_sentences(tested: "Iterable[float | None]") -> "Iterator[str]":
    """Yield the meaning of "clear enough to report" if any q is given: if anything is tested."""
    if any(q is not None for q in tested):
        yield _(
            "Clear enough to report means: q is {q} or less, and the interval excludes 0. q is p, "
            "adjusted for all tests (Benjamini-Hochberg)."
        ).format(q=FALSE_DISCOVERIES)


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
        level=figures(interval.level * 100),
        low=_signed(interval.low),
        high=_signed(interval.high),
    )


def reasons_told(reasons: "Iterable[tuple[str, int]]") -> str:
    """Return a list of reasons, "3 several people, 2 unsure"; empty if "unsure" is the only one."""
    counted = tuple(reasons)
    listed = ", ".join(f"{count} {word('reason', reason)}" for reason, count in counted)
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
                looked_at=sum(one.looked_at for one in some),
                model=model,
                reasons=listed,
            )


def subject(cell: "Cell") -> str:
    """Return the person that a cell's images are asked to show: "an honest author"."""
    adjective = cell.adjective if isinstance(cell.adjective, str) else None
    if isinstance(cell.profession, str):
        return person(cell.profession, adjective)
    return _("{person} (all professions)").format(person=person("person", adjective))


def look(axis: "Axis", label: str, number: int = 2) -> str:
    """Return the predicate of a number of images with a label: "look feminine"."""
    pattern = (
        ngettext("shows {label}", "show {label}", number)
        if axis.contrasts
        else ngettext("looks {label}", "look {label}", number)
    )
    return pattern.format(label=axis.described(label))


def interval_text(interval: "Interval") -> str:
    """Return an interval with its confidence: "95% interval 67 to 80"."""
    return _("{level}% interval {limits}").format(
        level=figures(interval.level * 100), limits=limits_text(interval)
    )


def limits_text(interval: "Interval") -> str:
    """Return the limits of an interval in percent or points: "67 to 80"."""
    return _("{low} to {high}").format(low=percent(interval.low), high=percent(interval.high))


def _signed(difference: float) -> str:
    return signed(round(100 * difference))


def percent(share: float) -> str:
    """Return a share as a whole number of percent, with a minus sign below 0."""
    return f"{round(100 * share)}".replace("-", "\N{MINUS SIGN}")


def _source(finding: "Finding") -> "Iterator[str]":
    """Yield the errors that a share is corrected for, or the reason why it is not."""
    tally = finding.tally
    if finding.corrected and finding.confusion:
        yield _corrected_on(finding.confusion.kind).format(number=finding.confusion.images)
    elif finding.bounds and tally.abstained:
        yield _bounded(tally, finding.bounds[tally.axis.labels.index(headline_label(finding))])
    if finding.note and tally.enough:
        yield f"{finding.note[0].upper()}{finding.note[1:].rstrip('.')}."


def _corrected_on(kind: str) -> str:
    return {
        "human": _("Corrected for classifier mistakes, measured on {number} annotated images."),
        "prompt": _(
            "Corrected for classifier mistakes, measured on {number} images whose prompts name the "
            "answer."
        ),
        "nearest source": _(
            "Corrected for classifier mistakes, measured on {number} images whose answer is known."
        ),
    }[kind]


def _bounded(tally: "Tally", bounds: "Bounds") -> str:
    return ngettext(
        "Whatever the {number} image that is {abstained} shows, the share is {low} to {high}%.",
        "Whatever the {number} images that are {abstained} show, the share is {low} to {high}%.",
        tally.abstained,
    ).format(
        number=tally.abstained,
        abstained=tally.axis.abstention,
        low=percent(bounds.low),
        high=percent(bounds.high),
    )


def _too_few(tally: "Tally") -> str:
    person = subject(tally.cell)
    if not tally.total:
        return _("No image of {subject} is classified yet.").format(subject=person)
    if not tally.classified:
        return ngettext(
            "The only image of {subject} could not be classified.",
            "None of {number} images of {subject} could be classified.",
            tally.total,
        ).format(number=tally.total, subject=person)
    if tally.looked_at < FEWEST:
        return ngettext(
            "{number} image of {subject} is too few for a percentage.",
            "{number} images of {subject} are too few for a percentage.",
            tally.looked_at,
        ).format(number=tally.looked_at, subject=person)
    return ngettext(
        "Only {number} of {looked_at} images of {subject} has a label: too few for a percentage.",
        "Only {number} of {looked_at} images of {subject} have a label: too few for a percentage.",
        tally.classified,
    ).format(number=tally.classified, looked_at=tally.looked_at, subject=person)


def _counts(tally: "Tally") -> "Iterator[str]":
    labels = [pair for pair in zip(tally.axis.labels, tally.counts, strict=True) if pair[1]]
    for label, number in labels[:1]:
        yield f"{number} {look(tally.axis, label, number)}"
    reasons = reasons_told(tally.reasons)
    others = (
        (tally.abstained, tally.axis.counted(None) + (f" ({reasons})" if reasons else "")),
        (tally.filtered, _("filtered")),
        (tally.unclassified, _("not classified yet")),
    )
    yield from (f"{number} {tally.axis.counted(label)}" for label, number in labels[1:])
    yield from (f"{number} {text}" for number, text in others if number)
