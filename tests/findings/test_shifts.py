from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from explorer.findings.shifts import Shift, shift_sentences, shifts
from explorer.findings.tallies import Cell, Tally
from explorer.perception.axes import find_axis
from explorer.statistics.confusion import Confusion
from explorer.statistics.intervals import difference
from explorer.statistics.significance import benjamini_hochberg, sign_flip

if TYPE_CHECKING:
    from explorer.findings.corrected import Errors

GENDER = find_axis("gender")
ERRORS = Confusion(((140, 15), (8, 130), (2, 5)), "human")
SEVEN = tuple("abcdefg")


def of(profession: str, adjective: str | None, *counts: int) -> Tally:
    return Tally(Cell("model-a", profession, adjective), GENDER, counts, abstained=1)


def study(**women: tuple[int, ...]) -> list[Tally]:
    """Return, of ten images each, how many are perceived as feminine, by profession."""
    return [
        of(profession, None if adjective == "plain" else adjective, count, 10 - count)
        for adjective, counts in women.items()
        for profession, count in zip(SEVEN, counts, strict=False)
    ]


def test_the_shift_is_the_share_with_the_adjective_minus_that_without() -> None:
    (found,) = shifts(study(plain=(5, 3), kind=(8, 4)))
    assert (found.adjective, found.professions) == ("kind", 2)
    assert (found.with_it.counts, found.without.counts) == ((12, 8), (8, 12))
    assert found.with_it.abstained == 2
    assert found.raw == difference(12, 20, 8, 20)
    assert found.corrected is None


def test_professions_are_flipped() -> None:
    (found,) = shifts(study(plain=(5, 3, 2, 6, 1, 0, 4), kind=(8, 4, 2, 7, 3, 1, 6)))
    assert found.p == sign_flip([0.3, 0.1, 0.0, 0.1, 0.2, 0.1, 0.2])


def test_q_is_adjusted_for_all_adjectives() -> None:
    found = shifts(study(plain=(5,) * 7, kind=(8,) * 7, bold=(5, 4, 6, 5, 5, 5, 5)))
    p_values = [one.p for one in found]
    assert [one.q for one in found] == list(benjamini_hochberg(p_values))


def test_a_profession_without_images_of_both_kinds_is_left_out() -> None:
    tallies = [*study(plain=(5, 3), kind=(8,)), of("c", "kind", 9, 1), of("b", "kind", 0, 0)]
    (found,) = shifts(tallies)
    assert found.professions == 1
    assert found.with_it.counts == (8, 2)
    assert found.p is None


def test_few_images_have_neither_shift_nor_p() -> None:
    (found,) = shifts(
        [of("a", None, 2, 1), of("b", None, 2, 2), of("a", "kind", 3, 0), of("b", "kind", 4, 0)],
        {("model-a", "gender"): ERRORS},
    )
    assert (found.raw, found.corrected, found.p, found.q) == (None,) * 4


def test_known_errors_widen_the_shift_on_either_side() -> None:
    tallies = study(plain=(5,) * 7, kind=(8,) * 7)
    (found,) = shifts(tallies, {("model-a", "gender"): ERRORS})
    assert found.raw is not None
    assert found.corrected is not None
    assert found.corrected.estimate > found.raw.estimate
    assert found.best == found.corrected


def test_without_a_plain_prompt_there_is_nothing_to_set_it_beside() -> None:
    (found,) = shifts(study(kind=(8, 4)))
    assert (found.professions, found.raw, found.p) == (0, None, None)
    assert shifts(study(plain=(8, 4))) == ()


def test_clear_shifts_are_told() -> None:
    assert tell(shifts(study(plain=(5,) * 7, kind=(8,) * 7, bold=(5, 4, 6, 5, 5, 5, 5)))) == [
        "1 of 2 shifts is clear enough to report.",
        (
            "With 'kind', images look feminine more often than without an adjective: "
            "+30 points, 95% interval +14 to +44 (as counted)."
        ),
    ]


@pytest.mark.parametrize(
    ("professions", "told"),
    [
        (1, "1 profession is too few to test adjectives: at least 6 are needed."),
        (2, "2 professions are too few to test adjectives: at least 6 are needed."),
        (5, "5 professions are too few to test adjectives: at least 6 are needed."),
    ],
)
def test_few_professions_are_not_tested(professions: int, told: str) -> None:
    found = shifts(study(plain=(1,) * professions, kind=(9,) * professions))
    assert tell(found) == [told]
    assert [(one.p, one.q, one.clear) for one in found] == [(None, None, False)]


def test_few_images_are_not_tested() -> None:
    tallies = [of(name, word, 0, 0) for name in SEVEN for word in (None, "kind")]
    assert tell(shifts(tallies)) == [
        "Too few images to test adjectives: at least 10 are needed with each."
    ]


def tell(found: tuple[Shift, ...]) -> list[str]:
    return list(shift_sentences(found))


def test_the_shift_of_equal_shares_is_zero() -> None:
    (found,) = shifts(study(plain=(5,) * 7, kind=(5,) * 7))
    assert found.raw is not None
    assert found.raw.estimate == pytest.approx(0)
    assert found.p == 1


@pytest.mark.parametrize("errors", [{}, {("model-a", "gender"): ERRORS}])
def test_the_level_is_that_of_the_tallies(errors: "Errors") -> None:
    tallies = [replace(one, level=0.8) for one in study(plain=(5,) * 7, kind=(8,) * 7)]
    (found,) = shifts(tallies, errors)
    assert found.raw is not None
    assert found.raw.level == 0.8
    assert (found.corrected.level if found.corrected else None) == (0.8 if errors else None)
