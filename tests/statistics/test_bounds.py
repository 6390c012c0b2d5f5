import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.statistics.bounds import Bounds, manski


def test_unclear_images_bound_a_share() -> None:
    assert manski(30, 60, 10) == Bounds(30 / 90, 0.30, 0.40)


def test_if_all_images_are_unclear_any_share_is_possible() -> None:
    assert manski(0, 0, 7) == Bounds(None, 0, 1)
    assert manski(0, 0, 0) is None
    with pytest.raises(ValueError, match="must not be below 0"):
        manski(3, -1, 0)


@given(st.integers(0, 90), st.integers(0, 90), st.integers(0, 90), st.integers(0, 90))
def test_whatever_the_unclear_images_show_the_share_keeps_its_bounds(
    count: int, others: int, of_class: int, of_others: int
) -> None:
    bounds = manski(count, others, of_class + of_others)
    if bounds is None:
        return
    shown = (count + of_class) / (count + others + of_class + of_others)
    assert bounds.low - 1e-12 <= shown <= bounds.high + 1e-12
