from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.errors import InvalidData
from explorer.perception.axes import find_axis, varied
from explorer.perception.instruments import ClassifierSpec, Instrument, Recalibration
from explorer.statistics.calibration import Scale

GENDER, TONE = find_axis("gender"), find_axis("tone")
CLIP = ClassifierSpec("captions", None, "X")
BUNDLED_GATE = Instrument(ClassifierSpec("subject"), "aaaaaaaa")
HAAR_GATE = Instrument(ClassifierSpec("subject", "Haar", "a/b"), "bbbbbbbb")
SCALE = Recalibration(Scale(0.52, 0.1), 0.8)

# Every form that was written before instruments had a type: into caches, CSV files and error files.
CLASSIFIERS = {
    "emoji-clip@887fb2e9": ClassifierSpec("captions", None, "emoji-clip", "887fb2e9"),
    "ViT-L-14-quickgelu/openai": ClassifierSpec("captions", None, "ViT-L-14-quickgelu/openai"),
    "YuNet face: emoji-clip@1a2b3c4d": ClassifierSpec("face", "YuNet", "emoji-clip", "1a2b3c4d"),
    "Haar face: ViT-B-32/openai": ClassifierSpec("face", "Haar", "ViT-B-32/openai"),
    "/my models/clip #2@1a2b3c4d": ClassifierSpec(
        "captions", None, "/my models/clip #2", "1a2b3c4d"
    ),
    "YuNet face: /a: b/c@d@1a2b3c4d": ClassifierSpec("face", "YuNet", "/a: b/c@d", "1a2b3c4d"),
    "pixels: lit side of emoji face": ClassifierSpec("pixels"),
    "pixels: Haar face": ClassifierSpec("pixels", "Haar"),
    "pixels: YuNet face": ClassifierSpec("pixels", "YuNet"),
    "subject: bundled art": ClassifierSpec("subject"),
    "subject (YuNet): ViT-L-14-quickgelu/openai": ClassifierSpec(
        "subject", "YuNet", "ViT-L-14-quickgelu/openai"
    ),
    "subject (Haar): emoji-clip@887fb2e9": ClassifierSpec(
        "subject", "Haar", "emoji-clip", "887fb2e9"
    ),
}
INSTRUMENTS = {
    "emoji-clip@887fb2e9#fba77c98": Instrument(CLASSIFIERS["emoji-clip@887fb2e9"], "fba77c98"),
    "YuNet face: emoji-clip@1a2b3c4d#fba77c98": Instrument(
        CLASSIFIERS["YuNet face: emoji-clip@1a2b3c4d"], "fba77c98"
    ),
    "pixels: lit side of emoji face#03a294f6": Instrument(ClassifierSpec("pixels"), "03a294f6"),
    "pixels: Haar face#03a294f6": Instrument(ClassifierSpec("pixels", "Haar"), "03a294f6"),
    "subject (YuNet): ViT-L-14-quickgelu/openai#aaaaaaaa": Instrument(
        CLASSIFIERS["subject (YuNet): ViT-L-14-quickgelu/openai"], "aaaaaaaa"
    ),
    "subject: bundled art#aaaaaaaa": BUNDLED_GATE,
    "X#11111111 calibrated (temperature 0.52, bias +0.1, threshold 0.8)": Instrument(
        CLIP, "11111111", SCALE
    ),
    "X#11111111 calibrated (temperature 1e-05, bias -2.5e+16, threshold 1.0)": Instrument(
        CLIP, "11111111", Recalibration(Scale(1e-05, -2.5e16), 1.0)
    ),
    "X#11111111 behind subject: bundled art#aaaaaaaa": Instrument(
        CLIP, "11111111", None, BUNDLED_GATE
    ),
    "X#11111111 calibrated (temperature 0.52, bias +0.1, threshold 0.8)"
    " behind subject (Haar): a/b#bbbbbbbb": Instrument(CLIP, "11111111", SCALE, HAAR_GATE),
    "Haar face: X#11111111 behind subject (Haar): a/b#bbbbbbbb": Instrument(
        ClassifierSpec("face", "Haar", "X"), "11111111", None, HAAR_GATE
    ),
}
# A folder may be called almost anything, the words of the text form among it.
ODD = (
    *("#", "@", "(", ")", ": ", " ", "+0.1", "é", "\n", "\\", "face", "YuNet face: ", "Haar"),
    *(" calibrated (temperature 1.0, bias +0.0, threshold 0.5)", " behind subject", "pixels: "),
    *("subject: bundled art", " behind ", "1a2b3c4d", "#1a2b3c4d", "@1a2b3c4d", "a", "/"),
)
odd = st.lists(st.sampled_from(ODD), max_size=6).map("".join)
folders = odd.map("/{}".format)
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9-]{0,9}/[a-z0-9_]{1,9}", fullmatch=True)
digits = st.text("0123456789abcdef", min_size=8, max_size=8)
detectors = st.sampled_from(("YuNet", "Haar"))
# A folder always has a revision, and the names of open_clip's list never have one.
clips = st.one_of(st.tuples(folders, digits), st.tuples(names, st.none()))


def spec(method: str, detector: str | None, clip: tuple[str | None, str | None]) -> ClassifierSpec:
    return ClassifierSpec(method, detector, *clip)  # type: ignore[arg-type]


