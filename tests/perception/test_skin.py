import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from explorer.perception.axes import find_axis
from explorer.perception.instruments import ClassifierSpec, Instrument
from explorer.perception.skin import (
    CAST,
    CLIPPED,
    DRAWING,
    PHOTOGRAPH,
    TOO_FEW,
    Skin,
    answer,
    bin_of,
    bin_of_word,
    describe,
    is_grey,
    measure,
    monk_tones,
    to_lab,
)

AXIS = find_axis("pixel-tone")
PIXELS = Instrument.of(ClassifierSpec("pixels"), AXIS)
BINS = ["light"] * 5 + ["medium"] * 2 + ["deep"] * 3
# skintone.google; angles from the colours, as published tables have them.
MONK = [
    ("#f6ede4", (94.21, 1.50, 5.43), 83.0, 74.6),
    ("#f3e7db", (92.27, 2.06, 7.29), 80.2, 74.2),
    ("#f7ead0", (93.09, 0.22, 14.22), 71.7, 89.1),
    ("#eadaba", (87.57, 0.46, 17.76), 64.7, 88.5),
    ("#d7bd96", (77.90, 3.47, 23.14), 50.3, 81.5),
    ("#a07e56", (55.14, 7.78, 26.75), 10.9, 73.8),
    ("#825c43", (42.47, 12.33, 20.54), -20.1, 59.0),
    ("#604134", (30.68, 11.67, 13.34), -55.4, 48.8),
    ("#3a312a", (21.07, 2.69, 5.97), -78.3, 65.7),
    ("#292420", (14.61, 1.48, 3.53), -84.3, 67.2),
]


def colour(hexadecimal: str) -> tuple[int, ...]:
    return tuple(int(hexadecimal[place : place + 2], 16) for place in (1, 3, 5))


def patch(rgb: tuple[int, ...] | NDArray[np.float64], side: int = 24) -> NDArray[np.uint8]:
    return np.full((side, side, 3), np.round(rgb), dtype=np.uint8)


def lit(
    rgb: tuple[int, ...], stops: float = 0.0, light: tuple[float, ...] = (1, 1, 1)
) -> NDArray[np.float64]:
    """Return sRGB of the same surface, brighter by so many stops, under light of another colour."""
    encoded = np.array(rgb) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear * 2.0**stops * np.array(light), 0, 1)
    again = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(again * 255)


def skin_of(region: NDArray[np.uint8]) -> Skin:
    found = measure(region, PHOTOGRAPH)
    assert isinstance(found, Skin), found
    return found


@pytest.mark.parametrize(("place", "tone"), list(enumerate(MONK, 1)))
def test_each_monk_tone_is_found_with_its_published_colour_and_angles(
    place: int, tone: tuple[str, tuple[float, ...], float, float]
) -> None:
    hexadecimal, lab, ita, hue = tone
    assert to_lab(np.array(colour(hexadecimal), dtype=np.uint8)) == pytest.approx(lab, abs=0.02)
    skin = describe(to_lab(np.array(colour(hexadecimal), dtype=np.uint8)), 1)
    assert skin.monk == place
    assert skin.sureness == pytest.approx(1)
    assert skin.ita_degrees == pytest.approx(ita, abs=0.06)
    assert skin.hue_degrees == pytest.approx(hue, abs=0.06)
    assert bin_of(skin.monk) == BINS[place - 1]


@pytest.mark.parametrize(
    ("rgb", "lab", "ita", "monk"),
    [
        ((255, 224, 196), (91.03, 6.48, 17.65), 66.73, 4),
        ((225, 172, 150), (74.65, 16.40, 18.82), 52.63, 5),
        ((198, 134, 66), (61.18, 18.04, 45.59), 13.78, 6),
        ((141, 85, 36), (41.67, 18.91, 37.24), -12.61, 7),
        ((92, 51, 23), (25.88, 15.80, 25.18), -43.78, 8),
    ],
)
def test_skin_colours_between_the_tones_get_the_nearest(
    rgb: tuple[int, ...], lab: tuple[float, ...], ita: float, monk: int
) -> None:
    found = to_lab(np.array(rgb, dtype=np.uint8))
    assert found == pytest.approx(lab, abs=0.01)
    assert describe(found, 1).ita_degrees == pytest.approx(ita, abs=0.01)
    assert describe(found, 1).monk == monk


def test_neighbouring_tones_are_as_far_apart_as_published() -> None:
    from skimage.color import deltaE_ciede2000

    tones = monk_tones()
    apart = deltaE_ciede2000(tones[:-1], tones[1:])
    assert apart == pytest.approx([1.9, 5.6, 4.0, 7.7, 18.8, 14.0, 10.9, 11.8, 5.0], abs=0.06)


def test_colours_are_not_rounded_to_eight_bits() -> None:
    # In 8-bit Lab the darkest tone's angle would be -5.5 degrees.
    assert describe(monk_tones()[9], 1).ita_degrees < -80


@pytest.mark.parametrize("stops", [-1 / 3, 0, 1 / 3])
@pytest.mark.parametrize("place", range(10))
def test_a_third_of_a_stop_of_light_moves_no_tone_out_of_its_bin(place: int, stops: float) -> None:
    region = patch(lit(colour(MONK[place][0]), stops))
    found = measure(region, PHOTOGRAPH)
    if isinstance(found, Skin):
        assert bin_of(found.monk) == BINS[place]
    else:
        # More light than an image can hold hides the lightest tones, and says so.
        assert (found, stops > 0, place < 4) == (CLIPPED, True, True)


