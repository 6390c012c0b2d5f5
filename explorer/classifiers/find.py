"""Find who judges by name: a CLIP, a CLIP that is shown the face alone, or pixels themselves.

Whoever is asked by name answers under that name: instruments are never mixed.
"""

from typing import TYPE_CHECKING

from explorer.classifiers.skin import SkinClassifier, is_skin_method, skin_method
from explorer.pictures.catalog import split_view

if TYPE_CHECKING:
    from explorer.classifiers.clip import ClipClassifier
    from explorer.classifiers.crops import FaceClassifier
    from explorer.perception.axes import Axis
    from explorer.pictures.catalog import ModelCard

FACE = "face"


def judge_name(given: str | None, card: "ModelCard", axis: "Axis") -> str:
    """Return the full name of who judges a model's pictures on an axis, on this machine.

    Args:
        given: the classifier that people name, None for the model's own. "face" is that one shown
            the face alone, "face:NAME" another.
        card: the model.
        axis: the question; one that is measured in pixels has its own reader.
    """
    if axis.reader == "pixels":
        return skin_method(bundled=card.bundled)
    if given is None or not (given == FACE or given.startswith(f"{FACE}:")):
        return given or card.classifier
    from explorer.classifiers.faces import detector

    name = given.removeprefix(FACE).removeprefix(":").strip() or card.classifier
    return f"{detector()} face: {name}"


def find_classifier(name: str, device: str) -> "ClipClassifier | FaceClassifier | SkinClassifier":
    """Return the classifier of a full name; its model loads at the first picture."""
    if is_skin_method(name):
        return SkinClassifier(name)
    from explorer.classifiers.clip import ClipClassifier

    view, backbone = split_view(name)
    if not view:
        return ClipClassifier(name, device)
    from explorer.classifiers.crops import FaceClassifier

    return FaceClassifier(name, ClipClassifier(backbone, device))
