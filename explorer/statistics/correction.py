"""Shares corrected for the errors of the instrument, by Monte Carlo simulation.

The predicted shares q are a mix of the true shares p: q = M p, where M is the confusion of the
instrument, P(predicted | true). Each draw samples M and q from their posterior distributions and
finds the p on the simplex that fits best. All tallies of one call share the draws of M, because
they share the instrument: its error does not average out over professions. Where the best fit has
no share of a class, the draw takes a small share that the number of images does not rule out.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from explorer.numbers import percentage
from explorer.statistics.intervals import Interval
from explorer.statistics.simplex import solve
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from explorer.statistics.confusion import Confusion

METHOD = "monte carlo correction"
# Up to it the prior counts alone can push draws of a small share beyond the end of the scale.
MOST_CLIPPED = 0.2
_PRIOR = 0.5
_THREADS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Corrected:
    """The corrected shares of one tally: an interval per class, 0..1, in the confusion's order.

    `clipped` is the share of draws, 0..1, whose best fit lay outside the simplex.
    """

    intervals: tuple[Interval, ...]
    clipped: float

    @property
    def warning(self) -> str | None:
        """Return a warning about the instrument on these images, or None where there is none."""
        if self.clipped <= MOST_CLIPPED:
            return None
        return _(
            "{clipped} of the draws lie beyond 0 or 1. Either a share is very near 0 or 1, or the "
            "instrument errs differently on these images: annotate some of them."
        ).format(clipped=percentage(self.clipped))


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """Tallies and their corrected shares, with the draws from which differences are derived.

    `shares` has one entry per tally, None where the tally is empty or the correction was refused;
    `refusal` then gives the reason. `draws` has the shape (tallies, draws, classes); it is NaN
    where there is no share, and its second length is 0 where the correction was refused. Draw d
    uses the same confusion in all tallies. `rows` are the positions of the tallies among all that
    are corrected with this confusion and seed.
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
        """Return the tallies from start up to, but not including, stop, with their draws."""
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
    rows: "Sequence[int] | None" = None,
) -> Correction:
    """Return all tallies corrected with one confusion.

    The draws of a tally depend only on the seed, its position and its counts, not on the other
    tallies. An interval consists of the solution for the counts themselves and the central `level`
    of the draws.

    Source: Rogan and Gladen 1978 for the correction, Buonaccorsi 2010, "Measurement error",
    chapter 2, for more classes; Jeffreys 1946 for the prior counts of one half.

    Args:
        tallies: counts per predicted class, in the order of the confusion's rows.
        confusion: the errors of the instrument.
        draws: number of draws.
        level: confidence, 0..1.
        seed: the same for all tallies of one instrument, different for different instruments.
        rows: the positions of these tallies among all of the instrument; None where these are all.

    Raises:
        ValueError: a tally does not have one count, 0 or more, for each row of the confusion.
    """
    import numpy as np

    counts, predicted = tuple(map(tuple, tallies)), len(confusion.counts)
    for tally in counts:
        if len(tally) != predicted or min(tally) < 0:
            raise ValueError(f"tally {tally!r} must have {predicted!r} counts of 0 or more")
    refused = confusion.refusal
    kept = np.full(
        (len(counts), 0 if refused else draws, confusion.classes), np.nan, dtype=np.float32
    )
    placed, none = tuple(range(len(counts)) if rows is None else rows), (None,) * len(counts)
    empty = Correction(counts, confusion, level, seed, placed, none, kept, refused)
    if refused:
        return empty
    matrices = _matrices(empty)

    def corrected(
        row: int, tally: tuple[int, ...], into: "NDArray[np.float32]"
    ) -> Corrected | None:
        if not any(tally):
            return None
        tallied = _tallied(empty, row, tally)
        return _corrected(empty, row, tally, _plain(tally), tallied, matrices, into)

    # Drawing and solving let other threads run, and each tally has random numbers of its own.
    with ThreadPoolExecutor(_THREADS) as threads:
        return replace(empty, shares=tuple(threads.map(corrected, placed, counts, kept)))


