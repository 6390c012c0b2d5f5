from explorer.perception.axes import every_axis, find_axis, load_axes, varied
from explorer.perception.instruments import ClassifierSpec, Instrument


def test_gender_and_tone_are_asked_where_no_axis_is_named() -> None:
    assert [axis.name for axis in load_axes()] == ["gender", "tone"]
    assert {axis.name for axis in every_axis()} > {"pixel-tone", "subject"}


def test_captions_pixels_and_the_gate_answer_the_declared_axes() -> None:
    methods = {axis.name: axis.method for axis in every_axis()}
    assert methods["gender"] == methods["tone"] == "captions"
    assert (methods["pixel-tone"], methods["subject"]) == ("pixels", "subject")


def test_the_captions_that_error_rates_were_counted_with_keep_their_names() -> None:
    clip = ClassifierSpec("captions", None, "emoji-clip")
    assert str(Instrument.of(clip, find_axis("gender"))) == "emoji-clip#fba77c98"
    assert str(Instrument.of(clip, find_axis("tone"))) == "emoji-clip#5a4c542b"


def test_no_two_axes_share_a_digest() -> None:
    assert len({axis.digest for axis in every_axis()}) == len(every_axis())


def test_a_varied_axis_is_another_instrument_and_an_unvaried_one_the_same() -> None:
    gender = find_axis("gender")
    assert varied(gender) == gender
    fewer = varied(gender, templates=gender.templates[1:])
    assert fewer.digest != gender.digest
    assert len(fewer.captions("feminine")) < len(gender.captions("feminine"))
    assert varied(gender, threshold=0.5).digest != gender.digest
