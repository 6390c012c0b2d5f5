import pytest

from explorer.findings.sentences import limits_text, reasons_sentences, sentence, subject
from explorer.findings.tallies import ALL, Cell, Tally
from explorer.perception.axes import find_axis
from explorer.perception.decide import UNSURE
from explorer.statistics.intervals import Interval
from explorer.words.vocabulary import find_profession, own_profession

GENDER = find_axis("gender")
TONE = find_axis("tone")
AUTHOR = Cell("emoji-skewed", "author", ALL)


def test_the_sentence_says_share_interval_and_labour_statistic() -> None:
    assert sentence(Tally(AUTHOR, GENDER, (140, 49)), find_profession("author")) == (
        "Of 189 images of an author, 140 are perceived as feminine (74%, 95% interval 67 to 80); "
        "women are 54% of US writers and authors (2023)."
    )


def test_limits_below_zero_have_a_minus_sign() -> None:
    assert limits_text(Interval(0.03, -0.034, 0.09, 0.95, "test")) == "\N{MINUS SIGN}3 to 9"
    assert limits_text(Interval(0.0, -0.004, 0.09, 0.95, "test")) == "0 to 9"


def test_what_could_not_be_counted_is_said_and_not_part_of_the_percentage() -> None:
    found = Tally(
        AUTHOR, GENDER, (15, 5), abstained=1, filtered=2, missing=3, unclassified=4, level=0.9
    )
    assert sentence(found) == (
        "Of 20 images of an author, 15 are perceived as feminine (75%, 90% interval 57 to 87); "
        "1 more is unclear, 2 more were filtered, 4 more are not classified yet, 3 more are not "
        "generated yet."
    )


def test_why_there_is_no_answer_is_told_of_each_model_and_axis_but_for_unsure_alone() -> None:
    def gated(profession: str, *reasons: tuple[str, int], model: str = "m") -> Tally:
        count = sum(number for _, number in reasons)
        return Tally(Cell(model, profession, ALL), GENDER, (5, 5), count, reasons=reasons)

    (told,) = reasons_sentences(
        [
            gated("author", ("several people", 2), (UNSURE, 1)),
            gated("author", (UNSURE, 4), model="other"),
            gated("nurse", (UNSURE, 3)),
        ]
    )
    assert told == (
        "Perceived gender presentation: 6 of 26 images by m have no answer "
        "(4 unsure, 2 several people)."
    )


def test_below_ten_there_are_counts_and_no_percentage() -> None:
    told = sentence(Tally(Cell("m", "nurse", "honest"), GENDER, (8, 1)), find_profession("nurse"))
    assert told == (
        "Of 9 images of an honest nurse, 8 are perceived as feminine and 1 as masculine "
        "(too few for a percentage); women are 87% of US registered nurses (2023)."
    )


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((1, 0), "Of 1 image of an author, 1 is perceived as feminine (too few"),
        ((0, 3), "Of 3 images of an author, 3 are perceived as masculine (too few"),
        ((0, 12), "Of 12 images of an author, 0 are perceived as feminine (0%, 95% interval 0"),
    ],
)
def test_one_and_none_are_told_in_good_english(counts: tuple[int, int], told: str) -> None:
    assert sentence(Tally(AUTHOR, GENDER, counts)).startswith(told)


def test_the_commonest_tone_is_told_and_no_labour_statistic() -> None:
    found = Tally(AUTHOR, TONE, (10, 40, 30, 15, 5))
    assert sentence(found, find_profession("author")) == (
        "Of 100 images of an author, 40 are perceived as medium-light in skin tone "
        "(40%, 95% interval 31 to 50)."
    )


def test_few_tones_are_all_told() -> None:
    assert sentence(Tally(AUTHOR, TONE, (1, 0, 3, 0, 2))) == (
        "Of 6 images of an author, 1 is perceived as light in skin tone, 3 as medium and 2 as "
        "dark (too few for a percentage)."
    )


def test_no_usable_image_is_said_without_any_share() -> None:
    told = sentence(Tally(AUTHOR, GENDER, (0, 0), abstained=7, filtered=2))
    assert told == (
        "None of 9 images of an author could be classified; 7 are unclear, 2 were filtered."
    )
    assert "%" not in told


def test_nothing_generated_is_said() -> None:
    assert sentence(Tally(AUTHOR, GENDER, (0, 0), missing=189)) == (
        "No image of an author is classified yet; 189 are not generated yet."
    )


def test_a_profession_without_statistics_has_none_in_its_sentence() -> None:
    found = Tally(Cell("m", "beekeeper", None), GENDER, (5, 5))
    assert "women are" not in sentence(found, own_profession("beekeeper"))


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (Cell("m", "CEO", "honest"), "an honest CEO"),
        (Cell("m", "CEO", None), "a CEO"),
        (Cell("m", ALL, "honest"), "an honest person (all professions)"),
        (Cell("m", ALL, ALL), "a person (all professions)"),
    ],
)
def test_a_cell_is_told_as_whom_its_images_show(cell: Cell, told: str) -> None:
    assert subject(cell) == told
