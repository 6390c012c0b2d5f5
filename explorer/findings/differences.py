"""Differences between two models: corrected, and tested with an adjustment for many tests."""

from collections import defaultdict
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from explorer.findings.corrected import NO_ERRORS, corrected_differences
from explorer.findings.sentences import FALSE_DISCOVERIES, is_clear
from explorer.numbers import figures
from explorer.perception.axes import FEMININE, GENDER
from explorer.statistics import significance
from explorer.statistics.confusion import POOLABLE_P, equal_errors
from explorer.statistics.intervals import FEWEST
from explorer.statistics.significance import FEWEST_TO_FLIP
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from typing import TypeVar

    from explorer.findings.comparison import Comparison
    from explorer.findings.corrected import Errors
    from explorer.findings.counts import Separate
    from explorer.perception.axes import Axis
    from explorer.statistics.intervals import Interval

    _T = TypeVar("_T", bound="_OfModels")
    _Table = tuple[tuple[int, int], tuple[int, int]]

SIGN_FLIP = "sign flip over prompts"
MCNEMAR = "mcnemar over pairs of one prompt"
FISHER = "fisher over unpaired images of one prompt"
MANTEL_HAENSZEL = "exact mantel-haenszel over unpaired images, by prompt"
# Ten images of each model may have a label on half of them.
_FEWEST_PAIRS = FEWEST // 2


class _OfModels(Protocol):
    @property
    def models(self) -> tuple[str, str]:
        """The names of the left and the right model."""
        ...


class Verdict(Enum):
    """What can be said of a difference; the page and the command line say nothing else."""

    MORE = "more often on the left"
    LESS = "less often on the left"
    NOT_CLEAR = "no clear difference"
    FEW_PROMPTS = "too few prompts to test"
    FEW_IMAGES = "too few images to compare"


@dataclass(frozen=True, slots=True)
class Tested:
    """A two-sided p-value by `method`, and `q`, its adjustment for all tests of the family.

    Of all differences with a q of 0.05 or less, at most 5% are due to chance, on average.
    """

    p: float
    q: float
    method: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A comparison with its corrected differences and tests, in the axis's order of labels.

    `corrected` is the corrected left share minus the corrected right share, None where the errors
    of either side are unknown or either side has too few images. `tests` holds None for a label
    that is not tested: with too few images or prompts, and for masculine, whose test would repeat
    that for feminine. `family` is the number of tests on this axis. `note` is a caveat.
    """

    comparison: "Comparison"
    corrected: "tuple[Interval, ...] | None"
    tests: tuple[Tested | None, ...]
    family: int
    note: str | None

    @property
    def models(self) -> tuple[str, str]:
        """The names of the left and the right model."""
        return self.comparison.models

    def best(self, position: int) -> "Interval | None":
        """Return the corrected difference of a label, or the raw one if there is none."""
        return self.corrected[position] if self.corrected else self.comparison.differences[position]

    def verdict(self, position: int) -> Verdict | None:
        """Return the verdict on the difference of a label, None for masculine."""
        if position not in judged(self.comparison.left.axis):
            return None
        test, best = self.tests[position], self.best(position)
        if test is None or best is None:
            return Verdict.FEW_PROMPTS if _few_prompts(self.comparison) else Verdict.FEW_IMAGES
        if not is_clear(test.q, best):
            return Verdict.NOT_CLEAR
        return Verdict.MORE if best.estimate > 0 else Verdict.LESS

    @property
    def clear(self) -> "tuple[int, ...]":
        """The positions of the labels whose difference is clear enough to report."""
        reported = {Verdict.MORE, Verdict.LESS}
        return tuple(n for n in range(len(self.tests)) if self.verdict(n) in reported)


@dataclass(frozen=True, slots=True)
class Clearest:
    """The clearest differences, each with the position of its label, and all of them.

    Those in `found` are corrected only where the correction can change the verdict.
    """

    rows: "tuple[tuple[Difference, int], ...]"
    found: tuple[Difference, ...]


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
    """Return the clearest differences, after testing every label.

    Args:
        comparisons: comparisons on one axis.
        errors: the known errors of the instruments.
        most: the largest number of rows.
    """
    plain = differences(comparisons)
    # A correction takes a while, and where no test is significant it changes no verdict.
    significant = {
        place
        for place, one in enumerate(plain)
        if any(test and test.q <= FALSE_DISCOVERIES for test in one.tests)
    }
    corrected = _corrected(comparisons, errors, significant)
    found = tuple(
        replace(one, corrected=shares) for one, shares in zip(plain, corrected, strict=True)
    )
    rows = [(one, position) for one in found for position in one.clear]
    return Clearest(tuple(sorted(rows, key=_q)[:most]), found)


def judged(axis: "Axis") -> tuple[int, ...]:
    """Return the positions of an axis's labels, without masculine, which mirrors feminine."""
    if axis.name == GENDER:
        return (axis.labels.index(FEMININE),)
    return tuple(range(len(axis.labels)))


