"""Tallies: images counted by cell and label, including those without a label."""

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal

from explorer.errors import UnknownName
from explorer.findings.counts import NO_REASON
from explorer.statistics.intervals import FEWEST, wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from explorer.findings.counts import Counts
    from explorer.models.catalog import ModelCard
    from explorer.perception.axes import Axis
    from explorer.statistics.intervals import Interval
    from explorer.study import Study

By = Literal["profession", "adjective", "cell"]


class Pooled(Enum):
    """Placeholder for a word where all words of a kind are counted together."""

    ALL = "(all)"


ALL = Pooled.ALL
_NOTHING: "Mapping[str | None, int]" = {}
_NO_ANSWER: "Mapping[tuple[str | None, str | None], int]" = {}


@dataclass(frozen=True, slots=True)
class Cell:
    """A model with a profession and an adjective.

    `profession` is a name, or ALL where several are counted together. `adjective` is a word, None
    for the prompt without an adjective, or ALL where several of these are counted together.
    """

    model: str
    profession: str | Pooled
    adjective: str | Pooled | None


@dataclass(frozen=True, slots=True)
class Tally:
    """The images of one cell, counted on one axis.

    Each image asked for is in exactly one of these: `counts` (in the axis's order of labels),
    `abstained` (classified, but without a label), `filtered` (removed by the model's filter),
    `unclassified` (not classified yet), `missing` (not generated yet). `reasons` counts the reasons
    for abstentions, the commonest first.
    """

    cell: Cell
    axis: "Axis"
    counts: tuple[int, ...]
    abstained: int = 0
    filtered: int = 0
    missing: int = 0
    level: float = 0.95
    unclassified: int = 0
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def classified(self) -> int:
        """The number of images with a label, which every share refers to."""
        return sum(self.counts)

    @property
    def looked_at(self) -> int:
        """The number of images that the instrument has looked at: classified or abstained."""
        return self.classified + self.abstained

    @property
    def enough(self) -> bool:
        """Whether there are enough images for a share, and a label on ten or on half of them.

        Ten labels would be too much to ask: a cell of ten images would be dropped because one of
        them is unclear.
        """
        return self.looked_at >= FEWEST and self.classified >= min(FEWEST, self.looked_at / 2)

    @property
    def total(self) -> int:
        """The number of finished images: classified, abstained or filtered."""
        return self.looked_at + self.filtered

    @property
    def asked(self) -> int:
        """The number of images asked for."""
        return self.total + self.unclassified + self.missing

    def count(self, label: str) -> int:
        """Return the number of images with this label.

        Raises:
            UnknownName: the axis has no such label.
        """
        if label not in self.axis.labels:
            raise UnknownName(f"label of the axis {self.axis.name!r}:", label, self.axis.labels)
        return self.counts[self.axis.labels.index(label)]

    def share(self, label: str) -> "Interval | None":
        """Return the label's share of the classified images, None if there are none.

        Raises:
            UnknownName: the axis has no such label.
        """
        return wilson(self.count(label), self.classified, self.level)


def cells(study: "Study", model: "ModelCard", by: By) -> "dict[Cell, tuple[str, ...]]":
    """Return all cells of one model, in order, with the texts of their prompts.

    By "profession", all adjectives share a cell; by "adjective", all professions do; by "cell",
    neither. A single word is never pooled: it is the cell's own.
    """
    pool_professions = by == "adjective" and len(study.professions) > 1
    pool_adjectives = by == "profession" and len(study.adjectives) > 1
    found: dict[Cell, list[str]] = {}
    for prompt in study.prompts:
        cell = Cell(
            model.spec.name,
            ALL if pool_professions else prompt.profession,
            ALL if pool_adjectives else prompt.adjective,
        )
        found.setdefault(cell, []).append(prompt.text)
    return {cell: tuple(texts) for cell, texts in found.items()}


def tally(
    study: "Study", cell: Cell, axis: "Axis", texts: "Iterable[str]", counts: "Counts"
) -> Tally:
    """Return the tally of one cell on one axis.

    Args:
        study: the study, with its number of images per prompt and its confidence level.
        cell: the cell.
        axis: the axis, with the threshold that its answers were given at.
        texts: the texts of the cell's prompts.
        counts: the stored images and answers of the cell's model.

    Raises:
        UnknownName: an image has a label that the axis does not have.
    """
    texts = tuple(texts)
    labels, reasons, stored, filtered = dict.fromkeys(axis.labels, 0), Counter[str](), 0, 0
    answers = counts.answers[axis.name]
    for text in texts:
        for reason_filtered, number in counts.images.get(text, _NOTHING).items():
            stored += number
            filtered += number if reason_filtered is not None else 0
        for (label, reason), number in answers.get(text, _NO_ANSWER).items():
            if label is None:
                reasons[reason or NO_REASON] += number
            elif label in labels:
                labels[label] += number
            else:
                raise UnknownName(f"label of the axis {axis.name!r}:", label, axis.labels)
    answered = sum(labels.values()) + reasons.total()
    return Tally(
        cell=cell,
        axis=axis,
        counts=tuple(labels.values()),
        abstained=reasons.total(),
        filtered=filtered,
        missing=len(texts) * study.images - stored,
        level=study.level,
        unclassified=stored - filtered - answered,
        reasons=commonest_first(reasons),
    )


def pooled(cell: Cell, tallies: "Sequence[Tally]", like: Tally) -> Tally:
    """Return the sum of tallies as one tally, with the axis and the level of `like`."""
    reasons: Counter[str] = Counter()
    for one in tallies:
        for reason, number in one.reasons:
            reasons[reason] += number
    return Tally(
        cell=cell,
        axis=like.axis,
        counts=tuple(map(sum, zip(*(one.counts for one in tallies), strict=True)))
        or (0,) * len(like.counts),
        abstained=sum(one.abstained for one in tallies),
        filtered=sum(one.filtered for one in tallies),
        missing=sum(one.missing for one in tallies),
        level=like.level,
        unclassified=sum(one.unclassified for one in tallies),
        reasons=commonest_first(reasons),
    )


def commonest_first(reasons: "Counter[str]") -> tuple[tuple[str, int], ...]:
    """Return reasons with their counts, the commonest first, equally common ones by name."""
    return tuple(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])))
