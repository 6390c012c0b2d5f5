"""Measure how often the intervals cover the true share, and the time the correction takes.

    python -m benchmarks.coverage

The first table compares four intervals of the share: Wilson's interval of the raw tally; the same
with its limits corrected as if the errors were known exactly; Lang and Reiczigel's formula; and
the Monte Carlo correction. Each run simulates the answers on 210 images of a known true share and
on 150 annotated images of each class. An interval of 95% should cover the true share in 95 of 100
runs. The last two columns are the mean errors of the raw and of the corrected share, in points.

In the second table 200 of 2,000 images are annotated, sampled by the answer given, and the counts
are weighted by how often each answer was given, or not weighted. In the third such annotations
also calibrate an instrument that is three times too confident and biased; the last two columns
are the mean errors of its raw share before and after calibration. The fourth table is the mean
over many professions with few images, taken before the correction, as the product does, or over
corrected draws. The last two tables give the seconds that the correction takes, and how they grow
with the number of professions and of draws.
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
from explorer.perception.instruments import ClassifierSpec, Instrument
from explorer.perception.samples import draw_sample
from explorer.statistics.confusion import Confusion
from explorer.statistics.correction import correct, mean
from explorer.statistics.intervals import Interval, wilson
from tests.statistics.closed_forms import lang_reiczigel, rogan_gladen

AXIS = find_axis("gender")
INSTRUMENT = Instrument.of(ClassifierSpec("captions", None, "clip"), AXIS)
IMAGES = 210
ANNOTATED = 150
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
# True shares of the images that the sample is taken from, and of the tally.
STORED_SHARES, TALLY_SHARES = (0.05, 0.3, 0.5), (0.02, 0.1, 0.5, 0.9)
SAMPLES = tuple(product(STORED_SHARES, TALLY_SHARES))
STORED = 2_000
# Half the distance of the classes, the factor of overconfidence, and the bias of the instrument.
APART, OVERCONFIDENCE, BIAS = 1.5, 3.0, 2.0
# P(answer | class), with abstention as the last row.
ANSWERS = np.array([[0.85, 0.04], [0.07, 0.88], [0.08, 0.08]])
INTERVALS = ("wilson", "plug-in", "lang-reiczigel", "monte carlo")
MEANS = ((20, 150), (9, 150), (4, 20))
PROFESSIONS = (15, 50, 150)
T = TypeVar("T")
DRAWS = (2_500, 10_000, 20_000)


def main() -> None:
    """Print all tables; exit with status 1 where the correction covers too rarely."""
    asked = _arguments()
    heads = "".join(f"{name:>16}" for name in (*INTERVALS, "raw error", "corrected error"))
    print(f"{'share':>6}{'se':>6}{'sp':>6}{heads}")
    corrected = [_row(place, row, asked.runs) for place, row in enumerate(ROWS)]
    print(f"\n{'stored':>9}{'tally':>9}{'weighted':>16}{'not weighted':>16}")
    corrected += [_sampled(*row, asked.runs // 10) for row in SAMPLES]
    heads = "".join(f"{name:>18}" for name in ("calibrated", "raw error", "calibrated error"))
    print(f"\n{'stored':>9}{'tally':>9}{heads}")
    corrected += [_calibrated(stored, asked.runs // 5) for stored in STORED_SHARES]
    _means(asked.runs // 5)
    for classes in (2, 5):
        _seconds(classes)
    # Linux reports KiB.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\n{'peak memory':<40}{peak:9.3f} GiB")
    if min(corrected) < LEAST:
        sys.exit(f"The correction covers in {min(corrected):.3f} of the runs, below {LEAST!r}.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the coverage of the correction.")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs per row")
    return parser.parse_args()


def _row(place: int, row: tuple[float, float, float], runs: int) -> float:
    """Print one row and return the coverage of the Monte Carlo correction."""
    share, sensitivity, specificity = row
    random = np.random.default_rng(place)
    covered, off = np.zeros(len(INTERVALS)), np.zeros(2)
    for run in range(runs):
        confusion = _annotated(random, sensitivity, specificity)
        predicted = share * sensitivity + (1 - share) * (1 - specificity)
        intervals = _intervals(int(random.binomial(IMAGES, predicted)), confusion, run)
        covered += [interval.low <= share <= interval.high for interval in intervals]
        off += [100 * abs(each.estimate - share) for each in (intervals[0], intervals[-1])]
    covered, off = covered / runs, off / runs
    cells = "".join(f"{each:16.3f}" for each in covered) + "".join(f"{each:16.1f}" for each in off)
    print(f"{share:6.2f}{sensitivity:6.2f}{specificity:6.2f}{cells}", flush=True)
    return float(covered[-1])


def _annotated(random: np.random.Generator, sensitivity: float, specificity: float) -> Confusion:
    hits = int(random.binomial(ANNOTATED, sensitivity))
    rejections = int(random.binomial(ANNOTATED, specificity))
    return Confusion(((hits, ANNOTATED - rejections), (ANNOTATED - hits, rejections)), "human")


def _intervals(count: int, confusion: Confusion, seed: int) -> tuple[Interval, ...]:
    raw = _there(wilson(count, IMAGES))
    known = (_there(confusion.sensitivity), _there(confusion.specificity))
    low, estimate, high = (
        _there(rogan_gladen(limit, *known)) for limit in (raw.low, raw.estimate, raw.high)
    )
    return (
        raw,
        Interval(estimate, low, high, raw.level, "plug-in"),
        _there(lang_reiczigel(count, IMAGES, confusion)),
        _there(correct([(count, IMAGES - count)], confusion, seed=seed).shares[0]).intervals[0],
    )


def _there(value: T | None) -> T:
    if value is None:
        sys.exit("An interval is missing; nothing was measured.")
    return value


def _sampled(stored: float, share: float, runs: int) -> float:
    """Print one row and return the coverage of the correction with weights."""
    random = np.random.default_rng((int(100 * stored), int(100 * share)))
    covered = np.zeros(2)
    for run in range(runs):
        confusion = _there(errors(AXIS, _sample(random, stored)).confusion)
        (tally,) = random.multinomial(IMAGES, ANSWERS @ [share, 1 - share], size=1).tolist()
        for place, one in enumerate((confusion, replace(confusion, weights=()))):
            found = correct([tally], one, 1_000, seed=run).shares[0]
            covered[place] += found is not None and (
                found.intervals[0].low <= share <= found.intervals[0].high
            )
    weighted, plain = covered / runs
    print(f"{stored:9.2f}{share:9.2f}{weighted:16.3f}{plain:16.3f}", flush=True)
    return float(weighted)


def _sample(random: np.random.Generator, stored: float) -> list[Seen]:
    """Return images sampled by the instrument's answers, with their true labels."""
    truths = (random.random(STORED) >= stored).astype(int)
    answers = (random.random(STORED)[:, None] > np.cumsum(ANSWERS, 0).T[truths]).sum(1)
    names = (*AXIS.labels, None)
    perceptions = [
        Perception(str(key), AXIS.name, INSTRUMENT, names[answer], None, ())
        for key, answer in enumerate(answers)
    ]
    sample = draw_sample(perceptions, seed=int(random.integers(2**31)))
    return [Seen(one, (AXIS.labels[truths[int(one.image)]],)) for one in sample]


