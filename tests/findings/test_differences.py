from collections import Counter
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest

from explorer.findings.comparison import Comparison, compare
from explorer.findings.differences import (
    FISHER,
    MANTEL_HAENSZEL,
    MCNEMAR,
    SIGN_FLIP,
    Verdict,
    clearest,
    differences,
)
from explorer.findings.tallies import ALL, Cell, Tally
from explorer.perception.axes import Axis, find_axis
from explorer.statistics.confusion import Confusion
from explorer.statistics.intervals import FEWEST
from explorer.statistics.significance import benjamini_hochberg, mcnemar, sign_flip, stratified

if TYPE_CHECKING:
    from explorer.findings.counts import Pairs

GENDER = find_axis("gender")
TONE = find_axis("tone")
GOOD = Confusion(((145, 6), (5, 144), (0, 0)), "human")
LENIENT = Confusion(((148, 45), (2, 105), (0, 0)), "human")
WEAK = Confusion(((80, 70), (70, 80), (0, 0)), "human")
FIVE = Confusion(
    tuple(tuple(60 if row == column else 1 for column in range(5)) for row in range(6)), "human"
)

Prompts = list[tuple[int, int]]


def of(
    model: str, *prompts: tuple[int, int], profession: str = "author", axis: Axis = GENDER
) -> Tally:
    """Return a tally of prompts, each with so many images of the first label and the last."""
    labels = [label for prompt in prompts for label in labels_of(prompt, axis)]
    counts = tuple(labels.count(label) for label in axis.labels)
    return Tally(Cell(model, profession, ALL), axis, counts)


def labels_of(prompt: tuple[int, int], axis: Axis = GENDER) -> list[str]:
    """Return the labels of one prompt's images, by replicate."""
    first, last = prompt
    return [axis.labels[0]] * first + [axis.labels[-1]] * last


def pairs_of(left: Prompts, right: Prompts, axis: Axis = GENDER) -> "Pairs":
    """Return the pairs of labels of the same prompt and replicate."""
    return {
        f"prompt {number}": Counter(zip(labels_of(one, axis), labels_of(other, axis), strict=False))
        for number, (one, other) in enumerate(zip(left, right, strict=False))
    }


def pair(left: Prompts, right: Prompts) -> tuple[Comparison, ...]:
    return compare([of("a", *left)], [of("b", *right)], lambda _: pairs_of(left, right))


def test_prompts_are_flipped_and_not_images() -> None:
    left, right = [3, 1, 0, 2, 4, 2], [1, 0, 1, 0, 1, 2]
    (found,) = differences(pair([(n, 10 - n) for n in left], [(n, 10 - n) for n in right]))
    assert found.tests[0] is not None
    assert found.tests[0].p == pytest.approx(0.1875)
    assert found.tests[0].method == SIGN_FLIP


def test_only_images_classified_on_both_sides_are_tested() -> None:
    (found,) = differences(pair([(8, 2)] * 6, [(2, 3)] * 6))
    assert found.comparison.paired == 30
    assert found.tests[0] is not None
    assert found.tests[0].p == sign_flip([1 - 2 / 5] * 6)


def test_one_prompt_is_tested_by_its_pairs() -> None:
    (found,) = differences(pair([(20, 5)], [(8, 17)]))
    assert found.tests[0] is not None
    assert found.tests[0].method == MCNEMAR
    assert found.tests[0].p == mcnemar(((8, 12), (0, 5)))


def test_the_mirror_of_feminine_is_not_tested_again() -> None:
    (found,) = differences(pair([(20, 5)], [(8, 17)]))
    assert found.tests[1] is None
    assert found.family == 1


def test_fewer_than_ten_images_are_not_tested() -> None:
    (found,) = differences(pair([(FEWEST - 1, 0)], [(0, FEWEST - 1)]))
    assert found.tests == (None, None)
    assert found.family == 0
    assert found.verdict(0) is Verdict.FEW_IMAGES