def mean(correction: Correction) -> Correction:
    """Return the unweighted mean of the tallies, as a correction of one row.

    The mean is taken before the correction, and the noise of each tally is centred at its counts.
    To average corrected draws instead would accumulate a bias: prior counts and clipping shift
    each tally away from 0 and 1, while the interval of the mean narrows. The row is None where a
    tally is empty, the correction was refused or there are no tallies: leave empty tallies out
    beforehand, and report them. Its tally is the sum of all tallies.

    Source: Cochran 1977, "Sampling techniques", chapter 5, for the variance of a stratified mean.

    Raises:
        ValueError: the correction is itself a mean.
    """
    import numpy as np

    tallies, (_, draws, classes) = correction.tallies, correction.draws.shape
    if len(correction.rows) != len(tallies):
        raise ValueError(f"{tallies!r} is a mean already: give the correction of its tallies")
    kept = np.full((1, draws, classes), np.nan, np.float32)
    total = tuple(map(sum, zip(*tallies, strict=True)))
    row = replace(correction, tallies=(total,), shares=(None,), draws=kept)
    if not tallies or None in correction.shares:
        return row
    plain = np.mean([_plain(tally) for tally in tallies], axis=0)
    centred = np.zeros((draws, len(plain)))
    with ThreadPoolExecutor(_THREADS) as threads:
        drawn = threads.map(partial(_tallied, correction), correction.rows, tallies)
        for tally, tallied in zip(tallies, drawn, strict=True):
            smoothed, images = np.add(tally, _PRIOR), sum(tally)
            # Prior counts make drawn shares vary too little, by a third for a tally of four images.
            wider = ((smoothed.sum() + 1) / images) ** 0.5
            centred += wider * (tallied - _plain(smoothed)) / len(tallies)
    last, matrices = correction.rows[-1], _matrices(correction)
    shares = _corrected(correction, last + 1, total, plain, plain + centred, matrices, kept[0])
    return replace(row, shares=(shares,))


def difference(left: Correction, right: Correction) -> tuple[tuple[Interval, ...] | None, ...]:
    """Return left minus right for each pair of tallies: an interval per class, -1..1.

    Correct two sources with different instruments in two calls with different seeds, and two
    sources with the same instrument in one call, then take its parts. None where either side is
    None.

    Raises:
        ValueError: the sides differ in tallies, draws or classes, or their draws are not
            independent.
    """
    if left.draws.shape != right.draws.shape and not (left.refusal or right.refusal):
        raise ValueError(f"{left.draws.shape!r} and {right.draws.shape!r} must be the same shape")
    same_seed = left.seed == right.seed
    if same_seed and (left.confusion != right.confusion or set(left.rows) & set(right.rows)):
        raise ValueError(
            f"both sides were drawn with the seed {left.seed!r}: use another seed for one of "
            "them, or correct both in one call and take its parts"
        )
    return tuple(
        None if a is None or b is None else _minus(a, b, drawn_a - drawn_b, left.level)
        for a, b, drawn_a, drawn_b in zip(
            left.shares, right.shares, left.draws, right.draws, strict=True
        )
    )


def interval_of_draws(estimate: float, draws: "NDArray[np.floating]", level: float) -> Interval:
    """Return an estimate with the central `level` of its draws, given along one axis."""
    import numpy as np

    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    # Prior counts can keep every draw away from an estimate at the end of the scale.
    return Interval(estimate, min(float(low), estimate), max(float(high), estimate), level, METHOD)


