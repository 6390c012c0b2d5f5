from pathlib import Path

import pytest

from explorer.classifiers.clip import ClipClassifier
from explorer.classifiers.crops import FaceClassifier
from explorer.classifiers.find import classifier_of, classifiers, revision
from explorer.classifiers.skin import SkinClassifier
from explorer.classifiers.subject import SubjectClassifier
from explorer.errors import InvalidData
from explorer.models.catalog import find_model
from explorer.models.fingerprints import flat_fingerprint
from explorer.perception.axes import find_axis
from explorer.perception.instruments import ClassifierSpec
from tests.fakes import fake_card

pytestmark = pytest.mark.usefixtures("no_yunet")

GENDER, PIXEL_TONE, SUBJECT = map(find_axis, ("gender", "pixel-tone", "subject"))
EMOJI_VERSION = "887fb2e9"


def test_bundled_art_is_measured_in_its_own_way_whatever_the_detector() -> None:
    card = find_model("emoji-even (guidance 3)", "cpu")
    assert classifier_of("face", card, PIXEL_TONE) == ClassifierSpec("pixels")
    assert classifier_of("face", card, SUBJECT) == ClassifierSpec("subject")


def test_the_whole_image_stays_what_is_classified_unless_people_ask_for_the_face() -> None:
    card = find_model("emoji-even", "cpu")
    emoji = f"emoji-clip@{EMOJI_VERSION}"
    for given, expected in {
        None: emoji,
        "face": f"Haar face: {emoji}",
        "face: ViT-B-32/openai": "Haar face: ViT-B-32/openai",
        "face:ViT-B-32/openai": "Haar face: ViT-B-32/openai",
        "ViT-B-32/openai": "ViT-B-32/openai",
        "Haar face: emoji-clip": f"Haar face: {emoji}",
    }.items():
        assert str(classifier_of(given, card, GENDER)) == expected


def test_the_gate_reads_captions_with_the_classifier_that_people_name() -> None:
    card = fake_card()
    assert str(classifier_of(None, card, SUBJECT)) == "subject (Haar): fake-clip"
    assert str(classifier_of("face:a/b", card, SUBJECT)) == "subject (Haar): a/b"
    emoji = str(classifier_of("emoji-clip", card, SUBJECT))
    assert emoji == f"subject (Haar): emoji-clip@{EMOJI_VERSION}"


def test_a_name_without_anything_in_it_is_refused() -> None:
    with pytest.raises(InvalidData, match="Give its name"):
        classifier_of(" ", fake_card(), GENDER)


@pytest.mark.parametrize("name", ["~nosuchuser/x", "x" * 300, "a/" * 3_000])
def test_a_name_that_no_folder_can_have_is_no_folder(name: str) -> None:
    assert revision(name) is None


@pytest.mark.parametrize("name", ["a\0", "face:a\ud800"])
def test_a_name_that_no_index_can_hold_is_refused(name: str) -> None:
    with pytest.raises(InvalidData, match="has a character that no name may have"):
        classifier_of(name, fake_card(), GENDER)


def test_names_of_open_clip_stand_for_the_same_weights_everywhere() -> None:
    assert revision("ViT-B-32/openai") is None
    assert revision("") is None


def test_the_bundled_classifier_and_folders_have_versions(tmp_path: Path) -> None:
    assert revision("emoji-clip") == EMOJI_VERSION
    (tmp_path / "model.safetensors").write_bytes(b"1")
    before = revision(str(tmp_path))
    assert before == flat_fingerprint(tmp_path)[:8]
    (tmp_path / "instrument.json").write_text("{}")
    assert revision(str(tmp_path)) != before


@pytest.mark.parametrize("name", ["clip@1a2b3c4d", "my #1 clip", "face: mine", "clip (2)", "é b"])
def test_a_folder_is_a_classifier_whatever_its_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    version = revision(str(folder))
    for given, method in ((f"{folder}", "captions"), (f"face:{folder}", "face")):
        found = classifier_of(given, fake_card(), GENDER)
        assert (found.method, found.backbone, found.revision) == (method, str(folder), version)
        assert ClassifierSpec.parse(str(found)) == found


def test_each_kind_of_classifier_is_found_by_its_specification() -> None:
    find = classifiers("cpu")
    kinds = {
        "ViT-B-32/openai": ClipClassifier,
        "Haar face: ViT-B-32/openai": FaceClassifier,
        "pixels: Haar face": SkinClassifier,
        "pixels: lit side of emoji face": SkinClassifier,
        "subject (Haar): ViT-B-32/openai": SubjectClassifier,
        "subject: bundled art": SubjectClassifier,
    }
    for text, kind in kinds.items():
        assert type(find(ClassifierSpec.parse(text))) is kind


def test_two_versions_of_a_folder_are_two_classifiers(clip: Path) -> None:
    find = classifiers("cpu")
    one, other = (ClassifierSpec("captions", None, str(clip), 8 * digit) for digit in "12")
    assert find(one) is find(one)
    assert find(one) is not find(other)
