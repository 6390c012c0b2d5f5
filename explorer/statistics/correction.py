"""Shares corrected for the errors of the instrument, by one Monte Carlo engine.

What an instrument says of many pictures is a mix of what is there: q = M p, where q are the shares
it predicts, p the true ones and M its confusion, P(predicted | true). Each draw takes an M and a q
that are as likely as the counts make them, and finds the p on the simplex that fits best. All
tallies of one call share the draws of M, because they share the instrument: its error does not
average out over professions. Where the best fit has none of a class, the draw takes what the
tally's own number of pictures leaves open.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.statistics.intervals import Interval
from explorer.statistics.simplex import solve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from explorer.statistics.confusion import Confusion

METHOD = "monte carlo correction"
# Up to it the prior counts alone can carry draws of a small share across the end of the scale.
MOST_CLIPPED = 0.2
_PRIOR = 0.5


@dataclass(frozen=True, slots=True)
class Corrected:
    """One tally's shares: an interval per class, 0..1, in the order of the confusion.

    `clipped` is the share of draws, 0..1, that fitted best outside the simplex.
    """

    intervals: tuple[Interval, ...]
    clipped: float

    @property
    def warning(self) -> str | None:
        """Return what to mind about these shares, None where there is nothing."""
        if self.clipped <= MOST_CLIPPED:
            return None
        return (
            f"{self.clipped:.0%} of the draws lie beyond 0 or 1. Either a share is at the end of "
            "the scale, or the instrument errs otherwise on these pictures: label some of them."
        )


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """Tallies and their corrected shares, with the draws that everything derived comes from.

    `shares` has one entry per tally, None where the tally is empty or correction was refused;
    `refusal` then says why. `draws` has the shape (tallies, draws, classes); it is not a number
    where there is no share, and has no draws where correction was refused. Draw d stands for the
    same confusion in all tallies. `rows` are the places of the tallies in the call that drew them.
    """

    tallies: tuple[tuple[int, ...], ...]
    confusion: "Confusion"
    level: float
    seed: int
    rows: tuple[int, ...]
    shares: tuple[Corrected | None, ...]
    draws: "NDArray[np.float32]"
    refusal: str | None = None

    def part(self, start: int, stop: int) -> "Correction":
        """Return the tallies from start to before stop, with their draws."""
        here = slice(start, stop)
        return replace(
            self,
            tallies=self.tallies[here],
            rows=self.rows[here],
            shares=self.shares[here],
            draws=self.draws[here],
        )


def correct(
    tallies: "Sequence[Sequence[int]]",
    confusion: "Confusion",
    draws: int = 10_000,
    level: float = 0.95,
    seed: int = 0,
) -> Correction:
    """Correct all tallies with one confusion.

    A row's draws depend on seed, place and counts alone, not on the other tallies. The intervals
    hold the plain solution and the middle `level` of the draws.

    Source: Rogan and Gladen 1978 for the correction, Buonaccorsi 2010, "Measurement error",
    chapter 2, for more classes; Jeffreys 1946 for the prior counts of one half.

    Args:
        tallies: counts per predicted class, in the order of the confusion's rows.
        confusion: how the instrument errs.
        draws: how many.
        level: confidence, 0..1.
        seed: the same for what shares its instrument, another for another instrument.

    Raises:
        ValueError: a tally has not one count, 0 or more, for each row of the confusion.
    """
    import numpy as np

    counts = tuple(map(tuple, tallies))
    _check(counts, confusion)
    refused = confusion.refusal
    size = (len(counts), 0 if refused else draws, confusion.classes)
    kept = np.full(size, np.nan, np.float32)
    rows, none = tuple(range(len(counts))), (None,) * len(counts)
    empty = Correction(counts, confusion, level, seed, rows, none, kept, refused)
    if refused:
        return empty
    matrices = _matrices(empty)
    shares = tuple(
        _corrected(tally, _plain(tally), tallied, matrices, empty, _ends(seed, row), into)
        if any(tally)
        else None
        for row, tally, tallied, into in zip(rows, counts, _tallied(empty), kept, strict=True)
    )
    return replace(empty, shares=shares)


def mean(correction: Correction) -> Correction:
    """Return the unweighted mean over the tallies as a correction of one row.

    The mean is taken before the correction, and the tallies' noise is centred at what was counted.
    Averaging corrected draws would add up what prior counts and clipping shift each tally by,
    always away from 0 and 1, while the interval narrows. The row is None where a tally is empty,
    correction was refused or there are no tallies: leave empty tallies out beforehand, and say so.
    Its tally is the sum of all.

    Source: Cochran 1977, "Sampling techniques", chapter 5, for the variance of a stratified mean.

    Raises:
        ValueError: the correction is itself a mean.
    """
    import numpy as np

    tallies, (_, draws, classes) = correction.tallies, correction.draws.shape
    if len(correction.rows) != len(tallies):
        raise ValueError(f"{tallies!r} is a mean already: take the mean of the tallies")
    kept = np.full((1, draws, classes), np.nan, np.float32)
    total = tuple(map(sum, zip(*tallies, strict=True)))
    row = replace(correction, tallies=(total,), shares=(None,), draws=kept)
    if not tallies or None in correction.shares:
        return row
    plain = np.mean([_plain(tally) for tally in tallies], axis=0)
    centred = np.zeros((draws, len(plain)))
    for tally, tallied in zip(tallies, _tallied(correction), strict=True):
        smoothed, pictures = np.add(tally, _PRIOR), sum(tally)
        # Drawn shares vary as if there were more pictures; of four, that is a third too little.
        wider = ((smoothed.sum() + 1) / pictures) ** 0.5
        centred += wider * (tallied - _plain(smoothed)) / len(tallies)
    matrices, ends = _matrices(correction), _ends(correction.seed, correction.rows[-1] + 1)
    shares = _corrected(total, plain, plain + centred, matrices, correction, ends, kept[0])
    return replace(row, shares=(shares,))


def difference(left: Correction, right: Correction) -> tuple[tuple[Interval, ...] | None, ...]:
    """Return left minus right, tally by tally: an interval per class, -1..1.

    Two sources with an instrument of their own are corrected in two calls with two seeds. Two
    sources that share an instrument are two parts of one call. None where either side is None.

    Raises:
        ValueError: the sides differ in tallies, draws or classes, or their draws are not
            independent.
    """
    if left.draws.shape != right.draws.shape and not (left.refusal or right.refusal):
        raise ValueError(f"{left.draws.shape!r} and {right.draws.shape!r} must be one shape")
    same_seed = left.seed == right.seed
    if same_seed and (left.confusion != right.confusion or set(left.rows) & set(right.rows)):
        raise ValueError(
            f"both sides were drawn with the seed {left.seed!r}: take another seed for one of "
            "them, or correct both in one call and take its parts"
        )
    return tuple(
        None if a is None or b is None else _minus(a, b, drawn_a - drawn_b, left.level)
        for a, b, drawn_a, drawn_b in zip(
            left.shares, right.shares, left.draws, right.draws, strict=True
        )
    )


def of_draws(estimate: float, draws: "NDArray[np.floating]", level: float) -> Interval:
    """Return an estimate with the middle `level` of its draws, of which there is one axis."""
    import numpy as np

    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    # Prior counts can keep every draw off an estimate at the end of the scale.
    return Interval(estimate, min(float(low), estimate), max(float(high), estimate), level, METHOD)


def p_of_draws(draws: "NDArray[np.floating]", value: float) -> float:
    """Return a two-sided p-value: how few of the draws lie on the lesser side of a value.

    It is 1 - level of the widest interval of the draws that leaves the value out. The value counts
    as one more draw, so that p is never 0.

    Source: Efron and Tibshirani 1993, "An introduction to the bootstrap", chapter 15.4, the
    relation of tests to percentile intervals; Phipson and Smyth 2010 for the one more.
    """
    fewest = min(int((draws <= value).sum()), int((draws >= value).sum()))
    return min(1.0, 2 * (fewest + 1) / (len(draws) + 1))


def _minus(
    a: Corrected, b: Corrected, drawn: "NDArray[np.float32]", level: float
) -> tuple[Interval, ...]:
    pairs = zip(a.intervals, b.intervals, drawn.T, strict=True)
    return tuple(of_draws(one.estimate - two.estimate, each, level) for one, two, each in pairs)


def _check(tallies: "Sequence[tuple[int, ...]]", confusion: "Confusion") -> None:
    for tally in tallies:
        if len(tally) != len(confusion.counts) or any(count < 0 for count in tally):
            rows = len(confusion.counts)
            raise ValueError(f"tally {tally!r} must have {rows!r} counts of 0 or more")


def _plain(tally: "Sequence[float] | NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    return np.divide(tally, np.sum(tally))


def _matrices(of: Correction) -> "NDArray[np.float64]":
    """Draw P(predicted | true), of shape (draws, predicted, true).

    Gamma variates that add up to 1 are one draw of a Dirichlet distribution. Each is weighted
    first, where a counted picture stands for several: so is its error.
    """
    import numpy as np

    # Place 0 is the instrument's, those behind it are the tallies'.
    random = np.random.default_rng((of.seed, 0))
    columns = np.add(of.confusion.counts, _PRIOR).T
    size = (of.draws.shape[1], len(of.confusion.counts))
    drawn = np.stack([random.standard_gamma(column, size) for column in columns], axis=-1)
    if of.confusion.weights:
        drawn *= np.array(of.confusion.weights)
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def _tallied(of: Correction) -> "Iterator[NDArray[np.float64]]":
    """Draw each tally's shares of predictions, of shape (draws, predicted)."""
    import numpy as np

    for tally, row in zip(of.tallies, of.rows, strict=True):
        random = np.random.default_rng((of.seed, row + 1))
        yield random.dirichlet(np.add(tally, _PRIOR), of.draws.shape[1])