def p_of_draws(draws: "NDArray[np.floating]", value: float) -> float:
    """Return the two-sided p-value of a value: twice the smaller share of draws beyond it.

    It is 1 - level of the widest interval of the draws that excludes the value. The value counts
    as one more draw, so that p is never 0.

    Source: Efron and Tibshirani 1993, "An introduction to the bootstrap", chapter 15.4, the
    relation of tests to percentile intervals; Phipson and Smyth 2010 for the additional draw.
    """
    fewest = min(int((draws <= value).sum()), int((draws >= value).sum()))
    return min(1.0, 2 * (fewest + 1) / (len(draws) + 1))


def _minus(
    a: Corrected, b: Corrected, drawn: "NDArray[np.float32]", level: float
) -> tuple[Interval, ...]:
    pairs = zip(a.intervals, b.intervals, drawn.T, strict=True)
    return tuple(
        interval_of_draws(one.estimate - two.estimate, each, level) for one, two, each in pairs
    )


def _plain(tally: "Sequence[float] | NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    return np.divide(tally, np.sum(tally))


def _matrices(of: Correction) -> "NDArray[np.float64]":
    """Draw P(predicted | true), of shape (draws, predicted, true).

    Gamma variates divided by their sum are one draw from a Dirichlet distribution. Weights are
    applied before the division, so that they scale each count's error as well.
    """
    import numpy as np

    # Stream 0 belongs to the instrument, the following ones to the tallies.
    random = np.random.default_rng((of.seed, 0))
    columns = np.add(of.confusion.counts, _PRIOR).T
    size = (of.draws.shape[1], len(of.confusion.counts))
    drawn = np.stack([random.standard_gamma(column, size) for column in columns], axis=-1)
    if of.confusion.weights:
        drawn *= np.array(of.confusion.weights)
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def _tallied(of: Correction, row: int, tally: "Sequence[int]") -> "NDArray[np.float64]":
    """Draw a tally's shares of predictions, of shape (draws, predicted)."""
    import numpy as np

    random = np.random.default_rng((of.seed, row + 1))
    return random.dirichlet(np.add(tally, _PRIOR), of.draws.shape[1])


def _corrected(
    of: Correction,
    row: int,
    tally: "Sequence[int]",
    plain: "NDArray[np.float64]",
    tallied: "NDArray[np.float64]",
    matrices: "NDArray[np.float64]",
    into: "NDArray[np.float32]",
) -> Corrected:
    """Return the corrected shares of one tally, and write its draws.

    `plain` are its shares of predictions, `tallied` the draws of these, of shape (draws,
    predicted). `into` receives the draws of the corrected shares, of shape (draws, classes).
    """
    import numpy as np

    solved, clipped = solve(matrices, tallied)
    # A stream that does not depend on the counts: equal tallies must have different draws.
    ends = np.random.default_rng((of.seed, row + 1, 1))
    into[:] = _without_zeros(solved, sum(tally), ends)
    (point,), _ = solve(of.confusion.shares()[None], plain[None])
    pairs = zip(point, into.T, strict=True)
    intervals = tuple(interval_of_draws(float(share), drawn, of.level) for share, drawn in pairs)
    return Corrected(intervals, float(clipped.mean()))


def _without_zeros(
    solved: "NDArray[np.float64]", images: int, random: "np.random.Generator"
) -> "NDArray[np.float64]":
    """Return the solved shares, of shape (draws, classes), with a small share instead of each 0.

    Where the instrument errs less often on a tally than it did when it was examined, all draws lie
    beyond 0. Yet no finite number of images proves a share of exactly 0. The small share is that
    of a class that a perfect instrument did not find in as many images.

    Source: Jeffreys' posterior; Brown, Cai and DasGupta 2001, "Interval estimation for a binomial
    proportion".
    """
    import numpy as np

    none = solved == 0
    small = np.zeros_like(solved)
    small[none] = random.beta(_PRIOR, images + _PRIOR, int(none.sum()))
    small /= np.maximum(1, small.sum(-1, keepdims=True))
    return np.asarray(solved * (1 - small.sum(-1, keepdims=True)) + small)
