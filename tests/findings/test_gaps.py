import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from explorer.findings.corrected import NO_ERRORS, findings
from explorer.findings.gaps import Gaps, gap_line, gap_of, gap_sentences, gaps, headline
from explorer.findings.tallies import ALL, Cell, Tally
from explorer.perception.axes import find_axis
from explorer.statistics.amplification import logit_slope
from explorer.statistics.confusion import Confusion
from explorer.statistics.significance import against_reference, benjamini_hochberg
from explorer.words.references import OWN, Reference

if TYPE_CHECKING:
    from explorer.findings.corrected import Errors

GENDER = find_axis("gender")
ERRORS = Confusion(((140, 15), (8, 130), (2, 5)), "human")
TWELVE = tuple("abcdefghijkl")


def of(profession: str, *counts: int, abstained: int = 0) -> Tally:
    return Tally(Cell("model-a", profession, ALL), GENDER, counts, abstained=abstained)


def gaps_of(
    tallies: list[Tally], references: Mapping[str, Reference], errors: "Errors" = NO_ERRORS
) -> Gaps:
    return gaps(findings(tallies, errors), references)


def known(*shares: float, match: str = "exact") -> dict[str, Reference]:
    """Return references for as many professions, a, b, c."""
    return {
        name: Reference(share, match, 2023, name)
        for name, share in zip(TWELVE, shares, strict=False)
    }


def test_the_gap_is_share_minus_reference_with_the_limits_of_the_share() -> None:
    (found,) = gaps_of([of("a", 60, 40)], known(0.25)).rows
    share = found.finding.tally.share("feminine")
    assert share is not None
    assert found.gap is not None
    assert found.gap.estimate == pytest.approx(0.35)
    assert (found.gap.low, found.gap.high) == (share.low - 0.25, share.high - 0.25)
    assert found.p == against_reference(60, 100, 0.25)


def test_amplification_is_signed_by_the_side_the_reference_leans_to() -> None:
    found = gaps_of([of("a", 10, 90), of("b", 90, 10), of("c", 40, 60)], known(0.25, 0.8, 0.25))
    assert [one.amplification for one in found.rows] == pytest.approx([0.15, 0.1, -0.15])


def test_corrected_shares_are_set_beside_the_reference_where_there_are_any() -> None:
    errors = {("model-a", "gender"): ERRORS}
    (raw,), (corrected,) = (
        gaps_of([of("a", 60, 40)], known(0.25)).rows,
        gaps_of([of("a", 60, 40)], known(0.25), errors).rows,
    )
    assert raw.gap is not None
    assert corrected.gap is not None
    assert corrected.gap.method == "monte carlo correction"
    assert corrected.gap.high - corrected.gap.low > raw.gap.high - raw.gap.low
    assert corrected.p is not None
    assert corrected.p < 0.001


def test_a_reference_that_fits_roughly_is_shown_and_not_counted() -> None:
    roughly = {
        name: Reference(0.5, match, 2023, name)
        for name, match in zip(
            TWELVE,
            ("broad", "largest-kind", "ambiguous", "gendered-term", "close", OWN),
            strict=False,
        )
    }
    found = gaps_of([of(name, 15, 5) for name in roughly], roughly)
    assert [one.counts for one in found.rows] == [False] * 4 + [True] * 2
    assert [one.gap is not None for one in found.rows] == [True] * 6
    assert [one.p is not None for one in found.rows] == [False] * 4 + [True] * 2
    assert headline(found).professions == 2


def test_p_is_adjusted_for_those_that_count() -> None:
    found = gaps_of([of("a", 15, 5), of("b", 12, 8), of("z", 1, 19)], known(0.5, 0.5))
    p_values = [one.p for one in found.rows[:2]]
    assert [one.q for one in found.rows] == [*benjamini_hochberg(p_values), None]


def test_few_images_or_no_reference_give_no_gap() -> None:
    found = gaps_of([of("a", 9, 0), of("z", 10, 10)], known(0.5))
    assert [(one.gap, one.amplification, one.p) for one in found.rows] == [(None, None, None)] * 2


