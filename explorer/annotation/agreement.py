"""Agreement between annotators."""

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from explorer.perception.annotations import answers
from explorer.statistics.agreement import (
    agreement_table,
    cohen_kappa,
    gwet_ac1,
    weighted_kappa,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from explorer.perception.annotations import Annotation
    from explorer.perception.axes import Axis
    from explorer.statistics.agreement import Agreement


@dataclass(frozen=True, slots=True)
class Pair:
    """The agreement of two annotators on the `images` that both annotated.

    `weighted` is for ordered labels, over the images with such a label from both; None for other
    axes.
    """

    annotators: tuple[str, str]
    images: int
    same: int
    kappa: "Agreement"
    ac1: "Agreement"
    weighted: "Agreement | None"


def pairs(axis: "Axis", labels: "Iterable[Annotation]") -> tuple[Pair, ...]:
    """Return the agreement of every two annotators, by name; empty for a single annotator."""
    by_annotator: dict[str, dict[str, str]] = {}
    for one in labels:
        by_annotator.setdefault(one.annotator, {})[one.image] = one.label
    return tuple(
        _pair(axis, (first, second), by_annotator[first], by_annotator[second])
        for first, second in combinations(sorted(by_annotator), 2)
    )


def _pair(
    axis: "Axis", annotators: tuple[str, str], first: "dict[str, str]", second: "dict[str, str]"
) -> Pair:
    both = sorted(first.keys() & second.keys())
    given = [(first[key], second[key]) for key in both]
    table = agreement_table(*_sides(given), answers(axis))
    placed = [pair for pair in given if set(pair) <= set(axis.labels)]
    return Pair(
        annotators=annotators,
        images=len(both),
        same=sum(one == other for one, other in given),
        kappa=cohen_kappa(table),
        ac1=gwet_ac1(table),
        weighted=weighted_kappa(agreement_table(*_sides(placed), axis.labels))
        if axis.ordered
        else None,
    )


def _sides(given: "Sequence[tuple[str, str]]") -> "tuple[list[str], list[str]]":
    return [one for one, _ in given], [other for _, other in given]
