"""How sure two models differ: corrected differences, and tests that allow for their number."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.findings.corrected import FEWEST, NO_ERRORS, corrections
from explorer.findings.sentences import (
    FEMININE,
    GENDER,
    holds,
    how_many_hold,
    interval_text,
    points_more,
    seen_as,
    subject,
    too_few_to_flip,
)
from explorer.statistics import correction, significance
from explorer.statistics.confusion import POOLABLE_P, equal_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from explorer.findings.comparison import Comparison
    from explorer.findings.corrected import Errors
    from explorer.statistics.intervals import Interval

    # By prompt: of each pair, whether the left and the right picture have the label.
    _Pairs = Mapping[str, list[tuple[bool, bool]]]

SIGN_FLIP = "sign flip over prompts"
MCNEMAR = "mcnemar over pairs of one prompt"


@dataclass(frozen=True, slots=True)
class Tested:
    """A two-sided p-value by `method`, and `q`, what is left of it among all tests of the family.

    To name every difference whose q is 0.05 or less is to be wrong in at most 5% of those named, on
    average.
    """

    p: float
    q: float
    method: str

    @property
    def holds(self) -> bool:
        """Whether the difference may be named among all of its family."""
        return holds(self.q)


@dataclass(frozen=True, slots=True)
class Difference:
    """A comparison and how sure it is, label by label in the axis's order.

    `corrected` is left minus right share after both were corrected, None where errors are known of
    one side at most, or either side has fewer than FEWEST judged pictures. `tests` holds None where
    a label is not tested: with fewer than FEWEST pairs, and for masculine, whose test would repeat
    that for feminine. `family` is how many tests there are on this axis. `note` says what to mind.
    """

    comparison: "Comparison"
    corrected: "tuple[Interval, ...] | None"
    tests: tuple[Tested | None, ...]
    family: int
    note: str | None

    def best(self, position: int) -> "Interval | None":
        """Return the corrected difference of a label, or the raw one where there is none."""
        return self.corrected[position] if self.corrected else self.comparison.differences[position]


def differences(
    comparisons: "Iterable[Comparison]", errors: "Errors" = NO_ERRORS
) -> tuple[Difference, ...]:
    """Return how sure each comparison is, in order; the comparisons of an axis are one family."""
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


def difference_sentence(difference: Difference, position: int) -> str | None:
    """Return who is perceived so more often and how sure that is; None without a difference."""
    left, right = difference.comparison.left, difference.comparison.right
    best = difference.best(position)
    if best is None or not _is_enough(difference.comparison):
        return None
    how = "corrected" if difference.corrected else "as counted"
    test = difference.tests[position]
    q = f"; q {test.q:.2g}" if test else ""
    return (
        f"Pictures of {subject(left.cell)} are perceived as {seen_as(left.axis, position)} "
        f"{points_more(best.estimate)} often if drawn by {left.cell.model} than by "
        f"{right.cell.model} ({how}, {interval_text(best)}{q})."
    )


def differences_sentence(of_one_axis: "Sequence[Difference]") -> str:
    """Return how many tests there are on an axis and how many of them hold."""
    first = of_one_axis[0]
    left, right = first.comparison.left, first.comparison.right
    models = (left.cell.model, right.cell.model)
    if not first.family:
        return (
            f"{left.axis.title}: {models[0]} and {models[1]} are not tested against each other, "
            f"with fewer than {FEWEST} pairs of pictures each."
        )
    held = sum(bool(test and test.holds) for one in of_one_axis for test in one.tests)
    tests = f"tests of {models[0]} against {models[1]}"
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
    comparisons: "Sequence[Comparison]", errors: "Errors"
) -> "list[tuple[Interval, ...] | None]":
    enough = [one for one in comparisons if _is_enough(one)]
    sides = [[one.left for one in enough], [one.right for one in enough]]
    known = [errors.get((side[0].cell.model, side[0].axis.name)) for side in sides if side]
    if not known or None in known:
        return [None] * len(comparisons)
    left, right = (
        corrections(side, confusion)
        for side, confusion in zip(sides, known, strict=True)
        if confusion
    )
    found = iter(correction.difference(left, right))
    return [next(found) if _is_enough(one) else None for one in comparisons]


def _is_enough(comparison: "Comparison") -> bool:
    return min(comparison.left.judged, comparison.right.judged) >= FEWEST


def _unequal(comparison: "Comparison", errors: "Errors") -> str | None:
    left, right = comparison.left, comparison.right
    known = [errors.get((side.cell.model, side.axis.name)) for side in (left, right)]
    if known[0] is None or known[1] is None:
        return None
    p = equal_errors(known[0], known[1])
    if p is None or p > POOLABLE_P:
        return None
    return (
        f"The instrument errs otherwise on {left.cell.model} than on {right.cell.model} "
        f"(p {p:.2g}): part of the raw difference is the instrument's."
    )


def _note(
    comparison: "Comparison", tests: tuple[Tested | None, ...], warning: str | None
) -> str | None:
    flipped = any(test and test.method == SIGN_FLIP for test in tests)
    prompts = len(_pairs(comparison, comparison.left.axis.labels[0]))
    few = too_few_to_flip(prompts, "prompts") if flipped else None
    return " ".join(filter(None, (warning, few))) or None


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
    if comparison.paired < FEWEST:
        return None
    pairs = _pairs(comparison, label)
    if len(pairs) == 1:
        return _of_one_prompt(*pairs.values()), MCNEMAR
    p = significance.sign_flip([sum(a - b for a, b in both) / len(both) for both in pairs.values()])
    return None if p is None else (p, SIGN_FLIP)


def _pairs(comparison: "Comparison", label: str) -> "_Pairs":
    left, right = comparison.left.seen, comparison.right.seen
    pairs: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    # Sorted, because a set has another order in each run.
    for place in sorted(left.keys() & right.keys()):
        pairs[place[0]].append((left[place] == label, right[place] == label))
    return pairs


def _of_one_prompt(pairs: list[tuple[bool, bool]]) -> float:
    only_left, only_right = pairs.count((True, False)), pairs.count((False, True))
    same = pairs.count((True, True)), pairs.count((False, False))
    exact = significance.mcnemar(((same[0], only_left), (only_right, same[1]))).exact
    return 1.0 if exact is None else exact