def test_the_headline_is_the_mean_gap_and_the_mean_absolute_gap() -> None:
    told = headline(gaps_of([of("a", 60, 40), of("b", 20, 80)], known(0.5, 0.5)))
    assert told.mean == pytest.approx(-0.1)
    assert told.absolute == pytest.approx(0.2)
    assert (told.interval, told.slope) == (None, None)


def test_a_corrected_mean_has_an_interval() -> None:
    tallies = [of("a", 60, 40), of("b", 20, 80)]
    told = headline(gaps_of(tallies, known(0.5, 0.5), {("model-a", "gender"): ERRORS}))
    assert told.interval is not None
    assert told.interval.low < -0.1 < told.interval.high
    assert told.mean == told.interval.estimate


def test_the_slope_is_that_of_the_log_odds() -> None:
    shares = [0.1 + 0.07 * place for place in range(12)]
    women = [max(1, round(100 * (0.5 + 1.2 * (share - 0.5)))) for share in shares]
    tallies = [of(name, count, 100 - count) for name, count in zip(TWELVE, women, strict=True)]
    told = headline(gaps_of(tallies, known(*shares)))
    expected = logit_slope(women, [100] * 12, shares)
    assert told.slope is not None
    assert expected is not None
    assert told.slope.slope.estimate == pytest.approx(expected.slope.estimate)
    assert told.slope.professions == 12


def test_a_reference_of_nobody_or_everybody_has_no_log_odds_and_still_a_gap() -> None:
    tallies = [of(name, 10, 10) for name in TWELVE]
    told = headline(
        gaps_of(tallies, known(0.0, 1.0, *[0.1 * place for place in range(1, 10)], 0.5))
    )
    assert told.professions == 12
    assert told.slope is not None
    assert told.slope.professions == 10


def test_nothing_that_counts_gives_no_numbers() -> None:
    told = headline(gaps_of([of("a", 1, 1)], {}))
    assert (told.professions, told.mean, told.absolute, told.slope) == (0, None, None, None)
    found = gaps_of([of("a", 1, 1)], {})
    (first, *_) = gap_sentences(found, headline(found), "the statistics")
    assert first == "No profession has both a matching reference and enough images."
    assert headline(gaps_of([], {})).professions == 0


def tell(found: Gaps) -> list[str]:
    return list(gap_sentences(found, headline(found), "the labour statistics of 2023"))


def test_the_sentences_begin_with_exaggeration_and_end_with_who_is_left_out() -> None:
    broad = {"c": Reference(0.5, "broad", 2023, "c")}
    tallies = [of("a", 60, 40), of("b", 20, 80), of("c", 10, 10), of("z", 9, 9)]
    assert tell(gaps_of(tallies, known(0.5, 0.5) | broad)) == [
        "2 professions are too few to test for exaggeration: 10 are needed.",
        "2 of 4 professions have a matching reference and enough images.",
        (
            "Mean gap between images and the labour statistics of 2023: \N{MINUS SIGN}10 points "
            "(as counted)."
        ),
        "Mean size of the gap, whatever its direction: 20 points.",
        "1 of 2 gaps is clear enough to report.",
        "Left out of these numbers, as the reference counts them only within a broader group: c.",
        "Left out of these numbers, as the reference lacks them: z.",
    ]


def test_a_mean_of_the_professions_that_happen_to_have_images_is_not_told() -> None:
    begun = gaps_of([of("a", 60, 40), *(of(name, 0, 0) for name in TWELVE[1:])], known(*[0.5] * 12))
    assert tell(begun) == [
        "1 profession is too few to test for exaggeration: 10 are needed.",
        "1 of 12 professions has a matching reference and enough images.",
        "No gap is clear enough to report.",
        (
            "Left out of these numbers, as they have fewer than 10 images, or a label on too few: "
            "b, c, d, e, f, g, h, i, j, k, l."
        ),
    ]


def test_a_single_profession_has_a_gap_and_no_mean() -> None:
    told = tell(gaps_of([of("a", 90, 10)], known(0.5)))
    assert told[0] == "1 profession is too few to test for exaggeration: 10 are needed."
    assert told[1].startswith("Gap between images and the labour statistics of 2023: +40 points")
    assert told[2:] == ["The gap is clear enough to report."]