def test_darker_light_makes_skin_look_darker() -> None:
    tone = colour(MONK[5][0])
    bright, dark = (skin_of(patch(lit(tone, stops))) for stops in (0, -1))
    assert (bright.monk, dark.monk) == (6, 7)
    assert dark.ita_degrees < -20 < 10 < bright.ita_degrees


@pytest.mark.parametrize("place", [1, 4, 6, 8])
def test_blue_light_is_a_colour_cast_and_no_tone(place: int) -> None:
    assert measure(patch(lit(colour(MONK[place][0]), -1, (0.5, 0.7, 2.0))), PHOTOGRAPH) == CAST


def test_green_light_is_a_colour_cast_and_no_tone() -> None:
    assert measure(patch(lit(colour(MONK[5][0]), -1, (0.6, 1.2, 0.6))), PHOTOGRAPH) == CAST


def test_a_tenth_of_warm_or_cool_light_moves_no_middle_tone_out_of_its_bin() -> None:
    for place in (4, 5, 6, 7):
        for warmth in (0.9, 1.1):
            region = patch(lit(colour(MONK[place][0]), light=(warmth, 1, 2 - warmth)))
            assert bin_of(skin_of(region).monk) == BINS[place]


def test_too_few_skin_pixels_are_no_answer() -> None:
    assert measure(patch(colour(MONK[5][0]), 19), PHOTOGRAPH) == TOO_FEW
    assert isinstance(measure(patch(colour(MONK[5][0]), 24), PHOTOGRAPH), Skin)


def test_white_and_black_regions_are_clipped_in_photographs() -> None:
    for level in (0, 255):
        assert measure(patch((level,) * 3), PHOTOGRAPH) == CLIPPED


def test_a_region_without_colour_holds_no_skin() -> None:
    assert measure(patch((128, 128, 128)), PHOTOGRAPH) == TOO_FEW


def test_what_covers_a_part_of_the_face_is_left_out() -> None:
    region = patch(colour(MONK[6][0]), 40)
    region[:12] = (30, 60, 200)
    region[12:14] = (255, 255, 255)
    assert skin_of(region).monk == 7
    assert skin_of(region).pixels <= 26 * 40


def test_what_is_in_front_of_a_drawn_face_is_no_coloured_light() -> None:
    region = patch((30, 60, 200), 40)
    assert measure(region, DRAWING) == TOO_FEW
    region[:15] = colour(MONK[6][0])
    found = measure(region, DRAWING)
    assert isinstance(found, Skin)
    assert found.monk == 7


def test_of_a_drawing_the_lit_side_is_measured_and_of_a_photograph_the_middle() -> None:
    region = patch(colour("#eebfaa"), 40)
    region[22:] = colour("#a5735f")
    drawing, photograph = measure(region, DRAWING), measure(region, PHOTOGRAPH)
    assert isinstance(drawing, Skin)
    assert isinstance(photograph, Skin)
    assert drawing.lightness == pytest.approx(80.9, abs=0.1)
    region[18:] = colour("#a5735f")
    shaded = measure(region, PHOTOGRAPH)
    assert isinstance(shaded, Skin)
    assert (bin_of(drawing.monk), bin_of(shaded.monk)) == ("light", "medium")


def test_an_image_is_grey_if_nearly_all_of_it_is() -> None:
    image = np.random.default_rng(0).integers(0, 256, (40, 40, 1), dtype=np.uint8).repeat(3, 2)
    assert is_grey(image)
    image[:8] = colour(MONK[4][0])
    assert not is_grey(image)


@pytest.mark.parametrize(
    ("drawn", "tones"),
    [
        (["#f9ddbd", "#e0bb95", "#ba8d68", "#a56c43", "#70534a"], [4, 5, 6, 6, 8]),  # Noto
        (["#ffd7c2", "#eebfaa", "#c68d7b", "#966661", "#573739"], [2, 5, 6, 7, 8]),  # Fluent, flat
    ],
)
def test_the_five_words_stand_for_the_bins_of_the_skin_colours_emoji_sets_draw_for_them(
    drawn: list[str], tones: list[int]
) -> None:
    found = [describe(to_lab(np.array(colour(each), dtype=np.uint8)), 1).monk for each in drawn]
    assert found == tones
    assert [bin_of_word(word) for word in find_axis("tone").labels] == [*map(bin_of, found)]


def test_an_answer_keeps_what_was_measured_under_the_axis_names() -> None:
    seen = answer("key", AXIS, PIXELS, skin_of(patch(colour(MONK[7][0]))))
    told = dict(zip(AXIS.score_names, seen.scores, strict=True))
    assert (seen.label, seen.reason, told["monk_tone"]) == ("deep", None, 8)
    assert told["ita_degrees"] == pytest.approx(-55.4, abs=0.06)
    assert answer("key", AXIS, PIXELS, CAST).reason == CAST


@settings(max_examples=40)
@given(place=st.integers(0, 9), seed=st.integers(0, 2**32 - 1), spread=st.floats(0, 6))
def test_noise_does_not_move_the_bin(place: int, seed: int, spread: float) -> None:
    noise = np.random.default_rng(seed).normal(0, spread, (30, 30, 3))
    region = np.clip(patch(colour(MONK[place][0]), 30) + noise, 0, 249).astype(np.uint8)
    found = measure(region, PHOTOGRAPH)
    if isinstance(found, Skin):
        assert bin_of(found.monk) == BINS[place]
    else:
        # The darkest tones are hardly coloured: noise can hide what colour they have.
        assert place in {0, 8, 9}
