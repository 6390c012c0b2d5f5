"""Find who classifies: a CLIP, a CLIP that is shown the face alone, or pixels themselves."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.models.catalog import EMOJI_CLASSIFIER, weights_folder
from explorer.models.folders import fingerprint, read_config
from explorer.perception.instruments import ClassifierSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.classifiers.clip import ClipClassifier
    from explorer.classifiers.crops import FaceClassifier
    from explorer.classifiers.skin import SkinClassifier
    from explorer.classifiers.subject import SubjectClassifier
    from explorer.models.catalog import ModelCard
    from explorer.perception.axes import Axis
    from explorer.perception.instruments import Detector

    Found = ClipClassifier | FaceClassifier | SkinClassifier | SubjectClassifier

FACE = "face"
# Two models at once: more may not fit into memory.
_LOADED = 2


def classifier_of(given: str | None, card: "ModelCard", axis: "Axis") -> ClassifierSpec:
    """Return who classifies a model's images on an axis, on this machine.

    Args:
        given: the classifier that people name, None for the model's own. "face" is that one shown
            the face alone, "face:NAME" another.
        card: the model.
        axis: the question; one that needs more than captions has a classifier of its own kind.

    Raises:
        ModelBroken: the files of the classifier cannot be read.
    """
    if axis.method == "pixels":
        return ClassifierSpec("pixels", None if card.bundled else _detector())
    on_face = given is not None and (given == FACE or given.startswith(f"{FACE}:"))
    own_name = (given or "").removeprefix(FACE).removeprefix(":").strip() if on_face else given
    asked = ClassifierSpec.parse(own_name or card.classifier)
    # People name no revision: what looks like one belongs to the name of a folder.
    backbone = "@".join(filter(None, (asked.backbone, asked.revision)))
    asked = replace(asked, backbone=backbone or None, revision=revision(backbone))
    if axis.method == "subject":
        # The bundled generators show one person each time, as the art they learned from does.
        spec = replace(asked, method="subject", detector=_detector())
        return ClassifierSpec("subject") if card.bundled else spec
    return replace(asked, method="face", detector=_detector()) if on_face else asked


def revision(name: str) -> str | None:
    """Return the version of the files that the name of a CLIP stands for, 8 hexadecimal digits.

    Other weights or another calibration in the same place are another classifier. None for the
    names of open_clip's list, which stand for the same weights everywhere.

    Raises:
        ModelBroken: the files cannot be read.
    """
    if name == EMOJI_CLASSIFIER:
        return str(read_config(weights_folder(name) / "instrument.json")["revision"])
    folder = Path(name).expanduser()
    return fingerprint(folder)[:8] if name and folder.is_dir() else None


def classifiers(device: str) -> "Callable[[ClassifierSpec], Found]":
    """Return the function that finds a classifier.

    Models load at the first image, and once for all classifiers that look through them.
    """

    @lru_cache(maxsize=_LOADED)
    def clip(spec: ClassifierSpec) -> "ClipClassifier":
        from explorer.classifiers.clip import ClipClassifier

        return ClipClassifier(spec, device)

    def find(spec: ClassifierSpec) -> "Found":
        from explorer.classifiers.crops import FaceClassifier
        from explorer.classifiers.skin import SkinClassifier
        from explorer.classifiers.subject import SubjectClassifier

        if spec.method == "pixels":
            return SkinClassifier(spec)
        reader = clip(ClassifierSpec("captions", None, spec.backbone, spec.revision))
        if spec.method == "face":
            return FaceClassifier(spec, reader)
        if spec.method == "subject":
            return SubjectClassifier(spec, reader if spec.backbone else None)
        return reader

    return find


def _detector() -> "Detector":
    from explorer.classifiers.faces import detector

    return detector()
