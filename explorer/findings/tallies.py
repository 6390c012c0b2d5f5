"""Count perceptions into cells; never drop what could not be counted."""

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal

from explorer.errors import UnknownName
from explorer.findings.counts import NO_REASON
from explorer.statistics.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from explorer.findings.counts import Counts
    from explorer.models.catalog import ModelCard
    from explorer.perception.axes import Axis
    from explorer.statistics.intervals import Interval
    from explorer.study import Study
    from explorer.words.prompts import Prompt

By = Literal["profession", "adjective", "cell"]


class Pooled(Enum):
    """Stands where all words of a kind are counted together."""

    ALL = "(all)"


ALL = Pooled.ALL
_NOTHING: "Mapping[str | None, int]" = {}
_NO_ANSWER: "Mapping[tuple[str | None, str | None], int]" = {}


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the grid.

    `profession` is a name, or ALL where several professions are counted together. `adjective` is a
    word, None for the prompt without an adjective, or ALL where several of these are counted
    together.
    """

    model: str
    profession: str | Pooled
    adjective: str | Pooled | None


@dataclass(frozen=True, slots=True)
class Tally:
    """What was perceived in one cell on one axis.

    Everything asked for is in exactly one of these: `counts` (in the axis's label order),
    `abstained` (looked at, not answered), `filtered` (no image to look at), `unclassified` (generated,
    not looked at yet), `missing` (not generated yet). `reasons` counts why the instrument abstained,
    the commonest first.
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
        """How many images got a label: what every share is a share of."""
        return sum(self.counts)

    @property
    def total(self) -> int:
        """How many images were generated and done with: classified, abstained from or filtered."""
        return self.classified + self.abstained + self.filtered

    @property
    def asked(self) -> int:
        """How many images were asked for."""
        return self.total + self.unclassified + self.missing

    def count(self, label: str) -> int:
        """Return how many images got this label.

        Raises:
            UnknownName: the axis has no such label.
        """
        return self.counts[_index(self.axis, label)]

    def share(self, label: str) -> "Interval | None":
        """Return the label's share of the classified images, None where none was classified.

        Raises:
            UnknownName: the axis has no such label.
        """
        return wilson(self.count(label), self.classified, self.level)


def cells(study: "Study", model: "ModelCard", by: By) -> "dict[Cell, tuple[str, ...]]":
    """Return the full product of one model's cells, in order, with the texts of their prompts.

    By "profession" all adjectives are in one cell, by "adjective" all professions, by "cell"
    neither. A kind with a single word is not pooled: that word is the cell's.
    """
    found: dict[Cell, list[str]] = {}
    for prompt in study.prompts:
        found.setdefault(_cell(study, model, prompt, by), []).append(prompt.text)
    return {cell: tuple(texts) for cell, texts in found.items()}


def tally(
    study: "Study", cell: Cell, axis: "Axis", texts: "Iterable[str]", counts: "Counts"
) -> Tally:
    """Return what was perceived in the images of a cell's prompts, and what could not be counted.

    Args:
        study: what is asked; gives the number of images and the confidence.
        cell: the place of the grid.
        axis: the question, with the threshold that decides about answers.
        texts: of the cell's prompts.
        counts: what is stored of the cell's model.

    Raises:
        UnknownName: an image has a label that the axis does not declare.
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
    """Return tallies counted together; `like` gives the axis and the level."""
    reasons = sum((Counter(dict(one.reasons)) for one in tallies), Counter[str]())
    return Tally(
        cell=cell,
        axis=like.axis,
        counts=tuple(sum(one.count(label) for one in tallies) for label in like.axis.labels),
        abstained=sum(one.abstained for one in tallies),
        filtered=sum(one.filtered for one in tallies),
        missing=sum(one.missing for one in tallies),
        level=like.level,
        unclassified=sum(one.unclassified for one in tallies),
        reasons=commonest_first(reasons),
    )


def commonest_first(reasons: "Counter[str]") -> tuple[tuple[str, int], ...]:
    """Return reasons with their numbers, the commonest first, alike ones by name."""
    return tuple(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])))


def _cell(study: "Study", model: "ModelCard", prompt: "Prompt", by: By) -> Cell:
    pool_professions = by == "adjective" and len(study.professions) > 1
    pool_adjectives = by == "profession" and len(study.adjectives) > 1
    return Cell(
        model.spec.name,
        ALL if pool_professions else prompt.profession,
        ALL if pool_adjectives else prompt.adjective,
    )


def _index(axis: "Axis", label: str) -> int:
    if label not in axis.labels:
        raise UnknownName(f"label of the axis {axis.name!r}:", label, axis.labels)
    return axis.labels.index(label)