def _calibrated(stored: float, runs: int) -> float:
    """Print a row for each tally and return the coverage of the correction of calibrated answers.

    The tallies of a run share its annotations.
    """
    random = np.random.default_rng((int(100 * stored), 1))
    covered, off = np.zeros(len(TALLY_SHARES)), np.zeros((2, len(TALLY_SHARES)))
    for run in range(runs):
        truths, answers = _scored(random, STORED, stored)
        seen = [
            Seen(one, (truths[int(one.image)],), answers[int(one.image)].scores)
            for one in draw_sample(answers, seed=run)
        ]
        fitted = recalibration(AXIS, seen)
        confusion = recalibrated_errors(AXIS, seen, fitted).confusion
        for place, share in enumerate(TALLY_SHARES):
            _, raw = _scored(random, IMAGES, share)
            counts = [_counts(raw), _counts([decide_anew(one, AXIS, fitted) for one in raw])]
            off[:, place] += [abs(count[0] / (count[0] + count[1]) - share) for count in counts]
            found = correct([counts[1]], _there(confusion), 1_000, seed=run).shares[0]
            covered[place] += found is not None and (
                found.intervals[0].low <= share <= found.intervals[0].high
            )
    for share, *cells in zip(TALLY_SHARES, covered / runs, *off / runs, strict=True):
        print(f"{stored:9.2f}{share:9.2f}" + "".join(f"{cell:18.3f}" for cell in cells), flush=True)
    return float(covered.mean() / runs)


def _scored(
    random: np.random.Generator, number: int, share: float
) -> tuple[list[str], list[Perception]]:
    """Return the true labels of images, and the answers of a biased instrument."""
    first = random.random(number) < share
    odds = 2 * APART * random.normal(np.where(first, APART, -APART))
    scores = 1 / (1 + np.exp(-np.clip(OVERCONFIDENCE * odds + BIAS, -25, 25)))
    answers = [decide(str(key), AXIS, INSTRUMENT, (one, 1 - one)) for key, one in enumerate(scores)]
    return [AXIS.labels[int(not one)] for one in first], answers


def _counts(answers: list[Perception]) -> list[int]:
    labels = [one.label for one in answers]
    return [labels.count(label) for label in (*AXIS.labels, None)]


def _means(runs: int) -> None:
    print(f"\n{'images':>9}{'professions':>13}{'mean corrected':>16}{'corrected mean':>16}")
    for images, professions in MEANS:
        random = np.random.default_rng(images)
        covered = np.zeros(2)
        for run in range(runs):
            # Most professions lie near an end of the scale.
            shares = random.beta(0.3, 0.6, professions)
            counts = random.binomial(images, shares * 0.95 + (1 - shares) * 0.05)
            tallies = [(int(count), images - int(count)) for count in counts]
            correction = correct(tallies, _annotated(random, 0.95, 0.95), 500, seed=run)
            taken = _there(mean(correction).shares[0]).intervals[0]
            low, high = np.quantile(correction.draws[..., 0].mean(0), [0.025, 0.975])
            truth = shares.mean()
            covered += [taken.low <= truth <= taken.high, low <= truth <= high]
        first, second = covered / runs
        print(f"{images:9}{professions:13}{first:16.3f}{second:16.3f}", flush=True)


def _seconds(classes: int) -> None:
    """Print the seconds of a correction of 150 professions, and those of others as multiples."""
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
        tuple(map(int, random.multinomial(IMAGES, confusion.shares() @ each))) for each in true
    ]
    start = time.perf_counter()
    correct(tallies, confusion, draws)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
