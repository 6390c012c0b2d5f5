"""What the button and the line beside it say."""

from collections.abc import Callable

from explorer.page.choice import Choice
from explorer.page.desk import Desk
from explorer.page.pace import Estimate
from explorer.page.todo import ToDo, button_text, progress_text, status_text, to_do
from explorer.progress import Progress
from explorer.study import Study

SMALL = Choice(("emoji-skewed",), adjectives=("none",), images=4)


def todo(missing: int, unjudged: int = 0, *, measured: bool = True) -> ToDo:
    return ToDo(189, missing, unjudged, Estimate(12.0, measured))


def test_the_button_says_how_many_pictures_are_missing_and_how_long_they_take() -> None:
    assert button_text(todo(64)) == "Draw 64 pictures, about 12 s"
    assert button_text(todo(1)) == "Draw 1 picture, about 12 s"


def test_pictures_that_were_drawn_and_not_judged_are_judged() -> None:
    assert button_text(todo(0, 3)) == "Judge 3 pictures"
    assert status_text(todo(0, 3), stopped=False) == "3 pictures not judged yet."


def test_what_is_to_be_judged_is_told_beside_what_is_to_be_drawn() -> None:
    assert button_text(todo(64, 125)) == "Draw 64 pictures, about 12 s, and judge 125 more"
    told = status_text(todo(64, 125), stopped=False)
    assert told.startswith("125 of 189 pictures are here. 125 of them not judged yet.")


def test_the_estimate_says_what_it_rests_on() -> None:
    assert status_text(todo(64), stopped=False).startswith("125 of 189 pictures are here.")
    assert "a guess" in status_text(todo(64, measured=False), stopped=False)


def test_a_stopped_drawing_says_that_nothing_is_lost() -> None:
    assert status_text(todo(64), stopped=True).startswith("Stopped; nothing drawn is lost.")


def test_progress_tells_rate_and_time_left() -> None:
    progress = Progress(64, 189, "draw", None, 7.14, 17.6)
    assert progress_text(progress) == "64 of 189 drawn, 7.1 a second, 18 s left"


def test_a_slow_model_is_told_in_seconds_a_picture() -> None:
    progress = Progress(1, 9, "draw", None, 0.02, 400.0)
    assert progress_text(progress) == "1 of 9 drawn, 50 s a picture, 7 min left"


def test_what_is_missing_is_looked_up_in_the_store(
    desk: Desk, drawn: Callable[[Choice], Study]
) -> None:
    study = drawn(SMALL)
    assert to_do(study, desk).done
    more = Study(study.models, study.professions, study.adjectives, images=6)
    assert to_do(more, desk).missing == 2


def test_before_the_first_batch_a_drawing_says_what_it_waits_for() -> None:
    progress = Progress(0, 9, "draw", None, None, None)
    assert progress_text(progress) == "Loading the model to draw 9 pictures\N{HORIZONTAL ELLIPSIS}"
    progress = Progress(0, 9, "judge", None, None, None)
    assert progress_text(progress) == "Getting ready to judge 9 pictures\N{HORIZONTAL ELLIPSIS}"
