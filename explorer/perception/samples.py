"""Samples of images for annotators, stratified by the instrument's answers.

A simple random sample would contain hardly any images with a rare answer. Each image in a sample
records the size of its stratum, from which its weight follows.
"""

import hashlib
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import OutOfRange
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from explorer.perception.axes import Perception
    from explorer.perception.instruments import Instrument

SIZE = 200
LEAST, MOST = 20, 10_000
# The fewest images of each answer; with fewer, a single mistake would weigh too much.
_FEWEST = 5


@dataclass(frozen=True, slots=True)
class Sampled:
    """One image of a sample.

    `answer` is the instrument's, None for an abstention; `among` is the number of the model's
    images with this answer when the sample was drawn.
    """

    image: str
    axis: str
    instrument: "Instrument"
    answer: str | None
    among: int


def draw_sample(
    perceptions: "Iterable[Perception]", size: int = SIZE, seed: int = 0
) -> tuple[Sampled, ...]:
    """Return a sample of images that one instrument answered for on one axis, in random order.

    The seed gives each image a rank that does not depend on the other images. So a larger sample
    contains the smaller one, and a sample drawn again after more images were generated contains
    most of the earlier one.

    Args:
        perceptions: the perceptions of all images to draw from.
        size: the number of images; all of them if there are fewer.
        seed: the seed of ranks and order.

    Raises:
        OutOfRange: the size is outside LEAST..MOST.
    """
    if not LEAST <= size <= MOST:
        raise OutOfRange(
            _("The sample's size is {size!r}. Give a whole number from {least} to {most}.").format(
                size=size, least=LEAST, most=MOST
            )
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
    """Return images in an order that does not depend on model or answer.

    In the order of their ranks, images with a rare answer would come last.
    """
    return tuple(sorted(sample, key=lambda one: _rank("order", seed, one.image)))


def allocation(sizes: "Mapping[str | None, int]", size: int) -> dict[str | None, int]:
    """Return the number of images to take of each answer, in proportion to square roots.

    Equal numbers would give a common answer too few images, although most errors on a rare class
    are among them. Proportional numbers would give a rare answer hardly any. Every answer gets at
    least _FEWEST, if there are that many and the size allows it.

    Source: Bankier 1988, "Power allocations: determining sample sizes for subnational areas", with
    the power 1/2; the method of Webster and Sainte-Lague for whole numbers.

    Args:
        sizes: the number of images with each answer, 1 or more.
        size: the total number to take.
    """
    least = min(_FEWEST, size // max(1, len(sizes)))
    taken = {answer: min(there, least) for answer, there in sizes.items()}
    for _more in range(min(size, sum(sizes.values())) - sum(taken.values())):
        left = [answer for answer in sizes if taken[answer] < sizes[answer]]
        taken[max(left, key=lambda one: math.sqrt(sizes[one]) / (2 * taken[one] + 1))] += 1
    return taken


def _rank(purpose: str, seed: int, image: str) -> bytes:
    return hashlib.sha256(f"{purpose}\n{seed}\n{image}".encode()).digest()
