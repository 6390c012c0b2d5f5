"""Differences between two models: corrected, and tested with an adjustment for many tests."""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.findings.corrected import NO_ERRORS, corrections
from explorer.findings.sentences import (
    difference_text,
    holds,
    how_many_hold,
    subject,
    too_few_to_flip,
)
from explorer.perception.axes import FEMININE, GENDER
from explorer.statistics import correction, significance
from explorer.statistics.confusion import POOLABLE_P, equal_errors
from explorer.statistics.intervals import FEWEST
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from explorer.findings.comparison import Comparison
    from explorer.findings.corrected import Errors
    from explorer.findings.counts import Separate
    from explorer.statistics.intervals import Interval

    _Table = tuple[tuple[int, int], tuple[int, int]]

SIGN_FLIP = "sign flip over prompts"
MCNEMAR = "mcnemar over pairs of one prompt"
FISHER = "fisher over unpaired images of one prompt"
MANTEL_HAENSZEL = "exact mantel-haenszel over unpaired images, by prompt"


@dataclass(frozen=True, slots=True)
class Tested:
    """A two-sided p-value by `method`, and `q`, its adjustment for all tests of the family.

    Of all differences with a q of 0.05 or less, at most 5% are due to chance, on average.
    """

    p: float
    q: float
    method: str

    @property
    def holds(self) -> bool:
        """Whether the difference is significant."""
        return holds(self.q)


@dataclass(frozen=True, slots=True)
class Difference:
    """A comparison with its corrected differences and tests, in the axis's order of labels.

    `corrected` is the corrected left share minus the corrected right share, None where the errors
    of either side are unknown or either side has fewer than FEWEST classified images. `tests` holds
    None for a label that is not tested: with fewer than FEWEST pairs, or classified images where
    there are no pairs, and for masculine, whose test would repeat that for feminine. `family` is
    the number of tests on this axis. `note` is a caveat.
    """

    comparison: "Comparison"
    corrected: "tuple[Interval, ...] | None"
    tests: tuple[Tested | None, ...]
    family: int
    note: str | None

    def best(self, position: int) -> "Interval | None":
        """Return the corrected difference of a label, or the raw one if there is none."""
        return self.corrected[position] if self.corrected else self.comparison.differences[position]


@dataclass(frozen=True, slots=True)
class Clearest:
    """The most significant differences, each with the position of its label, and all tested ones.

    Those in `rows` are corrected where the errors are known, those in `tested` are not.
    """

    rows: "tuple[tuple[Difference, int], ...]"
    tested: tuple[Difference, ...]


def differences(
    comparisons: "Iterable[Comparison]", errors: "Errors" = NO_ERRORS
) -> tuple[Difference, ...]:
    """Return the difference of each comparison, in order; those on one axis are one family."""
    by_axis: dict[str, list[tuple[int, Comparison]]] = defaultdict(list)
    for place, comparison in enumerate(comparisons):
        by_axis[comparison.left.axis.name].append((place, comparison))
    found = {
        place: difference
        for placed in by_axis.values()
        for (place, _), difference in zip(
            placed, _of_one_axis([one for _, one in placed], errors), strict=True
        )
    }
    return tuple(found[place] for place in sorted(found))


def clearest(comparisons: "Sequence[Comparison]", errors: "Errors", most: int) -> Clearest:
    """Return the most significant differences, corrected, after testing every label.

    Args:
        comparisons: comparisons on one axis.
        errors: the known errors of the instruments.
        most: the largest number of differences to correct, as each takes a while.
    """
    plain = differences(comparisons)
    held = [
        (test.q, place, position)
        for place, one in enumerate(plain)
        for position, test in enumerate(one.tests)
        if test and test.holds
    ]
    first = sorted(held, key=lambda row: row[0])[:most]
    corrected = _corrected(comparisons, errors, {place for _, place, _ in first})
    rows = tuple(
        (replace(plain[place], corrected=corrected[place]), position)
        for _, place, position in first
    )
    return Clearest(rows, plain)


def difference_sentence(difference: Difference, position: int) -> str | None:
    """Return a sentence on the difference of one label, or None if there is no difference."""
    left, right = difference.comparison.left, difference.comparison.right
    best = difference.best(position)
    if best is None or not _is_enough(difference.comparison):
        return None
    test = difference.tests[position]
    pattern = (
        _(
            "The share of images of {subject} perceived as {label} is higher with {left} than with "
            "{right}: {difference} ({how}{q})."
        )
        if best.estimate >= 0
        else _(
            "The share of images of {subject} perceived as {label} is lower with {left} than with "
            "{right}: {difference} ({how}{q})."
        )
    )
    return pattern.format(
        subject=subject(left.cell),
        label=left.axis.described(left.axis.labels[position]),
        left=left.cell.model,
        right=right.cell.model,
        how=_("corrected") if difference.corrected else _("as counted"),
        difference=difference_text(best),
        q=f"; q {test.q:.2g}" if test else "",
    )


