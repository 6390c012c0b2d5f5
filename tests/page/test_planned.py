"""What the images asked for will tell, before any is generated."""

from explorer.models.catalog import find_model
from explorer.page.choice import Choice, study
from explorer.page.planned import planned
from explorer.statistics.confusion import Confusion

UNKNOWN = ("CompVis/stable-diffusion-v1-4",)


def line(choice: Choice) -> str:
    return planned(study(choice, find_model, "cpu"), {}).line


def test_it_tells_the_precision_of_a_profession_and_what_a_difference_takes() -> None:
    assert line(Choice(UNKNOWN, images=9)) == (
        "With 189 images a percentage is accurate to about 7 points either way. "
        "To detect a 10-point difference between models, generate 388 each."
    )
    assert line(Choice(UNKNOWN, images=20)).endswith(
        "That is enough to detect a 10-point difference between models."
    )


def test_too_few_images_tell_counts_only() -> None:
    said = line(Choice(UNKNOWN, adjectives=("none",), images=9))
    assert said.startswith("With 9 images of a profession there are only counts, no percentages.")
    assert line(Choice(UNKNOWN, adjectives=("none",), images=1)).startswith("With 1 image of a")


def test_the_sentences_are_those_of_the_command_line() -> None:
    told = planned(study(Choice(UNKNOWN), find_model, "cpu"), {}).sentences
    assert "With 388 images of each" in told[0]
    assert "The instrument's errors are unknown" in told[1]


def test_an_instrument_that_errs_too_much_tells_no_number() -> None:
    guess = Confusion(((50, 50), (50, 50), (0, 0)), "human")
    found = planned(study(Choice(UNKNOWN), find_model, "cpu"), {("m", "gender"): guess})
    assert "errs too often" in found.line
    assert "No number of images makes up for this" in found.sentences[0]
