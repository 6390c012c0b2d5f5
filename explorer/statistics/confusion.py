"""Errors of an instrument: its answers, counted by the truth."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from explorer.errors import InvalidData
from explorer.numbers import decimal
from explorer.translations import gettext as _

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Kind = Literal["human", "prompt", "nearest source"]

# Beyond it the interval of a corrected share is too wide to be of use.
MOST_MULTIPLIED = 2.5
# Above it there is no evidence that an instrument errs differently on two sources of images.
POOLABLE_P = 0.1
_TWO = 2


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts of images by predicted class (rows) and true class (columns), in the same order.

    There are as many rows as columns, or one more: the last row then counts the images on which
    the instrument abstained. `kind` is the source of the truth: human annotators, the prompt that
    an image was generated from, or the source image that it is nearest to.

    `weights` are needed where images were sampled by their predicted class: for each count, the
    number of images that one counted image stands for. Without them the counts would show how
    often each answer was sampled, not how often it was given.

    Source: Horvitz and Thompson 1952, "A generalization of sampling without replacement from a
    finite universe", for the weights; Begg and Greenes 1983, "Assessment of diagnostic tests when
    disease verification is subject to selection bias", for error rates.

    Raises:
        InvalidData: the kind is unknown, the counts are not such a table, or the weights do not
            match them.
    """

    counts: tuple[tuple[int, ...], ...]
    kind: Kind
    weights: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise InvalidData(f"Unknown kind {self.kind!r}: give one of {get_args(Kind)!r}.")
        classes = len(self.counts[0]) if self.counts else 0
        if classes < _TWO or any(len(row) != classes for row in self.counts):
            raise InvalidData(
                f"{self.counts!r} must have equally long rows, of two classes or more."
            )
        if len(self.counts) - classes not in {0, 1}:
            raise InvalidData(
                f"{self.counts!r} must have {classes} rows, or one more for abstentions."
            )
        if any(count < 0 for row in self.counts for count in row):
            raise InvalidData(f"{self.counts!r} must not hold a count below 0.")
        if self.weights and list(map(len, self.weights)) != list(map(len, self.counts)):
            raise InvalidData(f"{self.weights!r} must have one weight per count, or none.")
        if not all(0 < weight < math.inf for row in self.weights for weight in row):
            raise InvalidData(f"{self.weights!r} must hold finite numbers above 0.")

    @property
    def classes(self) -> int:
        """Return the number of classes."""
        return len(self.counts[0])

    @property
    def images(self) -> int:
        """Return the number of images counted."""
        return sum(map(sum, self.counts))

    @property
    def sensitivity(self) -> float | None:
        """Return the share of the first of two classes that is recognised, among answered images.

        None where no image of the class was answered.

        Raises:
            ValueError: there are more than two classes.
        """
        return self._recognised(0)

    @property
    def specificity(self) -> float | None:
        """Return the share of the second of two classes that is recognised, among answered images.

        None where no image of the class was answered.

        Raises:
            ValueError: there are more than two classes.
        """
        return self._recognised(1)

    @property
    def youden(self) -> float | None:
        """Return Youden's index: 1 for an instrument that never errs, 0 for one that guesses.

        With two classes it is sensitivity + specificity - 1. With more it is the smallest margin
        of a class: how often the class is predicted where it is true, minus how often it is
        predicted for the class that is most often mistaken for it. Abstentions are left out: an
        instrument that is always right when it answers has 1. None where no image of a class was
        answered.

        Source: Youden 1950, "Index for rating diagnostic tests", for two classes.
        """
        import numpy as np

        shares = self._answered_shares()
        if shares is None:
            return None
        others = np.where(np.eye(self.classes, dtype=bool), -np.inf, shares).max(1)
        return float((shares.diagonal() - others).min())

    @property
    def multiplier(self) -> float | None:
        """Return the factor by which the correction enlarges the error of a share, at its largest.

        With two classes it is 1 / Youden's index. With more it is that of a sample in which all
        classes are equally frequent; infinite where the predictions of one class are a mix of
        those of others. Abstentions are left out. None where no image of a class was answered.

        Source: Buonaccorsi 2010, "Measurement error", chapter 2: the variance of M^-1 q.
        """
        import numpy as np

        matrix = self._answered_shares()
        if matrix is None:
            return None
        if np.linalg.matrix_rank(matrix) < self.classes:
            return math.inf
        given, inverse = matrix.mean(1), np.linalg.inv(matrix)
        spread = np.diag(inverse @ (np.diag(given) - np.outer(given, given)) @ inverse.T)
        return float(np.sqrt(spread / (given * (1 - given))).max())

    @property
    def refusal(self) -> str | None:
        """Return the reason why this instrument can correct no tally, or None where it can."""
        for place, column in enumerate(zip(*self.counts, strict=True)):
            if not any(column[: self.classes]):
                lacking = (
                    _("Class {number} of the confusion was never answered: annotate images of it.")
                    if any(column)
                    else _("Class {number} of the confusion has no image: annotate images of it.")
                )
                return lacking.format(number=place + 1)
        if self.youden is None or self.multiplier is None:
            return None
        if self.youden > 0 and self.multiplier <= MOST_MULTIPLIED:
            return None
        return self._weakness().format(
            youden=decimal(self.youden, 2),
            least=1 / MOST_MULTIPLIED,
            multiplier=decimal(self.multiplier, 1),
            most=MOST_MULTIPLIED,
        )

    def _weakness(self) -> str:
        if self.classes == _TWO:
            return _(
                "Instrument too weak: sensitivity + specificity - 1 is {youden}, below {least}. "
                "Use another classifier or other captions."
            )
        if self.youden is None or self.youden <= 0 or self.multiplier in {None, math.inf}:
            return _(
                "Instrument too weak: it cannot tell one class from another, or from a mix of "
                "others. Use another classifier or other captions."
            )
        return _(
            "Instrument too weak: the error of a corrected share would be {multiplier} times that "
            "of a raw one, above the limit of {most}. Use another classifier or other captions."
        )

    def weighted(self) -> "NDArray[np.float64]":
        """Return the number of images that each count stands for: count times weight."""
        import numpy as np

        counts = np.array(self.counts, dtype=float)
        return np.asarray(counts * np.array(self.weights) if self.weights else counts)

    def shares(self) -> "NDArray[np.float64]":
        """Return P(predicted | true): one row per prediction, one column per class, each sums to 1.

        A column without images is NaN throughout.
        """
        import numpy as np

        counts = self.weighted()
        totals = counts.sum(0)
        nothing = np.full_like(counts, np.nan)
        return np.asarray(np.divide(counts, totals, out=nothing, where=totals > 0))

    def effective(self) -> "NDArray[np.float64]":
        """Return the counts of an equally weighted sample that carries as much information.

        Source: Kish 1965, "Survey sampling", for the effective size of a weighted sample.
        """
        import numpy as np

        if not self.weights:
            return self.weighted()
        squared = (self.weighted() * np.array(self.weights)).sum(0)
        sizes = self.weighted().sum(0) ** 2 / np.where(squared > 0, squared, 1)
        return np.asarray(np.nan_to_num(self.shares()) * sizes)

    def _answered_shares(self) -> "NDArray[np.float64] | None":
        """Return P(predicted | true, answered), or None where no image of a class was answered."""
        answered = self.weighted()[: self.classes]
        return answered / answered.sum(0) if answered.sum(0).all() else None

    def _recognised(self, place: int) -> float | None:
        if self.classes > _TWO:
            raise ValueError(f"sensitivity and specificity need two classes, not {self.classes!r}")
        answered = self.weighted()[:_TWO, place]
        return float(answered[place] / answered.sum()) if answered.any() else None


def equal_errors(left: Confusion, right: Confusion) -> float | None:
    """Return the p-value of equal errors of an instrument on two sources of images.

    The classes are independent samples, so their chi-square statistics and degrees of freedom add
    up. None where a class has no images on one side; 1 where nothing differs. Weighted counts
    enter at their effective size.

    Source: Pearson 1900, chi-square test of homogeneity; Rao and Scott 1981, "The analysis of
    categorical data from complex sample surveys", for effective sizes.

    Raises:
        ValueError: the two do not have the same rows and columns.
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
