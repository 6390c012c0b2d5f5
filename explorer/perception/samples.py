"""Which images people are asked about: some of each answer that the instrument gave.

Where an answer is rare, a plain sample would hold next to none of it. Each image of a sample
tells how many it was chosen among, so that findings can weigh it.
"""

import hashlib
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import OutOfRange

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from explorer.perception.axes import Perception
    from explorer.perception.instruments import Instrument

SIZE = 200
LEAST, MOST = 20, 10_000
# Of an answer that was given at all; with fewer, one person's slip would weigh too much.
_FEWEST = 5


@dataclass(frozen=True, slots=True)
class Sampled:
    """One image of a sample.

    `answer` is what the instrument said, None where it abstained; `among` is how many of the
    model's images it said this of when the sample was drawn.
    """

    image: str
    axis: str
    instrument: "Instrument"
    answer: str | None
    among: int


def draw_sample(
    perceptions: "Iterable[Perception]", size: int = SIZE, seed: int = 0
) -> tuple[Sampled, ...]:
    """Draw a sample of what one instrument perceived on one axis, in random order.

    A seed gives every image a rank, whatever the other images are: a larger sample holds the
    smaller one, and one drawn again after some more images were made holds most of it.

    Args:
        perceptions: of all images to draw from.
        size: how many images; fewer where there are not as many.
        seed: of the ranks and the order.

    Raises:
        OutOfRange: the size lies outside LEAST..MOST.
    """
    if not LEAST <= size <= MOST:
        raise OutOfRange(
            f"The sample's size is {size!r}. Give a whole number from {LEAST} to {MOST}."
        )
    strata: defaultdict[str | None, list[Perception]] = defaultdict(list)
    for one in perceptions:
        strata[one.label].append(one)
    sizes = allocation({answer: len(seen) for answer, seen in strata.items()}, size)
    drawn = [
        Sampled(one.image_key, one.axis, one.instrument, answer, len(seen))
        for answer, seen in strata.items()
        for one in sorted(seen, key=lambda one: _rank("draw", seed, one.image_key))[: sizes[answer]]
    ]
    return shuffled(drawn, seed)


def shuffled(sample: "Iterable[Sampled]", seed: int = 0) -> tuple[Sampled, ...]:
    """Return images in an order that tells nothing of model or answer.

    By the ranks of the draw, a rare answer would come last.
    """
    return tuple(sorted(sample, key=lambda one: _rank("order", seed, one.image)))


def allocation(sizes: "Mapping[str | None, int]", size: int) -> dict[str | None, int]:
    """Return how many images of each answer to take, as near as can be to the square roots.

    Equal numbers would say much of a rare answer and too little of the common one, where a rare
    class hides its misses; numbers in proportion would hold next to none of the rare answer. Every
    answer gets _FEWEST, where there are as many and the size has room for them.

    Source: Bankier 1988, "Power allocations: determining sample sizes for subnational areas", with
    the power 1/2; the method of Webster and Sainte-Lague for whole numbers.

    Args:
        sizes: how many images there are of each answer, 1 or more.
        size: how many to take in all.
    """
    least = min(_FEWEST, size // max(1, len(sizes)))
    taken = {answer: min(there, least) for answer, there in sizes.items()}
    for _ in range(min(size, sum(sizes.values())) - sum(taken.values())):
        left = [answer for answer in sizes if taken[answer] < sizes[answer]]
        taken[max(left, key=lambda one: math.sqrt(sizes[one]) / (2 * taken[one] + 1))] += 1
    return taken


def _rank(purpose: str, seed: int, image: str) -> bytes:
    return hashlib.sha256(f"{purpose}\n{seed}\n{image}".encode()).digest()
