"""How often the intervals of diversity contain the mean of sets of the same size.

    python -m benchmarks.diversity [--sets 300]

Embeddings are drawn around some centres of unequal frequency. Many sets of each size are drawn; the
mean of their scores is what an interval should contain.
"""

import argparse
import math

import numpy as np
from numpy.typing import NDArray

from explorer.statistics.diversity import mean_distance, vendi_score

# The width of the embeddings, the number of centres, the spread around them, and images in a set.
WORLDS = (
    (128, 3, 0.5, 30),
    (128, 3, 0.5, 189),
    (128, 20, 0.7, 189),
    (512, 5, 0.8, 90),
    (512, 5, 0.8, 189),
    (128, 2, 0.1, 189),
)


def main() -> None:
    """Draw sets in each world, and print how often the intervals contain the mean."""
    parser = argparse.ArgumentParser(description="Measure the intervals of diversity.")
    parser.add_argument("--sets", type=int, default=300, help="sets of each size")
    sets = parser.parse_args().sets
    print("width centres spread images   Vendi score, contained   distance, contained")
    for world in WORLDS:
        rng = np.random.default_rng(0)
        centres = (1 + rng.standard_normal((world[1], world[0]))) / math.sqrt(world[0])
        shares = rng.dirichlet(np.full(world[1], 2.0))
        drawn = [_drawn(rng, centres, shares, world) for _ in range(sets)]
        columns = []
        for measure in (vendi_score, mean_distance):
            found = [one for one in map(measure, drawn) if one]
            mean = float(np.mean([one.estimate for one in found]))
            contained = float(np.mean([one.low <= mean <= one.high for one in found]))
            columns.append(f"{mean:11.3f} {contained:11.1%}")
        print("{:5} {:7} {:6} {:6}".format(*world), *columns, flush=True)


def _drawn(
    rng: np.random.Generator,
    centres: NDArray[np.float64],
    shares: NDArray[np.float64],
    world: tuple[int, int, float, int],
) -> NDArray[np.float64]:
    width, number, spread, images = world
    noise = spread * rng.standard_normal((images, width)) / math.sqrt(width)
    rows = centres[rng.choice(number, images, p=shares)] + noise
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


if __name__ == "__main__":
    main()
