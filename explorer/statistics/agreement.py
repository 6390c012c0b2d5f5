"""Agreement of two annotators on the same images, beyond what chance explains.

A table counts images by the first annotator's label (rows) and the second's (columns), with the
labels in the same order. "Cannot tell" is a label like any other.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement of 1 where it is complete and 0 where it is what chance gives.

    `value` is None for the `reason` given.
    """

    value: float | None
    reason: str | None = None


def agreement_table(
    first: "Sequence[str | None]", second: "Sequence[str | None]", labels: "Sequence[str]"
) -> tuple[tuple[int, ...], ...]:
    """Count the images that both annotated, by their labels; None is an image not annotated.

    Raises:
        ValueError: a label is not one of the labels, or the two differ in length.
    """
    counts = [[0] * len(labels) for _ in labels]
    for one, other in zip(first, second, strict=True):
        if one is not None and other is not None:
            counts[labels.index(one)][labels.index(other)] += 1
    return tuple(map(tuple, counts))


def cohen_kappa(table: "Sequence[Sequence[int]]") -> Agreement:
    """Return the agreement beyond what annotators with these label frequencies reach by chance.

    Source: Cohen 1960, "A coefficient of agreement for nominal scales".

    Raises:
        ValueError: the table is not square, or a count is below 0.
    """
    return _kappa(table, None)


def weighted_kappa(table: "Sequence[Sequence[int]]") -> Agreement:
    """Return the kappa of ordered labels, in which a miss by two steps weighs four times as much.

    Source: Cohen 1968, "Weighted kappa", with the squared weights of Fleiss and Cohen 1973.

    Raises:
        ValueError: the table is not square, or a count is below 0.
    """
    return _kappa(table, "quadratic")


def gwet_ac1(table: "Sequence[Sequence[int]]") -> Agreement:
    """Return the agreement beyond chance, also where most images have the same label.

    Kappa falls towards 0 there even though the annotators agree. AC1 counts as chance only the
    agreement that guessing produces.

    Source: Gwet 2008, "Computing inter-rater reliability and its variance in the presence of high
    agreement".

    Raises:
        ValueError: the table is not square, or a count is below 0.
    """
    counts = _checked(table)
    if not counts.sum():
        return Agreement(None, one_annotator())
    shares = counts / counts.sum()
    frequencies = (shares.sum(0) + shares.sum(1)) / 2
    chance = (frequencies * (1 - frequencies)).sum() / (len(counts) - 1)
    return Agreement(float((shares.trace() - chance) / (1 - chance)))


def one_annotator() -> str:
    """Return the reason for a missing agreement of two people without an image in common."""
    return _("No image was annotated by two people: ask a second person to annotate some.")


def _kappa(table: "Sequence[Sequence[int]]", weights: str | None) -> Agreement:
    from statsmodels.stats.inter_rater import cohens_kappa

    counts = _checked(table)
    if not counts.sum():
        return Agreement(None, one_annotator())
    if counts.max() == counts.sum() == counts.trace():
        return Agreement(None, _("Both gave every image the same label."))
    return Agreement(float(cohens_kappa(counts, wt=weights, return_results=False)))


def _checked(table: "Sequence[Sequence[int]]") -> "NDArray[np.int_]":
    import numpy as np

    if len(table) < 2 or any(len(row) != len(table) for row in table):  # noqa: PLR2004
        raise ValueError(f"{table!r} must have as many columns as rows, and two or more")
    counts = np.array(table)
    if (counts < 0).any():
        raise ValueError(f"{table!r} must not hold a count below 0")
    return counts