def test_one_unclear_image_of_ten_leaves_a_profession_in() -> None:
    found = gaps_of([of("a", 5, 4, abstained=1), of("b", 5, 4)], known(0.5, 0.5))
    assert [one.counts for one in found.rows] == [True, False]


def test_a_gap_is_clear_only_if_its_interval_excludes_0() -> None:
    clear, unclear = gaps_of([of("a", 90, 10), of("b", 50, 50)], known(0.5, 0.5)).rows
    assert (clear.clear, unclear.clear) == (True, False)
    assert clear.gap is not None
    assert not replace(clear, gap=replace(clear.gap, low=-0.01)).clear


def test_a_long_list_of_those_left_out_is_cut() -> None:
    many = [of(f"trade {number}", 9, 9) for number in range(15)]
    (*_, told) = tell(gaps_of(many, {}))
    assert told.endswith("trade 10, trade 11 and 3 more.")


@pytest.mark.parametrize(
    ("stretch", "verdict"),
    [
        (2.0, r"Differences between professions are exaggerated \(x[12]\.\d\d, "),
        (0.3, r"Differences between professions are understated \(x0\.\d\d, "),
        (0.0, r"Differences between professions are absent or slight \(x0\.\d\d, "),
        (1.0, r"No exaggeration is clear enough to report \(x\d\.\d\d, "),
    ],
)
def test_the_headline_says_whether_the_reference_is_exaggerated(
    stretch: float, verdict: str
) -> None:
    shares = [0.08 + 0.07 * place for place in range(12)]
    odds = [(share / (1 - share)) ** stretch for share in shares]
    women = [
        round(1000 * each / (1 + each)) + (5 if place % 2 else -5)
        for place, each in enumerate(odds)
    ]
    tallies = [of(name, count, 1000 - count) for name, count in zip(TWELVE, women, strict=True)]
    first, *others = tell(gaps_of(tallies, known(*shares)))
    assert re.fullmatch(verdict + r"95% interval \u2212?\d\.\d\d to \d\.\d\d\)\.", first)
    assert others[0].startswith("Mean gap between images and the labour statistics of 2023: ")


def test_the_gap_of_one_profession_is_told_with_its_interval_and_reservation() -> None:
    (close,) = gaps_of([of("a", 60, 40)], known(0.25)).rows
    assert gap_line(close) == (
        "Gap to the reference (a): +35 points, 95% interval +25 to +44 (as counted)."
    )
    (broad,) = gaps_of([of("a", 60, 40)], known(0.25, match="broad")).rows
    assert str(gap_line(broad)).endswith(
        "; left out of the headline, as the occupation matches the profession only roughly)."
    )
    few, lacking = gaps_of([of("a", 6, 3), of("b", 60, 40)], known(0.25)).rows
    assert (gap_line(few), gap_line(lacking)) == (None, None)


def test_a_gap_by_itself_is_that_of_the_family_untested() -> None:
    found = gaps_of([of("a", 60, 40), of("b", 20, 80)], known(0.25, 0.5)).rows[0]
    alone = gap_of(found.finding, found.reference)
    assert alone == replace(found, p=None, q=None)


def test_the_draws_behind_corrected_gaps_are_made_once_and_kept() -> None:
    tallies = [of("a", 60, 40), of("b", 20, 80), of("z", 10, 10)]
    found = gaps_of(tallies, known(0.5, 0.5), {("model-a", "gender"): ERRORS})
    assert found.correction is not None
    assert len(found.correction.tallies) == len(found.counted) == 2
    assert gaps_of(tallies, known(0.5, 0.5)).correction is None


@pytest.mark.parametrize("errors", [{}, {("model-a", "gender"): ERRORS}])
def test_the_level_is_that_of_the_tallies(errors: "Errors") -> None:
    shares = [0.1 + 0.07 * place for place in range(12)]
    tallies = [replace(of(name, 12, 8), level=0.8) for name in TWELVE]
    found = gaps_of(tallies, known(*shares), errors)
    told = headline(found)
    assert {one.gap.level for one in found.rows if one.gap} == {0.8}
    assert told.slope is not None
    assert {told.slope.slope.level, told.slope.shift.level} == {0.8}
    assert (told.interval.level if told.interval else None) == (0.8 if errors else None)
