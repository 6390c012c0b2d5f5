"""Find who classifies by name: a CLIP, a CLIP that is shown the face alone, or pixels themselves.

Whoever is asked by name answers under that name: instruments are never mixed.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from explorer.classifiers.skin import SkinClassifier, is_skin_method, skin_method
from explorer.models.catalog import split_view

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.classifiers.clip import ClipClassifier
    from explorer.classifiers.crops import FaceClassifier
    from explorer.classifiers.subject import SubjectClassifier
    from explorer.models.catalog import ModelCard
    from explorer.perception.axes import Axis

    Found = ClipClassifier | FaceClassifier | SkinClassifier | SubjectClassifier

FACE = "face"
# Two models at once: more may not fit into memory.
_LOADED = 2


def classify_name(given: str | None, card: "ModelCard", axis: "Axis") -> str:
    """Return the full name of who classifies a model's images on an axis, on this machine.

    Args:
        given: the classifier that people name, None for the model's own. "face" is that one shown
            the face alone, "face:NAME" another.
        card: the model.
        axis: the question; one that needs more than captions has its own reader.
    """
    if axis.reader == "pixels":
        return skin_method(bundled=card.bundled)
    on_face = given is not None and (given == FACE or given.startswith(f"{FACE}:"))
    own_name = (given or "").removeprefix(FACE).removeprefix(":").strip() if on_face else given
    name = own_name or card.classifier
    if axis.reader == "subject":
        return _subject_name(split_view(name)[1], card)
    if not on_face:
        return name
    from explorer.classifiers.faces import detector

    return f"{detector()} face: {name}"


def classifiers(device: str) -> "Callable[[str], Found]":
    """Return what finds a classifier by its full name.

    Models load at the first image, and once for all classifiers that look through them.
    """

    @lru_cache(maxsize=_LOADED)
    def clip(name: str) -> "ClipClassifier":
        from explorer.classifiers.clip import ClipClassifier

        return ClipClassifier(name, device)

    def find(name: str) -> "Found":
        view, backbone = split_view(name)
        if is_skin_method(name):
            return SkinClassifier(name)
        if name.startswith("subject"):
            from explorer.classifiers.subject import SubjectClassifier

            return SubjectClassifier(name, clip(backbone) if view else None)
        if view:
            from explorer.classifiers.crops import FaceClassifier

            return FaceClassifier(name, clip(backbone))
        return clip(name)

    return find


def _subject_name(backbone: str, card: "ModelCard") -> str:
    from explorer.classifiers.faces import detector
    from explorer.classifiers.subject import EMOJI_SUBJECT

    return EMOJI_SUBJECT if card.bundled else f"subject ({detector()}): {backbone}"
