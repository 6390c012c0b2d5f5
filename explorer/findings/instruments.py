"""Set two instruments side by side on the same images: how often they agree, and on what."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from explorer.findings.tallies import ALL, Cell
from explorer.perception.skin import bin_of_word
from explorer.statistics.agreement import (
    Agreement,
    agreement_table,
    cohen_kappa,
    gwet_ac1,
    weighted_kappa,
)
from explorer.statistics.intervals import FEWEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from explorer.findings.tables import Row
    from explorer.perception.axes import Axis, Perception
    from explorer.store.observations import Observation

TONE, PIXEL_TONE = "tone", "pixel-tone"
TOO_FEW_PAIRS = f"fewer than {FEWEST} images have an answer from both"


@dataclass(frozen=True, slots=True)
class Pair:
    """What two instruments said of one cell's images, in the labels they share.

    `table` counts the images that both answered: the left's label by row, the right's by column.
    `left_only` and `right_only` are those that one answered, `neither` those that none did;
    `unclassified` those that one has not looked at.
    """

    cell: Cell
    left: str
    right: str
    axis: "Axis"
    labels: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    left_only: int
    right_only: int
    neither: int
    unclassified: int

    @property
    def both(self) -> int:
        """How many images both answered."""
        return sum(map(sum, self.table))

    @property
    def same(self) -> int:
        """How many images both gave the same label."""
        return sum(self.table[place][place] for place in range(len(self.labels)))

    @property
    def kappa(self) -> Agreement:
        """Agreement beyond chance, with squared weights where the labels are ordered."""
        if self.both < FEWEST:
            return Agreement(None, TOO_FEW_PAIRS)
        return weighted_kappa(self.table) if self.axis.ordered else cohen_kappa(self.table)

    @property
    def ac1(self) -> Agreement:
        """Agreement beyond chance that does not suffer where nearly all images are alike."""
        return gwet_ac1(self.table) if self.both >= FEWEST else Agreement(None, TOO_FEW_PAIRS)


@dataclass(slots=True)
class _Seen:
    """The two answers of each image of a cell while they are collected."""

    left: list[str | None] = field(default_factory=list)
    right: list[str | None] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def pairs(
    left: "Iterable[Observation]",
    right: "Iterable[Observation]",
    axes: "tuple[Axis, Axis]",
    instruments: tuple[str, str],
) -> tuple[Pair, ...]:
    """Return one model's pair of instruments for each profession, and for all if several.

    Args:
        left: the images with what the one instrument said.
        right: the same images with what the other said.
        axes: the question that each of them answers.
        instruments: their names.

    Raises:
        ValueError: the two ask different things.
    """
    shared = _shared(axes)
    cells: dict[Cell, _Seen] = {}
    for one, other in zip(left, right, strict=True):
        prompt, model = one.request.prompt, one.request.model.name
        answers = one.perceptions.get(axes[0].name), other.perceptions.get(axes[1].name)
        for profession in (ALL, prompt.profession):
            seen = cells.setdefault(Cell(model, profession, ALL), _Seen())
            _add(seen, answers, shared)
    found = tuple(_pair(cell, seen, axes[1], instruments) for cell, seen in cells.items())
    # Of one profession, all professions are the same images again.
    return found[1:] if len(found) == 2 else found  # noqa: PLR2004 - that one, and all


def agreement_rows(found: "Iterable[Pair]") -> "list[Row]":
    """Return one row for each pair of instruments.

    Columns:
        model, profession: whose images; "(all)" where professions are counted together.
        axis: the question in whose labels the two are compared.
        left_instrument, right_instrument: who answered, with the method.
        both, same, same_share: images that both answered, those with the same label, and the one
            over the other (0..1).
        kappa, kappa_kind: agreement beyond chance (1 full, 0 chance): Cohen's, or with squared
            weights where labels are ordered; which of them.
        ac1: the same by Gwet, which does not suffer where nearly all images are alike.
        agreement_note: why there is no kappa.
        left_only, right_only, neither, unclassified: images that only one answered, that none did,
            that one of them has not looked at.
        For each of the left's labels and each of the right's, n_light_medium for instance: images
            that the left called the first and the right the second.
    """
    return [
        {
            "model": pair.cell.model,
            "profession": pair.cell.profession
            if isinstance(pair.cell.profession, str)
            else pair.cell.profession.value,
            "axis": pair.axis.name,
            "left_instrument": pair.left,
            "right_instrument": pair.right,
            "both": pair.both,
            "same": pair.same,
            "same_share": pair.same / pair.both if pair.both >= FEWEST else None,
            "kappa": pair.kappa.value,
            "kappa_kind": "quadratic weights" if pair.axis.ordered else "Cohen",
            "ac1": pair.ac1.value,
            "agreement_note": pair.kappa.reason,
            "left_only": pair.left_only,
            "right_only": pair.right_only,
            "neither": pair.neither,
            "unclassified": pair.unclassified,
            **{
                f"n_{one}_{other}": pair.table[row][column]
                for row, one in enumerate(pair.labels)
                for column, other in enumerate(pair.labels)
            },
        }
        for pair in found
    ]


def agreement_sentences(found: "Iterable[Pair]") -> "Iterator[str]":
    """Yield one sentence for each pair of instruments."""
    for pair in found:
        of = pair.cell.profession if isinstance(pair.cell.profession, str) else "all professions"
        if pair.both < FEWEST:
            yield (
                f"{pair.cell.model}, {of}: {pair.same} of {pair.both} images got the same label "
                "from both, too few for a percentage."
            )
        else:
            yield (
                f"{pair.cell.model}, {of}: of {pair.both} images that both answered, "
                f"{pair.same} ({pair.same / pair.both:.0%}) got the same label; "
                f"{_beyond_chance(pair)}."
            )


def _beyond_chance(pair: Pair) -> str:
    kappa = pair.kappa
    if kappa.value is None:
        return f"no kappa: {(kappa.reason or '').rstrip('.').lower()}"
    kind = "weighted kappa" if pair.axis.ordered else "kappa"
    return f"{kind} {kappa.value:.2f} (1 is full agreement, 0 chance)"


def _add(
    seen: _Seen,
    answers: "tuple[Perception | None, Perception | None]",
    shared: "Mapping[str, str]",
) -> None:
    one, other = answers
    if one is None or other is None:
        seen.counts["unclassified"] += 1
        return
    seen.left.append(None if one.label is None else shared[one.label])
    seen.right.append(other.label)
    answered = {(True, False): "left", (False, True): "right", (False, False): "neither"}
    seen.counts[answered.get((one.label is not None, other.label is not None), "both")] += 1


def _shared(axes: "tuple[Axis, Axis]") -> "Mapping[str, str]":
    """Return each label of the left axis in the words of the right one."""
    left, right = axes
    if left.labels == right.labels:
        return {label: label for label in left.labels}
    if (left.name, right.name) == (TONE, PIXEL_TONE):
        return {word: bin_of_word(word) for word in left.labels}
    raise ValueError(f"{left.name!r} and {right.name!r} have no labels in common")


def _pair(
    cell: Cell,
    seen: _Seen,
    axis: "Axis",
    instruments: tuple[str, str],
) -> Pair:
    return Pair(
        cell=cell,
        left=instruments[0],
        right=instruments[1],
        axis=axis,
        labels=axis.labels,
        table=agreement_table(seen.left, seen.right, axis.labels),
        left_only=seen.counts["left"],
        right_only=seen.counts["right"],
        neither=seen.counts["neither"],
        unclassified=seen.counts["unclassified"],
    )