def _q(row: tuple[Difference, int]) -> float:
    test = row[0].tests[row[1]]
    return test.q if test else 1.0


def _of_one_axis(comparisons: "list[Comparison]", errors: "Errors") -> list[Difference]:
    tests = _tests(comparisons)
    family = sum(test is not None for row in tests for test in row)
    warnings = {
        models: _unequal(of_two[0], errors) for models, of_two in by_models(comparisons).items()
    }
    return [
        Difference(one, corrected, row, family, _note(one, warnings[one.models]))
        for one, corrected, row in zip(
            comparisons, _corrected(comparisons, errors), tests, strict=True
        )
    ]


def by_models(found: "Iterable[_T]") -> "dict[tuple[str, str], list[_T]]":
    """Return comparisons or differences by their two models, in order of the first of each."""
    by: dict[tuple[str, str], list[_T]] = defaultdict(list)
    for one in found:
        by[one.models].append(one)
    return by


def _corrected(
    comparisons: "Sequence[Comparison]", errors: "Errors", wanted: "Container[int] | None" = None
) -> "list[tuple[Interval, ...] | None]":
    """Return corrected differences, None elsewhere; `wanted` are places, None for all.

    A difference is the same to the last digit, whichever others are wanted.
    """
    found: list[tuple[Interval, ...] | None] = [None] * len(comparisons)
    for models, of_two in by_models(comparisons).items():
        places = [place for place, one in enumerate(comparisons) if one.models == models]
        asked = None if wanted is None else {n for n, place in enumerate(places) if place in wanted}
        for place, shares in zip(places, _of_two(of_two, errors, asked), strict=True):
            found[place] = shares
    return found


def _of_two(
    comparisons: "Sequence[Comparison]", errors: "Errors", wanted: "Container[int] | None"
) -> "list[tuple[Interval, ...] | None]":
    """Return the corrected differences between two models; the rest as in _corrected."""
    enough = [place for place, one in enumerate(comparisons) if one.enough]
    rows = [row for row, place in enumerate(enough) if wanted is None or place in wanted]
    asked = [comparisons[enough[row]] for row in rows]
    left, right = [one.left for one in asked], [one.right for one in asked]
    known = [errors.get((one.cell.model, one.axis.name)) for one in (*left[:1], *right[:1])]
    if not known or known[0] is None or known[1] is None:
        return [None] * len(comparisons)
    places = (enough[row] for row in rows)
    differing = corrected_differences((left, right), (known[0], known[1]), rows)
    found = dict(zip(places, differing, strict=True))
    return [found.get(place) for place in range(len(comparisons))]


def _few_prompts(comparison: "Comparison") -> bool:
    """Return whether signs could be flipped, but no result could be significant."""
    return comparison.enough and 1 < len(comparison.pairs) < FEWEST_TO_FLIP


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
    ).format(left=left.cell.model, right=right.cell.model, p=figures(p, 2))


def _note(comparison: "Comparison", warning: str | None) -> str | None:
    told = [warning]
    if _few_prompts(comparison):
        few = _("{count} prompts are too few to test: at least {fewest} are needed.")
        told.append(few.format(count=len(comparison.pairs), fewest=FEWEST_TO_FLIP))
    if comparison.separate is not None:
        told.append(
            _(
                "Nothing is paired here, because a service takes no seeds: the images of the two "
                "models are compared as two groups, prompt by prompt."
            )
        )
    return " ".join(filter(None, told)) or None


def _tests(comparisons: "Sequence[Comparison]") -> list[tuple[Tested | None, ...]]:
    rows = [
        [
            _p(one, label) if position in judged(one.left.axis) else None
            for position, label in enumerate(one.left.axis.labels)
        ]
        for one in comparisons
    ]
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
    if not comparison.enough:
        return None
    if comparison.separate is not None:
        return _p_apart(comparison.separate, label)
    if comparison.paired < _FEWEST_PAIRS or _few_prompts(comparison):
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


def _p_apart(separate: "Separate", label: str) -> tuple[float, str] | None:
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
