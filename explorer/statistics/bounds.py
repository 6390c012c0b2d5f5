"""Bounds of a share that hold whatever the images without an answer show."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """The lowest and the highest possible share of a class, 0..1.

    `estimate` is the share among the answered images, None where no image was answered. Bounds
    have no level of confidence.
    """

    estimate: float | None
    low: float
    high: float


def manski(count: int, others: int, unclear: int) -> Bounds | None:
    """Return the bounds of a class's share, or None where there are no images.

    Source: Manski 1990, "Nonparametric bounds on treatment effects".

    Args:
        count: images of the class.
        others: images of all other classes.
        unclear: images whose class is not known.

    Raises:
        ValueError: a count is below 0.
    """
    if min(count, others, unclear) < 0:
        raise ValueError(f"counts {(count, others, unclear)!r} must not be below 0")
    answered, total = count + others, count + others + unclear
    if total == 0:
        return None
    return Bounds(count / answered if answered else None, count / total, (count + unclear) / total)
