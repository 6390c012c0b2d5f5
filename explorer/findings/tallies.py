"""Count perceptions into cells; never drop what could not be counted."""

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from itertools import product
from typing import TYPE_CHECKING, Literal

from explorer.errors import UnknownName
from explorer.statistics.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from explorer.models.requests import ImageRequest
    from explorer.perception.axes import Axis, Perception
    from explorer.statistics.intervals import Interval

By = Literal["profession", "adjective", "cell"]


class Pooled(Enum):
    """Stands where all words of a kind are counted together."""

    ALL = "(all)"


ALL = Pooled.ALL
NO_REASON = "no reason given"


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
class Observation:
    """One stored image as findings need it.

    `filtered` is the reason why there is no image to classify, None for all others. An axis without
    an entry in `perceptions` (by axis name) has not been classified yet.
    """

    request: "ImageRequest"
    filtered: str | None
    perceptions: "Mapping[str, Perception]"


@dataclass(frozen=True, slots=True)
class Tally:
    """What was perceived in one cell on one axis.

    Everything asked for is in exactly one of these: `counts` (in the axis's label order),
    `abstained` (looked at, not answered), `filtered` (no image to look at), `unclassified` (generated,
    not looked at yet), `missing` (not generated yet). `reasons` counts why the instrument abstained,
    the commonest first. `seen` holds the label of each image behind `counts` by prompt and
    replicate.
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
    seen: "Mapping[tuple[str, int], str]" = field(default_factory=dict, repr=False, compare=False)

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


def tally(
    observations: "Iterable[Observation]",
    requests: "Sequence[ImageRequest]",
    axes: "Sequence[Axis]",
    by: By,
    level: float = 0.95,
) -> tuple[Tally, ...]:
    """Count into the full product of cells, in the order of the requests, axes innermost.

    Args:
        observations: what is stored; whatever was not requested is ignored.
        requests: everything asked for; what has no observation counts as missing.
        axes: the questions.
        by: "profession" counts all adjectives together, "adjective" all professions, "cell"
            neither. A kind with a single word is not pooled: that word is the cell's.
        level: the confidence of the intervals.

    Raises:
        UnknownName: a perception has a label that its axis does not declare.
    """
    stored = {observation.request.key: observation for observation in observations}
    grid = _Grid(requests, by)
    counters = {(cell, axis.name): _Counter(axis) for cell in grid.cells for axis in axes}
    for request in requests:
        for axis in axes:
            counters[grid.cell(request), axis.name].add(request, stored.get(request.key))
    return tuple(counter.tally(cell, level) for (cell, _), counter in counters.items())


class _Grid:
    """The cells that requests fall into."""

    def __init__(self, requests: "Sequence[ImageRequest]", by: By) -> None:
        # Dictionaries keep the order in which words first come.
        models = dict.fromkeys(request.model.name for request in requests)
        professions = dict.fromkeys(request.prompt.profession for request in requests)
        adjectives = dict.fromkeys(request.prompt.adjective for request in requests)
        self._pool_professions = by == "adjective" and len(professions) > 1
        self._pool_adjectives = by == "profession" and len(adjectives) > 1
        self.cells = tuple(
            Cell(*words)
            for words in product(
                models,
                (ALL,) if self._pool_professions else professions,
                (ALL,) if self._pool_adjectives else adjectives,
            )
        )

    def cell(self, request: "ImageRequest") -> Cell:
        """Return the cell that a request belongs to."""
        profession = ALL if self._pool_professions else request.prompt.profession
        adjective = ALL if self._pool_adjectives else request.prompt.adjective
        return Cell(request.model.name, profession, adjective)


@dataclass(slots=True)
class _Counter:
    """Counts for one cell and axis while they grow."""

    axis: "Axis"
    labels: dict[str, int] = field(init=False)
    reasons: Counter[str] = field(default_factory=Counter)
    filtered: int = 0
    missing: int = 0
    unclassified: int = 0
    seen: dict[tuple[str, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.labels = dict.fromkeys(self.axis.labels, 0)

    def add(self, request: "ImageRequest", observation: Observation | None) -> None:
        """Count one image that was asked for, in exactly one place."""
        if observation is None:
            self.missing += 1
        elif observation.filtered is not None:
            self.filtered += 1
        elif (perception := observation.perceptions.get(self.axis.name)) is None:
            self.unclassified += 1
        elif perception.label is None:
            self.reasons[perception.reason or NO_REASON] += 1
        else:
            self.labels[self.axis.labels[_index(self.axis, perception.label)]] += 1
            self.seen[request.prompt.text, request.replicate] = perception.label

    def tally(self, cell: Cell, level: float) -> Tally:
        return Tally(
            cell=cell,
            axis=self.axis,
            counts=tuple(self.labels.values()),
            abstained=self.reasons.total(),
            filtered=self.filtered,
            missing=self.missing,
            level=level,
            unclassified=self.unclassified,
            reasons=tuple(self.reasons.most_common()),
            seen=self.seen,
        )


def _index(axis: "Axis", label: str) -> int:
    if label not in axis.labels:
        raise UnknownName(f"label of the axis {axis.name!r}:", label, axis.labels)
    return axis.labels.index(label)
