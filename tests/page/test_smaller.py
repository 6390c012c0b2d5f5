"""What a smaller choice would cost and tell."""

from explorer.page.choice import COMPARE, EXPLORE, Choice, parse, study
from explorer.page.desk import Desk
from explorer.page.events import parameters
from explorer.page.smaller import Smaller, smaller
from explorer.page.todo import to_do


def offered(desk: Desk, choice: Choice, default: Choice) -> Smaller | None:
    asked = study(choice, desk.find_model, "cpu")
    return smaller(choice, asked, desk, default, to_do(asked, desk).missing)


def test_a_big_choice_says_what_a_smaller_one_costs_and_tells(desk: Desk) -> None:
    found = offered(desk, Choice(COMPARE.models, ("all",)), COMPARE)
    assert found
    assert found.text == "Without adjectives: 6,000 images, 10 min, enough to rank professions."
    view, _mark, query = found.address.partition("?")
    chosen = parse(parameters(query), COMPARE)
    assert (view, chosen.professions, chosen.adjectives) == ("compare", ("all",), ("none",))
    assert study(chosen, desk.find_model, "cpu").size == 6000


def test_one_profession_is_offered_enough_to_tell_two_models_apart(desk: Desk) -> None:
    found = offered(desk, Choice(("emoji-skewed",), images=100), EXPLORE)
    assert found
    assert found.text.startswith("Without adjectives: 388 images, ")
    assert found.text.endswith("enough to tell two models 10 points apart.")


def test_many_images_without_adjectives_are_offered_fewer_of_each(desk: Desk) -> None:
    found = offered(desk, Choice(COMPARE.models, ("all",), ("none",), 100), COMPARE)
    assert found
    assert found.text.startswith("With 20 images of each profession: 6,000 images, ")


def test_nothing_is_offered_in_place_of_a_small_choice(desk: Desk) -> None:
    assert offered(desk, EXPLORE, EXPLORE) is None
