from collections import Counter
from itertools import product
from typing import TYPE_CHECKING

import pytest

from explorer.findings.comparison import Comparison, compare
from explorer.findings.differences import (
    FISHER,
    MANTEL_HAENSZEL,
    MCNEMAR,
    SIGN_FLIP,
    difference_sentence,
    differences,
    differences_sentence,
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
    left, right = [3, 1, 0, 2, 4], [1, 0, 1, 0, 1]
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


def test_fewer_than_ten_pairs_are_not_tested() -> None:
    (found,) = differences(pair([(FEWEST - 1, 0)], [(0, FEWEST - 1)]))
    assert found.tests == (None, None)
    assert found.family == 0


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


def test_few_prompts_say_how_small_p_can_be() -> None:
    (found,) = differences(pair([(9, 1)] * 3, [(1, 9)] * 3))
    assert found.tests[0] is not None
    assert found.tests[0].p == 0.25
    assert found.note == "With 3 prompts, p cannot fall below 0.25, whatever the images show."


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


def test_the_sentence_says_difference_interval_and_what_is_left_of_p() -> None:
    (found,) = differences(pair([(20, 5)], [(8, 17)]))
    assert difference_sentence(found, 0) == (
        "The share of images of an author perceived as feminine is higher with a than with b: "
        "+48 points, 95% interval +21 to +67 (as counted; q 0.00049)."
    )


def test_the_summary_counts_the_tests_and_those_that_hold() -> None:
    found = differences(pair([(20, 5)], [(8, 17)]))
    assert differences_sentence(found) == (
        "Perceived gender presentation: 1 of 1 tests of a against b is significant at q 0.05 "
        "(adjusted for multiple tests by Benjamini-Hochberg: on average, at most 5% of the "
        "significant ones are due to chance)."
    )


def test_without_tests_the_summary_says_why() -> None:
    found = differences(pair([(3, 1)], [(1, 3)]))
    assert differences_sentence(found) == (
        "Perceived gender presentation: a and b are not tested against each other, because no "
        "cell has 10 pairs of images."
    )


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
    assert "because no cell has 10 classified images of each" in differences_sentence(found)
