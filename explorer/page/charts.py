"""Tallies as bars with intervals, ready for the templates."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.findings.sentences import reasons_told
from explorer.numbers import percentage
from explorer.perception.axes import FEMININE, GENDER
from explorer.translations import gettext as _
from explorer.translations import word
from explorer.words.labour import us_workers
from explorer.words.references import labour_references, match_text, transcribed
from explorer.words.vocabulary import DEFAULT_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.findings.corrected import Finding
    from explorer.perception.axes import Axis
    from explorer.statistics.bounds import Bounds
    from explorer.statistics.intervals import Interval
    from explorer.words.vocabulary import Profession


@dataclass(frozen=True, slots=True)
class Label:
    """One answer of an axis as it is shown, never by colour alone.

    `style` is the class that carries the colour, `badge` one letter or digit.
    """

    name: str
    badge: str
    style: str


@dataclass(frozen=True, slots=True)
class Bar:
    """The number of images with one label, and the three shares shown side by side.

    `share` is as counted, `bounds` allow for the unclear images, `corrected` for the instrument's
    errors. All three are None with too few images, `corrected` also where the errors are unknown.
    `known` is the share that a bundled generator is known to generate, None for all other models.
    """

    label: Label
    count: int
    share: "Interval | None"
    bounds: "Bounds | None" = None
    corrected: "Interval | None" = None
    mark: "Mark | None" = None
    known: float | None = None

    @property
    def best(self) -> "Interval | None":
        """The share to quote."""
        return self.corrected or self.share


@dataclass(frozen=True, slots=True)
class Mark:
    """A share to compare a bar with: the labour statistic.

    `fits` tells whether its occupation is what the word means; only then is it in headlines.
    """

    share: float
    text: str
    fits: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """One axis: a bar for each declared label, and the images that could not be counted.

    `enough` tells whether there are enough images for percentages. `reasons` lists the reasons for
    no answer, "3 several people, 2 unsure"; it is empty where all are unsure.
    """

    axis: "Axis"
    bars: tuple[Bar, ...]
    classified: int
    abstained: int
    reasons: str
    filtered: int
    unclassified: int
    missing: int
    enough: bool

    @property
    def parts(self) -> list[tuple[str, int]]:
        """The parts of one bar: style and number of each label, and of the images without one."""
        labelled = [(bar.label.style, bar.count) for bar in self.bars]
        return [*labelled, (f"{self.axis.name}-u", self.abstained)]


@dataclass(frozen=True, slots=True)
class SidesChart:
    """One axis for several models.

    `labels` holds each label's bar of every model, `sides` each model's own chart. `paired` counts
    prompts and seeds classified on all sides, None where nothing is paired.
    """

    axis: "Axis"
    labels: tuple[tuple[Bar, ...], ...]
    sides: tuple[Chart, ...]
    paired: int | None


def labels(axis: "Axis") -> tuple[Label, ...]:
    """Return an axis's labels with badge and style: 1, 2, 3 where ordered, else initials."""
    return tuple(label_of(axis, place) for place in range(len(axis.labels)))


def label_of(axis: "Axis", place: int) -> Label:
    """Return one label of an axis, by its place among them."""
    name = word("label", axis.labels[place])
    badge = str(place + 1) if axis.ordered else name[0].upper()
    return Label(name, badge, f"{axis.name}-{place}")


def chart(
    finding: "Finding",
    mark: Mark | None = None,
    known: "Mapping[str, Sequence[float]] | None" = None,
) -> Chart:
    """Return the chart of one tally, with the labour statistic where there is one.

    Args:
        finding: the tally, its bounds and its correction.
        mark: the labour statistic, shown only with the share of women.
        known: the shares that the model is known to generate, by axis name and in label order.
    """
    tally = finding.tally
    shares = (known or {}).get(tally.axis.name) or (None,) * len(tally.counts)
    return Chart(
        axis=tally.axis,
        bars=tuple(
            _bar(finding, place, label, mark, share)
            for (place, label), share in zip(enumerate(labels(tally.axis)), shares, strict=True)
        ),
        classified=tally.classified,
        abstained=tally.abstained,
        reasons=reasons_told(tally.reasons),
        filtered=tally.filtered,
        unclassified=tally.unclassified,
        missing=tally.missing,
        enough=tally.enough,
    )


def sides_chart(
    findings: "Sequence[Finding]",
    paired: int | None,
    mark: Mark | None,
    known: "Sequence[Mapping[str, Sequence[float]]]",
) -> SidesChart:
    """Return the chart of several models' tallies of the same axis.

    Args:
        findings: one of each model.
        paired: the number of prompts and seeds that are classified on all sides, None where
            nothing is paired.
        mark: the labour statistic.
        known: the shares that each model is known to generate.
    """
    sides = tuple(
        chart(finding, mark, shares) for finding, shares in zip(findings, known, strict=True)
    )
    bars = tuple(zip(*(side.bars for side in sides), strict=True))
    return SidesChart(sides[0].axis, bars, sides, paired)


def labour_mark(profession: "Profession", year: int = DEFAULT_YEAR) -> Mark | None:
    """Return women's share of the US workforce in a year, None where it is unknown."""
    reference = labour_references(year).get(profession.name)
    if reference is None or reference.occupation is None:
        return None
    pattern = (
        _("{workers}: {share} women ({year}, {match})")
        if reference.trusted
        else _("{workers}: {share} women ({year}, {match}: kept out of headlines)")
    )
    text = pattern.format(
        workers=us_workers(reference.occupation),
        share=percentage(reference.share),
        year=year_text(year),
        match=match_text(reference.match),
    )
    return Mark(reference.share, text, reference.trusted)


def year_text(year: int) -> str:
    """Return a year of the labour statistics, with a note where it was transcribed by hand."""
    return _("{year}, transcribed by hand").format(year=year) if transcribed(year) else str(year)


def coded(coding: str | None) -> str:
    """Return the gender coding of a word, "feminine-coded"; empty without one."""
    return _("{gender}-coded").format(gender=word("coding", coding)) if coding else ""


def _bar(
    finding: "Finding", place: int, label: Label, mark: Mark | None, known: float | None
) -> Bar:
    tally = finding.tally
    name = tally.axis.labels[place]
    return Bar(
        label=label,
        count=tally.counts[place],
        share=tally.share(name) if tally.enough else None,
        bounds=finding.bounds[place] if finding.bounds else None,
        corrected=finding.corrected[place] if finding.corrected else None,
        mark=mark if (tally.axis.name, name) == (GENDER, FEMININE) else None,
        known=known,
    )