def _corrected(
    tally: "Sequence[int]",
    plain: "NDArray[np.float64]",
    tallied: "NDArray[np.float64]",
    matrices: "NDArray[np.float64]",
    of: Correction,
    ends: "np.random.Generator",
    into: "NDArray[np.float32]",
) -> Corrected:
    solved, clipped = solve(matrices, tallied)
    into[:] = _left_open(solved, sum(tally), ends)
    (point,), _ = solve(of.confusion.shares()[None], plain[None])
    pairs = zip(point, into.T, strict=True)
    intervals = tuple(of_draws(float(share), drawn, of.level) for share, drawn in pairs)
    return Corrected(intervals, float(clipped.mean()))


def _ends(seed: int, row: int) -> "np.random.Generator":
    """Return the source of what draws at the ends of the scale leave open, apart from all others.

    It must not depend on counts: two tallies that are alike are still two.
    """
    import numpy as np

    return np.random.default_rng((seed, row + 1, 1))


def _left_open(
    solved: "NDArray[np.float64]", pictures: int, random: "np.random.Generator"
) -> "NDArray[np.float64]":
    """Return draws (draws, classes) in which a class that was clipped away has a small share.

    Where the instrument errs less often on a tally than it did before, all draws lie beyond 0. So
    many pictures cannot make anyone sure of exactly 0: a class that an instrument without errors
    never saw among them has such a share.

    Source: Jeffreys' posterior; Brown, Cai and DasGupta 2001, "Interval estimation for a binomial
    proportion".
    """
    import numpy as np

    none = solved == 0
    small = np.zeros_like(solved)
    small[none] = random.beta(_PRIOR, pictures + _PRIOR, int(none.sum()))
    small /= np.maximum(1, small.sum(-1, keepdims=True))
    return np.asarray(solved * (1 - small.sum(-1, keepdims=True)) + small)
