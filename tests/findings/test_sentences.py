import pytest

from explorer.findings.corrected import Finding, findings
from explorer.findings.sentences import (
    finding_sentences,
    how_many_are_clear,
    is_clear,
    limits_text,
    reasons_sentences,
    subject,
)
from explorer.findings.tallies import ALL, Cell, Tally
from explorer.perception.axes import find_axis
from explorer.perception.decide import UNSURE
from explorer.statistics.confusion import Confusion
from explorer.statistics.intervals import Interval
from explorer.words.vocabulary import find_profession, own_profession

GENDER = find_axis("gender")
TONE = find_axis("tone")
AUTHOR = Cell("emoji-skewed", "author", ALL)
ERRORS = Confusion(((140, 15), (8, 130), (2, 5)), "nearest source")


def tell(tally: Tally, profession: str | None = None) -> list[str]:
    (found,) = findings([tally])
    return list(finding_sentences(found, find_profession(profession) if profession else None))


def test_the_number_to_quote_is_the_headline_and_the_counts_are_below_it() -> None:
    tally = Tally(AUTHOR, GENDER, (120, 80), abstained=5)
    (found,) = findings([tally], {("emoji-skewed", "gender"): ERRORS})
    assert list(finding_sentences(found, find_profession("author"))) == [
        "58% of images of an author look feminine (95% interval 49 to 68).",
        "Corrected for classifier mistakes, measured on 300 images whose answer is known.",
        "205 images by emoji-skewed: 120 look feminine, 80 masculine, 5 unclear.",
        "Women are 54% of US writers and authors (2023).",
    ]


def test_a_share_that_is_not_corrected_comes_with_its_bounds_and_the_reason() -> None:
    assert tell(Tally(AUTHOR, GENDER, (140, 49), abstained=3)) == [
        "74% of images of an author look feminine (95% interval 67 to 80).",
        "Whatever the 3 images that are unclear show, the share is 73 to 74%.",
        "Not corrected: nobody has annotated images for this instrument yet.",
        "192 images by emoji-skewed: 140 look feminine, 49 masculine, 3 unclear.",
    ]
    assert "Whatever" not in " ".join(tell(Tally(AUTHOR, GENDER, (140, 49))))


def test_draws_beyond_the_scale_are_told() -> None:
    tally = Tally(AUTHOR, GENDER, (200, 0))
    (found,) = findings([tally], {("emoji-skewed", "gender"): ERRORS})
    assert "of the draws lie beyond 0 or 1" in " ".join(finding_sentences(found))


def test_limits_below_zero_have_a_minus_sign() -> None:
    assert limits_text(Interval(0.03, -0.034, 0.09, 0.95, "test")) == "\N{MINUS SIGN}3 to 9"
    assert limits_text(Interval(0.0, -0.004, 0.09, 0.95, "test")) == "0 to 9"


def test_what_could_not_be_counted_is_said_and_not_part_of_the_percentage() -> None:
    found = Tally(
        AUTHOR, GENDER, (15, 5), abstained=1, filtered=2, missing=3, unclassified=4, level=0.9
    )
    headline, *_, counts, missing = tell(found)
    assert headline == "75% of images of an author look feminine (90% interval 57 to 87)."
    assert counts == (
        "27 images by emoji-skewed: 15 look feminine, 5 masculine, 1 unclear, 2 filtered, 4 not "
        "classified yet."
    )
    assert missing == "Not generated yet: 3."


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
    assert tell(Tally(Cell("m", "nurse", "honest"), GENDER, (8, 1)), "nurse") == [
        "9 images of an honest nurse are too few for a percentage.",
        "9 images by m: 8 look feminine, 1 masculine.",
        "Women are 87% of US registered nurses (2023).",
    ]


def test_one_unclear_image_of_ten_does_not_make_a_percentage_impossible() -> None:
    headline, *_ = tell(Tally(AUTHOR, GENDER, (6, 3), abstained=1))
    assert headline == "67% of images of an author look feminine (95% interval 35 to 88)."