def test_one_unclear_image_of_ten_does_not_prevent_the_test() -> None:
    left, right = (replace(of(model, (7, 2)), abstained=1) for model in "ab")
    (found,) = differences(compare([left], [right], lambda _: pairs_of([(7, 2)], [(7, 2)])))
    assert found.verdict(0) is Verdict.NOT_CLEAR


def test_q_allows_for_the_professions_of_its_own_axis() -> None:
    axes, names = (GENDER, TONE), ("author", "nurse", "judge")
    counts = {"author": (18, 2), "nurse": (12, 8), "judge": (11, 9)}
    left = [
        of("a", counts[name], profession=name, axis=axis) for name, axis in product(names, axes)
    ]
    right = [of("b", (9, 11), profession=name, axis=axis) for name, axis in product(names, axes)]

    def pairs(one: Tally) -> "Pairs":
        return pairs_of([counts[str(one.cell.profession)]], [(9, 11)], one.axis)

    found = differences(compare(left, right, pairs))
    gender = [one.tests[0] for one in found if one.comparison.left.axis is GENDER]
    p_values = [test.p for test in gender if test]
    assert [test.q for test in gender if test] == list(benjamini_hochberg(p_values))
    assert [one.family for one in found] == [3, 15, 3, 15, 3, 15]


@pytest.mark.parametrize("prompts", [2, 5])
def test_too_few_prompts_are_not_tested_however_far_the_interval_is_from_0(prompts: int) -> None:
    (found,) = differences(pair([(9, 1)] * prompts, [(1, 9)] * prompts))
    raw = found.comparison.differences[0]
    assert raw is not None
    assert raw.low > 0.3
    assert (found.tests, found.family) == ((None, None), 0)
    assert found.verdict(0) is Verdict.FEW_PROMPTS
    assert found.note == f"{prompts} prompts are too few to test: at least 6 are needed."


@pytest.mark.parametrize(
    ("left", "right", "verdict"),
    [
        ((9, 1), (1, 9), Verdict.MORE),
        ((1, 9), (9, 1), Verdict.LESS),
        ((5, 5), (5, 5), Verdict.NOT_CLEAR),
    ],
)
def test_the_verdict_has_a_direction_if_test_and_interval_agree(
    left: tuple[int, int], right: tuple[int, int], verdict: Verdict
) -> None:
    (found,) = differences(pair([left] * 6, [right] * 6))
    assert found.verdict(0) is verdict
    assert found.verdict(1) is None
    assert found.clear == (() if verdict is Verdict.NOT_CLEAR else (0,))


def test_a_significant_difference_that_the_correction_explains_is_not_clear() -> None:
    errors = {("a", "gender"): LENIENT, ("b", "gender"): GOOD}
    (raw,) = differences(pair([(12, 8)] * 6, [(9, 11)] * 6))
    (found,) = differences(pair([(12, 8)] * 6, [(9, 11)] * 6), errors)
    assert raw.tests == found.tests
    assert found.tests[0] is not None
    assert found.tests[0].q <= 0.05
    assert found.corrected is not None
    assert found.corrected[0].low < 0 < found.corrected[0].high
    assert found.verdict(0) is Verdict.NOT_CLEAR


def test_the_clearest_differences_have_the_verdicts_of_all() -> None:
    clear, same = ([(19, 1)] * 10, [(10, 10)] * 10), ([(10, 10)] * 10, [(10, 10)] * 10)
    prompts = {"a": clear, "b": same}
    compared = compare(
        [of("a", *left, profession=name, axis=TONE) for name, (left, _) in prompts.items()],
        [of("b", *right, profession=name, axis=TONE) for name, (_, right) in prompts.items()],
        lambda one: pairs_of(*prompts[str(one.cell.profession)], TONE),
    )
    errors = {(model, "tone"): FIVE for model in "ab"}
    every, few = differences(compared, errors), clearest(compared, errors, 1)
    assert [one.clear for one in few.found] == [one.clear for one in every]
    assert every[0].clear == (0, 4)
    assert [(one.corrected is None) for one in few.found] == [False, True]
    ((row, position),) = few.rows
    assert (row.corrected, position) == (every[0].corrected, 0)


