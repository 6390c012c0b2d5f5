"""How an instrument errs: what it said, counted by what was there."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from explorer.errors import InvalidData

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Kind = Literal["human", "prompt", "nearest source"]

# More, and the interval of a corrected share says next to nothing.
MOST_MULTIPLIED = 2.5
# Above it nothing speaks against one instrument for two sources of pictures.
POOLABLE_P = 0.1
_TWO = 2


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts of what was predicted (rows) by what was true (columns), in one order of classes.

    There are as many rows as columns, or one more: the last row then counts the pictures on which
    the instrument abstained. `kind` says where the truth comes from: people who looked, the prompt
    a picture was drawn for, or the source picture it is nearest to.

    `weights` are there where pictures were chosen by what was predicted of them: for each count,
    how many pictures each of those counted stands for. Without them the counts would tell how often
    each answer was chosen, not how often it was given.

    Source: Horvitz and Thompson 1952, "A generalization of sampling without replacement from a
    finite universe", for the weights; Begg and Greenes 1983, "Assessment of diagnostic tests when
    disease verification is subject to selection bias", for error rates.

    Raises:
        InvalidData: the counts are no such table, or the weights do not fit them.
    """

    counts: tuple[tuple[int, ...], ...]
    kind: Kind
    weights: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise InvalidData(f"Unknown kind {self.kind!r}: take one of {get_args(Kind)!r}.")
        classes = len(self.counts[0]) if self.counts else 0
        if classes < _TWO or any(len(row) != classes for row in self.counts):
            raise InvalidData(f"{self.counts!r} must have rows of one length, two classes or more.")
        if len(self.counts) - classes not in {0, 1}:
            raise InvalidData(f"{self.counts!r} must have {classes} rows, or one more for unclear.")
        if any(count < 0 for row in self.counts for count in row):
            raise InvalidData(f"{self.counts!r} must not hold a count below 0.")
        if self.weights and list(map(len, self.weights)) != list(map(len, self.counts)):
            raise InvalidData(f"{self.weights!r} must have one weight for each count, or none.")
        if not all(0 < weight < math.inf for row in self.weights for weight in row):
            raise InvalidData(f"{self.weights!r} must hold numbers above 0.")

    @property
    def classes(self) -> int:
        """Return how many classes can be true."""
        return len(self.counts[0])

    @property
    def images(self) -> int:
        """Return how many pictures were counted."""
        return sum(map(sum, self.counts))

    @property
    def sensitivity(self) -> float | None:
        """Return the share of the first of two classes that was recognised, among answered ones.

        None where no picture of the class was answered.

        Raises:
            ValueError: there are more than two classes.
        """
        return self._recognised(0)

    @property
    def specificity(self) -> float | None:
        """Return the share of the second of two classes that was recognised, among answered ones.

        None where no picture of the class was answered.

        Raises:
            ValueError: there are more than two classes.
        """
        return self._recognised(1)

    @property
    def youden(self) -> float | None:
        """Return how well the instrument tells its classes apart: 1 never errs, 0 guesses.

        Sensitivity + specificity - 1 where there are two classes. With more it is the least, over
        classes, of how much more often the class is predicted where it is true than where the
        class most often taken for it is. Abstentions are left out: an instrument that is always
        right when it answers has 1. None where no picture of a class was answered.

        Source: Youden 1950, "Index for rating diagnostic tests", for two classes.
        """
        import numpy as np

        answered = self.weighted()[: self.classes]
        if not answered.sum(0).all():
            return None
        shares = answered / answered.sum(0)
        others = np.where(np.eye(self.classes, dtype=bool), -np.inf, shares).max(1)
        return float((shares.diagonal() - others).min())

    @property
    def multiplier(self) -> float | None:
        """Return how many times larger the correction makes the error of the least certain share.

        1 / Youden's index where there are two classes. With more, for a sample in which all are
        equally frequent; infinite where one class looks like a mix of others. Abstentions are left
        out. None where no picture of a class was answered.

        Source: Buonaccorsi 2010, "Measurement error", chapter 2: the variance of M^-1 q.
        """
        import numpy as np

        answered = self.weighted()[: self.classes]
        if not answered.sum(0).all():
            return None
        matrix = answered / answered.sum(0)
        if np.linalg.matrix_rank(matrix) < self.classes:
            return math.inf
        given, inverse = matrix.mean(1), np.linalg.inv(matrix)
        spread = np.diag(inverse @ (np.diag(given) - np.outer(given, given)) @ inverse.T)
        return float(np.sqrt(spread / (given * (1 - given))).max())

    @property
    def refusal(self) -> str | None:
        """Return why no tally can be corrected with this instrument, None where one can."""
        for place, column in enumerate(zip(*self.counts, strict=True)):
            if not any(column[: self.classes]):
                held = "has no picture" if not any(column) else "was never answered"
                return f"Class {place + 1!r} of the confusion {held}: label pictures of it."
        if self.youden is None or self.multiplier is None:
            return None
        if self.youden > 0 and self.multiplier <= MOST_MULTIPLIED:
            return None
        return f"Instrument too weak: {self._weakness()}. Use another classifier or other captions."

    def _weakness(self) -> str:
        if self.classes == _TWO:
            least = 1 / MOST_MULTIPLIED
            return f"sensitivity + specificity - 1 is {self.youden:.2f}, below {least!r}"
        if self.youden is None or self.youden <= 0 or self.multiplier in {None, math.inf}:
            return "one class looks like another, or like a mix of others"
        return (
            f"a corrected share would err {self.multiplier:.1f} times as much as a raw one, and "
            f"{MOST_MULTIPLIED!r} is the most that helps"
        )

    def weighted(self) -> "NDArray[np.float64]":
        """Return how many pictures each count stands for; the counts where there are no weights."""
        import numpy as np

        counts = np.array(self.counts, dtype=float)
        return np.asarray(counts * np.array(self.weights) if self.weights else counts)

    def shares(self) -> "NDArray[np.float64]":
        """Return P(predicted | true): one row per prediction, one column per class, each sums to 1.

        A column without pictures is not a number throughout.
        """
        import numpy as np

        counts = self.weighted()
        totals = counts.sum(0)
        nothing = np.full_like(counts, np.nan)
        return np.asarray(np.divide(counts, totals, out=nothing, where=totals > 0))

    def effective(self) -> "NDArray[np.float64]":
        """Return the shares times how many equally weighted pictures would tell as much.

        Source: Kish 1965, "Survey sampling", for the effective size of a weighted sample.
        """
        import numpy as np

        if not self.weights:
            return self.weighted()
        squared = (self.weighted() * np.array(self.weights)).sum(0)
        sizes = self.weighted().sum(0) ** 2 / np.where(squared > 0, squared, 1)
        return np.asarray(np.nan_to_num(self.shares()) * sizes)

    def _recognised(self, place: int) -> float | None:
        if self.classes > _TWO:
            raise ValueError(f"sensitivity and specificity need two classes, not {self.classes!r}")
        answered = self.weighted()[:_TWO, place]
        return float(answered[place] / answered.sum()) if answered.any() else None


def equal_errors(left: Confusion, right: Confusion) -> float | None:
    """Return the p-value for an instrument that errs alike on two sources of pictures.

    The chi-square statistics and degrees of freedom of the classes add up, as classes are
    independent samples. None where a class has no pictures on one side; 1 where nothing differs.
    Weighted counts enter at their effective size.

    Source: Pearson 1900, chi-square test of homogeneity; Rao and Scott 1981, "The analysis of
    categorical data from complex sample surveys", for effective sizes.

    Raises:
        ValueError: the two have not the same rows and columns.
    """
    from scipy.stats import chi2, chi2_contingency

    if (len(left.counts), left.classes) != (len(right.counts), right.classes):
        raise ValueError(f"{left.counts!r} and {right.counts!r} must have the same shape")
    statistic, degrees = 0.0, 0
    for pair in zip(left.effective().T, right.effective().T, strict=True):
        if not all(column.any() for column in pair):
            return None
        seen = [both for both in zip(*pair, strict=True) if any(both)]
        tested = chi2_contingency(seen, correction=False)
        statistic, degrees = statistic + tested.statistic, degrees + tested.dof
    return float(chi2.sf(statistic, degrees)) if degrees else 1.0
