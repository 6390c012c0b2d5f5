from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.errors import OutOfRange
from explorer.perception.axes import Perception
from explorer.perception.instruments import ClassifierSpec, Instrument
from explorer.perception.samples import Sampled, allocation, draw_sample

CLIP = Instrument(ClassifierSpec("captions", None, "clip"), "11111111")
sizes = st.dictionaries(st.sampled_from(["a", "b", "c", None]), st.integers(1, 500), min_size=1)


def seen(count: int = 1_000) -> list[Perception]:
    """Return the answers of an instrument: nine in ten masculine, and few abstentions."""
    said = [
        None if n % 50 == 0 else "feminine" if n % 12 == 0 else "masculine" for n in range(count)
    ]
    return [
        Perception(f"{n:064x}", "gender", CLIP, label, None, (0.5, 0.5))
        for n, label in enumerate(said)
    ]


def test_a_sample_holds_every_answer_and_tells_among_how_many_it_was_chosen() -> None:
    sample = draw_sample(seen())
    assert len(sample) == 200
    drawn = Counter(one.answer for one in sample)
    assert drawn["masculine"] > drawn["feminine"] > drawn[None] > 15
    assert {one.answer: one.among for one in sample} == Counter(one.label for one in seen())


def test_the_order_tells_nothing_of_the_answer() -> None:
    sample = draw_sample(seen())
    halves = [Counter(one.answer for one in half) for half in (sample[:100], sample[100:])]
    for answer in ("feminine", "masculine", None):
        assert halves[0][answer] == pytest.approx(halves[1][answer], abs=20)


def test_a_seed_draws_the_same_again_and_another_one_does_not() -> None:
    assert draw_sample(seen()) == draw_sample(reversed(seen()))
    assert set(draw_sample(seen())) != set(draw_sample(seen(), seed=1))


def test_a_larger_sample_holds_the_smaller_one() -> None:
    assert set(draw_sample(seen(), 100)) < set(draw_sample(seen(), 300))


def test_what_is_drawn_of_more_images_holds_most_of_what_was() -> None:
    before = {one.image for one in draw_sample(seen(1_000))}
    after = {one.image for one in draw_sample(seen(1_200))}
    assert len(before & after) > 150


def test_a_sample_of_few_images_is_all_of_them_and_of_none_is_empty() -> None:
    assert len(draw_sample(seen(30))) == 30
    assert draw_sample([]) == ()


@given(sizes, st.integers(20, 400))
def test_no_answer_gives_more_than_there_are_and_none_is_left_out(
    there: dict[str | None, int], size: int
) -> None:
    taken = allocation(there, size)
    assert sum(taken.values()) == min(size, sum(there.values()))
    assert all(0 <= taken[answer] <= there[answer] for answer in there)
    assert all(taken[answer] >= min(5, there[answer]) for answer in there)


def test_an_answer_given_a_few_times_in_thousands_is_in_the_sample() -> None:
    assert allocation({"feminine": 9_000, "masculine": 9_000, None: 3}, 200)[None] == 3


@pytest.mark.parametrize("size", [0, 19, 10_001])
def test_a_size_that_is_no_sample_is_refused(size: int) -> None:
    with pytest.raises(OutOfRange, match=f"size is {size}"):
        draw_sample(seen(), size)


def test_each_sampled_image_names_who_answered() -> None:
    assert isinstance(draw_sample(seen())[0], Sampled)
    assert {one.instrument for one in draw_sample(seen())} == {CLIP}