def test_both_sides_are_corrected_with_errors_of_their_own() -> None:
    errors = {("a", "gender"): GOOD, ("b", "gender"): LENIENT}
    (found,) = differences(pair([(600, 400)], [(600, 400)]), errors)
    raw = found.comparison.differences[0]
    assert raw is not None
    assert raw.estimate == 0
    assert found.corrected is not None
    assert found.corrected[0].low > 0
    assert found.note is not None
    assert "The classifier's errors differ between a and b" in found.note


def test_equal_errors_are_no_reason_to_warn() -> None:
    errors = {("a", "gender"): GOOD, ("b", "gender"): GOOD}
    (found,) = differences(pair([(150, 50)], [(120, 80)]), errors)
    raw, corrected = found.comparison.differences[0], found.corrected
    assert raw is not None
    assert corrected is not None
    assert corrected[0].estimate > raw.estimate
    assert found.note is None


@pytest.mark.parametrize("other", [{}, {("b", "gender"): WEAK}])
def test_errors_of_one_side_alone_correct_nothing(other: dict[tuple[str, str], Confusion]) -> None:
    (found,) = differences(pair([(150, 50)], [(120, 80)]), {("a", "gender"): GOOD} | other)
    assert found.corrected is None
    assert found.best(0) == found.comparison.differences[0]


def test_an_empty_side_has_no_difference_and_no_test() -> None:
    errors = {("a", "gender"): GOOD, ("b", "gender"): GOOD}
    (found,) = differences(pair([(15, 5)], []), errors)
    assert (found.corrected, found.best(0), found.tests) == (None, None, (None, None))


def test_nothing_compared_gives_nothing() -> None:
    assert differences([]) == ()


def apart(left: Prompts, right: Prompts) -> tuple[Comparison, ...]:
    """Return the comparison of models whose images form no pairs."""
    separate = {
        f"prompt {number}": (Counter(labels_of(one)), Counter(labels_of(other)))
        for number, (one, other) in enumerate(zip(left, right, strict=True))
    }
    return compare([of("a", *left)], [of("b", *right)], separate=lambda _: separate)


def test_unpaired_images_are_tested_prompt_by_prompt_and_a_note_says_so() -> None:
    (found,) = differences(apart([(9, 1), (5, 5)], [(2, 8), (3, 4)]))
    assert found.tests[0] is not None
    assert found.tests[0].method == MANTEL_HAENSZEL
    assert found.tests[0].p == stratified([((9, 1), (2, 8)), ((5, 5), (3, 4))])
    assert found.note is not None
    assert found.note.startswith("Nothing is paired here")
    assert found.comparison.paired == 0


def test_one_prompt_of_unpaired_images_is_tested_by_fishers_test() -> None:
    (found,) = differences(apart([(9, 1)], [(2, 8)]))
    assert found.tests[0] is not None
    assert found.tests[0].method == FISHER


def test_fewer_than_ten_unpaired_images_are_not_tested() -> None:
    found = differences(apart([(9, 0)], [(2, 8)]))
    assert found[0].tests == (None, None)
    assert found[0].verdict(0) is Verdict.FEW_IMAGES


def test_few_prompts_are_enough_for_unpaired_images() -> None:
    (found,) = differences(apart([(18, 2), (17, 3)], [(2, 18), (3, 17)]))
    assert found.verdict(0) is Verdict.MORE
    assert "too few" not in (found.note or "")


def test_half_of_ten_unpaired_images_with_a_label_are_tested() -> None:
    (found,) = differences(apart([(9, 1)], [(2, 8)]))
    few = replace(found.comparison.right, counts=(2, 3), abstained=5)
    separate = {"prompt": (Counter(labels_of((9, 1))), Counter(labels_of((2, 3))))}
    (again,) = differences(compare([found.comparison.left], [few], separate=lambda _: separate))
    assert again.tests[0] is not None
    assert again.tests[0].method == FISHER
