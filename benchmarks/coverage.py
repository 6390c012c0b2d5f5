"""How often an interval holds the true share, and what the correction costs.

    python -m benchmarks.coverage

Each run draws the answers to 210 pictures of a known share and the labels of 150 pictures of each
class, and asks four intervals for the share: Wilson's on the raw tally; the same with its limits
corrected as if the errors were known; Lang and Reiczigel's formula; and the Monte Carlo correction.
An interval of 95 % should hold the share in 95 of 100 runs. Behind them stands how far the raw and
the corrected share are from the true one, on average, in points. The next table is of labels of 200
out of 2,000 pictures, some of each answer, weighed by how often the answer was given and not
weighed. In the one behind it such labels also calibrate an instrument that is three times too sure
and leans; beside stands how far its raw share is off on average, as it is and calibrated. Then
comes the mean over many professions of few pictures, as it is taken, before the correction, and as
the mean of corrected draws. The last two tell seconds, and how they grow with professions and
draws.
"""

import argparse
import resource
import sys
import time
from dataclasses import replace
from itertools import product
from typing import TypeVar

import numpy as np

from explorer.annotation.errors import Seen, errors
from explorer.annotation.recalibration import recalibrated_errors, recalibration
from explorer.perception.axes import Perception, find_axis
from explorer.perception.decide import decide, decide_anew
from explorer.perception.samples import draw_sample
from explorer.statistics.confusion import Confusion
from explorer.statistics.correction import correct, mean
from explorer.statistics.intervals import Interval, wilson
from tests.statistics.closed_forms import lang_reiczigel, rogan_gladen

AXIS = find_axis("gender")
PICTURES = 210
LABELS = 150
RUNS = 1_500
LEAST = 0.93
# True share, sensitivity, specificity.
ROWS = (
    (0.02, 0.97, 0.97),
    (0.02, 0.90, 0.95),
    (0.10, 0.97, 0.97),
    (0.30, 0.97, 0.97),
    (0.50, 0.90, 0.95),
    (0.90, 0.90, 0.95),
)
# The share among the pictures labelled of, and that of the tally.
LABELLED, TALLIES = (0.05, 0.3, 0.5), (0.02, 0.1, 0.5, 0.9)
SAMPLES = tuple(product(LABELLED, TALLIES))
STORED = 2_000
# How far apart the classes are, how many times too sure the instrument is, and how far it leans.
APART, TOO_SURE, LEAN = 1.5, 3.0, 2.0
# What is said of either class, unclear last.
ANSWERS = np.array([[0.85, 0.04], [0.07, 0.88], [0.08, 0.08]])
INTERVALS = ("wilson", "plug-in", "lang-reiczigel", "monte carlo")
MEANS = ((20, 150), (9, 150), (4, 20))
PROFESSIONS = (15, 50, 150)
T = TypeVar("T")
DRAWS = (2_500, 10_000, 20_000)