def test_a_few_labels_among_many_images_are_too_few() -> None:
    headline, *_ = tell(Tally(AUTHOR, GENDER, (1, 0), abstained=20))
    assert headline == "Only 1 of 21 images of an author has a label: too few for a percentage."


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((1, 0), "1 image of an author is too few for a percentage."),
        ((0, 3), "3 images of an author are too few for a percentage."),
        ((0, 12), "0% of images of an author look feminine (95% interval 0 to 24)."),
    ],
)
def test_one_and_none_are_told_in_good_english(counts: tuple[int, int], told: str) -> None:
    headline, *_ = tell(Tally(AUTHOR, GENDER, counts))
    assert headline == told


def test_one_image_looks_and_several_look() -> None:
    assert "1 image by emoji-skewed: 1 looks feminine." in tell(Tally(AUTHOR, GENDER, (1, 0)))


def test_the_commonest_tone_is_told_and_no_labour_statistic() -> None:
    headline, *_, last = tell(Tally(AUTHOR, TONE, (10, 40, 30, 15, 5)), "author")
    assert headline == (
        "40% of images of an author look medium-light in skin tone (95% interval 31 to 50)."
    )
    assert last == (
        "100 images by emoji-skewed: 10 look light in skin tone, 40 medium-light, 30 medium, 15 "
        "medium-dark, 5 dark."
    )


def test_the_commonest_tone_is_that_of_the_corrected_shares() -> None:
    shares = [Interval(share, share, share, 0.95, "test") for share in (0.2, 0.3, 0.4, 0.1, 0.0)]
    found = Finding(Tally(AUTHOR, TONE, (10, 40, 30, 15, 5)), corrected=tuple(shares))
    headline, *_ = finding_sentences(found)
    assert headline.startswith("40% of images of an author look medium in skin tone")


def test_an_image_shows_people_and_looks_feminine() -> None:
    subject_axis = find_axis("subject")
    counts = (15, *(0 for _ in subject_axis.labels[1:]))
    headline, *_ = tell(Tally(AUTHOR, subject_axis, counts))
    assert headline.startswith(f"100% of images of an author show {subject_axis.labels[0]} (")


def test_no_label_at_all_is_no_percentage() -> None:
    headline, counts = tell(Tally(AUTHOR, GENDER, (0, 0), abstained=7, filtered=2))
    assert headline == "None of 9 images of an author could be classified."
    assert counts == "9 images by emoji-skewed: 7 unclear, 2 filtered."


def test_nothing_generated_is_said() -> None:
    assert tell(Tally(AUTHOR, GENDER, (0, 0), missing=189)) == [
        "No image of an author is classified yet.",
        "Not generated yet: 189.",
    ]


def test_a_profession_without_statistics_has_none_in_its_sentences() -> None:
    (found,) = findings([Tally(Cell("m", "beekeeper", None), GENDER, (5, 5))])
    assert "Women are" not in " ".join(finding_sentences(found, own_profession("beekeeper")))


@pytest.mark.parametrize(
    ("q", "limits", "clear"),
    [
        (0.05, (0.01, 0.2), True),
        (0.05, (-0.2, -0.01), True),
        (0.051, (0.01, 0.2), False),
        (0.001, (-0.01, 0.2), False),
        (None, (0.01, 0.2), False),
    ],
)
def test_a_difference_is_clear_if_its_test_and_its_interval_say_so(
    q: float | None, limits: tuple[float, float], *, clear: bool
) -> None:
    assert is_clear(q, Interval(0.1, *limits, 0.95, "test")) is clear


@pytest.mark.parametrize(
    ("clear", "family", "told"),
    [
        (0, 1, "No shift is clear enough to report."),
        (1, 1, "The shift is clear enough to report."),
        (0, 20, "None of 20 shifts is clear enough to report."),
        (1, 20, "1 of 20 shifts is clear enough to report."),
        (3, 20, "3 of 20 shifts are clear enough to report."),
    ],
)
def test_any_number_of_clear_differences_is_told_in_good_english(
    clear: int, family: int, told: str
) -> None:
    assert how_many_are_clear(clear, family, "shift", "shifts") == told


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