bundled_gates = st.just(ClassifierSpec("subject"))
gate_specs = st.one_of(bundled_gates, st.builds(spec, st.just("subject"), detectors, clips))
classifiers = st.one_of(
    gate_specs,
    st.builds(spec, st.just("captions"), st.none(), clips),
    st.builds(spec, st.just("face"), detectors, clips),
    st.builds(spec, st.just("pixels"), st.none() | detectors, st.just((None, None))),
)
finite = st.floats(allow_nan=False, allow_infinity=False)
calibrations = st.builds(
    Recalibration, st.builds(Scale, finite, finite), finite, st.none() | st.integers(0)
)
gates = st.builds(Instrument, gate_specs, digits)
instruments = st.builds(
    Instrument, classifiers, digits, st.none() | calibrations, st.none() | gates
)


@pytest.mark.parametrize(("text", "classifier"), CLASSIFIERS.items())
def test_the_text_forms_of_earlier_classifiers_stay(text: str, classifier: ClassifierSpec) -> None:
    assert ClassifierSpec.parse(text) == classifier
    assert str(classifier) == text


@pytest.mark.parametrize(("text", "instrument"), INSTRUMENTS.items())
def test_the_text_forms_of_earlier_instruments_stay(text: str, instrument: Instrument) -> None:
    assert Instrument.parse(text) == instrument
    assert str(instrument) == text


@pytest.mark.parametrize(
    "name",
    [
        "clip behind subject",
        "clip behind subject (Haar): a",
        "clip#1",
        "clip@1a2b3c4d",
        "clip calibrated (temperature 1.0, bias +0.0, threshold 0.5)",
        "Haar face: clip",
        "pixels: Haar face",
        "subject: bundled art",
        "a b\nc\\é (2)",
    ],
)
def test_a_folder_may_be_called_after_the_words_of_the_text_form(name: str) -> None:
    clip = f"/models/{name}", "11111111"
    gate = Instrument(ClassifierSpec("subject", "Haar", *clip), "22222222")
    for classifier in (
        ClassifierSpec("captions", None, *clip),
        ClassifierSpec("face", "YuNet", *clip),
        gate.classifier,
    ):
        plain = Instrument(classifier, "33333333")
        for instrument in (plain, replace(plain, gate=gate, calibration=SCALE)):
            assert Instrument.parse(str(instrument)) == instrument


@given(classifiers)
def test_every_classifier_is_read_back_from_its_text(classifier: ClassifierSpec) -> None:
    assert ClassifierSpec.parse(str(classifier)) == classifier


@given(instruments)
def test_every_instrument_is_read_back_from_its_text(instrument: Instrument) -> None:
    again = Instrument.parse(str(instrument))
    assert str(again) == str(instrument)
    if not _ambiguous(instrument):
        assert again == instrument


def _ambiguous(instrument: Instrument) -> bool:
    """Say whether a folder is called after a whole instrument, which no text form could tell."""
    asked = [instrument, *([instrument.gate] if instrument.gate else [])]
    return any("#1a2b3c4d" in (one.classifier.backbone or "") for one in asked)


@given(st.text(max_size=40) | odd)
def test_what_is_read_prints_as_it_was_or_is_refused(text: str) -> None:
    with suppress(InvalidData):
        assert str(ClassifierSpec.parse(text)) == text
    with suppress(InvalidData):
        assert str(Instrument.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "pixels: ",
        "pixels: nose",
        "YuNet face: ",
        "Haar face:  ",
        "subject: ",
        "subject (Dlib): a/b",
    ],
)
def test_what_is_no_classifier_is_refused(text: str) -> None:
    with pytest.raises(InvalidData, match="The classifier is"):
        ClassifierSpec.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "emoji-clip",
        "#fba77c98",
        "emoji-clip#fba77c9",
        "emoji-clip#FBA77C98",
        "emoji-clip#fba77c98 ",
        "emoji-clip#fba77c98 calibrated",
        "emoji-clip#fba77c98 calibrated (temperature x, bias +0.1, threshold 0.8)",
        "emoji-clip#fba77c98 calibrated (temperature nan, bias +0.1, threshold 0.8)",
        "emoji-clip#fba77c98 calibrated (temperature ٣, bias +0.1, threshold 0.8)",
        "emoji-clip#fba77c98 behind subject",
        "emoji-clip#fba77c98 behind subject: bundled art",
        "emoji-clip#fba77c98 behind emoji",
    ],
)
def test_what_is_no_instrument_is_refused_with_the_form_it_has(text: str) -> None:
    with pytest.raises(InvalidData, match="Write it as 'classifier#captions'") as caught:
        Instrument.parse(text)
    assert repr(text) in str(caught.value)


def test_an_instrument_of_no_classifier_is_refused() -> None:
    for text in ("pixels: nose#03a294f6", " #03a294f6"):
        with pytest.raises(InvalidData, match="The classifier is"):
            Instrument.parse(text)


def test_an_instrument_is_the_classifier_with_the_captions_of_the_axis() -> None:
    assert Instrument.of(CLIP, GENDER) == Instrument(CLIP, GENDER.digest[:8])
    assert Instrument.of(CLIP, GENDER) != Instrument.of(CLIP, TONE)
    assert Instrument.of(CLIP, varied(GENDER, threshold=0.5)) != Instrument.of(CLIP, GENDER)


def test_answers_are_made_of_those_of_the_instrument_without_calibration_and_gate() -> None:
    plain = Instrument.of(CLIP, GENDER)
    assert replace(plain, calibration=SCALE, gate=HAAR_GATE).stored == plain == plain.stored


def test_how_many_images_were_annotated_makes_no_other_instrument() -> None:
    fitted = Instrument(CLIP, "11111111", replace(SCALE, annotated=120))
    assert fitted == Instrument(CLIP, "11111111", SCALE)
    assert hash(fitted) == hash(Instrument(CLIP, "11111111", SCALE))
