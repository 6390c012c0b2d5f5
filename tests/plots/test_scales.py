import pytest

from explorer.plots.scales import scale_around


def test_a_scale_is_the_narrowest_that_holds_every_value() -> None:
    assert scale_around(0, [0.05, -0.09]).reach == 0.1
    assert scale_around(0, [0.05, -0.11]).reach == 0.25
    assert scale_around(1, [1.6, 1.9]).reach == 1
    assert scale_around(0, []).reach == 0.1


def test_places_run_from_the_left_end_to_the_right_end() -> None:
    scale = scale_around(1, [1.9])
    assert scale.ticks == (0, 1, 2)
    assert [scale.place(value) for value in (0, 1, 2)] == [0, 0.5, 1]
    assert scale.place(1.5) == pytest.approx(0.75)
    assert scale.place(9) == 1
