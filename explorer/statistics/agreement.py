"""How far two people agree on the same pictures, beyond what chance would make of it.

A table counts pictures by what the first person said (rows) and the second (columns), in one order
of labels. "Cannot tell" is a label like the others.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

ONE_ANNOTATOR = "No picture was labelled by two people: let a second person label some."
NO_VARIANCE = "Both people gave every picture the same label: label pictures that differ."


@dataclass(frozen=True, slots=True)
class Agreement:
    """1 is full agreement, 0 what chance gives; `value` is None for the `reason` given."""

    value: float | None
    reason: str | None = None


def agreement_table(
    first: "Sequence[str | None]", second: "Sequence[str | None]", labels: "Sequence[str]"
) -> tuple[tuple[int, ...], ...]:
    """Count the pictures that both people labelled; None is a picture not labelled.

    Raises:
        ValueError: a label is not one of the labels, or the two differ in length.
    """
    counts = [[0] * len(labels) for _ in labels]
    for one, other in zip(first, second, strict=True):
        if one is not None and other is not None:
            counts[labels.index(one)][labels.index(other)] += 1
    return tuple(map(tuple, counts))


def cohen_kappa(table: "Sequence[Sequence[int]]") -> Agreement:
    """Return the agreement beyond what two people with these habits would reach by chance.

    Source: Cohen 1960, "A coefficient of agreement for nominal scales".

    Raises:
        ValueError: the table is not square, or a count is below 0.
    """
    return _kappa(table, None)


def weighted_kappa(table: "Sequence[Sequence[int]]") -> Agreement:
    """Return the same for ordered labels: a miss by two steps weighs four times one by one step.

    Source: Cohen 1968, "Weighted kappa", with the squared weights of Fleiss and Cohen 1973.

    Raises:
        ValueError: the table is not square, or a count is below 0.
    """
    return _kappa(table, "quadratic")


def gwet_ac1(table: "Sequence[Sequence[int]]") -> Agreement:
    """Return the agreement beyond chance where most pictures have one label.

    Kappa falls towards 0 there although people agree; chance is here what is left to guessing.

    Source: Gwet 2008, "Computing inter-rater reliability and its variance in the presence of high
    agreement".

    Raises:
        ValueError: the table is not square, or a count is below 0.
    """
    counts = _checked(table)
    if not counts.sum():
        return Agreement(None, ONE_ANNOTATOR)
    shares = counts / counts.sum()
    habits = (shares.sum(0) + shares.sum(1)) / 2
    chance = (habits * (1 - habits)).sum() / (len(counts) - 1)
    return Agreement(float((shares.trace() - chance) / (1 - chance)))


def _kappa(table: "Sequence[Sequence[int]]", weights: str | None) -> Agreement:
    from statsmodels.stats.inter_rater import cohens_kappa

    counts = _checked(table)
    if not counts.sum():
        return Agreement(None, ONE_ANNOTATOR)
    if counts.max() == counts.sum() == counts.trace():
        return Agreement(None, NO_VARIANCE)
    return Agreement(float(cohens_kappa(counts, wt=weights, return_results=False)))


def _checked(table: "Sequence[Sequence[int]]") -> "NDArray[np.int_]":
    import numpy as np

    if len(table) < 2 or any(len(row) != len(table) for row in table):  # noqa: PLR2004
        raise ValueError(f"{table!r} must have as many columns as rows, two or more")
    counts = np.array(table)
    if (counts < 0).any():
        raise ValueError(f"{table!r} must not hold a count below 0")
    return counts
