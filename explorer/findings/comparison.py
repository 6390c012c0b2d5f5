"""Comparison of two models, cell by cell."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import InvalidData
from explorer.findings.sentences import subject
from explorer.statistics.intervals import difference
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from explorer.findings.counts import Pairs, Separate
    from explorer.findings.tallies import Pooled, Tally
    from explorer.statistics.intervals import Interval

    _Place = tuple[str | Pooled, str | Pooled | None, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models' tallies of the same words and axis.

    `differences` holds, in the axis's order of labels, the left share minus the right share, None
    where either model has no classified image. `pairs` counts the pairs of images with the same
    seed, by prompt text and by the labels of both. Where images of either model have no seeds,
    there are no pairs, and `separate` counts the labels of both sides by prompt text instead.
    """

    left: "Tally"
    right: "Tally"
    differences: "tuple[Interval | None, ...]"
    pairs: "Pairs"
    separate: "Separate | None" = None

    @property
    def models(self) -> tuple[str, str]:
        """The names of the left and the right model."""
        return self.left.cell.model, self.right.cell.model

    @property
    def enough(self) -> bool:
        """Whether both sides have enough images for a difference of shares."""
        return self.left.enough and self.right.enough

    @property
    def paired(self) -> int:
        """The number of pairs of images that are classified on both sides."""
        return sum(number for labels in self.pairs.values() for number in labels.values())


def compare(
    left: "Iterable[Tally]",
    right: "Iterable[Tally]",
    pairs: "Callable[[Tally], Pairs]" = lambda _: {},
    separate: "Callable[[Tally], Separate | None]" = lambda _: None,
) -> tuple[Comparison, ...]:
    """Return the tallies of two models paired by words and axis, in the order of the left side.

    Args:
        left: one model's tallies.
        right: the other model's tallies.
        pairs: returns the pairs of images behind a tally of the left side.
        separate: returns the labels behind it and behind the tally of the right side, None if
            images are paired.

    Raises:
        InvalidData: a cell is on one side only, or twice on one side.
    """
    lefts, rights = _by_place(left), _by_place(right)
    alone = lefts.keys() ^ rights.keys()
    for place, tally in (lefts | rights).items():
        if place in alone:
            raise InvalidData(
                _(
                    "Only one of the two models was asked for {subject!r}. Compare models "
                    "on the same professions and adjectives."
                ).format(subject=subject(tally.cell))
            )
    return tuple(
        _comparison(tally, rights[place], pairs(tally), separate(tally))
        for place, tally in lefts.items()
    )


def _by_place(tallies: "Iterable[Tally]") -> "dict[_Place, Tally]":
    placed: dict[_Place, Tally] = {}
    for tally in tallies:
        place = (tally.cell.profession, tally.cell.adjective, tally.axis.name)
        if place in placed:
            raise InvalidData(
                _("One side holds {subject!r} twice. Give the tallies of one model.").format(
                    subject=subject(tally.cell)
                )
            )
        placed[place] = tally
    return placed


def _comparison(
    left: "Tally", right: "Tally", pairs: "Pairs", separate: "Separate | None"
) -> Comparison:
    if left.axis.labels != right.axis.labels:
        raise InvalidData(
            _(
                "The two sides were classified with different labels: {labels!r} and "
                "{labels_2!r}. Classify both in the same way."
            ).format(labels=left.axis.labels, labels_2=right.axis.labels)
        )
    differences = tuple(
        difference(count, left.classified, other, right.classified, left.level)
        for count, other in zip(left.counts, right.counts, strict=True)
    )
    return Comparison(left, right, differences, pairs, separate)