def main() -> None:
    """Measure and print; exit with 1 where the correction covers too seldom."""
    asked = _arguments()
    heads = "".join(f"{name:>16}" for name in (*INTERVALS, "raw off", "corrected off"))
    print(f"{'share':>6}{'se':>6}{'sp':>6}{heads}")
    corrected = [_row(place, row, asked.runs) for place, row in enumerate(ROWS)]
    print(f"\n{'labelled':>9}{'tally':>9}{'weighed':>16}{'not weighed':>16}")
    corrected += [_sampled(*row, asked.runs // 10) for row in SAMPLES]
    print(f"\n{'labelled':>9}{'tally':>9}{'calibrated':>16}{'raw off':>16}{'calibrated off':>16}")
    corrected += [_calibrated(among, asked.runs // 5) for among in LABELLED]
    _means(asked.runs // 5)
    for classes in (2, 5):
        _seconds(classes)
    # Linux counts in KiB.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\n{'peak memory':<40}{peak:9.3f} GiB")
    if min(corrected) < LEAST:
        sys.exit(f"The correction covers in {min(corrected):.3f} of the runs, below {LEAST!r}.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the coverage of the correction.")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs per row")
    return parser.parse_args()


def _row(place: int, row: tuple[float, float, float], runs: int) -> float:
    """Print one row and return how often the Monte Carlo correction covers."""
    share, sensitivity, specificity = row
    random = np.random.default_rng(place)
    covered, off = np.zeros(len(INTERVALS)), np.zeros(2)
    for run in range(runs):
        confusion = _labelled(random, sensitivity, specificity)
        predicted = share * sensitivity + (1 - share) * (1 - specificity)
        intervals = _intervals(int(random.binomial(PICTURES, predicted)), confusion, run)
        covered += [interval.low <= share <= interval.high for interval in intervals]
        off += [100 * abs(each.estimate - share) for each in (intervals[0], intervals[-1])]
    covered, off = covered / runs, off / runs
    cells = "".join(f"{each:16.3f}" for each in covered) + "".join(f"{each:16.1f}" for each in off)
    print(f"{share:6.2f}{sensitivity:6.2f}{specificity:6.2f}{cells}", flush=True)
    return float(covered[-1])


def _labelled(random: np.random.Generator, sensitivity: float, specificity: float) -> Confusion:
    hits = int(random.binomial(LABELS, sensitivity))
    rejections = int(random.binomial(LABELS, specificity))
    return Confusion(((hits, LABELS - rejections), (LABELS - hits, rejections)), "human")


def _intervals(count: int, confusion: Confusion, seed: int) -> tuple[Interval, ...]:
    raw = _there(wilson(count, PICTURES))
    known = (_there(confusion.sensitivity), _there(confusion.specificity))
    low, estimate, high = (
        _there(rogan_gladen(limit, *known)) for limit in (raw.low, raw.estimate, raw.high)
    )
    return (
        raw,
        Interval(estimate, low, high, raw.level, "plug-in"),
        _there(lang_reiczigel(count, PICTURES, confusion)),
        _there(correct([(count, PICTURES - count)], confusion, seed=seed).shares[0]).intervals[0],
    )


def _there(value: T | None) -> T:
    if value is None:
        sys.exit("An interval is missing; nothing was measured.")
    return value


def _sampled(among: float, share: float, runs: int) -> float:
    """Print one row and return how often the correction with weights covers."""
    random = np.random.default_rng((int(100 * among), int(100 * share)))
    covered = np.zeros(2)
    for run in range(runs):
        confusion = _there(errors(AXIS, _looked_at(random, among)).confusion)
        (tally,) = random.multinomial(PICTURES, ANSWERS @ [share, 1 - share], size=1).tolist()
        for place, one in enumerate((confusion, replace(confusion, weights=()))):
            found = correct([tally], one, 1_000, seed=run).shares[0]
            covered[place] += found is not None and (
                found.intervals[0].low <= share <= found.intervals[0].high
            )
    weighted, plain = covered / runs
    print(f"{among:9.2f}{share:9.2f}{weighted:16.3f}{plain:16.3f}", flush=True)
    return float(weighted)


def _looked_at(random: np.random.Generator, among: float) -> list[Seen]:
    """Return a sample of pictures with their true labels, by the instrument's answers."""
    truths = (random.random(STORED) >= among).astype(int)
    said = (random.random(STORED)[:, None] > np.cumsum(ANSWERS, 0).T[truths]).sum(1)
    names = (*AXIS.labels, None)
    perceptions = [
        Perception(str(key), AXIS.name, "clip", names[answer], None, ())
        for key, answer in enumerate(said)
    ]
    sample = draw_sample(perceptions, seed=int(random.integers(2**31)))
    return [Seen(one, (AXIS.labels[truths[int(one.image)]],)) for one in sample]


def _calibrated(among: float, runs: int) -> float:
    """Print a row for each tally and return how often the correction of calibrated answers covers.

    The tallies of a run share its labels.
    """
    random = np.random.default_rng((int(100 * among), 1))
    covered, off = np.zeros(len(TALLIES)), np.zeros((2, len(TALLIES)))
    for run in range(runs):
        truths, said = _scored(random, STORED, among)
        seen = [
            Seen(one, (truths[int(one.image)],), said[int(one.image)].scores)
            for one in draw_sample(said, seed=run)
        ]
        fitted = recalibration(AXIS, seen)
        confusion = recalibrated_errors(AXIS, seen, fitted).confusion
        for place, share in enumerate(TALLIES):
            _, raw = _scored(random, PICTURES, share)
            counts = [_counts(raw), _counts([decide_anew(one, AXIS, fitted) for one in raw])]
            off[:, place] += [abs(count[0] / (count[0] + count[1]) - share) for count in counts]
            found = correct([counts[1]], _there(confusion), 1_000, seed=run).shares[0]
            covered[place] += found is not None and (
                found.intervals[0].low <= share <= found.intervals[0].high
            )
    for share, *cells in zip(TALLIES, covered / runs, *off / runs, strict=True):
        print(f"{among:9.2f}{share:9.2f}" + "".join(f"{cell:16.3f}" for cell in cells), flush=True)
    return float(covered.mean() / runs)


def _scored(
    random: np.random.Generator, number: int, share: float
) -> tuple[list[str], list[Perception]]:
    """Return what is true of pictures, and what an instrument that leans says of them."""
    first = random.random(number) < share
    odds = 2 * APART * random.normal(np.where(first, APART, -APART))
    scores = 1 / (1 + np.exp(-np.clip(TOO_SURE * odds + LEAN, -25, 25)))
    said = [decide(str(key), AXIS, "clip", (one, 1 - one)) for key, one in enumerate(scores)]
    return [AXIS.labels[int(not one)] for one in first], said


def _counts(said: list[Perception]) -> list[int]:
    labels = [one.label for one in said]
    return [labels.count(label) for label in (*AXIS.labels, None)]


def _means(runs: int) -> None:
    print(f"\n{'pictures':>9}{'professions':>13}{'mean corrected':>16}{'corrected mean':>16}")
    for pictures, professions in MEANS:
        random = np.random.default_rng(pictures)
        covered = np.zeros(2)
        for run in range(runs):
            # Most professions lie near an end.
            shares = random.beta(0.3, 0.6, professions)
            counts = random.binomial(pictures, shares * 0.95 + (1 - shares) * 0.05)
            tallies = [(int(count), pictures - int(count)) for count in counts]
            correction = correct(tallies, _labelled(random, 0.95, 0.95), 500, seed=run)
            taken = _there(mean(correction).shares[0]).intervals[0]
            low, high = np.quantile(correction.draws[..., 0].mean(0), [0.025, 0.975])
            truth = shares.mean()
            covered += [taken.low <= truth <= taken.high, low <= truth <= high]
        first, second = covered / runs
        print(f"{pictures:9}{professions:13}{first:16.3f}{second:16.3f}", flush=True)


def _seconds(classes: int) -> None:
    """Print the seconds of the largest usual job, and of others as its multiples."""
    print(f"\n{classes} classes, by professions (down) and draws (across)")
    usual = _time(classes, 150, 10_000)
    print(f"{'150 professions, 10,000 draws':<40}{usual:9.3f} s")
    print(" " * 9 + "".join(f"{draws:>10,}" for draws in DRAWS))
    for professions in PROFESSIONS:
        ratios = (_time(classes, professions, draws) / usual for draws in DRAWS)
        print(f"{professions:9}" + "".join(f"{ratio:10.2f}" for ratio in ratios), flush=True)


def _time(classes: int, professions: int, draws: int) -> float:
    random = np.random.default_rng(0)
    counts = np.full((classes, classes), 10 // (classes - 1)) + np.eye(classes, dtype=int) * 130
    confusion = Confusion(tuple(tuple(map(int, row)) for row in counts), "human")
    true = random.dirichlet(np.ones(classes), professions)
    tallies = [
        tuple(map(int, random.multinomial(PICTURES, confusion.shares() @ each))) for each in true
    ]
    start = time.perf_counter()
    correct(tallies, confusion, draws)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
