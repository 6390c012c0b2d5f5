from dataclasses import replace

import pytest

from explorer.findings.comparison import compare
from explorer.findings.differences import Difference, differences
from explorer.findings.tallies import By, Cell, Tally
from explorer.findings.verdicts import comparison_sentences, verdict_sentences
from tests.findings.test_differences import TONE, Prompts, of, pair, pairs_of

MINUS = "\N{MINUS SIGN}"
MORE: tuple[Prompts, Prompts] = ([(9, 1)] * 10, [(1, 9)] * 10)
LESS: tuple[Prompts, Prompts] = ([(1, 9)] * 10, [(9, 1)] * 10)
SAME: tuple[Prompts, Prompts] = ([(5, 5)] * 10, [(5, 5)] * 10)
FEW_PROMPTS: tuple[Prompts, Prompts] = ([(9, 1)] * 2, [(1, 9)] * 2)
FEW_IMAGES: tuple[Prompts, Prompts] = ([(3, 1)], [(1, 3)])


def several(*sides: tuple[Prompts, Prompts]) -> tuple[Difference, ...]:
    """Return the differences of as many professions, in gender."""
    named = {f"trade {number}": side for number, side in enumerate(sides)}
    return differences(
        compare(
            [of("a", *left, profession=name) for name, (left, _) in named.items()],
            [of("b", *right, profession=name) for name, (_, right) in named.items()],
            lambda one: pairs_of(*named[str(one.cell.profession)]),
        )
    )


def tell(*sides: tuple[Prompts, Prompts], by: By = "profession") -> list[str]:
    return list(verdict_sentences(several(*sides), by))


def test_one_clear_difference_is_the_headline_with_its_interval() -> None:
    found = differences(pair(*MORE))
    assert list(comparison_sentences(found, "profession")) == [
        (
            "Images of an author by a look feminine more often than those by b: "
            "+80 points, 95% interval +69 to +86 (as counted)."
        ),
    ]


def test_a_difference_that_is_not_clear_is_below_a_headline_that_says_so() -> None:
    found = differences(pair(*SAME))
    assert list(comparison_sentences(found, "profession")) == [
        "No difference in how often images look feminine is clear enough to report.",
        (
            "Images of an author that look feminine, a minus b: "
            f"0 points, 95% interval {MINUS}14 to +14 (as counted)."
        ),
    ]


def test_too_few_prompts_are_the_headline_where_that_is_why() -> None:
    found = differences(pair(*FEW_PROMPTS))
    assert list(comparison_sentences(found, "profession")) == [
        "Too few prompts to test a against b.",
        (
            "Images of an author that look feminine, a minus b: "
            "+80 points, 95% interval +52 to +90 (as counted)."
        ),
        "2 prompts are too few to test: at least 6 are needed.",
    ]


def test_too_few_images_are_the_headline_where_that_is_why() -> None:
    found = differences(pair(*FEW_IMAGES))
    assert list(comparison_sentences(found, "profession")) == ["Too few images to compare a and b."]


@pytest.mark.parametrize(
    ("sides", "told"),
    [
        (
            [MORE, SAME],
            ["Images by a look feminine more often than those by b for 1 of 2 tested professions."],
        ),
        (
            [LESS, LESS],
            ["Images by a look feminine less often than those by b for 2 of 2 tested professions."],
        ),
        (
            [MORE, LESS, LESS, SAME],
            [
                (
                    "Images by a look feminine more often than those by b for 1 of 4 tested "
                    "professions, and less often for 2."
                ),
            ],
        ),
        (
            [SAME, SAME],
            ["None of 2 differences in how often images look feminine is clear enough to report."],
        ),
        ([FEW_PROMPTS, FEW_IMAGES], ["Too few prompts to test a against b."]),
        ([FEW_IMAGES, FEW_IMAGES], ["Too few images to compare a and b."]),
        (
            [SAME, FEW_IMAGES],
            [
                "No difference in how often images look feminine is clear enough to report.",
                "1 of 2 professions: enough images and prompts to test.",
            ],
        ),
    ],
)
def test_several_professions_have_one_headline_in_good_english(
    sides: list[tuple[Prompts, Prompts]], told: list[str]
) -> None:
    assert tell(*sides) == told


def test_the_groups_have_their_name() -> None:
    assert tell(MORE, SAME, by="adjective")[0].endswith("for 1 of 2 tested adjectives.")


def test_another_axis_is_named_and_counts_its_labels() -> None:
    left, right = [(9, 1)] * 10, [(1, 9)] * 10
    tones = [of(model, *some, axis=TONE) for model, some in (("a", left), ("b", right))]
    found = differences(compare([tones[0]], [tones[1]], lambda _: pairs_of(left, right, TONE)))
    assert list(comparison_sentences(found, "profession")) == [
        "Perceived skin tone: 2 of 5 differences are clear enough to report.",
        (
            "Images of an author by a look light in skin tone more often than those by b: "
            "+80 points, 95% interval +69 to +86 (as counted)."
        ),
        (
            "Images of an author by a look dark in skin tone less often than those by b: "
            f"{MINUS}80 points, 95% interval {MINUS}86 to {MINUS}69 (as counted)."
        ),
    ]


def test_an_axis_that_cannot_be_tested_says_why() -> None:
    tones = [Tally(Cell(model, "author", None), TONE, (3, 0, 0, 0, 1)) for model in "ab"]
    found = differences(compare([tones[0]], [replace(tones[1])]))
    assert list(verdict_sentences(found, "profession")) == [
        "Perceived skin tone: too few images to compare a and b."
    ]
