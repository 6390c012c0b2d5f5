"""What the button and the line beside it say."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from explorer.generators import reading
from explorer.models.backends import Hosted, Imported
from explorer.page.choice import Choice, study
from explorer.page.desk import Desk
from explorer.page.pace import Estimate
from explorer.page.todo import ToDo, button_text, progress_text, status_text, to_do
from explorer.progress import Progress
from explorer.study import Study

SMALL = Choice(("emoji-skewed",), adjectives=("none",), images=4)


def todo(missing: int, unclassified: int = 0, *, measured: bool = True) -> ToDo:
    return ToDo(189, missing, unclassified, Estimate(12.0, measured))


def test_the_button_says_how_many_images_are_missing_and_how_long_they_take() -> None:
    assert button_text(todo(64)) == "Generate 64 images, about 12 s"
    assert button_text(todo(1)) == "Generate 1 image, about 12 s"


def test_images_that_were_generated_and_not_classified_are_classified() -> None:
    assert button_text(todo(0, 3)) == "Classify 3 images"
    assert status_text(todo(0, 3), stopped=False) == "3 images are not classified yet."


def test_what_is_to_be_classified_is_told_beside_what_is_to_be_generated() -> None:
    assert button_text(todo(64, 125)) == "Generate 64 images, about 12 s, and classify 125 more"
    told = status_text(todo(64, 125), stopped=False)
    assert told.startswith("125 of 189 images are here. 125 of them are not classified yet.")


def test_the_estimate_says_what_it_rests_on() -> None:
    assert status_text(todo(64), stopped=False).startswith("125 of 189 images are here.")
    assert "a guess" in status_text(todo(64, measured=False), stopped=False)


def test_what_the_missing_images_take_is_told_and_never_of_a_guessed_place(desk: Desk) -> None:
    choice = Choice(("CompVis/stable-diffusion-v1-4",), images=9)
    asked = study(choice, desk.find_model, "cpu")
    nowhere = replace(desk, settings=replace(desk.settings, country=None, region=None))
    assert "kWh and 6.4 to 99 g CO2e (from published figures)." in to_do(asked, nowhere).footprint
    named = replace(desk, settings=replace(desk.settings, country="France"))
    told = to_do(asked, named).footprint
    assert told == "About 0.13 kWh and 9.4 g CO2e (from published figures)."
    assert status_text(to_do(asked, named), stopped=False).endswith(told)
    wrong = replace(desk, settings=replace(desk.settings, country="Frnce"))
    assert "Did you mean 'France'" in to_do(asked, wrong).footprint


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (Imported(), "mine: imported images have no energy here; nobody knows what they took."),
        (Hosted(512, 512), "mine: a service generates the images and does not tell its energy."),
    ],
)
def test_images_that_another_machine_makes_have_no_energy(
    desk: Desk, settings: Imported | Hosted, told: str
) -> None:
    asked = study(SMALL, desk.find_model, "cpu")
    (card,) = asked.models
    other = replace(
        card, title="mine", bundled=False, spec=replace(card.spec, name="mine", settings=settings)
    )
    assert to_do(replace(asked, models=(other,)), desk).footprint == told
    both = to_do(replace(asked, models=(card, other)), desk).footprint
    assert both.startswith("About ")
    assert both.endswith(told)


def test_the_tokenizer_is_asked_once_for_the_same_prompts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def read(*of: Any) -> tuple[reading.Reader, ...]:
        asked.append(of)
        return readers(*of)

    readers = reading.readers
    monkeypatch.setattr(reading, "readers", read)
    first = to_do(study(replace(SMALL, professions=("vlemtor",)), desk.find_model, "cpu"), desk)
    assert "does not know 'vlemtor'" in " ".join(first.warnings)
    again = to_do(study(replace(SMALL, professions=("vlemtor",)), desk.find_model, "cpu"), desk)
    assert again.warnings == first.warnings
    assert len(asked) == 1


def test_where_nothing_is_missing_nothing_is_taken(
    desk: Desk, generated: Callable[[Choice], Study]
) -> None:
    assert to_do(generated(SMALL), desk).footprint == ""


def test_images_of_other_versions_are_named_where_images_are_missing() -> None:
    others = replace(todo(64), others=("a/tune@main",))
    assert "not counted here: 'a/tune@main'." in status_text(others, stopped=False)
    assert "tune" not in status_text(replace(others, missing=0), stopped=False)


def test_a_stopped_run_says_that_nothing_is_lost() -> None:
    told = status_text(todo(64), stopped=True)
    assert told.startswith("Stopped. All generated images are kept. 125 of 189 images are here.")


def test_progress_tells_rate_and_time_left() -> None:
    progress = Progress(64, 189, "generate", None, 7.14, 17.6)
    assert progress_text(progress) == "64 of 189 generated, 7.1 per second, 18 s left"


def test_a_slow_model_is_told_in_seconds_an_image() -> None:
    progress = Progress(1, 9, "generate", None, 0.02, 400.0)
    assert progress_text(progress) == "1 of 9 generated, 50 s per image, 6.7 min left"


def test_what_is_missing_is_looked_up_in_the_store(
    desk: Desk, generated: Callable[[Choice], Study]
) -> None:
    study = generated(SMALL)
    assert to_do(study, desk).done
    more = Study(study.models, study.professions, study.adjectives, images=6)
    assert to_do(more, desk).missing == 2


def test_before_the_first_batch_a_run_says_what_it_waits_for() -> None:
    progress = Progress(0, 9, "generate", None, None, None)
    assert (
        progress_text(progress) == "Loading the model to generate 9 images\N{HORIZONTAL ELLIPSIS}"
    )
    progress = Progress(0, 9, "classify", None, None, None)
    assert progress_text(progress) == "Getting ready to classify 9 images\N{HORIZONTAL ELLIPSIS}"


@pytest.mark.usefixtures("no_yunet")
def test_what_a_real_model_downloads_is_told_before_the_button_is_pressed(desk: Desk) -> None:
    asked = study(Choice(("stabilityai/sd-turbo",)), desk.find_model, "cpu")
    found = to_do(asked, desk)
    # 5.2 GB, and the classifier of photographs.
    told = status_text(found, stopped=False)
    assert "The first run downloads about 6.9 GB and keeps them." in told
    assert "and the classifier of photographs (about 1.7 GB)" in " ".join(found.details)
    assert "from making the hardware" in " ".join(found.details)
    assert "To tell two models 10 points apart" in " ".join(found.details)
    assert to_do(study(SMALL, desk.find_model, "cpu"), desk).download == ""


@pytest.mark.usefixtures("no_yunet")
def test_a_model_of_unknown_size_says_so(desk: Desk) -> None:
    asked = study(Choice(("a/tune",)), desk.find_model, "cpu")
    assert "whose size is not known here" in to_do(asked, desk).download
