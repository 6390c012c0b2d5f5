"""Find a classifier: a CLIP, a CLIP that is given the face alone, or one that measures pixels."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.failures import unreadable
from explorer.models.catalog import EMOJI_CLASSIFIER, weights_folder
from explorer.models.fingerprints import flat_fingerprint
from explorer.models.folders import checked_name, read_config
from explorer.models.names import is_folder
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
# More than two models at once may not fit into memory.
_LOADED = 2


def classifier_of(given: str | None, card: "ModelCard", axis: "Axis") -> ClassifierSpec:
    """Return the classifier for a model's images on an axis, on this machine.

    Args:
        given: the name that the user gave, None for the model's own classifier. "face" gives that
            classifier the face alone; "face:NAME" does the same with another classifier.
        card: the model.
        axis: the axis; its method decides the kind of classifier.

    Raises:
        InvalidData: the name has a character that no name may have.
        ModelBroken: the files of the classifier cannot be read.
    """
    if axis.method == "pixels":
        return ClassifierSpec("pixels", None if card.bundled else _detector())
    if given is not None:
        checked_name("classifier", given)
    on_face = given is not None and (given == FACE or given.startswith(f"{FACE}:"))
    own_name = (given or "").removeprefix(FACE).removeprefix(":").strip() if on_face else given
    asked = ClassifierSpec.parse(own_name or card.classifier)
    # Users give no revision: what looks like one is part of a folder name.
    backbone = "@".join(filter(None, (asked.backbone, asked.revision)))
    asked = replace(asked, backbone=backbone or None, revision=revision(backbone))
    if axis.method == "subject":
        # The bundled generators always show one person, like the art they were trained on.
        spec = replace(asked, method="subject", detector=_detector())
        return ClassifierSpec("subject") if card.bundled else spec
    return replace(asked, method="face", detector=_detector()) if on_face else asked


def revision(name: str) -> str | None:
    """Return the revision of a CLIP's files, 8 hexadecimal digits.

    It tells apart classifiers of the same name with different weights or calibrations. It is None
    for the names in open_clip's list, which denote the same weights everywhere.

    Raises:
        ModelBroken: the files cannot be read.
    """
    if name == EMOJI_CLASSIFIER:
        return str(read_config(weights_folder(name) / "instrument.json")["revision"])
    if not is_folder(name):
        return None
    try:
        return flat_fingerprint(Path(name).expanduser())[:8]
    except OSError as error:
        raise unreadable(error.filename or name, error) from error


def classifiers(device: str) -> "Callable[[ClassifierSpec], Found]":
    """Return a function that returns the classifier of a specification.

    A model loads at the first image, and only once for all classifiers that use it.
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
