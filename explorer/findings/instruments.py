"""Agreement of two instruments on the same images."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from explorer.findings.tallies import ALL, Cell
from explorer.numbers import decimal, percentage
from explorer.perception.skin import bin_of_word
from explorer.statistics.agreement import (
    Agreement,
    agreement_table,
    cohen_kappa,
    gwet_ac1,
    weighted_kappa,
)
from explorer.statistics.intervals import FEWEST
from explorer.translations import gettext as _
from explorer.translations import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from explorer.findings.tables import Row
    from explorer.perception.axes import Axis, Perception
    from explorer.store.observations import Observation

TONE, PIXEL_TONE = "tone", "pixel-tone"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two instruments' answers for one cell's images, in the labels they share.

    `table` counts the images that both answered, by the left instrument's label (rows) and the
    right one's (columns). `left_only` and `right_only` are the images that one of them answered,
    `neither` those that both abstained on, `unclassified` those that one has not classified yet.
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
        """The number of images that both answered."""
        return sum(map(sum, self.table))

    @property
    def same(self) -> int:
        """The number of images with the same label from both."""
        return sum(self.table[place][place] for place in range(len(self.labels)))

    @property
    def kappa(self) -> Agreement:
        """Agreement beyond chance, with squared weights where the labels are ordered."""
        if self.both < FEWEST:
            return Agreement(None, _too_few_pairs())
        return weighted_kappa(self.table) if self.axis.ordered else cohen_kappa(self.table)

    @property
    def ac1(self) -> Agreement:
        """Agreement beyond chance that stays meaningful if nearly all images have one label."""
        return gwet_ac1(self.table) if self.both >= FEWEST else Agreement(None, _too_few_pairs())


@dataclass(slots=True)
class _Seen:
    """Both answers for each image of a cell while they are collected."""

    left: list[str | None] = field(default_factory=list)
    right: list[str | None] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def pairs(
    left: "Iterable[Observation]",
    right: "Iterable[Observation]",
    axes: "tuple[Axis, Axis]",
    instruments: tuple[str, str],
) -> tuple[Pair, ...]:
    """Return the two instruments' answers for each profession of a model, and for all together.

    Args:
        left: the images with the answers of one instrument.
        right: the same images with the answers of the other.
        axes: the axis that each of them answers.
        instruments: their names.

    Raises:
        ValueError: the two axes have no labels in common.
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
    # With one profession, the pooled cell repeats that profession's.
    return found[1:] if len(found) == 2 else found  # noqa: PLR2004 - that one, and all


def agreement_rows(found: "Iterable[Pair]") -> "list[Row]":
    """Return one row for each pair of instruments.

    Columns:
        model, profession: the cell; "(all)" where professions are counted together.
        axis: the axis whose labels are compared.
        left_instrument, right_instrument: the two instruments.
        both, same, same_share: images that both answered, those with the same label, and their
            share (0..1).
        kappa, kappa_kind: agreement beyond chance (1 full, 0 chance) and its kind: Cohen's kappa,
            or one with quadratic weights for ordered labels.
        ac1: Gwet's AC1, which stays meaningful if nearly all images have one label.
        agreement_note: reason for a missing kappa.
        left_only, right_only, neither, unclassified: images that only one answered, that neither
            answered, that one of them has not classified yet.
        For each pair of labels, n_light_medium for instance: images with the first label from the
            left instrument and the second from the right one.
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
        profession = pair.cell.profession
        yield _agreement_sentence(pair).format(
            model=pair.cell.model,
            profession=word("profession", profession)
            if isinstance(profession, str)
            else _("all professions"),
            same=pair.same,
            both=pair.both,
            share=percentage(pair.same / pair.both) if pair.both else None,
            kappa=None if pair.kappa.value is None else decimal(pair.kappa.value, 2),
            reason=pair.kappa.reason,
        )


def _agreement_sentence(pair: Pair) -> str:
    if pair.both < FEWEST:
        return _(
            "{model}, {profession}: {same} of {both} images got the same label from both, too few "
            "for a percentage."
        )
    if pair.kappa.value is None:
        return _(
            "{model}, {profession}: of {both} images that both answered, {same} ({share}) got the "
            "same label; there is no kappa. {reason}"
        )
    if pair.axis.ordered:
        return _(
            "{model}, {profession}: of {both} images that both answered, {same} ({share}) got the "
            "same label; weighted kappa {kappa} (1 is full agreement, 0 chance)."
        )
    return _(
        "{model}, {profession}: of {both} images that both answered, {same} ({share}) got the same "
        "label; kappa {kappa} (1 is full agreement, 0 chance)."
    )


def _too_few_pairs() -> str:
    return _("fewer than {fewest} images have an answer from both").format(fewest=FEWEST)


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
    """Return the right axis's label for each label of the left axis."""
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