def differences_sentence(of_one_axis: "Sequence[Difference]") -> str:
    """Return a sentence on the number of tests on one axis and of the significant ones."""
    first = of_one_axis[0]
    left, right = first.comparison.left, first.comparison.right
    models = (left.cell.model, right.cell.model)
    if not first.family and first.comparison.separate is not None:
        return _(
            "{axis}: {left} and {right} are not tested against each other, because no cell has "
            "{fewest} classified images of each."
        ).format(axis=left.axis.title, left=models[0], right=models[1], fewest=FEWEST)
    if not first.family:
        return _(
            "{axis}: {left} and {right} are not tested against each other, because no cell has "
            "{fewest} pairs of images."
        ).format(axis=left.axis.title, left=models[0], right=models[1], fewest=FEWEST)
    held = sum(bool(test and test.holds) for one in of_one_axis for test in one.tests)
    tests = _("tests of {left} against {right}").format(left=models[0], right=models[1])
    return f"{left.axis.title}: {how_many_hold(held, first.family, tests)}"


def _of_one_axis(comparisons: "list[Comparison]", errors: "Errors") -> list[Difference]:
    tests = _tests(comparisons)
    family = sum(test is not None for row in tests for test in row)
    warning = _unequal(comparisons[0], errors)
    return [
        Difference(comparison, corrected, row, family, _note(comparison, row, warning))
        for comparison, corrected, row in zip(
            comparisons, _corrected(comparisons, errors), tests, strict=True
        )
    ]


def _corrected(
    comparisons: "Sequence[Comparison]", errors: "Errors", wanted: "Container[int] | None" = None
) -> "list[tuple[Interval, ...] | None]":
    """Return corrected differences, None elsewhere; `wanted` are places, None for all.

    A difference is the same to the last digit, whichever others are wanted.
    """
    enough = [place for place, one in enumerate(comparisons) if _is_enough(one)]
    rows = [row for row, place in enumerate(enough) if wanted is None or place in wanted]
    asked = [comparisons[enough[row]] for row in rows]
    sides = [[one.left for one in asked], [one.right for one in asked]]
    known = [errors.get((side[0].cell.model, side[0].axis.name)) for side in sides if side]
    if not known or None in known:
        return [None] * len(comparisons)
    left, right = (
        corrections(side, confusion, rows=rows)
        for side, confusion in zip(sides, known, strict=True)
        if confusion
    )
    places = (enough[row] for row in rows)
    found = dict(zip(places, correction.difference(left, right), strict=True))
    return [found.get(place) for place in range(len(comparisons))]


def _is_enough(comparison: "Comparison") -> bool:
    return min(comparison.left.classified, comparison.right.classified) >= FEWEST


def _unequal(comparison: "Comparison", errors: "Errors") -> str | None:
    left, right = comparison.left, comparison.right
    known = [errors.get((side.cell.model, side.axis.name)) for side in (left, right)]
    if known[0] is None or known[1] is None:
        return None
    p = equal_errors(known[0], known[1])
    if p is None or p > POOLABLE_P:
        return None
    return _(
        "The classifier's errors differ between {left} and {right} (p {p}), which explains part of "
        "the raw difference."
    ).format(left=left.cell.model, right=right.cell.model, p=f"{p:.2g}")


def _note(
    comparison: "Comparison", tests: tuple[Tested | None, ...], warning: str | None
) -> str | None:
    flipped = any(test and test.method == SIGN_FLIP for test in tests)
    prompts = len(comparison.pairs)
    few = too_few_to_flip(prompts, _("prompts")) if flipped else None
    apart = _unpaired() if comparison.separate is not None else None
    return " ".join(filter(None, (warning, few, apart))) or None


def _unpaired() -> str:
    return _(
        "Nothing is paired here, because a service takes no seeds: the images of the two models "
        "are compared as two groups, prompt by prompt."
    )


def _tests(comparisons: "Sequence[Comparison]") -> list[tuple[Tested | None, ...]]:
    rows = [[_p(one, label) for label in one.left.axis.labels] for one in comparisons]
    p_values = [found[0] if found else None for row in rows for found in row]
    adjusted = iter(significance.benjamini_hochberg(p_values))
    return [
        tuple(
            Tested(found[0], q, found[1]) if found and q is not None else None
            for found, q in zip(row, adjusted, strict=False)
        )
        for row in rows
    ]


def _p(comparison: "Comparison", label: str) -> tuple[float, str] | None:
    if comparison.left.axis.name == GENDER and label != FEMININE:
        return None
    if comparison.separate is not None:
        return _p_apart(comparison, comparison.separate, label)
    if comparison.paired < FEWEST:
        return None
    # Sorted, so that the same pairs are always flipped in the same order.
    tables = [_table(labels, label) for _, labels in sorted(comparison.pairs.items())]
    if len(tables) == 1:
        p = significance.mcnemar(tables[0])
        return 1.0 if p is None else p, MCNEMAR
    p = significance.sign_flip(
        [
            (left - right) / (both + left + right + neither)
            for (both, left), (right, neither) in tables
        ]
    )
    return None if p is None else (p, SIGN_FLIP)


def _p_apart(
    comparison: "Comparison", separate: "Separate", label: str
) -> tuple[float, str] | None:
    if not _is_enough(comparison):
        return None
    tables = [
        tuple((side.get(label, 0), sum(side.values()) - side.get(label, 0)) for side in sides)
        for sides in separate.values()
    ]
    p = significance.stratified(tables)
    return None if p is None else (p, FISHER if len(tables) == 1 else MANTEL_HAENSZEL)


def _table(labels: "Mapping[tuple[str, str], int]", label: str) -> "_Table":
    """Return the pairs of one prompt, by whether the left (row) and right image have the label."""
    table = [[0, 0], [0, 0]]
    for (left, right), number in labels.items():
        table[left != label][right != label] += number
    return (table[0][0], table[0][1]), (table[1][0], table[1][1])
